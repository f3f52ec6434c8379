//! PgBouncer in front of the server: in session mode all must work, in transaction mode nothing may go wrong.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use libtest_mimic::Trial;
use tempfile::TempDir;
use tokio_postgres::NoTls;

use super::kills::FREE;
use super::locks::Flag;
use super::scenarios::Scenario;
use super::stage::{Stage, finish};
use super::state::State;
use crate::process::{wait_for, wait_until};
use crate::support::{Result, block_on, cluster, has_program, open_to_all, trial};

/// Where Debian installs what is no user's command, beside the folders of `PATH`.
const PROGRAM: &str = "/usr/sbin/pgbouncer";

/// The tests of this module. They are ignored where the program is not installed.
pub fn trials() -> Vec<Trial> {
    let there = program().is_some();
    let name = |test: &str| {
        let why = if there { "" } else { "_needs_pgbouncer" };
        format!("faults::bouncer::{test}{why}")
    };
    vec![
        trial(&name("session_mode"), session_mode).with_ignored_flag(!there),
        trial(&name("transaction_mode"), transaction_mode).with_ignored_flag(!there),
    ]
}

fn program() -> Option<&'static str> {
    match has_program("pgbouncer") {
        true => Some("pgbouncer"),
        false => fs::exists(PROGRAM).unwrap_or(false).then_some(PROGRAM),
    }
}

/// A running PgBouncer, which goes away with its value.
struct Bouncer {
    port: u16,
    process: Child,
    _folder: TempDir,
}

impl Bouncer {
    fn start(mode: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("pgplumb-bouncer-").tempdir().unwrap();
        open_to_all(folder.path());
        let cluster = cluster();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let users = folder.path().join("users.txt");
        fs::write(&users, "\"postgres\" \"\"\n").unwrap();
        let settings = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {}\npool_mode = {mode}\n",
            cluster.socket_folder.display(),
            cluster.port,
            users.display(),
        );
        fs::write(&settings, text).unwrap();
        // It refuses root, as the server does; so it gets the account of the server.
        let owner = fs::metadata(&cluster.data_folder).unwrap();
        let mut command = Command::new(program().unwrap());
        command.arg("--quiet").arg(&settings).uid(owner.uid()).gid(owner.gid()).current_dir("/");
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let bouncer = Bouncer { port, process, _folder: folder };
        wait_for("PgBouncer listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        bouncer
    }

    fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn session_mode() -> Result {
    let scenario = Scenario::new("session_mode").scripts(1..=5).script("seeds/01_first.sql", "seed_1", "");
    let stage = Stage::set(&scenario);
    let database = stage.template.copy();
    let bouncer = Bouncer::start("session");
    let runners: Vec<_> = (0..3).map(|_| stage.command(&bouncer.url(database.name())).spawn().unwrap()).collect();
    runners.into_iter().for_each(|runner| drop(finish(runner).expect(0)));
    stage.run(&bouncer.url(database.name())).expect(0).says("nothing to apply");
    assert_eq!(State::of(&database).applied(&scenario, &stage.start)?, scenario.applies());
    wait_until(&database, FREE);
    drop(bouncer);
    Ok(())
}

/// Short transactions of somebody else.
fn others(url: &str, ended: &AtomicBool) {
    block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        while !ended.load(Ordering::Relaxed) {
            client.batch_execute("BEGIN; SELECT pg_sleep(0.005); COMMIT").await.unwrap();
        }
    });
}

/// It is refused, and nothing is changed; or it works, and leaves no lock on a connection of the pool.
fn transaction_mode() -> Result {
    let scenario = Scenario::new("transaction_mode").scripts(1..=5);
    let stage = Stage::set(&scenario);
    let database = stage.template.copy();
    let bouncer = Bouncer::start("transaction");
    let (url, ended) = (bouncer.url(database.name()), AtomicBool::new(false));
    // Others use the pool, so a transaction gets whichever server process is free.
    let output = std::thread::scope(|scope| {
        let _flag = Flag(&ended);
        (0..4).for_each(|_| drop(scope.spawn(|| others(&url, &ended))));
        stage.run(&url)
    });
    let after = State::of(&database);
    match output.code {
        4 => {
            output.says("PgBouncer").says("state: nothing was changed").says("next: ");
            assert_eq!(after, stage.start);
        }
        _ => {
            output.expect(0);
            assert_eq!(after.applied(&scenario, &stage.start)?, scenario.applies());
        }
    }
    wait_until(&database, FREE);
    stage.run(&database.url()).expect(0);
    drop(bouncer);
    Ok(())
}
