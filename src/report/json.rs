//! The report as data.

use serde_json::{Value, json};

use super::lines;
use crate::verify::Verification;

/// The report under `result` in `--json`.
pub fn value(verification: &Verification) -> Value {
    let sections = lines(verification).into_iter().map(|(section, line)| {
        let line = line.cloned();
        json!({
            "name": section.title(),
            "passed": verification.section_passed(section),
            "checked": line.is_some(),
            "expected": line.as_ref().map_or(0, |line| line.count.expected),
            "good": line.as_ref().map_or(0, |line| line.count.good),
            "also": line.map(|line| line.also).unwrap_or_default(),
        })
    });
    let findings = verification.findings.iter().map(|finding| {
        json!({
            "section": finding.section.title(), "kind": finding.kind, "object": finding.object, "finding": finding.what,
            "severity": finding.severity, "fails": verification.fails(finding), "accepted": finding.accepted,
            "property": finding.property, "expected": finding.expected, "actual": finding.actual,
            "count": finding.count, "note": finding.note, "fix": finding.fix,
        })
    });
    json!({
        "passed": verification.passed(), "checked": verification.checked(),
        "sections": sections.collect::<Vec<_>>(), "findings": findings.collect::<Vec<_>>(),
        "not_measured": verification.not_measured,
    })
}
