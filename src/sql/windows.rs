//! The pieces of a script of any size, read in windows of about 1 MiB.

use std::ops::Range;
use std::path::Path;

use anyhow::Result;

use crate::sql::blocks::{self, Blocks};
use crate::sql::rows::Rows;
use crate::sql::source::Source;
use crate::sql::split::{self, Piece, Splitter, State};

/// How much is read behind what is refused, to show the rest of its line.
const SHOWN: usize = 512;

/// A part of a script that is whole statements and rows; the parts of a script are all of its text, in order.
///
/// Whoever sends it goes through it like this: send `rows`, and end that COPY unless `rows.more`; then send `pieces`, and
/// leave the COPY that is the last of them open if `more`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The text, about 1 MiB or one statement that is larger, and where in the file it is.
    pub source: Source,
    /// How many pieces lie before this window.
    pub first: usize,
    /// Rows of the last COPY before this window, at the start of the text.
    pub rows: Option<Rows>,
    /// What begins in this window; nothing, if there are only rows or blanks.
    pub pieces: Vec<Piece>,
    /// The last piece is a COPY whose rows go on in the next window.
    pub more: bool,
}

/// The windows of a part of a script. A script of up to 1 MiB is exactly one, with the pieces of [`split::split`]; one is
/// an error where `split` has one, and then it is the last.
pub struct Windows {
    blocks: Blocks,
    /// How much text of the file is still to be left out at its start.
    skip: u64,
    /// How much text is then to be read.
    left: u64,
    /// The block that comes next, read ahead to know that there is one.
    next: Option<Result<String>>,
    /// The text that is in no window yet.
    source: Source,
    state: State,
    size: usize,
    limit: usize,
    begun: bool,
    ended: bool,
}

impl Windows {
    /// Opens the script at `path`, which messages call `shown_as`. Only the bytes in `range` are read as a script, counted
    /// without a byte order mark; they begin and end between characters.
    ///
    /// # Errors
    /// It cannot be opened, or is not a regular file.
    pub fn open(path: &Path, shown_as: &str, range: Range<u64>) -> Result<Self> {
        Ok(Windows {
            blocks: Blocks::open(path, shown_as)?,
            skip: range.start,
            left: range.end.saturating_sub(range.start),
            next: None,
            source: Source::new(shown_as, ""),
            state: State::default(),
            size: blocks::SIZE,
            limit: split::LIMIT,
            begun: false,
            ended: false,
        })
    }

    /// Makes windows of about `size` bytes.
    #[must_use]
    pub fn with_size(self, size: usize) -> Self {
        Windows { blocks: self.blocks.with_size(size), size: size.max(1), ..self }
    }

    /// The text that comes next in the range.
    fn read(&mut self) -> Option<Result<String>> {
        while self.left > 0 {
            let mut text = match self.blocks.next()? {
                Ok(text) => text,
                Err(error) => return Some(Err(error)),
            };
            let skipped = cut(&text, self.skip);
            self.source.before.pass(&text[..skipped]);
            self.skip -= skipped as u64;
            if skipped < text.len() {
                text.drain(..skipped);
                let length = cut(&text, self.left);
                self.left = if length < text.len() { 0 } else { self.left - length as u64 };
                text.truncate(length);
                return Some(Ok(text));
            }
        }
        None
    }

    /// Reads on until there are `length` bytes of text, or the script is at its end.
    fn fill(&mut self, length: usize) -> Result<()> {
        if !std::mem::replace(&mut self.begun, true) {
            self.next = self.read();
        }
        while self.source.text.len() < length
            && let Some(block) = self.next.take()
        {
            let block = block?;
            if self.source.text.is_empty() {
                self.source.text = block;
            } else {
                self.source.text.push_str(&block);
            }
            self.next = self.read();
        }
        Ok(())
    }

    fn window(&mut self) -> Result<Window> {
        self.fill(self.size)?;
        loop {
            let more = self.next.is_some();
            let mut splitter = Splitter::resume(&self.source, self.state.clone(), more, self.limit);
            let found = splitter.rows().and_then(|rows| Ok((rows, splitter.by_ref().collect::<Result<Vec<_>>>()?)));
            let end = if more { splitter.settled } else { self.source.text.len() };
            let length = self.source.text.len();
            match found {
                Ok((rows, pieces)) if end > 0 || !more => {
                    let after = splitter.state;
                    return Ok(self.take(end, rows, pieces, after));
                }
                Ok(_) if length > self.limit => return Err(splitter.too_large(0)),
                Ok(_) => self.fill(length + length.div_ceil(2).max(self.size))?,
                Err(error) if !more => return Err(error),
                // The place is right, and so is the refusal; the rest of its line may be missing.
                Err(error) => {
                    self.fill(length + SHOWN)?;
                    let mut splitter = Splitter::resume(&self.source, self.state.clone(), more, self.limit);
                    let again = splitter.rows().and_then(|_| splitter.collect::<Result<Vec<_>>>());
                    return Err(again.err().unwrap_or(error));
                }
            }
        }
    }

    fn take(&mut self, end: usize, rows: Option<Rows>, pieces: Vec<Piece>, after: State) -> Window {
        let rest = self.source.text.split_off(end);
        let source = std::mem::replace(&mut self.source, Source { text: rest, ..Source::default() });
        self.source.path.clone_from(&source.path);
        self.source.before = source.before.clone();
        self.source.before.pass(&source.text);
        let more = after.copying.is_some() && !pieces.is_empty();
        let first = std::mem::replace(&mut self.state, after).count;
        self.ended = self.next.is_none();
        Window { source, first, rows, pieces, more }
    }
}

impl Iterator for Windows {
    type Item = Result<Window>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let window = self.window();
        self.ended |= window.is_err();
        Some(window)
    }
}

/// The last place between two characters of `text` that is not behind byte `most`.
fn cut(text: &str, most: u64) -> usize {
    text.floor_char_boundary(usize::try_from(most).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(text: &str, size: usize) -> Windows {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sql");
        std::fs::write(&path, text).unwrap();
        Windows::open(&path, "a.sql", 0..u64::MAX).unwrap().with_size(size)
    }

    #[test]
    fn a_statement_that_no_message_can_hold_is_refused_with_its_number_and_place() {
        for text in ["a;\n b;\n select 1234567890;", "a; b;\n select 1234567890 1234567890 1234567890 1234567890;"] {
            let mut windows = windows(text, 4);
            windows.limit = 10;
            let refusal = windows.find_map(Result::err).unwrap().to_string();
            assert!(refusal.contains("statement 3 is larger") && refusal.contains(":2"), "{refusal}");
        }
    }
}
