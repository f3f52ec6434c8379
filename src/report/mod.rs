//! What a verification came to, in words for people and as data for programs. It names no kind.

mod github;
mod json;
mod junit;
mod markdown;
mod rehearsal;
mod table;

use serde_json::Value;

use crate::catalog::Section;
use crate::diff::Severity;
use crate::verify::{Finding, Line, Verification};

pub use github::github;
pub use json::value;
pub use junit::junit;
pub use markdown::markdown;
pub use rehearsal::{Rehearsal, text as rehearsal, value as rehearsal_value};
pub use table::table;

/// The lines that a report shows, each with how many things it counts.
fn lines(verification: &Verification) -> Vec<(Section, Option<&Line>)> {
    let found = |section: Section| verification.findings.iter().any(|finding| finding.section == section);
    let shown = |section: &Section| section.always() || verification.lines.contains_key(section) || found(*section);
    Section::ALL.into_iter().filter(shown).map(|section| (section, verification.lines.get(&section))).collect()
}

/// "157 of 158 columns, 37 constraints": what was checked along with the things that a line counts.
fn also(line: &Line) -> String {
    let words = line.also.iter().map(|(group, count)| {
        let good = if count.good < count.expected { format!("{} of ", count.good) } else { String::new() };
        format!("{good}{} {}", count.expected, group.replace('_', " "))
    });
    words.collect::<Vec<_>>().join(", ")
}

/// A value as people read it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.is_empty() => "none".to_owned(),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// The word for a finding, with its severity where that is not the usual one.
fn mark(finding: &Finding) -> String {
    let what = finding.what;
    match finding.severity {
        _ if finding.accepted => format!("{what} (accepted)"),
        Severity::Error => what.to_owned(),
        Severity::Danger => format!("{what} (DANGER)"),
        severity => format!("{what} ({})", severity.name()),
    }
}

/// What was expected and what is there, in words.
fn sides(finding: &Finding) -> (String, String) {
    match finding.what {
        "missing" => (String::from("is there"), String::from("missing")),
        "not measured" => (String::new(), plain(&finding.actual)),
        "unexpected" => (String::from("not there"), String::from("is there")),
        _ => (plain(&finding.expected), plain(&finding.actual)),
    }
}

/// The line diff of two long texts, or nothing if one of them is short.
fn text_diff(finding: &Finding) -> Option<String> {
    let (Value::String(expected), Value::String(actual)) = (&finding.expected, &finding.actual) else { return None };
    if finding.what != "changed" || !expected.contains('\n') && !actual.contains('\n') {
        return None;
    }
    let diff = similar::TextDiff::from_lines(expected.as_str(), actual.as_str());
    let text =
        diff.unified_diff().context_radius(2).header("expected", "actual").missing_newline_hint(false).to_string();
    Some(if text.ends_with('\n') { text } else { text + "\n" })
}
