//! The report for a terminal: a line for each section, then a table of what is wrong, then the texts line by line.

use std::fmt::Write;

use comfy_table::{ContentArrangement, Table};

use super::{also, lines, mark, sides, text_diff};
use crate::catalog::Section;
use crate::output::{escape, table as table_with};
use crate::verify::{Finding, Line, Verification};

/// Cells longer than this are cut; the whole text stands in `--json`.
const CELL: usize = 300;

/// How many statements that mend something are shown; all stand in `--json`.
const STATEMENTS: usize = 40;

/// The report in human form.
pub fn table(verification: &Verification, color: bool) -> String {
    let mut out = String::new();
    for (section, line) in lines(verification) {
        let title = section.title();
        let (mark, word, shade) = match line {
            _ if !verification.section_passed(section) => ("❌", "FAILED", "31"),
            None => ("➖", "NOT CHECKED", "33"),
            Some(_) => ("✅", "PASSED", "32"),
        };
        let count = line.map(counted).unwrap_or_default();
        let unexpected = unexpected(verification, section);
        let text = format!("{mark} {} - {title:<15} {count}{unexpected}", paint(word, shade, color));
        let _ = writeln!(out, "{}", text.trim_end());
    }
    if !verification.findings.is_empty() {
        let _ = write!(out, "\n{}\n", findings(&verification.findings).trim_fmt());
    }
    for what in &verification.not_measured {
        let _ = writeln!(out, "\nnot measured: {}", escape(what));
    }
    for note in verification.findings.iter().filter_map(|finding| finding.note.as_ref()) {
        let _ = writeln!(out, "\nnote: {}", escape(note));
    }
    for finding in &verification.findings {
        if let Some(diff) = text_diff(finding) {
            let property = finding.property.as_deref().unwrap_or_default();
            let _ =
                write!(out, "\n{} of {} {}\n{}", property, finding.kind, escape(&finding.object), shaded(&diff, color));
        }
    }
    out += &mending(verification);
    out
}

/// The statements that would bring back what is missing and take away what is not expected.
fn mending(verification: &Verification) -> String {
    let statements: Vec<&String> = verification.findings.iter().flat_map(|finding| &finding.fix).collect();
    let mut out = String::new();
    if !statements.is_empty() {
        out += "\nwhat would mend it (nothing was run):\n";
    }
    for statement in statements.iter().take(STATEMENTS) {
        let _ = writeln!(out, "{};", escape(statement));
    }
    let rest = statements.len().saturating_sub(STATEMENTS);
    if rest > 0 {
        let _ = writeln!(out, "-- and {rest} more, all of which --json has");
    }
    out
}

fn counted(line: &Line) -> String {
    let count = if line.count.expected == 0 {
        String::new()
    } else {
        format!("{} of {}", line.count.good, line.count.expected)
    };
    let also = also(line);
    if also.is_empty() { count } else { format!("{count:<12} {also}") }
}

/// How many things fail a section only because nobody expects them: no count of the expected shows them.
fn unexpected(verification: &Verification, section: Section) -> String {
    let mut findings = verification.findings.iter();
    let is_one =
        |finding: &&Finding| finding.section == section && verification.fails(finding) && finding.what == "unexpected";
    match findings.by_ref().filter(is_one).map(|finding| finding.count).sum::<usize>() {
        0 => String::new(),
        count => format!(", {count} unexpected"),
    }
}

fn findings(findings: &[Finding]) -> Table {
    let mut table = table_with(["", "what", "expected", "there is"]);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    if !table.is_tty() {
        table.set_width(140);
    }
    for finding in findings {
        let (expected, actual) = match text_diff(finding) {
            Some(_) => ("see below".to_owned(), "see below".to_owned()),
            None => sides(finding),
        };
        let property = finding.property.as_ref().map(|property| format!(": {property}")).unwrap_or_default();
        let what = format!("{} {}{property}", finding.kind, finding.object);
        table.add_row([mark(finding), escape(&what), cut(&expected), cut(&actual)]);
    }
    table
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((at, _)) => escape(&text[..at]) + " …",
        None => escape(text),
    }
}

pub(super) fn paint(text: &str, shade: &str, color: bool) -> String {
    if color { format!("\u{1b}[{shade}m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn shaded(diff: &str, color: bool) -> String {
    let shade = |line: &str| match line.chars().next() {
        Some('+') => paint(&escape(line), "32", color),
        Some('-') => paint(&escape(line), "31", color),
        _ => escape(line),
    };
    diff.lines().map(|line| shade(line) + "\n").collect()
}
