//! The proof: the manifest held against the database, in one snapshot.

mod accepted;
mod rows;
mod rules;
mod spelling;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;
use tokio_postgres::Client;

use crate::catalog::{self, Catalog, Section};
use crate::diff::{self, Change, Difference, Severity};
use crate::manifest::Manifest;

pub use accepted::{Accepted, accept};
pub use spelling::{Spelling, agree, learn, note, overlaid, refused, spelled, spellings, statements, still, turned};

/// Something that is not as the manifest says.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The line of the report that it belongs to.
    pub section: Section,
    /// How bad it is.
    pub severity: Severity,
    /// Whether somebody has looked at it and lets it be.
    pub accepted: bool,
    /// How many things it is about.
    pub count: usize,
    /// What sort of thing it is about.
    pub kind: String,
    /// The thing, by its whole name.
    pub object: String,
    /// The names that lead to it in the manifest.
    pub path: Vec<String>,
    /// `missing`, `unexpected`, `changed`, `broken` or `not measured`.
    pub what: &'static str,
    /// The property or column.
    pub property: Option<String>,
    /// What the manifest says.
    pub expected: Value,
    /// What the database has.
    pub actual: Value,
    /// The statements that mend it, if they are known.
    pub fix: Vec<String>,
    /// Something to know about it.
    pub note: Option<String>,
}

/// How many things were expected, and how many of them are as they should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Count {
    /// Things expected.
    pub expected: usize,
    /// Of these, things that are there and right.
    pub good: usize,
}

impl Count {
    fn add(&mut self, good: bool) {
        self.expected += 1;
        self.good += usize::from(good);
    }
}

/// One line of the report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// The things that the line is about.
    pub count: Count,
    /// What else was checked with them, by kind.
    pub also: BTreeMap<&'static str, Count>,
}

/// What a verification came to.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// The lines, for the sections that anything was checked in.
    pub lines: BTreeMap<Section, Line>,
    /// What is not as it should be, in the order of the sections.
    pub findings: Vec<Finding>,
    /// What the database has and nothing reads, in words. It fails only where everything must be measured.
    pub not_measured: Vec<String>,
    /// From which severity on a finding fails.
    pub fail_on: Severity,
}

impl Verification {
    /// Whether nothing fails.
    pub fn passed(&self) -> bool {
        !self.findings.iter().any(|finding| self.fails(finding))
    }

    /// Whether a finding fails.
    pub fn fails(&self, finding: &Finding) -> bool {
        !finding.accepted && finding.severity >= self.fail_on
    }

    /// Whether a line of the report has nothing that fails. What is missing along with its parent is no finding of its
    /// own, and is still not there.
    pub fn section_passed(&self, section: Section) -> bool {
        let whole = self.lines.get(&section).is_none_or(|line| line.count.good == line.count.expected);
        let found = self.findings.iter().any(|finding| finding.section == section && self.fails(finding));
        (whole || self.passed()) && !found
    }

    /// The sections that anything was checked or found in.
    pub fn sections(&self) -> impl Iterator<Item = Section> {
        self.lines.keys().copied().chain(self.findings.iter().map(|finding| finding.section))
    }

    /// How many things were checked.
    pub fn checked(&self) -> usize {
        self.lines
            .values()
            .map(|line| line.count.expected + line.also.values().map(|count| count.expected).sum::<usize>())
            .sum()
    }

    /// Puts the worst findings first, and those of one severity in the order of the sections.
    fn sort(&mut self) {
        self.findings.sort_by_key(|finding| (Reverse(finding.severity), finding.section));
    }

    /// Keeps only the kinds and sections that a person asked for, by kind, group or title.
    pub fn only(&mut self, wanted: &[String]) {
        let asked = |section: Section| wanted.iter().any(|name| matches(section, name));
        self.lines.retain(|section, _| asked(*section));
        self.findings.retain(|finding| asked(finding.section));
    }
}

/// Whether `name`, as people type it, means this section: its title or a kind or group in it.
pub fn matches(section: Section, name: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace([' ', '-', '_'], "");
    let name = plain(name);
    let mut kinds = catalog::KINDS.iter().filter(|kind| kind.section == section);
    plain(section.title()) == name || kinds.any(|kind| plain(kind.name) == name || plain(kind.group) == name)
}

/// Adds to what came of the objects what nothing reads, the seed rows and the rules. The caller has opened the snapshot.
///
/// # Errors
/// What the server said, if a catalog could not be read.
pub async fn complete(client: &Client, manifest: &Manifest, verification: &mut Verification) -> Result<()> {
    if manifest.complete(&[]) {
        verification.not_measured = catalog::unread(client).await?;
    }
    // The manifest's own queries are written for the search path that people have, not for the pinned one.
    client.batch_execute("SET LOCAL search_path TO DEFAULT; SET LOCAL row_security = off").await?;
    rows::check(client, &manifest.seeds, verification).await?;
    rules::check(client, &manifest.rules, verification).await?;
    verification.sort();
    Ok(())
}

/// Holds the manifest's objects against a catalog.
pub fn objects(manifest: &Manifest, actual: &Catalog) -> Verification {
    let comparison = diff::compare(manifest, actual);
    let mut verification = Verification::default();
    if manifest.complete(&[]) {
        // That there is nothing of a kind has been checked as well.
        let sections = Section::ALL.into_iter().filter(|section| section.always() && *section != Section::Seeds);
        verification.lines.extend(sections.map(|section| (section, Line::default())));
    }
    for (kind, good) in &comparison.good {
        let line = verification.lines.entry(kind.section).or_default();
        let count = if kind.counted { &mut line.count } else { line.also.entry(kind.group()).or_default() };
        count.add(*good);
    }
    for change in comparison.changes {
        let fix = fix(manifest, actual, &change);
        let (what, property, expected, actual) = match change.difference {
            Difference::Missing => ("missing", None, Value::Null, Value::Null),
            Difference::Unexpected => ("unexpected", None, Value::Null, Value::Null),
            Difference::Changed { property, expected, actual } => {
                ("changed", Some(property.to_owned()), expected, actual)
            }
        };
        let (kind, object) = (change.id.kind.name.to_owned(), change.id.qualified());
        let section = change.id.kind.section;
        verification.findings.push(Finding {
            section,
            severity: change.severity,
            accepted: false,
            count: 1,
            kind,
            object,
            path: change.id.path,
            what,
            property,
            expected,
            actual,
            fix,
            note: None,
        });
    }
    verification.sort();
    verification
}

/// The statements that make what is missing, or take away what is not expected. What its parent cannot be without is not
/// made but switched, so the same statements mend it.
fn fix(manifest: &Manifest, actual: &Catalog, change: &Change) -> Vec<String> {
    let made = || {
        let wanted = manifest.expected.get(&change.id);
        let statements = wanted.map(|wanted| catalog::create(&manifest.expected, wanted)).unwrap_or_default();
        statements.into_iter().map(|statement| statement.sql).collect()
    };
    match &change.difference {
        Difference::Missing => made(),
        Difference::Changed { .. } if change.id.kind.single => made(),
        Difference::Unexpected => {
            actual.get(&change.id).and_then(|there| catalog::drop(actual, there)).into_iter().collect()
        }
        Difference::Changed { .. } => Vec::new(),
    }
}
