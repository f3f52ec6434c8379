//! Where a project keeps its clusters: `.pgplumb/postgres-<major>`, or elsewhere if the server could not get in there.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::account::Account;
use super::{Places, folders};
use crate::error::{Failure, Outcome};

/// The longest that another command may keep us waiting; it may be downloading.
const PATIENCE: Duration = Duration::from_secs(600);

/// Where in `/var` root keeps the clusters of projects that lie in folders only root can enter.
const ELSEWHERE: &str = "lib/pgplumb";

const PREFIX: &str = "postgres-";

/// The folders of one project.
pub struct Home {
    /// `.pgplumb` in the project: locks and logs.
    state: PathBuf,
    /// The parent of the data folders.
    clusters: PathBuf,
}

impl Home {
    /// Finds the folders, always by the same rule, so that nothing about them has to be remembered.
    pub fn find(places: &Places, account: &Account) -> Result<Self> {
        let project = fs::canonicalize(&places.project)
            .with_context(|| format!("cannot find the project's folder {}", places.project.display()))?;
        let state = project.join(".pgplumb");
        let state = fs::canonicalize(&state).unwrap_or(state);
        let clusters = if account.can_enter(&state) {
            state.clone()
        } else {
            let var = fs::canonicalize("/var").context("cannot find /var")?;
            var.join(ELSEWHERE).join(folders::fingerprint(&[project.as_os_str().as_bytes()]))
        };
        Ok(Home { state, clusters })
    }

    /// Makes the folders. They keep themselves out of git.
    pub fn create(&self) -> Result<()> {
        folders::create(&self.state)?;
        folders::create(&self.clusters)?;
        let ignore = self.state.join(".gitignore");
        if !ignore.exists() {
            fs::write(&ignore, "*\n").with_context(|| format!("cannot write {}", ignore.display()))?;
        }
        Ok(())
    }

    /// The data folder of `major`.
    pub fn data(&self, major: u16) -> PathBuf {
        self.clusters.join(format!("{PREFIX}{major}"))
    }

    /// The log of the server of `major`.
    pub fn log(&self, major: u16) -> PathBuf {
        self.state.join(format!("{PREFIX}{major}.log"))
    }

    /// The majors that there are data folders of, ascending.
    pub fn majors(&self) -> Vec<u16> {
        let names = folders::list(&self.clusters).into_iter();
        let mut majors: Vec<u16> =
            names.filter(|(_, path)| path.is_dir()).filter_map(|(name, _)| major_of(&name)).collect();
        majors.sort_unstable();
        majors
    }

    /// The major to use: the pinned one, else the one whose data is there. Chosen programs decide for themselves.
    pub fn wanted_major(&self, places: &Places) -> Option<u16> {
        let present = || self.majors().pop().filter(|_| places.program_folder.is_none());
        places.major.or_else(present)
    }

    /// Keeps other commands from starting and stopping this project's servers while the value lives.
    pub async fn lock(&self, say: &dyn Fn(&str)) -> Result<File> {
        let path = self.state.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.with_context(|| format!("cannot open {}", path.display()))?;
        let begin = Instant::now();
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| format!("cannot lock {}", path.display()));
                }
                Err(TryLockError::WouldBlock) if begin.elapsed() > PATIENCE => bail!(
                    Failure::new(
                        Outcome::Transient,
                        "another pgplumb command has been starting or stopping the local cluster for ten minutes"
                    )
                    .next("see that command to its end, then run this one again")
                ),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
            if !told && begin.elapsed() > Duration::from_secs(2) {
                say("waiting for another pgplumb command that starts or stops the local cluster");
                told = true;
            }
        }
    }
}

fn major_of(name: &str) -> Option<u16> {
    name.strip_prefix(PREFIX)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_data_folders_count() {
        assert_eq!(major_of("postgres-15"), Some(15));
        assert_eq!(major_of("postgres-15.log"), None);
        assert_eq!(major_of("tmp-postgres-15"), None);
    }
}
