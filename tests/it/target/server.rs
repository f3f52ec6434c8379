//! A private PostgreSQL server with passwords, and with TLS where a test wants it; gone when dropped. A local cluster
//! listens nowhere but on its socket, so its data is made by pgplumb and its server is started here.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use pgplumb::db::local::{self, Cluster};
use pgplumb::db::{Target, connect};
use tempfile::TempDir;

use crate::support::{open_to_all, places};

/// The password of every user.
pub const PASSWORD: &str = "cAnArY-15";

const SUPERUSER: &str = "supabase_admin";

/// Who is let in where.
const ACCESS: &str = "
hostssl all plain all reject
host all shut all reject
local all all scram-sha-256
host all all all scram-sha-256
";

/// The certificate that a server shows. Both are for `localhost` and from the authority in `ca.crt`.
#[derive(Clone, Copy)]
pub enum Certificate {
    Good,
    Expired,
}

/// A running server with the users `ann` (superuser), `plain` (not let in with TLS), `shut` (not let in at all) and
/// `full` (with no connection left).
pub struct Server {
    folder: TempDir,
    data: PathBuf,
    programs: PathBuf,
    /// Where it listens, on 127.0.0.1 and on the socket in `file("")`.
    pub port: u16,
}

impl Server {
    pub async fn start(certificate: Option<Certificate>) -> Self {
        let folder = tempfile::Builder::new().prefix("pgplumb-target-").tempdir().unwrap();
        open_to_all(folder.path());
        let places = places(folder.path());
        let cluster = local::ensure_running(&places, SUPERUSER, &|_| ()).await.unwrap();
        let programs = make_users(&cluster).await;
        local::stop(&places).await.unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Server { folder, data: cluster.data_folder, programs: programs.unwrap(), port };
        std::fs::create_dir(server.home()).unwrap();
        std::fs::write(server.data.join("pg_hba.conf"), ACCESS).unwrap();
        let tls = certificate.map_or("", |certificate| {
            server.make_certificates(certificate);
            "-c ssl=on"
        });
        server.give(server.folder.path().to_owned());
        server.control(&["start", "-w", "-l", &server.file("log")], &format!("-c listen_addresses=localhost {tls}"));
        server
    }

    /// A path in the server's folder.
    pub fn file(&self, name: &str) -> String {
        let path = if name.is_empty() { self.folder.path().to_owned() } else { self.folder.path().join(name) };
        path.to_str().unwrap().to_owned()
    }

    /// The folder that tests use as home and as project.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Writes a file into the home folder that only its owner can read.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.home().join(name), text).unwrap();
        std::fs::set_permissions(self.home().join(name), std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn make_certificates(&self, certificate: Certificate) {
        let days = match certificate {
            Certificate::Good => "30",
            Certificate::Expired => "-1",
        };
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
        let authority =
            |name| format!("openssl req -x509 {key} -keyout {name}.key -out {name}.crt -days 30 -subj /CN={name}");
        self.run(&authority("ca"));
        self.run(&authority("other"));
        self.run(&format!("openssl req {key} -keyout server.key -out server.csr -subj /CN=localhost"));
        self.run("echo subjectAltName=DNS:localhost > names");
        self.run(&format!(
            "openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days {days} -extfile names -out server.crt"
        ));
        for name in ["server.key", "server.crt"] {
            std::fs::copy(self.file(name), self.data.join(name)).unwrap();
            self.give(self.data.join(name));
        }
        std::fs::set_permissions(self.data.join("server.key"), std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Gives a file to the account that the server runs as.
    fn give(&self, path: PathBuf) {
        let owner = std::fs::metadata(&self.data).unwrap();
        chown(path, Some(owner.uid()), Some(owner.gid())).unwrap();
    }

    fn run(&self, script: &str) {
        succeed(Command::new("sh").args(["-c", script]).current_dir(self.folder.path()));
    }

    /// Runs `pg_ctl` as the account that the server runs as.
    fn control(&self, arguments: &[&str], settings: &str) {
        let owner = std::fs::metadata(&self.data).unwrap();
        let settings = format!("-p {} -k {} {settings}", self.port, self.file(""));
        let mut command = Command::new(self.programs.join("pg_ctl"));
        command.args(arguments).arg("-D").arg(&self.data).args(["-o", &settings]).env_remove("LC_ALL");
        succeed(command.current_dir("/").gid(owner.gid()).uid(owner.uid()));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.data.join("postmaster.pid").exists() {
            self.control(&["stop", "-m", "immediate"], "");
        }
    }
}

/// Makes the users, and says where the server's programs are.
async fn make_users(cluster: &Cluster) -> anyhow::Result<PathBuf> {
    let target = Target::on_socket(&cluster.socket_folder, cluster.port, SUPERUSER, "postgres");
    let session = connect(&target, |_| ()).await?;
    let users = ["ann SUPERUSER", "plain", "shut", "full CONNECTION LIMIT 0"];
    let users = users.map(|user| format!("CREATE USER {user} PASSWORD '{PASSWORD}';")).concat();
    session.client.batch_execute(&format!("SET password_encryption = 'scram-sha-256'; {users}")).await?;
    let row = session.client.query_one("SELECT setting FROM pg_config() WHERE name = 'BINDIR'", &[]).await?;
    session.close().await;
    Ok(PathBuf::from(row.try_get::<_, String>(0)?))
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
