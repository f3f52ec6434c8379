//! A script on disk as blocks of text, in little memory: a file of any size is read or refused as a whole one would be.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Result;
use memchr::memchr;
use rustix::fs::OFlags;

use crate::error::Failure;
use crate::sql::encoding::Guess;
use crate::sql::place::Before;

/// The most bytes of a block.
pub const SIZE: usize = 1024 * 1024;

/// The byte order mark.
pub const BOM: &str = "\u{feff}";

/// How much is read behind a byte that is refused, to show the rest of its line.
const SHOWN: u64 = 512;

/// The text of a script in blocks of at most 1 MiB, cut between characters, without a byte order mark at the start.
///
/// A block is an error if the file cannot be read, is not UTF-8 or has a NUL byte; it is the last one then.
pub struct Blocks<R = File> {
    reader: R,
    shown_as: String,
    size: usize,
    /// Bytes of a character whose end is not read yet.
    rest: Vec<u8>,
    /// How many bytes of the file are in the blocks so far.
    taken: u64,
    before: Before,
    ended: bool,
}

impl Blocks {
    /// Opens the script at `path`, which messages call `shown_as`.
    ///
    /// # Errors
    /// It cannot be opened, or is a symbolic link or anything else than a regular file.
    pub fn open(path: &Path, shown_as: &str) -> Result<Self> {
        // What was opened is looked at, not the path: that may be another file by then. A pipe must not be waited for.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path);
        let file = file.map_err(|error| unopened(path, shown_as, &error))?;
        let about = file.metadata().map_err(|error| unreadable(shown_as, &error))?;
        if !about.is_file() {
            return Err(no_file(shown_as, "not a regular file").into());
        }
        Ok(Blocks::new(file, shown_as))
    }
}

impl<R: Read + Seek> Blocks<R> {
    /// The blocks of what `reader` gives from its start.
    pub fn new(reader: R, shown_as: &str) -> Self {
        Blocks {
            reader,
            shown_as: shown_as.to_owned(),
            size: SIZE,
            rest: Vec::new(),
            taken: 0,
            before: Before::default(),
            ended: false,
        }
    }

    /// Makes blocks of at most `size` bytes, and of one character at least.
    #[must_use]
    pub fn with_size(self, size: usize) -> Self {
        Blocks { size: size.max(4), ..self }
    }

    fn block(&mut self) -> Result<Option<String>> {
        let mut bytes = std::mem::take(&mut self.rest);
        let wanted = self.size - bytes.len();
        bytes.reserve_exact(wanted);
        let read = (&mut self.reader).take(wanted as u64).read_to_end(&mut bytes);
        self.ended = read.map_err(|error| unreadable(&self.shown_as, &error))? < wanted;
        let nul = memchr(0, &bytes);
        let mut text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let problem = error.utf8_error();
                let (valid, mut bytes) = (problem.valid_up_to(), error.into_bytes());
                let wrong = self.ended || problem.error_len().is_some();
                if wrong && nul.is_none_or(|nul| valid < nul) {
                    return Err(self.refuse("is not UTF-8 text", &bytes, valid)?.into());
                }
                self.rest = bytes.split_off(valid);
                String::from_utf8(bytes)?
            }
        };
        if let Some(nul) = nul {
            return Err(self.refuse("has a NUL byte", text.as_bytes(), nul)?.into());
        }
        if self.taken == 0 && text.starts_with(BOM) {
            text.drain(..BOM.len());
            self.taken = BOM.len() as u64;
        }
        self.taken += text.len() as u64;
        self.before.pass(&text);
        Ok((!text.is_empty() || !self.ended).then_some(text))
    }

    /// Refuses the byte at `offset` of a block. The file is read once more, for what its encoding may be.
    fn refuse(&mut self, problem: &str, block: &[u8], offset: usize) -> Result<Failure> {
        let failed = |error: io::Error| unreadable(&self.shown_as, &error);
        let place = self.taken + offset as u64;
        let mut line = [&block[offset..], &self.rest].concat();
        (&mut self.reader).take(SHOWN).read_to_end(&mut line).map_err(failed)?;
        let valid = String::from_utf8_lossy(&block[..offset]);
        let valid = if self.taken == 0 { valid.strip_prefix(BOM).unwrap_or(&valid) } else { &valid };
        self.before.pass(valid);
        let location = self.before.location(&self.shown_as, &String::from_utf8_lossy(&line), 0);

        let mut guess = Guess::default();
        self.reader.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut bytes = Vec::with_capacity(SIZE);
        while (&mut self.reader).take(SIZE as u64).read_to_end(&mut bytes).map_err(failed)? > 0 {
            guess.add(&bytes);
            bytes.clear();
        }
        let name = guess.name();
        let looks = name.map(|name| format!("; it looks like {name}")).unwrap_or_default();
        let failure = Failure::input(format!("{} {problem} (byte {place}{looks})", self.shown_as));
        Ok(failure.at(location).next(match name {
            Some(name) => format!("iconv -f {name} -t UTF-8 {}", self.shown_as),
            None => "remove that byte".to_owned(),
        }))
    }
}

impl<R: Read + Seek> Iterator for Blocks<R> {
    type Item = Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let block = self.block().transpose();
        self.ended |= !matches!(block, Some(Ok(_)));
        block
    }
}

fn unreadable(shown_as: &str, error: &io::Error) -> Failure {
    Failure::input(format!("failed to read {shown_as}: {error}"))
}

fn no_file(shown_as: &str, what: &str) -> Failure {
    Failure::input(format!("{shown_as} is {what}")).next("put a regular file there")
}

fn unopened(path: &Path, shown_as: &str, error: &io::Error) -> Failure {
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_symlink() => no_file(shown_as, "a symbolic link"),
        Ok(about) if !about.is_file() => no_file(shown_as, "not a regular file"),
        _ => unreadable(shown_as, error),
    }
}
