//! Findings that somebody has looked at and lets be, in a file that only gets shorter: what is no longer found leaves it,
//! and what is new does not get in.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Finding, Verification};
use crate::error::Failure;

/// A finding, as the file has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    kind: String,
    object: String,
    finding: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    property: Option<String>,
    /// What was there when it was accepted: another value is another finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actual: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    accepted: Vec<Known>,
}

/// What the file has to do with a verification.
#[derive(Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It was not there and now has this many findings, none of which is accepted yet.
    Written(usize),
    /// This many findings are accepted, and so many that the file had are gone.
    Read(usize, usize),
}

/// Marks the findings that the file has. Those that are gone leave the file, unless something could not be measured:
/// then it is not known whether they are. A file that is not there is written, for somebody to look at.
///
/// # Errors
/// If the file cannot be read or written, or is no such file.
pub fn accept(verification: &mut Verification, path: &Path, shown_as: &str) -> Result<Accepted> {
    if !path.exists() {
        let known: Vec<Known> = verification.findings.iter().map(known).collect();
        let count = known.len();
        write(path, shown_as, known)?;
        return Ok(Accepted::Written(count));
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("failed to read {shown_as}"))?;
    let wrong = |error| {
        Failure::input(format!("{shown_as} is no file of accepted findings: {error}"))
            .next(format!("mend {shown_as}, or remove it and run the command again to have it written"))
    };
    let file: File = serde_json::from_str(&text).map_err(wrong)?;
    let mut left: BTreeMap<Known, bool> = file.accepted.into_iter().map(|known| (known, false)).collect();
    for finding in &mut verification.findings {
        if let Some(found) = left.get_mut(&known(finding)) {
            (finding.accepted, *found) = (true, true);
        }
    }
    let all = left.len();
    let unclear = verification.findings.iter().any(|finding| finding.what == "not measured");
    left.retain(|_, found| *found || unclear);
    let (accepted, gone) = (left.values().filter(|found| **found).count(), all - left.len());
    if gone > 0 {
        write(path, shown_as, left.into_keys().collect())?;
    }
    Ok(Accepted::Read(accepted, gone))
}

fn known(finding: &Finding) -> Known {
    let actual = (!finding.actual.is_null()).then(|| match &finding.actual {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    Known {
        kind: finding.kind.clone(),
        object: finding.object.clone(),
        finding: finding.what.to_owned(),
        property: finding.property.clone(),
        actual,
    }
}

/// One line for each, in order, so that a version control shows what came and went.
fn write(path: &Path, shown_as: &str, mut known: Vec<Known>) -> Result<()> {
    known.sort();
    known.dedup();
    let lines: Vec<String> =
        known.iter().map(|one| Ok(format!("    {}", serde_json::to_string(one)?))).collect::<Result<_>>()?;
    let text = format!("{{\n  \"accepted\": [\n{}\n  ]\n}}\n", lines.join(",\n"));
    std::fs::write(path, text).with_context(|| format!("failed to write {shown_as}"))
}
