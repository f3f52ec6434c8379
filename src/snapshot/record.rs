//! What is known of a snapshot: a file of JSON beside the dump.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::counts::Counts;
use crate::error::Failure;

/// The format that is written and read.
const FORMAT: u32 = 1;

/// What the custom format of `pg_dump` begins with.
const MAGIC: &[u8] = b"PGDMP";

/// What is known of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The format of the file.
    pub format: u32,
    /// The name of the database.
    pub database: String,
    /// The server's version, as in `server_version_num`.
    pub server_version_num: u32,
    /// When the snapshot was taken, UTC.
    pub taken_at: String,
    /// Whether it was restored into a scratch database and counted there.
    pub checked: bool,
    /// The size of the dump in bytes.
    pub size: u64,
    /// The SHA-256 of the dump.
    pub sha256: String,
    /// How many rows each table has, by its quoted name.
    pub tables: Counts,
    /// The objects that it has, each by its kind and name.
    pub objects: Vec<String>,
    /// The numbers of those entries of the dump that are not the project's.
    pub others: Vec<u32>,
    /// The statements that make what the project has on the platform's tables, which the dump does not have.
    pub attached: Vec<String>,
}

impl Record {
    /// A record of a dump that is not written yet.
    pub fn new(database: &str, server_version_num: u32, taken_at: &str) -> Self {
        Record {
            format: FORMAT,
            database: database.to_owned(),
            server_version_num,
            taken_at: taken_at.to_owned(),
            checked: false,
            size: 0,
            sha256: String::new(),
            tables: Counts::new(),
            objects: Vec::new(),
            others: Vec::new(),
            attached: Vec::new(),
        }
    }

    /// How many rows its tables have.
    pub fn rows(&self) -> i64 {
        self.tables.values().sum()
    }
}

/// The file beside a dump.
pub fn beside(dump: &Path) -> PathBuf {
    let mut name = dump.as_os_str().to_owned();
    name.push(".json");
    name.into()
}

/// Writes what is known beside a dump.
///
/// # Errors
/// The file cannot be written.
pub fn write(dump: &Path, record: &Record) -> Result<()> {
    let path = beside(dump);
    let text = serde_json::to_string_pretty(record).context("the snapshot cannot be described")?;
    fs::write(&path, text + "\n").with_context(|| format!("cannot write {}", path.display()))
}

/// Reads what is known of a dump; nothing where there is no file beside it.
///
/// # Errors
/// Bad input, where the file is not what was written, or the dump is not the one that it was written for.
pub fn read(dump: &Path) -> Result<Option<Record>> {
    let path = beside(dump);
    let shown = path.display();
    let Some(text) = crate::project::read(&path)? else { return Ok(None) };
    let wrong = |why: String| {
        let next = "bring the right file back, or remove it to restore without the proof";
        Failure::input(format!("{shown}: {why}")).next(next)
    };
    let record: Record =
        serde_json::from_str(&text).map_err(|error| wrong(format!("it is not what was written: {error}")))?;
    if record.format != FORMAT {
        return Err(wrong(format!("it has format {}, and {FORMAT} is the one that is known", record.format)).into());
    }
    let size = fs::metadata(dump).with_context(|| format!("cannot read {}", dump.display()))?.len();
    if size != record.size || sha256(dump)? != record.sha256 {
        return Err(wrong(format!("{} is not the dump that it was written for", dump.display())).into());
    }
    Ok(Some(record))
}

/// Whether a file is a dump in the custom format.
///
/// # Errors
/// It cannot be read.
pub fn is_dump(path: &Path) -> Result<bool> {
    let mut start = Vec::new();
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    file.take(MAGIC.len() as u64).read_to_end(&mut start).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(start == MAGIC)
}

/// The SHA-256 of a file, in hexadecimal digits.
///
/// # Errors
/// It cannot be read.
pub fn sha256(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        let length = file.read(&mut buffer).with_context(|| format!("cannot read {}", path.display()))?;
        if length == 0 {
            return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hasher.update(&buffer[..length]);
    }
}

/// A size as people say it.
pub fn size_in_words(bytes: u64) -> String {
    match bytes {
        bytes if bytes >= 10 << 30 => format!("{} GB", bytes >> 30),
        bytes if bytes >= 10 << 20 => format!("{} MB", bytes >> 20),
        bytes => format!("{} kB", bytes.div_ceil(1 << 10)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_of_one_dump_only() {
        let folder = tempfile::tempdir().unwrap();
        let dump = folder.path().join("a.dump");
        fs::write(&dump, "PGDMP 1").unwrap();
        assert!(is_dump(&dump).unwrap());
        assert!(read(&dump).unwrap().is_none());
        let record = Record { size: 7, sha256: sha256(&dump).unwrap(), ..Record::new("a", 150_000, "now") };
        write(&dump, &record).unwrap();
        assert_eq!(read(&dump).unwrap(), Some(record));
        fs::write(&dump, "PGDMP 2").unwrap();
        assert!(read(&dump).unwrap_err().to_string().contains("is not the dump that it was written for"));
        fs::write(beside(&dump), "{}").unwrap();
        assert!(read(&dump).unwrap_err().to_string().contains("it is not what was written"));
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!([1, 20 << 20, 30 << 30].map(size_in_words), ["1 kB", "20 MB", "30 GB"]);
    }
}
