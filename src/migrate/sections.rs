//! The parts of one file that has both directions in it, and what other tools' comments say about transactions.

use std::ops::Range;

use anyhow::Result;

use crate::error::Failure;
use crate::sql::Source;

/// The comments that begin the part that is applied, and those that begin the part that takes it back: dbmate's,
/// goose's, sql-migrate's, tern's.
const UP: [&str; 3] = ["migrate:up", "+goose up", "+migrate up"];
const DOWN: [&str; 4] = ["migrate:down", "+goose down", "+migrate down", "-- create above / drop below ----"];

/// Other tools' words for "each statement on its own", as whole comments and at the end of the comments above.
const NO_TRANSACTION: [&str; 4] = ["no-transaction", "+goose no transaction", "atlas:txmode none", "! no-transaction"];
const NO_TRANSACTION_HERE: [&str; 2] = ["transaction:false", "notransaction"];

/// What a file has in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sections {
    /// The bytes that are applied.
    pub up: Range<usize>,
    /// The bytes that take it back.
    pub down: Option<Range<usize>>,
    /// Whether a comment of another tool wants each statement on its own.
    pub no_transaction: bool,
}

/// Finds the parts of a script.
///
/// # Errors
/// With the place, where the parts do not follow each other once.
pub fn sections(source: &Source) -> Result<Sections> {
    let mut sections = Sections { up: 0..source.text.len(), ..Sections::default() };
    if !source.text.contains("--") {
        return Ok(sections);
    }
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        if let Some(comment) = line.trim().strip_prefix("--") {
            sections.take(source, at, &comment.trim_start().to_ascii_lowercase())?;
        }
        at += line.len();
    }
    Ok(sections)
}

impl Sections {
    fn take(&mut self, source: &Source, at: usize, comment: &str) -> Result<()> {
        let begins = |marks: &[&str]| {
            marks
                .iter()
                .any(|mark| comment.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
        };
        let (up, down) = (begins(&UP), begins(&DOWN));
        if self.down.is_some() && (up || down) {
            return Err(Failure::input(
                "a script has one part that goes up and one that goes down, and here begins a third",
            )
            .at(source.location(at))
            .next("make a script of its own of it")
            .into());
        }
        if down {
            self.up.end = at;
            self.down = Some(at..source.text.len());
        }
        let said_here = up && NO_TRANSACTION_HERE.iter().any(|words| comment.ends_with(words));
        self.no_transaction |= said_here || NO_TRANSACTION.contains(&comment);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Sections> {
        sections(&Source::new("x.sql", text))
    }

    #[test]
    fn the_parts_of_every_tool_are_found() {
        for (up, down) in [
            ("-- migrate:up\n", "-- migrate:down\n"),
            ("--migrate:up transaction:true\r\n", "-- migrate:down transaction:false\r\n"),
            ("-- +goose Up\n", "-- +goose Down\n"),
            ("-- +migrate Up\n", "-- +migrate Down\n"),
            ("", "---- create above / drop below ----\n"),
        ] {
            let text = format!("{up}create table a ();\n{down}drop table a;\n");
            let sections = of(&text).unwrap();
            assert_eq!(&text[sections.up.clone()], format!("{up}create table a ();\n"));
            assert_eq!(&text[sections.down.unwrap()], format!("{down}drop table a;\n"));
            assert!(!sections.no_transaction, "{text}");
        }
        assert_eq!(of("select '-- migrate:down'; -- +goose downwards\n").unwrap().down, None);
        assert!(of("-- migrate:up\n-- migrate:down\n-- migrate:up\n").unwrap_err().to_string().contains("x.sql:3:1"));
    }

    #[test]
    fn statements_on_their_own_are_asked_for_in_many_words() {
        for text in [
            "-- no-transaction\nvacuum;",
            "-- +goose NO TRANSACTION\nvacuum;",
            "-- atlas:txmode none\n",
            "--! no-transaction\n",
            "-- migrate:up transaction:false\n",
            "-- +migrate Up notransaction\n",
        ] {
            assert!(of(text).unwrap().no_transaction, "{text}");
        }
        assert!(!of("-- there is no-transaction here\n").unwrap().no_transaction);
    }
}
