//! Making folders: whole or not at all, and open to the server's account where root makes them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// A temporary folder that goes away with its value.
pub struct Temporary {
    /// The folder.
    pub path: PathBuf,
}

const TEMPORARY: &str = "tmp-";

impl Temporary {
    /// Makes an empty folder in `parent`, and clears away what killed commands left there more than an hour ago.
    pub fn new(parent: &Path) -> Result<Self> {
        create(parent)?;
        for (name, path) in list(parent) {
            if name.starts_with(TEMPORARY) && age(&path) > Duration::from_secs(3600) {
                let _ = fs::remove_dir_all(path);
            }
        }
        let moment = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
        let path = parent.join(format!("{TEMPORARY}{}-{moment}", std::process::id()));
        create(&path)?;
        Ok(Temporary { path })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Makes `folder` and the folders above it that are missing.
///
/// What root makes has to be open to the server's account, whatever the umask.
pub fn create(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        create(parent)?;
    }
    match fs::create_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        result => result.with_context(|| format!("cannot create {}", folder.display()))?,
    }
    if rustix::process::geteuid().is_root() {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
            .with_context(|| format!("cannot set the mode of {}", folder.display()))?;
    }
    Ok(())
}

/// Gives the finished folder `made` the name `place`. Another process may have been faster; then its work is used.
pub fn settle(made: &Path, place: &Path) -> Result<()> {
    match fs::rename(made, place) {
        Err(_) if place.is_dir() => Ok(()),
        result => result.with_context(|| format!("cannot create {}", place.display())),
    }
}

/// The names and paths of what is in `folder`, by name; nothing if it cannot be read.
pub fn list(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> =
        entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect();
    names.sort();
    names
}

/// How long ago something changed in `folder`; no time at all if that is unknown.
pub fn age(folder: &Path) -> Duration {
    let modified = fs::symlink_metadata(folder).and_then(|metadata| metadata.modified());
    modified.ok().and_then(|time| SystemTime::now().duration_since(time).ok()).unwrap_or_default()
}

/// Twelve hexadecimal digits that stand for `parts`.
pub fn fingerprint(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_faster_of_two_wins_and_the_other_uses_its_work() {
        let parent = tempfile::tempdir().unwrap();
        let place = parent.path().join("postgres-1");
        for text in ["first", "second"] {
            let temporary = Temporary::new(parent.path()).unwrap();
            let made = temporary.path.join("made");
            fs::create_dir(&made).unwrap();
            fs::write(made.join("file"), text).unwrap();
            settle(&made, &place).unwrap();
        }
        assert_eq!(fs::read_to_string(place.join("file")).unwrap(), "first");
        assert_eq!(list(parent.path()).len(), 1, "temporary folders are gone");
        assert!(settle(&parent.path().join("nothing"), &parent.path().join("place")).is_err());
    }

    #[test]
    fn what_killed_commands_left_is_cleared_after_an_hour() {
        let parent = tempfile::tempdir().unwrap();
        for (name, minutes) in [("tmp-1-old", 90), ("tmp-2-young", 30)] {
            let folder = parent.path().join(name);
            fs::create_dir(&folder).unwrap();
            let time = SystemTime::now() - Duration::from_secs(60 * minutes);
            fs::File::open(&folder).unwrap().set_modified(time).unwrap();
        }
        drop(Temporary::new(parent.path()).unwrap());
        assert_eq!(list(parent.path())[0].0, "tmp-2-young");
        assert_eq!(list(parent.path()).len(), 1);
    }

    #[test]
    fn parts_of_a_fingerprint_do_not_run_together() {
        assert_ne!(fingerprint(&[b"ab", b"c"]), fingerprint(&[b"a", b"bc"]));
        assert_eq!(fingerprint(&[b"x"]).len(), 12);
    }
}
