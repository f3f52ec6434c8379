//! The report for a pull request or a wiki page.

use std::fmt::Write;

use super::{also, lines, mark, sides, text_diff};
use crate::output::escape;
use crate::verify::Verification;

/// The report as Markdown.
pub fn markdown(verification: &Verification) -> String {
    let mut out = String::from("| | section | as expected | also checked |\n|---|---|---|---|\n");
    for (section, line) in lines(verification) {
        let word = match line {
            _ if !verification.section_passed(section) => "❌ FAILED",
            None => "➖ NOT CHECKED",
            Some(_) => "✅ PASSED",
        };
        let (count, also) = line
            .map(|line| (format!("{} of {}", line.count.good, line.count.expected), also(line)))
            .unwrap_or_default();
        let _ = writeln!(out, "| {word} | {} | {count} | {also} |", section.title());
    }
    if !verification.findings.is_empty() {
        out.push_str("\n| finding | what | expected | there is |\n|---|---|---|---|\n");
    }
    for finding in &verification.findings {
        let (expected, actual) = sides(finding);
        let property = finding.property.as_ref().map(|property| format!(", {property}")).unwrap_or_default();
        let mark = mark(finding);
        let what = cell(&format!("{} {}{property}", finding.kind, finding.object));
        let _ = writeln!(out, "| {mark} | {what} | {} | {} |", cell(&expected), cell(&actual));
    }
    for what in &verification.not_measured {
        let _ = writeln!(out, "\nNot measured: {}", cell(what));
    }
    for finding in &verification.findings {
        if let Some(diff) = text_diff(finding) {
            let _ = write!(out, "\n{} {}\n\n````diff\n{}````\n", finding.kind, cell(&finding.object), escape(&diff));
        }
    }
    out
}

/// Text from a server in one cell: nothing in it ends the cell, makes a link or runs.
fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in escape(text).chars() {
        match character {
            '\n' => safe.push_str("<br>"),
            '<' => safe.push_str("&lt;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' => safe.extend(['\\', character]),
            other => safe.push(other),
        }
    }
    safe
}
