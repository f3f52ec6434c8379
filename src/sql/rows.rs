//! The rows of a COPY in a script: they end at a line `\.`, whatever else they hold.

use std::ops::Range;

use memchr::{memchr, memmem, memrchr};

use crate::error::{Failure, Location};
use crate::sql::source::Source;

/// Rows at the start of a text that go on from the text before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// Their bytes, without the line `\.`.
    pub data: Range<usize>,
    /// They go on in the next text too.
    pub more: bool,
}

/// Where the rows of a COPY end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// At a line `\.`.
    Line {
        /// Where it begins.
        start: usize,
        /// Where it ends, before its line feed.
        end: usize,
    },
    /// Not before this place; what is behind it may be the beginning of the line `\.`.
    Beyond(usize),
}

/// Where the rows that begin or go on at byte `from` end; `more` says whether text follows that is not there yet.
pub fn end(source: &Source, from: usize, more: bool) -> End {
    let bytes = source.text.as_bytes();
    let begins_line = source.begins_line(from);
    let first = (begins_line && bytes[from..].starts_with(b"\\.")).then_some(from);
    let others = memmem::find_iter(&bytes[from..], b"\n\\.").map(|at| from + at + 1);
    for start in first.into_iter().chain(others) {
        let length = memchr(b'\n', &bytes[start..]);
        let end = length.map_or(bytes.len(), |length| start + length);
        if matches!(&bytes[start + 2..end], b"" | b"\r") && (length.is_some() || !more) {
            return End::Line { start, end };
        }
    }
    let last_line = memrchr(b'\n', &bytes[from..]).map(|at| from + at + 1).or(begins_line.then_some(from));
    End::Beyond(last_line.filter(|start| b"\\.\r".starts_with(&bytes[*start..])).unwrap_or(bytes.len()))
}

/// The refusal of the COPY at `place`, whose rows have no end.
pub fn endless(place: Location) -> anyhow::Error {
    let message = r"the rows of this COPY never end: there is no line `\.` after them";
    let next = r"put the rows below `COPY … FROM STDIN;` and a line `\.` at their end";
    Failure::input(message).at(place).next(next).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_line_of_its_own_ends_them() {
        let found = |text: &str, more| end(&Source::new("x.sql", text), 0, more);
        assert_eq!(found("\\.\n", true), End::Line { start: 0, end: 2 });
        assert_eq!(found("1\n\\.\r\nselect", true), End::Line { start: 2, end: 5 });
        assert_eq!(found("1\n\\.", false), End::Line { start: 2, end: 4 });
        assert_eq!(found("1\n\\.x\n\\\\.\n", true), End::Beyond(10));
        for kept in ["", "\\", "\\.", "\\.\r"] {
            assert_eq!(found(&format!("1\n{kept}"), true), End::Beyond(2));
        }
        let mut source = Source::new("x.sql", "\\.\n1");
        source.before.pass("a");
        assert_eq!(end(&source, 0, true), End::Beyond(4));
    }
}
