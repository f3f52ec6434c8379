//! The manifest: what must be true of a database, written down by a person or by `db:manifest`.

mod read;
mod schema;
mod write;

use std::collections::{BTreeMap, HashSet};

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::catalog::{Catalog, Form, Id, KindId, Object, Property};

pub use read::{parse, read};
pub use schema::schema;
pub use write::{Layout, write};

/// What a thing that the manifest does not name comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unexpected {
    /// A finding that fails.
    Fail,
    /// A finding that is only told.
    Warn,
    /// Nothing.
    #[default]
    Ignore,
}

/// A part of the manifest with rules of its own.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The names down to the object that it begins at; none for the whole manifest.
    pub path: Vec<String>,
    /// What unexpected things come to.
    pub unexpected: Option<Unexpected>,
    /// Whether a property or a group that is not written down has nothing but what goes without saying.
    pub complete: Option<bool>,
    /// Values that objects have unless they say otherwise, by property; they go with `complete`.
    pub defaults: BTreeMap<String, Value>,
}

/// The rows that a table must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// The table, as SQL names it.
    pub table: String,
    /// The columns that tell its rows apart.
    pub key: Vec<String>,
    /// Whether the other values must hold or are only reported.
    #[serde(default)]
    pub values: SeedValues,
    /// What rows come to that are in the table and not here.
    #[serde(default)]
    pub unexpected: Unexpected,
    /// The rows, each with its key and the values that are checked.
    pub rows: Vec<Map<String, Value>>,
}

/// How strictly the values of seed rows are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeedValues {
    /// Each given value must hold.
    #[default]
    Exact,
    /// People edit them in the product: another value is told, and does not fail.
    Info,
}

/// A query that must return no rows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What the rule says, in words.
    pub name: String,
    /// The query, as a text or a list of lines; each row that it returns breaks the rule.
    #[serde(deserialize_with = "lines")]
    pub sql: String,
}

fn lines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    const SQL: Property = Property::new("sql", Form::Lines, "A query.");
    let value = SQL.accept(Value::deserialize(deserializer)?);
    let wrong = || D::Error::custom("`sql` must be a text or a list of lines");
    value.as_ref().and_then(Value::as_str).map(str::to_owned).ok_or_else(wrong)
}

/// A manifest, read.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// The objects that must be there, each with the properties that somebody wrote.
    pub expected: Catalog,
    /// The rules for the whole manifest, and those of its parts.
    pub scopes: Vec<Scope>,
    /// The names of properties that are not compared.
    pub ignore: Vec<String>,
    /// The groups that are written down, by their parent's path: `{}` says that there is nothing of that kind.
    pub groups: HashSet<(Vec<String>, KindId)>,
    /// The rows that must be there.
    pub seeds: Vec<Seed>,
    /// The queries that must return no rows.
    pub rules: Vec<Rule>,
}

impl Manifest {
    /// The objects of a manifest that says everything about them, each with the values that it has by default.
    pub fn into_catalog(mut self) -> Catalog {
        let mut catalog = std::mem::take(&mut self.expected);
        catalog.fill(|id, property| self.fallback(&id.path, property));
        catalog
    }

    /// Whether nothing at all would be checked.
    pub fn is_empty(&self) -> bool {
        let no_rows = self.seeds.iter().all(|seed| seed.rows.is_empty());
        self.expected.is_empty() && no_rows && self.rules.is_empty()
    }

    /// Whether what is not written down about the object at `path` goes without saying.
    pub fn complete(&self, path: &[String]) -> bool {
        self.nearest(path, |scope| scope.complete).unwrap_or(false)
    }

    /// What an object comes to that is in the database and not in the manifest; nothing where nobody asked about its
    /// group, where its parent is not in the manifest either, or where its parent cannot be without it.
    pub fn unexpected(&self, id: &Id) -> Unexpected {
        if id.kind.single {
            return Unexpected::Ignore;
        }
        let parent = id.parent();
        let parents = id.parents();
        let parent_expected = parents.is_empty() || parents.iter().any(|id| self.expected.get(id).is_some());
        let asked = || self.complete(parent) || self.groups.contains(&(parent.to_vec(), id.kind));
        if parent_expected && asked() {
            self.nearest(parent, |scope| scope.unexpected).unwrap_or_default()
        } else {
            Unexpected::Ignore
        }
    }

    /// The value that a property of the object at `path` has if nobody wrote one. One that objects have in common and
    /// that is not stated for them all is nothing that the manifest knows.
    pub fn fallback(&self, path: &[String], property: &Property) -> Option<Value> {
        match property.shared {
            true => self.nearest(path, |scope| scope.defaults.get(property.name).cloned()),
            false => Some(property.default()),
        }
    }

    /// Whether an object is only named on the way to those in it: nothing is said of it, and what it stands in is
    /// somebody else's, of which neither all is known nor anything unexpected.
    pub fn is_way(&self, object: &Object) -> bool {
        let path = &object.id.path;
        let others = self.nearest(path, |scope| scope.complete) == Some(false)
            && self.nearest(path, |scope| scope.unexpected) == Some(Unexpected::Ignore);
        others && object.properties.iter().next().is_none() && self.groups.iter().any(|(parent, _)| parent == path)
    }

    fn nearest<T>(&self, path: &[String], value: impl Fn(&Scope) -> Option<T>) -> Option<T> {
        let around = self.scopes.iter().filter(|scope| path.starts_with(&scope.path));
        around
            .filter_map(|scope| value(scope).map(|value| (scope.path.len(), value)))
            .max_by_key(|(depth, _)| *depth)
            .map(|(_, value)| value)
    }
}
