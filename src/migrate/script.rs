//! One script of a project: what its name says, where its text lies, and the checksums of it. The text itself is read
//! again when it is needed: twenty thousand scripts are not held in memory.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::checksum::Checksums;
use super::sections;
use crate::error::Failure;
use crate::sql::{self, Source};

/// When a script is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Once.
    Migration,
    /// Whenever its text changes.
    Seed,
}

/// One SQL file of a project, or its two files where it has one for each direction.
#[derive(Clone, Debug)]
pub struct Script {
    /// When it is applied.
    pub kind: Kind,
    /// The number at the beginning of its name.
    pub version: i64,
    /// The rest of the name, in the letters that refinery admits.
    pub name: String,
    /// The file's name within its folder, without `.sql`.
    pub tag: String,
    /// What is applied.
    pub up: Text,
    /// What takes it back.
    pub down: Option<Text>,
    /// Whether another tool's comment or file wants each statement on its own.
    pub no_transaction: bool,
}

/// A file, or a part of it.
#[derive(Clone, Debug)]
pub struct Text {
    /// The file as it is shown to people.
    pub shown_as: String,
    /// The checksums of the text.
    pub checksums: Checksums,
    path: PathBuf,
    range: Range<usize>,
}

impl Script {
    /// Reads the script at `path`, which messages call `shown_as`.
    ///
    /// # Errors
    /// What [`sql::read`] refuses.
    pub fn read(path: &Path, shown_as: &str, kind: Kind, (version, name, tag): (i64, &str, &str)) -> Result<Self> {
        let source = sql::read(path, shown_as)?;
        let sections = sections::sections(&source)?;
        let text = |range: Range<usize>| Text {
            shown_as: shown_as.to_owned(),
            checksums: Checksums::of(name, version, &source.text[range.clone()]),
            path: path.to_owned(),
            range,
        };
        Ok(Script {
            kind,
            version,
            name: name.to_owned(),
            tag: tag.to_owned(),
            up: text(sections.up.clone()),
            down: sections.down.clone().map(text),
            no_transaction: sections.no_transaction,
        })
    }

    /// The file of what is applied, as it is shown to people.
    pub fn path(&self) -> &str {
        &self.up.shown_as
    }
}

impl Text {
    /// The text, with everything behind its part left out, so that places in it are places in the file.
    ///
    /// # Errors
    /// If it cannot be read, or is no longer what it was when the run was planned.
    pub fn open(&self) -> Result<Source> {
        let mut source = sql::read(&self.path, &self.shown_as)?;
        let part = source.text.get(self.range.clone()).unwrap_or_default();
        if sql::checksum(part) != self.checksums.normalised {
            return Err(Failure::input(format!("{} was changed while pgplumb was at work", self.shown_as))
                .next("run the command again")
                .into());
        }
        source.text.truncate(self.range.end);
        // Blank, line by line, so that the lines of what is left keep their numbers.
        let before: String = source.text.drain(..self.range.start).filter(|character| *character == '\n').collect();
        source.text.insert_str(0, &before);
        Ok(source)
    }

    /// The whole file as it lies on the disk, with a byte order mark: what other tools make their checksums of.
    ///
    /// # Errors
    /// As [`Text::open`].
    pub fn whole(&self) -> Result<String> {
        self.open()?;
        let failed = |error| Failure::input(format!("failed to read {}: {error}", self.shown_as));
        Ok(fs::read_to_string(&self.path).map_err(failed)?)
    }
}
