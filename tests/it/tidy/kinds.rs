//! What every kind of object must keep: its names, its query, and that cases show it.

use std::collections::HashSet;
use std::path::Path;

use pgplumb::catalog::{KINDS, Kind, KindId};
use pgplumb::db::connect;
use tokio_postgres::types::Type;

use super::none;
use crate::cases;
use crate::support::{Database, Result, block_on, superuser};

/// What differs between two equal databases, as part of a name.
const NUMBERS: [&str; 6] = ["oid", "relid", "attnum", "attnums", "ordinal", "position"];

/// The first columns of every query.
const ADDRESS: [(&str, Type); 4] =
    [("oid", Type::OID), ("sub", Type::INT4), ("parent", Type::OID), ("name", Type::TEXT)];

/// The types that a property can have.
const VALUES: [Type; 8] =
    [Type::BOOL, Type::INT2, Type::INT4, Type::INT8, Type::TEXT, Type::NAME, Type::TEXT_ARRAY, Type::NAME_ARRAY];

/// What belongs to the whole server is the same for both databases of a case; `tests/it/whole_server.rs` shows it.
const NO_CASE: [&str; 2] = ["role", "subscription"];

/// A tablespace belongs to the whole server and has a folder beside its data, which no case can make.
/// What a database is made with stays as it is. What no manifest expects is shown by `tests/it/positions.rs`.
const NOT_SHOWN: [(&str, &str); 9] = [
    ("sequence", "behind"),
    ("column", "identity_behind"),
    ("table", "tablespace"),
    ("index", "tablespace"),
    ("constraint", "index_tablespace"),
    ("materialized view", "tablespace"),
    ("the database", "encoding"),
    ("the database", "collation"),
    ("the database", "ctype"),
];

crate::trials!(
    "tidy",
    names_are_unique_in_each_parent,
    no_property_is_a_number_of_the_catalogs,
    each_query_gives_what_its_kind_promises,
    every_kind_and_property_drifts_in_a_case,
);

fn names_are_unique_in_each_parent() -> Result {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for (at, kind) in KINDS.iter().enumerate() {
        let parents = if kind.parents.is_empty() { &["manifest"] } else { kind.parents };
        for parent in parents {
            let twice = [kind.name, kind.group].into_iter().filter(|name| !seen.insert((*parent, *name)));
            found.extend(twice.map(|name| format!("`{name}` stands twice in {parent}")));
            let before = KINDS[..at].iter().find(|other| other.name == *parent);
            if before.is_none() && !kind.parents.is_empty() {
                found.push(format!("the parent {parent} of {} does not come before it", kind.name));
            }
            if before.is_some_and(|parent| parent.properties.iter().any(|property| property.name == kind.group)) {
                found.push(format!("`{}` is a property of {parent} and a group in it", kind.group));
            }
        }
        let mut names = HashSet::new();
        let twice = kind.properties.iter().filter(|property| !names.insert(property.name));
        found.extend(twice.map(|property| format!("{} has `{}` twice", kind.name, property.name)));
        if kind.shorthand.is_some_and(|shorthand| !names.contains(shorthand)) {
            found.push(format!("{} has no property for its shorthand", kind.name));
        }
    }
    none(&found)
}

fn no_property_is_a_number_of_the_catalogs() -> Result {
    let is_number = |name: &str| name.split('_').any(|part| NUMBERS.contains(&part));
    let mut found = Vec::new();
    for kind in KINDS {
        let numbers = kind.properties.iter().filter(|property| is_number(property.name));
        found.extend(numbers.map(|property| format!("{} has the property `{}`", kind.name, property.name)));
        let naming = kind.properties.iter().filter(|property| property.name == "name" || property.name == "schema");
        // Where its objects are is a fact about an extension, which itself is in no schema.
        let naming = naming.filter(|_| !kind.parents.is_empty());
        found.extend(naming.map(|property| format!("{} has its `{}` as a property", kind.name, property.name)));
    }
    none(&found)
}

fn each_query_gives_what_its_kind_promises() -> Result {
    let database = Database::plain();
    let found = block_on(async {
        let session = connect(&superuser(database.name()), |_| ()).await.unwrap();
        let mut found = Vec::new();
        for kind in KINDS {
            let query = (kind.query)(session.server_version_num);
            let statement =
                session.client.prepare(&query).await.unwrap_or_else(|error| panic!("{}: {error:?}", kind.name));
            let columns: Vec<(&str, Type)> =
                statement.columns().iter().map(|column| (column.name(), column.type_().clone())).collect();
            found.extend(wrong(kind, &columns));
        }
        session.close().await;
        found
    });
    none(&found)
}

/// What is wrong with the columns of a kind's query.
fn wrong(kind: &Kind, columns: &[(&str, Type)]) -> Vec<String> {
    let (address, values) = columns.split_at(ADDRESS.len());
    let mut found = Vec::new();
    if address != ADDRESS {
        found.push(format!("the query of {} begins with {address:?}", kind.name));
    }
    let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
    let promised: Vec<&str> = kind.properties.iter().map(|property| property.name).collect();
    if names != promised {
        found.push(format!("the query of {} gives {names:?}, and its properties are {promised:?}", kind.name));
    }
    let odd = values.iter().filter(|(_, sort)| !VALUES.contains(sort));
    found.extend(odd.map(|(name, sort)| format!("`{name}` of {} is of the type {sort}", kind.name)));
    found
}

fn every_kind_and_property_drifts_in_a_case() -> Result {
    let reports: Vec<(&str, String)> = cases::folders().iter().filter_map(|folder| report(folder)).collect();
    let mut found = Vec::new();
    for kind in KindId::all().filter(|kind| !NO_CASE.contains(&kind.name)) {
        let of_kind: Vec<&str> =
            reports.iter().filter(|(name, _)| *name == kind.name).map(|(_, report)| report.as_str()).collect();
        if of_kind.is_empty() {
            found.push(format!("{} has no case: make a folder tests/cases/{}-…", kind.name, slug(&kind)));
            continue;
        }
        let shown = |name: &str| of_kind.iter().any(|report| has_property(report, name));
        let missing = kind.properties().filter(|property| !shown(property.name));
        let missing = missing.filter(|property| !NOT_SHOWN.contains(&(kind.name, property.name)));
        found.extend(missing.map(|property| format!("no case shows how `{}` of {} drifts", property.name, kind.name)));
    }
    none(&found)
}

fn slug(kind: &Kind) -> String {
    kind.name.replace(' ', "-")
}

/// The kind that a case is about, by the longest name that its folder begins with, and its report.
fn report(folder: &Path) -> Option<(&'static str, String)> {
    let name = folder.file_name()?.to_str()?;
    let kinds = KINDS.iter().filter(|kind| name.starts_with(&format!("{}-", slug(kind))));
    let kind = kinds.max_by_key(|kind| kind.name.len())?;
    Some((kind.name, std::fs::read_to_string(folder.join("report.txt")).ok()?))
}

/// Whether a report's table has the property, behind the name of an object or wrapped to the next line.
fn has_property(report: &str, property: &str) -> bool {
    let behind = |line: &str| line.split("  ").any(|cell| cell.ends_with(&format!(": {property}")));
    let wrapped = |line: &str| line.split_whitespace().next() == Some(property);
    report.lines().any(|line| line.starts_with(' ') && (behind(line) || wrapped(line)))
}
