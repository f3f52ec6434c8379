//! What `postmaster.pid` says about a running server, and whether it is still true.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::{self, SHORT};
use super::socket;

/// The server that wrote a `postmaster.pid`.
#[derive(Debug, PartialEq, Eq)]
pub struct Postmaster {
    /// Its process id.
    pub pid: i32,
    /// The data folder that it was started on; the folder may have been moved or copied since.
    pub data: PathBuf,
    /// The port.
    pub port: u16,
    /// The folder of its socket; empty while it starts.
    pub socket_folder: PathBuf,
    /// How far it is.
    pub phase: Phase,
}

/// How far a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It does not accept connections yet.
    Starting,
    /// It accepts connections.
    Ready,
    /// It does not accept connections any more.
    Stopping,
}

impl Postmaster {
    /// Whether this is the server of `data`, can be reached, and is not somebody else's.
    pub async fn is_usable(&self, data: &Path) -> bool {
        self.phase == Phase::Ready
            && self.data == data
            && fs::metadata(data).is_ok_and(|metadata| socket::is_private(&self.socket_folder, &metadata))
            && socket::answers(&self.socket_folder).await
    }
}

/// What `data/postmaster.pid` says. After a crash it may be about a server that is gone.
pub fn read(data: &Path) -> Option<Postmaster> {
    parse(&fs::read_to_string(data.join("postmaster.pid")).ok()?)
}

/// The server that now runs on `data`.
pub async fn running(data: &Path) -> Option<Postmaster> {
    let postmaster = read(data)?;
    (working_folder(postmaster.pid).await? == data).then_some(postmaster)
}

/// The process id in a `postmaster.pid` that a crash left behind, which is gone or belongs to another process now.
///
/// Only for a `data` without a server. Nothing if it cannot be known here what a process is.
pub async fn stale_pid(data: &Path) -> Option<i32> {
    let ourselves = i32::try_from(std::process::id()).ok()?;
    working_folder(ourselves).await?;
    Some(read(data)?.pid)
}

/// Whether the server of `data` was last started with the programs in `folder`.
pub fn started_from(data: &Path, folder: &Path) -> bool {
    let options = fs::read_to_string(data.join("postmaster.opts")).unwrap_or_default();
    let program = fs::canonicalize(folder.join("postgres"));
    program.is_ok_and(|program| options.starts_with(&format!("{} ", program.display())))
}

fn parse(text: &str) -> Option<Postmaster> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let line = |number: usize| lines.get(number - 1).copied().unwrap_or_default();
    let phase = match line(8) {
        "ready" => Phase::Ready,
        "stopping" => Phase::Stopping,
        _ => Phase::Starting,
    };
    Some(Postmaster {
        pid: line(1).parse().ok().filter(|pid| *pid > 0)?,
        data: PathBuf::from(line(2)),
        port: line(4).parse().unwrap_or_default(),
        socket_folder: PathBuf::from(line(5)),
        phase,
    })
}

/// The folder that process `pid` is in. A postmaster is in its data folder for as long as it lives, wherever that
/// is moved, so this tells it from any other process with the same id.
async fn working_folder(pid: i32) -> Option<PathBuf> {
    if Path::new("/proc/self/cwd").exists() {
        return fs::read_link(format!("/proc/{pid}/cwd")).ok();
    }
    let mut command = Command::new("lsof");
    command.args(["-a", "-d", "cwd", "-Fn", "-p"]).arg(pid.to_string());
    let output = account::run(command, SHORT).await.ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().find_map(|line| line.strip_prefix('n')).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_starts_has_no_socket_yet() {
        let starting = parse("48\n/data\n1700000000\n5432\n").unwrap();
        assert_eq!((starting.phase, starting.port), (Phase::Starting, 5432));
        assert_eq!(starting.socket_folder, Path::new(""));
        let ready = parse("48\n/data\n1700000000\n5432\n/run/x\n\n  123 4\nready   \n").unwrap();
        assert_eq!((ready.phase, ready.socket_folder.as_path()), (Phase::Ready, Path::new("/run/x")));
    }

    #[test]
    fn a_half_written_file_is_no_server() {
        assert_eq!(parse(""), None);
        assert_eq!(parse("-48\n/data\n"), None);
    }

    #[tokio::test]
    async fn processes_are_known_by_their_folder() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(working_folder(i32::try_from(std::process::id()).unwrap()).await, Some(here));
        assert_eq!(working_folder(i32::MAX).await, None);
    }
}
