//! A server of its own, which a test may restart.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use pgplumb::db::local::{self, Cluster, Places};
use tempfile::TempDir;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use crate::support::{block_on, open_to_all, places};

/// A server that goes away with its value. Its superuser is the role that scripts run as.
pub struct Server {
    cluster: Cluster,
    places: Places,
    _folder: TempDir,
}

const SUPERUSER: &str = "postgres";

impl Server {
    /// Starts one.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("pgplumb-faults-").tempdir().unwrap();
        open_to_all(folder.path());
        let places = places(folder.path());
        let cluster = block_on(local::ensure_running(&places, SUPERUSER, &|_| ())).unwrap();
        Server { cluster, places, _folder: folder }
    }

    /// A connection string.
    pub fn url(&self, database: &str) -> String {
        let (folder, port) = (self.cluster.socket_folder.display(), self.cluster.port);
        format!("postgresql:///{database}?host={folder}&port={port}&user={SUPERUSER}")
    }

    /// The rows of statements, as text.
    pub fn rows(&self, database: &str, sql: &str) -> Vec<Vec<String>> {
        block_on(async {
            let (client, connection) = tokio_postgres::connect(&self.url(database), NoTls).await.unwrap();
            let task = tokio::spawn(connection);
            let messages = client.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
            drop(client);
            let _ = task.await;
            let row = |message: &SimpleQueryMessage| match message {
                SimpleQueryMessage::Row(row) => {
                    Some((0..row.len()).map(|at| row.get(at).unwrap_or_default().to_owned()).collect())
                }
                _ => None,
            };
            messages.iter().filter_map(row).collect()
        })
    }

    /// Ends the server as a crash does, and starts it again; it has recovered when this returns.
    pub fn crash(&self) {
        let data = &self.cluster.data_folder;
        let started_with = fs::read_to_string(data.join("postmaster.opts")).unwrap();
        let postgres = started_with.split(' ').next().unwrap().trim_matches('"');
        let owner = fs::metadata(data).unwrap();
        let mut command = Command::new(Path::new(postgres).with_file_name("pg_ctl"));
        command.args(["restart", "-s", "-w", "-m", "immediate", "-D"]).arg(data).arg("-l").arg(data.join("crash.log"));
        command.uid(owner.uid()).gid(owner.gid()).current_dir("/").env("LC_ALL", "C").stdin(Stdio::null());
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(status.success(), "{}", fs::read_to_string(data.join("crash.log")).unwrap_or_default());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        block_on(local::stop(&self.places)).unwrap();
    }
}
