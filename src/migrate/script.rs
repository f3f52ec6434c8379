//! One script of a project: what its name says, where its text lies, and the checksums of it. The text itself is read
//! again when it is needed: twenty thousand scripts are not held in memory.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::checksum::{Checksums, Summing};
use super::sections::Sections;
use crate::error::Failure;
use crate::sql::{self, Blocks, Checksum, Source, Windows};

/// From this length on a line is taken in parts.
const LONG: usize = 64 * 1024;

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
    /// Whether the file ends with it.
    is_last: bool,
}

impl Script {
    /// Reads the script at `path`, which messages call `shown_as`.
    ///
    /// # Errors
    /// What [`sql::read`] refuses.
    pub fn read(path: &Path, shown_as: &str, kind: Kind, (version, name, tag): (i64, &str, &str)) -> Result<Self> {
        let found = Parts::read(path, shown_as, (version, name))?;
        let count = found.parts.len();
        let mut texts = found.parts.into_iter().enumerate().map(|(at, (range, checksums))| {
            let (shown_as, path) = (shown_as.to_owned(), path.to_owned());
            Text { shown_as, checksums, path, range, is_last: at + 1 == count }
        });
        let up = texts.next().ok_or_else(|| Failure::input(format!("failed to read {shown_as}")))?;
        let (name, tag, down) = (name.to_owned(), tag.to_owned(), texts.next());
        Ok(Script { kind, version, name, tag, up, down, no_transaction: found.sections.no_transaction })
    }

    /// The file of what is applied, as it is shown to people.
    pub fn path(&self) -> &str {
        &self.up.shown_as
    }
}

/// The parts of a file, found line by line in little memory.
struct Parts {
    sections: Sections,
    /// The bytes of each part, and its checksums.
    parts: Vec<(Range<usize>, Checksums)>,
    summing: Summing,
    /// How many bytes were taken.
    taken: usize,
}

impl Parts {
    fn read(path: &Path, shown_as: &str, (version, name): (i64, &str)) -> Result<Self> {
        let sections = Sections::default();
        let mut found = Parts { sections, parts: Vec::new(), summing: Summing::begin(name, version), taken: 0 };
        let mut rest = String::new();
        for block in Blocks::open(path, shown_as)? {
            rest += &block?;
            // A line that is longer than a block says nothing to us.
            let end = rest.rfind('\n').map_or(if rest.len() > LONG { rest.len() } else { 0 }, |at| at + 1);
            found.lines(&rest[..end], shown_as, (version, name))?;
            rest.drain(..end);
        }
        found.lines(&rest, shown_as, (version, name))?;
        found.end((version, name));
        Ok(found)
    }

    fn lines(&mut self, text: &str, shown_as: &str, of: (i64, &str)) -> Result<()> {
        let mut summed = 0;
        if text.contains("--") {
            let mut at = 0;
            for line in text.split_inclusive('\n') {
                let begins_down = self.sections.begins_down(line).map_err(|what| {
                    let failure = Failure::input(format!("{shown_as}: {what} (`{}`)", line.trim()));
                    failure.next("make a script of its own of it")
                })?;
                if begins_down {
                    self.take(&text[summed..at]);
                    self.end(of);
                    summed = at;
                }
                at += line.len();
            }
        }
        self.take(&text[summed..]);
        Ok(())
    }

    fn take(&mut self, text: &str) {
        self.summing.update(text);
        self.taken += text.len();
    }

    /// Ends a part; another one begins.
    fn end(&mut self, (version, name): (i64, &str)) {
        let summing = std::mem::replace(&mut self.summing, Summing::begin(name, version));
        let start = self.parts.last().map_or(0, |(range, _)| range.end);
        self.parts.push((start..self.taken, summing.finish()));
    }
}

impl Text {
    /// The text in windows, of which only one is held in memory.
    ///
    /// # Errors
    /// If it cannot be read, or is no longer what it was when the run was planned: then not even its beginning may run.
    pub fn windows(&self) -> Result<Windows> {
        let mut summing = Checksum::new();
        let mut place = 0;
        for block in Blocks::open(&self.path, &self.shown_as)? {
            let block = block?;
            let within = |at: usize| at.saturating_sub(place).min(block.len());
            let Some(part) = block.get(within(self.range.start)..within(self.range.end)) else {
                return Err(self.changed().into());
            };
            summing.update(part);
            place += block.len();
        }
        // Behind the last part there is nothing, and white space behind it would not show in the checksum.
        if (self.is_last && place != self.range.end) || summing.finish() != self.checksums.normalised {
            return Err(self.changed().into());
        }
        Windows::open(&self.path, &self.shown_as, self.range.start as u64..self.range.end as u64)
    }

    /// How many bytes it has.
    pub fn length(&self) -> usize {
        self.range.len()
    }

    /// What is said of a text that is no longer what it was when the run was planned.
    pub fn changed(&self) -> Failure {
        Failure::input(format!("{} was changed while pgplumb was at work", self.shown_as)).next("run the command again")
    }

    /// The text, with everything behind its part left out, so that places in it are places in the file.
    ///
    /// # Errors
    /// If it cannot be read, or is no longer what it was when the run was planned.
    pub fn open(&self) -> Result<Source> {
        let mut source = sql::read(&self.path, &self.shown_as)?;
        let part = source.text.get(self.range.clone()).unwrap_or_default();
        let has_more = self.is_last && source.text.len() != self.range.end;
        if has_more || sql::checksum(part) != self.checksums.normalised {
            return Err(self.changed().into());
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
