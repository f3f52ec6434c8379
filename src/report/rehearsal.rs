//! A rehearsal: for each script what its statements lock and write anew, and what of that will be long where the tables
//! are not empty.

use std::fmt::Write;

use comfy_table::{CellAlignment, ContentArrangement, Table};
use serde_json::{Value, json};

use super::table::paint;
use crate::migrate::{Lock, Rehearsed, Size, Strength, Watched};
use crate::output::{escape, table as table_with};

/// How many objects that could not be copied are named.
const SHOWN: usize = 20;

/// What came of a rehearsal.
pub struct Rehearsal<'a> {
    /// The scripts.
    pub scripts: &'a [Rehearsed],
    /// How much the target has in a relation.
    pub size: &'a dyn Fn(&str) -> Size,
    /// The role that the scripts ran as.
    pub role: &'a str,
    /// The statements of the copy that could not be run, each with what the server said.
    pub not_copied: &'a [(String, String)],
}

impl Rehearsal<'_> {
    /// Whether a lock keeps others from writing what the target has rows in.
    fn blocks(&self, lock: &Lock) -> bool {
        lock.strength >= Strength::Share && (self.size)(&lock.relation).filled
    }

    /// Whether a statement holds up everybody who uses a table that the target has rows in.
    fn is_heavy(&self, watched: &Watched) -> bool {
        let stops_all = |lock: &Lock| lock.strength == Strength::AccessExclusive && self.blocks(lock);
        watched.locks.iter().any(stops_all) || watched.rewritten.iter().any(|name| (self.size)(name).filled)
    }

    /// What a statement does to relations, a line for each.
    fn effects(&self, watched: &Watched) -> Vec<String> {
        let told = watched.locks.iter().filter(|lock| lock.strength > Strength::AccessShare);
        let mut lines: Vec<String> = told
            .map(|lock| {
                let anew = watched.rewritten.contains(&lock.relation);
                let amount = if self.blocks(lock) || anew { self.amount(&lock.relation) } else { String::new() };
                let anew = if anew { ", written anew" } else { "" };
                format!("{} {}{anew}{amount}", lock.strength.name(), escape(&lock.relation))
            })
            .collect();
        let locked = |name: &str| watched.locks.iter().any(|lock| lock.relation == name);
        let only_rewritten = watched.rewritten.iter().filter(|name| !locked(name));
        lines.extend(only_rewritten.map(|name| format!("{} written anew{}", escape(name), self.amount(name))));
        lines
    }

    /// How much the target has of it, if anything.
    fn amount(&self, name: &str) -> String {
        let size = (self.size)(name);
        if size.filled { format!(" ({})", size_in_words(size)) } else { String::new() }
    }
}

/// It, for people.
pub fn text(rehearsal: &Rehearsal<'_>, color: bool) -> String {
    let mut out = String::new();
    for script in rehearsal.scripts {
        let alone = if script.one_by_one { " (statement by statement)" } else { "" };
        let _ = writeln!(out, "{}{alone}\n", paint(&escape(&script.file), "1", color));
        if !script.statements.is_empty() {
            let _ = writeln!(out, "{}\n", statements(rehearsal, script).trim_fmt());
        }
        if let Some(failure) = &script.failure {
            let _ = writeln!(out, "{} {failure}\n", paint("FAILED", "31", color));
        }
    }
    out += &not_copied(rehearsal);
    let heavy = rehearsal.scripts.iter().flat_map(|script| &script.statements);
    let heavy = heavy.filter(|watched| rehearsal.is_heavy(watched)).count();
    if heavy > 0 {
        let words = if heavy == 1 { "statement keeps" } else { "statements keep" };
        let text = format!("! {heavy} {words} everybody from a table with rows until the script ends");
        let _ = writeln!(out, "{}", paint(&text, "33", color));
    }
    let _ = writeln!(
        out,
        "Run as {} on a copy without rows: times are those of empty tables.\nThe target was read and not touched.",
        escape(rehearsal.role)
    );
    out
}

fn statements(rehearsal: &Rehearsal<'_>, script: &Rehearsed) -> Table {
    let mut table = table_with(["", "line", "statement", "time", "rows", "locks"]);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    if !table.is_tty() {
        table.set_width(120);
    }
    for at in [1, 3, 4] {
        if let Some(column) = table.column_mut(at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for watched in &script.statements {
        let mark = if rehearsal.is_heavy(watched) { "!" } else { "" };
        let (time, rows) = match watched.left_out {
            true => ("left out".to_owned(), String::new()),
            false => (time(watched), watched.rows.to_string()),
        };
        let rows = if watched.rows == 0 { String::new() } else { rows };
        table.add_row([
            mark.to_owned(),
            watched.line.to_string(),
            escape(&watched.text),
            time,
            rows,
            rehearsal.effects(watched).join("\n"),
        ]);
    }
    table
}

fn time(watched: &Watched) -> String {
    format!("{:.1} ms", watched.took.as_secs_f64() * 1000.0)
}

fn not_copied(rehearsal: &Rehearsal<'_>) -> String {
    let mut out = String::new();
    if !rehearsal.not_copied.is_empty() {
        out += "The copy lacks what these make:\n";
    }
    for (sql, said) in rehearsal.not_copied.iter().take(SHOWN) {
        let line: String = sql.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(100).collect();
        let _ = writeln!(out, "  {}: {}", escape(&line), escape(said));
    }
    let rest = rehearsal.not_copied.len().saturating_sub(SHOWN);
    if rest > 0 {
        let _ = writeln!(out, "  and {rest} more, all of which --json has");
    }
    if out.is_empty() { out } else { out + "\n" }
}

/// `about 1.2 million rows, 98 MB`.
fn size_in_words(size: Size) -> String {
    let rows = match size.rows {
        rows if rows >= 1_000_000 => {
            format!("about {}.{} million rows", rows / 1_000_000, rows % 1_000_000 / 100_000)
        }
        rows if rows >= 10_000 => format!("about {} thousand rows", rows / 1000),
        rows if rows > 0 => format!("about {rows} rows"),
        _ => "rows not counted".to_owned(),
    };
    let bytes = match size.bytes {
        bytes if bytes >= 10 << 30 => format!("{} GB", bytes >> 30),
        bytes if bytes >= 10 << 20 => format!("{} MB", bytes >> 20),
        bytes => format!("{} kB", bytes >> 10),
    };
    format!("{rows}, {bytes}")
}

/// It, for programs.
pub fn value(rehearsal: &Rehearsal<'_>) -> Value {
    let scripts = rehearsal.scripts.iter().map(|script| {
        let statements = script.statements.iter().map(|watched| statement(rehearsal, watched));
        let failure = script.failure.as_ref().map(|failure| {
            json!({
                "message": failure.message, "text": failure.to_string(),
                "sqlstate": failure.server.as_ref().map(|said| &said.sqlstate),
                "at": failure.location.as_ref().map(|at| format!("{}:{}:{}", at.file, at.line, at.column)),
            })
        });
        json!({
            "file": script.file, "one_by_one": script.one_by_one, "statements": statements.collect::<Vec<_>>(),
            "failure": failure,
        })
    });
    let not_copied = rehearsal.not_copied.iter().map(|(sql, said)| json!({ "sql": sql, "said": said }));
    json!({
        "scripts": scripts.collect::<Vec<_>>(), "run_as": rehearsal.role, "not_copied": not_copied.collect::<Vec<_>>(),
    })
}

fn statement(rehearsal: &Rehearsal<'_>, watched: &Watched) -> Value {
    let locks = watched.locks.iter().map(|lock| {
        let size = (rehearsal.size)(&lock.relation);
        json!({ "relation": lock.relation, "mode": lock.strength.name(), "target_rows": size.rows, "target_bytes": size.bytes })
    });
    json!({
        "number": watched.number, "line": watched.line, "text": watched.text,
        "duration_ms": watched.took.as_secs_f64() * 1000.0, "rows": watched.rows,
        "locks": locks.collect::<Vec<_>>(), "rewritten": watched.rewritten, "left_out": watched.left_out,
        "heavy": rehearsal.is_heavy(watched),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded() {
        let of = |rows, bytes| size_in_words(Size { rows, bytes, filled: true });
        assert_eq!(of(12_345_678, 30 << 30), "about 12.3 million rows, 30 GB");
        assert_eq!(of(123_456, 98 << 20), "about 123 thousand rows, 98 MB");
        assert_eq!(of(7, 8192), "about 7 rows, 8 kB");
        assert_eq!(of(0, 8192), "rows not counted, 8 kB");
    }
}
