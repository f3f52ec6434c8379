//! Statements put together so that a script costs few round trips.

use std::ops::Range;

use crate::sql::source::Source;
use crate::sql::split::Piece;

const LIMIT: usize = 32 * 1024;

/// Bytes of a script that are sent as one simple query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The bytes, from the start of the first statement to the end of the last.
    pub range: Range<usize>,
    /// Which pieces of the script these are; a COPY is always alone.
    pub pieces: Range<usize>,
}

/// Puts the pieces of a script together: up to 32 KiB of whole statements each, or one statement that is larger.
pub fn chunks(source: &Source, pieces: &[Piece]) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let range = piece.statement();
        match chunks.last_mut() {
            Some(last) if joins(source, last, &pieces[index - 1], piece) => {
                last.range.end = range.end;
                last.pieces.end = index + 1;
            }
            _ => chunks.push(Chunk { range, pieces: index..index + 1 }),
        }
    }
    chunks
}

fn joins(source: &Source, chunk: &Chunk, previous: &Piece, piece: &Piece) -> bool {
    let Piece::Statement { range: before, changes_strings: false } = previous else { return false };
    let Piece::Statement { range, .. } = piece else { return false };
    // A backslash between two statements is a `\restrict` line (or stands in a comment, which does no harm).
    let gap = &source.text[before.end..range.start];
    range.end - chunk.range.start <= LIMIT && !gap.contains('\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::split::split;

    fn shown(text: &str) -> Vec<String> {
        let source = Source::new("x.sql", text);
        let pieces = split(&source).unwrap();
        chunks(&source, &pieces).into_iter().map(|chunk| source.text[chunk.range].to_owned()).collect()
    }

    #[test]
    fn statements_are_joined_with_what_lies_between() {
        assert_eq!(shown(" a; -- x\n;b; c "), ["a; -- x\n;b; c"]);
    }

    #[test]
    fn what_must_be_alone_is_alone() {
        assert_eq!(
            shown("a;\nCOPY t FROM stdin;\n1\n\\.\nb;\n\\restrict k\nc;"),
            ["a;", "COPY t FROM stdin;", "b;", "c;"]
        );
        let set = "SET standard_conforming_strings = off;";
        assert_eq!(shown(&format!("a; {set} b;")), [&format!("a; {set}"), "b;"]);
    }

    #[test]
    fn chunks_stay_small() {
        let statement = format!("select '{}';", "x".repeat(10_000));
        let large = format!("select '{}';", "x".repeat(100_000));
        assert_eq!(shown(&[statement.as_str(); 7].join("\n")).len(), 3);
        assert_eq!(shown(&format!("a; {large} b;")).len(), 3);
    }
}
