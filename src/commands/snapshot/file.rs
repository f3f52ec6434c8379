//! The file of a snapshot: it has its name only once it is proven.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::Wish;
use crate::commands::{Context, work};
use crate::db::local;
use crate::error::{Failure, Outcome};
use crate::snapshot::{self, Record};

/// Where the snapshot goes: what was asked for, or a new file.
pub fn place(context: &Context, wish: &Wish, record: &Record) -> Result<PathBuf> {
    if let Some(file) = &wish.output {
        if file.exists() {
            let message = format!("{} is there already, and a snapshot replaces no file", file.display());
            return Err(Failure::input(message).next("name another file with --output").into());
        }
        return Ok(std::path::absolute(file)?);
    }
    let folder = context.project.folder.join(".pgplumb").join("snapshots");
    local::make_folder(&folder)?;
    let plain = |c: char| if c.is_alphanumeric() || "_-.".contains(c) { c } else { '_' };
    let database: String = record.database.chars().map(plain).collect();
    let time = record.taken_at.replace(['-', ':'], "");
    let name = |number: usize| match number {
        1 => format!("{database}-{time}.dump"),
        _ => format!("{database}-{time}-{number}.dump"),
    };
    let is_free = |file: &PathBuf| !file.exists() && !unchecked(file).exists();
    let free = (1..1000).map(|number| folder.join(name(number))).find(is_free);
    free.ok_or_else(|| Failure::input(format!("{} is full", folder.display())).into())
}

/// The name of a dump that is not proven yet.
fn unchecked(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".unchecked");
    name.into()
}

/// A dump on its way, which goes away with its value unless it is finished or kept.
pub struct Part {
    /// Where it is.
    pub path: PathBuf,
}

impl Part {
    /// Creates the file, which nobody else may read.
    pub fn create(file: &Path) -> Result<Self> {
        let path = unchecked(file);
        let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        created.with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Part { path })
    }

    /// Gives it its name.
    pub fn finish(mut self, file: &Path) -> Result<()> {
        let path = std::mem::take(&mut self.path);
        fs::rename(&path, file).with_context(|| format!("cannot rename {}", path.display()))
    }

    /// Keeps it as one that is not proven, and says so; after a signal it goes.
    pub fn keep(mut self, record: &Record, error: anyhow::Error) -> anyhow::Error {
        let failure = work::failure(error);
        if matches!(failure.outcome, Outcome::Interrupted | Outcome::Terminated) {
            return failure.into();
        }
        let path = std::mem::take(&mut self.path);
        if let Err(error) = snapshot::write(&path, record) {
            return error;
        }
        let message = match failure.outcome {
            Outcome::PartWay => failure.message.clone(),
            _ => format!("the snapshot could not be proven: {}", failure.message),
        };
        let state = format!("nothing was changed in the database; the dump is kept as {}", shown(&path));
        let next = failure.next.clone().unwrap_or_else(|| "look into it, and take another snapshot".to_owned());
        Failure { outcome: Outcome::PartWay, message, ..failure }.state(state).next(next).into()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A file as it is called from the folder that the command was started in.
pub fn shown(file: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    file.strip_prefix(here).unwrap_or(file).display().to_string()
}
