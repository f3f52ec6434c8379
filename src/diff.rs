//! Compares what a manifest expects with what a database has. It knows no kind: objects are paired by identity and
//! compared property by property.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use serde::Serialize;

use crate::catalog::{Catalog, Check, Form, HIDDEN, Id, KindId, Object, POSITION, Property};
use crate::manifest::{Manifest, Unexpected};

/// How bad a difference is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Told, and to be expected.
    Info,
    /// Told, because somebody asked to be told.
    Warning,
    /// The database is not as it should be.
    #[default]
    Error,
    /// And somebody may see or do what they should not.
    Danger,
}

impl Severity {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
            Severity::Danger => "danger",
        }
    }
}

/// In what way an object is not as expected.
#[derive(Clone, Debug, PartialEq)]
pub enum Difference {
    /// It is not there.
    Missing,
    /// It is there, and the manifest does not know it.
    Unexpected,
    /// A property of it has another value.
    Changed {
        /// The property.
        property: &'static str,
        /// What the manifest says.
        expected: Value,
        /// What the database has.
        actual: Value,
    },
}

/// One difference between a manifest and a catalog.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The object.
    pub id: Id,
    /// What is different.
    pub difference: Difference,
    /// How bad it is.
    pub severity: Severity,
}

/// What a comparison came to.
#[derive(Debug, Default)]
pub struct Comparison {
    /// The differences, in the order of identities. Children of an object that is missing or unexpected are not listed.
    pub changes: Vec<Change>,
    /// For each expected object its kind, and whether it is there and as it should be.
    pub good: Vec<(KindId, bool)>,
}

/// Compares every object of `actual` with the manifest.
pub fn compare(manifest: &Manifest, actual: &Catalog) -> Comparison {
    let mut comparison = Comparison::default();
    let ordered = !manifest.ignore.iter().any(|name| name == POSITION);
    let mut brothers: Vec<(&Object, &Object)> = Vec::new();
    let (mut expected, mut found) = (manifest.expected.iter().peekable(), actual.iter().peekable());
    loop {
        let order = match (expected.peek(), found.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => one.id.cmp(&other.id),
        };
        let wanted = if order.is_le() { expected.next() } else { None };
        let there = if order.is_ge() { found.next() } else { None };
        match (wanted, there) {
            (Some(wanted), Some(there)) => {
                comparison.pair(manifest, wanted, there);
                if ordered && there.order != 0 {
                    if brothers.last().is_some_and(|(last, _)| !are_brothers(last, wanted)) {
                        comparison.places(manifest, &mut brothers);
                    }
                    brothers.push((wanted, there));
                }
            }
            (Some(wanted), None) => comparison.missing(manifest, wanted, actual),
            (None, Some(there)) => comparison.unexpected(manifest, there),
            (None, None) => {}
        }
    }
    comparison.places(manifest, &mut brothers);
    comparison.good.extend(manifest.absent.iter().map(|id| (id.kind, actual.get(id).is_none())));
    comparison.changes.sort_by(|one, other| one.id.cmp(&other.id));
    comparison
}

impl Comparison {
    /// Brothers of which the order means something stand in the order of the manifest, whoever else is between them.
    /// Tells the fewest that would have to move.
    fn places(&mut self, manifest: &Manifest, brothers: &mut Vec<(&Object, &Object)>) {
        let mut pairs = std::mem::take(brothers);
        if !pairs.first().is_some_and(|(wanted, _)| manifest.complete(wanted.id.parent())) {
            return;
        }
        pairs.sort_unstable_by_key(|(wanted, _)| wanted.order);
        let orders: Vec<i32> = pairs.iter().map(|(_, there)| there.order).collect();
        if orders.is_sorted() {
            return;
        }
        let staying = longest_rising(&orders);
        let after = |before: Option<&Object>| {
            Value::from(before.map_or_else(|| "first".to_owned(), |before| format!("after {}", before.id.name())))
        };
        for (at, (wanted, there)) in pairs.iter().enumerate().filter(|(at, _)| !staying.contains(at)) {
            let left = pairs.iter().map(|(_, other)| *other).filter(|other| other.order < there.order);
            let expected = after(at.checked_sub(1).map(|before| pairs[before].0));
            let actual = after(left.max_by_key(|other| other.order));
            let difference = Difference::Changed { property: POSITION, expected, actual };
            self.changes.push(Change { id: wanted.id.clone(), difference, severity: Severity::Error });
        }
    }

    fn pair(&mut self, manifest: &Manifest, wanted: &Object, there: &Object) {
        let before = self.changes.len();
        if wanted.properties != there.properties {
            self.properties(manifest, wanted, there);
        }
        if !manifest.is_way(wanted) {
            self.good.push((wanted.id.kind, self.changes.len() == before));
        }
    }

    fn properties(&mut self, manifest: &Manifest, wanted: &Object, there: &Object) {
        let complete = manifest.complete(&wanted.id.path);
        for property in wanted.id.kind.properties() {
            if manifest.ignore.iter().any(|name| name == property.name) {
                continue;
            }
            let given = wanted.properties.get(property.name);
            let actual = there.properties.get(property.name);
            let expected = match (given, actual) {
                (None, None) => continue,
                (None, _) if !complete && property.check == Check::Complete => continue,
                // Of a scratch database it is not known who would own things.
                (_, None) if property.shared => continue,
                (Some(given), _) => Cow::Borrowed(given),
                (None, _) => match manifest.fallback(&wanted.id.path, property) {
                    Some(expected) => Cow::Owned(expected),
                    None => continue,
                },
            };
            let actual = actual.map_or_else(|| Cow::Owned(property.default()), Cow::Borrowed);
            if !same(manifest, property, &expected, &actual) {
                let dangerous = (property.danger)(Some(&expected), Some(&actual), &there.properties);
                let (expected, actual) = (expected.into_owned(), actual.into_owned());
                let difference = Difference::Changed { property: property.name, expected, actual };
                self.changes.push(Change { id: wanted.id.clone(), difference, severity: severity(dangerous) });
            }
        }
    }

    fn missing(&mut self, manifest: &Manifest, wanted: &Object, actual: &Catalog) {
        // The database itself is always there; a side that is none has nothing to say about it.
        if wanted.id.path.is_empty() {
            return;
        }
        self.good.push((wanted.id.kind, false));
        if !has_parent(manifest, wanted, actual) {
            return;
        }
        let dangerous = wanted
            .id
            .kind
            .properties()
            .any(|property| (property.danger)(Some(&value(wanted, property)), None, &wanted.properties));
        self.changes.push(Change {
            id: wanted.id.clone(),
            difference: Difference::Missing,
            severity: severity(dangerous),
        });
    }

    fn unexpected(&mut self, manifest: &Manifest, there: &Object) {
        let unexpected =
            if manifest.absent.contains(&there.id) { Unexpected::Fail } else { manifest.unexpected(&there.id) };
        let severity = match unexpected {
            Unexpected::Ignore => return,
            Unexpected::Warn => Severity::Warning,
            Unexpected::Fail => severity(
                there
                    .id
                    .kind
                    .properties()
                    .any(|property| (property.danger)(None, Some(&value(there, property)), &there.properties)),
            ),
        };
        self.changes.push(Change { id: there.id.clone(), difference: Difference::Unexpected, severity });
    }
}

fn severity(dangerous: bool) -> Severity {
    if dangerous { Severity::Danger } else { Severity::Error }
}

/// A property's value, written or not.
fn value(object: &Object, property: &Property) -> Value {
    object.properties.get(property.name).cloned().unwrap_or_else(|| property.default())
}

/// Whether two values are the same. In texts of many lines that a person wrote, the white space at the ends of lines and
/// around the whole does not count.
fn same(manifest: &Manifest, property: &Property, expected: &Value, actual: &Value) -> bool {
    if expected == actual {
        return true;
    }
    let is_hidden = |value: &Value| value.get(0).is_some_and(|first| first == HIDDEN);
    match (property.form, expected, actual) {
        (Form::List(_), expected, actual) => is_hidden(expected) || is_hidden(actual),
        (Form::Lines, Value::String(expected), Value::String(actual)) if manifest.captured.is_none() => {
            let lines = |text: &str| text.trim().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
            lines(expected) == lines(actual)
        }
        _ => false,
    }
}

fn are_brothers(one: &Object, other: &Object) -> bool {
    one.id.kind == other.id.kind && one.id.parent() == other.id.parent()
}

/// Whether the database has the parent of an object; if not, the parent is the finding.
fn has_parent(manifest: &Manifest, wanted: &Object, actual: &Catalog) -> bool {
    let parents = wanted.id.parents();
    parents.is_empty() || parents.iter().any(|id| manifest.expected.get(id).is_some() && actual.get(id).is_some())
}

/// The places of a longest subsequence of `numbers` that rises.
fn longest_rising(numbers: &[i32]) -> Vec<usize> {
    // For each length the place where the sequence of that length with the least last number ends.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (at, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < *number);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    std::iter::successors(ends.last().copied(), |at| before[*at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_moved_is_told_and_not_those_that_it_passed() {
        assert_eq!(longest_rising(&[5, 1, 2, 3, 4]), [4, 3, 2, 1]);
        assert_eq!(longest_rising(&[2, 3, 4, 5, 1]), [3, 2, 1, 0]);
        assert_eq!(longest_rising(&[1, 2, 9, 3]), [3, 1, 0]);
        assert_eq!(longest_rising(&[]), [] as [usize; 0]);
    }
}
