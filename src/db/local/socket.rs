//! The folders of the sockets: short paths that only the server's account can enter, made and swept with care.

use std::fs::{self, DirBuilder, Metadata};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::net::UnixStream;
use tokio::time::{sleep, timeout};

use super::account::Account;
use super::{folders, server};
use crate::error::Failure;

/// The port of every local cluster; only the folders differ.
pub const PORT: u16 = 5432;

const FILES: [&str; 2] = [".s.PGSQL.5432", ".s.PGSQL.5432.lock"];

/// The longest path of a socket on macOS; Linux allows four bytes more.
const LONGEST: usize = 103;

/// Makes the empty socket folder for the server of `data`.
///
/// A server that still answers there belongs to a data folder that was removed or moved away, and is stopped.
pub async fn create(runtime: &Path, data: &Path, account: &Account) -> Result<PathBuf> {
    let folder = runtime.join(format!("{}{}", prefix(account), folders::fingerprint(&[data.as_os_str().as_bytes()])));
    if folder.join(FILES[0]).as_os_str().len() > LONGEST {
        bail!(
            Failure::input(format!("the path of the folder for sockets is too long: {}", folder.display()))
                .next("set XDG_RUNTIME_DIR to a folder with a short path")
        );
    }
    match DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => evict(&folder, data, account).await?,
        result => result.with_context(|| format!("cannot create {}", folder.display()))?,
    }
    account.give(&folder)?;
    Ok(folder)
}

/// Whether a server listens in `folder`.
pub async fn answers(folder: &Path) -> bool {
    match timeout(Duration::from_secs(2), UnixStream::connect(folder.join(FILES[0]))).await {
        Ok(Ok(_)) => true,
        // A full queue is a server with much to do.
        Ok(Err(error)) => error.kind() == ErrorKind::WouldBlock,
        Err(_) => false,
    }
}

/// Whether `folder` is a folder that only the owner of `data` can enter, so that nobody else can answer there.
pub fn is_private(folder: &Path, data: &Metadata) -> bool {
    fs::symlink_metadata(folder).is_ok_and(|found| owned_by(&found, data.uid()))
}

/// Removes the socket folder of a server that has ended, and leaves alone what is not one of ours.
pub fn remove(folder: &Path) {
    if folder.file_name().is_some_and(|name| name.as_bytes().starts_with(b"pgplumb-")) {
        clear(folder);
        let _ = fs::remove_dir(folder);
    }
}

/// Removes the socket folders of servers that have ended without doing so. A young one may belong to a server that
/// is only just starting.
pub async fn sweep(runtime: &Path, account: &Account) {
    for (name, folder) in folders::list(runtime) {
        let ours = name.starts_with(&prefix(account))
            && fs::symlink_metadata(&folder).is_ok_and(|found| owned_by(&found, account.uid));
        if ours && folders::age(&folder) > 2 * server::START && !answers(&folder).await {
            remove(&folder);
        }
    }
}

fn prefix(account: &Account) -> String {
    format!("pgplumb-{}-", account.uid)
}

fn owned_by(found: &Metadata, uid: u32) -> bool {
    found.is_dir() && found.uid() == uid && found.mode() & 0o077 == 0
}

async fn evict(folder: &Path, data: &Path, account: &Account) -> Result<()> {
    let found = fs::symlink_metadata(folder).with_context(|| format!("cannot look at {}", folder.display()))?;
    // Root's own folder is one that an earlier command did not get round to hand over.
    let ours = owned_by(&found, account.uid) || (account.is_other && owned_by(&found, 0));
    if !ours {
        bail!(
            Failure::refused(format!("the folder for the socket, {}, is not a private one of ours", folder.display()))
                .next(format!("find out who made {}, and remove it", folder.display()))
        );
    }
    let begin = Instant::now();
    let owner = fs::read_to_string(folder.join(FILES[1])).unwrap_or_default();
    if answers(folder).await {
        server::interrupt(owner.lines().next().and_then(|pid| pid.parse().ok()).unwrap_or_default())?;
    }
    while answers(folder).await {
        if begin.elapsed() > server::STOP {
            bail!(
                Failure::input(format!("a server that does not belong to {} keeps its socket", data.display()))
                    .next(format!("end the server that listens in {}", folder.display()))
            );
        }
        sleep(server::PAUSE).await;
    }
    clear(folder);
    Ok(())
}

fn clear(folder: &Path) {
    for file in FILES {
        let _ = fs::remove_file(folder.join(file));
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::time::SystemTime;

    use super::*;

    fn ourselves() -> Account {
        Account { uid: rustix::process::geteuid().as_raw(), gid: rustix::process::getegid().as_raw(), is_other: false }
    }

    #[tokio::test]
    async fn a_folder_that_others_could_enter_is_refused() {
        let runtime = tempfile::tempdir().unwrap();
        let data = Path::new("/data");
        let folder = create(runtime.path(), data, &ourselves()).await.unwrap();
        assert_eq!(create(runtime.path(), data, &ourselves()).await.unwrap(), folder, "our own is used again");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(create(runtime.path(), data, &ourselves()).await.is_err());
        fs::remove_dir(&folder).unwrap();
        symlink(runtime.path(), &folder).unwrap();
        assert!(create(runtime.path(), data, &ourselves()).await.is_err());
    }

    #[tokio::test]
    async fn only_old_folders_without_a_server_are_swept() {
        let runtime = tempfile::tempdir().unwrap();
        let make = |name: &str, seconds| {
            let folder = runtime.path().join(format!("{}{name}", prefix(&ourselves())));
            DirBuilder::new().mode(0o700).create(&folder).unwrap();
            let listener = (name == "live").then(|| UnixListener::bind(folder.join(FILES[0])).unwrap());
            let time = SystemTime::now() - Duration::from_secs(seconds);
            fs::File::open(&folder).unwrap().set_modified(time).unwrap();
            (folder, listener)
        };
        let (dead, live, young) = (make("dead", 9999), make("live", 9999), make("young", 1));
        sweep(runtime.path(), &ourselves()).await;
        assert_eq!((dead.0.exists(), live.0.exists(), young.0.exists()), (false, true, true));
    }

    #[tokio::test]
    async fn a_path_too_long_for_a_socket_is_named() {
        let runtime = tempfile::tempdir().unwrap();
        let long = runtime.path().join("x".repeat(100));
        let error = create(&long, Path::new("/data"), &ourselves()).await.unwrap_err();
        assert!(error.to_string().contains("too long"), "{error}");
    }
}
