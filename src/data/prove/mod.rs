//! Says whether a data migration is right: its checks hold, and the queries that it compares have the same rows.

mod check;
mod compare;
mod place;

use std::fmt::Write;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Name, Script};
use crate::db::{Session, failure_of, snapshot};
use crate::output::escape;

pub use check::checks;
pub use compare::compare;

/// How many rows that are wrong are shown of one rule; the others are counted.
const SHOWN: usize = 20;

/// Values longer than this many characters are cut.
const CELL: usize = 200;

/// One snapshot, in which queries mean what they mean to the role elsewhere. What is set changes only how long they may
/// take and how values are printed, so that no digit of a number is lost, and has rows that a policy hides refused rather
/// than left out.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path TO DEFAULT;
SET LOCAL row_security = off;
SET LOCAL extra_float_digits = 3;
SET LOCAL bytea_output = 'hex';
SET LOCAL jit = off;
SET LOCAL work_mem = '64MB';
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL statement_timeout = 0";

/// What a rule came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// What it is called.
    pub name: String,
    /// Whether it holds.
    pub held: bool,
    /// How many rows it looked at: those that a check returned, or those that should be there.
    pub count: u64,
    /// How many rows are wrong.
    pub wrong: u64,
    /// What is wrong, a line each; of many rows the first.
    pub said: Vec<String>,
}

/// Runs the sections `verify` and `compare` of a script, in one snapshot.
///
/// # Errors
/// Bad input, with the place, or what the server said.
pub async fn prove(session: &Session, script: &Script) -> Result<Vec<Proven>> {
    let begun = session.client.batch_execute(BEGIN).await;
    begun.map_err(|error| failure_of(&error, format!("{} could not be verified", script.path)))?;
    let proven = measure(session, script).await;
    let ended = snapshot::end(session).await;
    let proven = proven?;
    ended.map(|()| proven)
}

async fn measure(session: &Session, script: &Script) -> Result<Vec<Proven>> {
    let mut proven = checks(&session.client, script.statements(Name::Verify)).await?;
    proven.extend(compare(&session.client, script.statements(Name::Compare)).await?);
    Ok(proven)
}

/// What rules came to, for people: a line each, and beneath it what is wrong.
pub fn text(proven: &[Proven]) -> String {
    let mut out = String::new();
    for rule in proven {
        let (mark, word) = if rule.held { ("✅", "PASSED") } else { ("❌", "FAILED") };
        let rows = if rule.count == 1 { "row" } else { "rows" };
        let _ = writeln!(out, "{mark} {word} - {} ({} {rows})", escape(&rule.name), rule.count);
        for line in &rule.said {
            let _ = writeln!(out, "   {}", escape(line).replace('\n', "\n   "));
        }
    }
    out
}

/// What rules came to, for programs.
pub fn value(proven: &[Proven]) -> Value {
    let rule = |rule: &Proven| json!({ "name": rule.name, "held": rule.held, "count": rule.count, "wrong": rule.wrong, "said": rule.said });
    proven.iter().map(rule).collect()
}

/// A value as it is shown.
fn cut(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Says how many rows there are beyond those that are shown.
fn more(said: &mut Vec<String>, wrong: u64, shown: usize) {
    let rest = wrong.saturating_sub(u64::try_from(shown).unwrap_or(u64::MAX));
    if rest > 0 {
        said.push(format!("and {rest} more"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_told_in_lines() {
        let held = Proven { name: "a".to_owned(), held: true, count: 1, wrong: 0, said: vec![] };
        let said = vec!["id=1\u{1b}".to_owned(), "id=2\nx".to_owned()];
        let broken = Proven { name: "b".to_owned(), held: false, count: 2, wrong: 2, said };
        let told = text(&[held, broken]);
        assert_eq!(told, "✅ PASSED - a (1 row)\n❌ FAILED - b (2 rows)\n   id=1\\u{1b}\n   id=2\n   x\n");
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        assert_eq!(cut(&"é".repeat(CELL)), "é".repeat(CELL));
        assert_eq!(cut(&"é".repeat(CELL + 1)), "é".repeat(CELL) + "…");
    }
}
