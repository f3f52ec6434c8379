//! The report as annotations that GitHub puts beside the lines of the manifest.

use std::fmt::Write;

use serde_json::Value;

use super::sides;
use crate::diff::Severity;
use crate::verify::{Finding, Verification};

/// The report as workflow commands; `file` is the manifest, and `manifest` its text.
/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
pub fn github(verification: &Verification, file: &str, manifest: &str) -> String {
    let mut out = String::new();
    for finding in &verification.findings {
        let level = match finding.severity {
            _ if verification.fails(finding) => "error",
            Severity::Info => "notice",
            _ => "warning",
        };
        let (expected, actual) = sides(finding);
        let property = finding.property.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        let title = property_text(&format!("{} {}", finding.what, finding.kind));
        let message = data(&format!("{}{property}: expected {expected}, there is {actual}", finding.object));
        let (file, line) = (property_text(file), line(finding, manifest));
        let _ = writeln!(out, "::{level} file={file},line={line},title={title}::{message}");
    }
    out
}

/// The line where the names that lead to a finding stand one after another; the first line if they do not.
fn line(finding: &Finding, manifest: &str) -> usize {
    let mut at = 0;
    for name in finding.path.iter().chain(&finding.property) {
        let quoted = Value::from(name.as_str()).to_string();
        match manifest[at..].find(&quoted) {
            Some(found) => at += found + 1,
            None => break,
        }
    }
    manifest[..at].matches('\n').count() + 1
}

/// Text after the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text within the first `::…::`.
fn property_text(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
