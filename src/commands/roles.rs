//! Roles belong to the whole server: a manifest has those that its other objects name, and of a server's others none is
//! a surprise.

use std::collections::HashSet;

use serde_json::Value;

use crate::catalog::{Catalog, Object};
use crate::sql::identifier;

/// Whether an object is a role.
pub fn is_role(object: &Object) -> bool {
    object.id.kind.class == "pg_authid"
}

/// Forgets the roles that no other object names: as its owner, in its privileges, in a policy, or by its own name.
pub fn forget_unused(catalog: &mut Catalog) {
    let written = |object: &Object| [object.id.name().to_owned(), identifier(object.id.name())];
    let known: HashSet<String> = catalog.iter().filter(|object| is_role(object)).flat_map(written).collect();
    let words = catalog.iter().filter(|object| !is_role(object)).flat_map(words);
    let used: HashSet<String> = words.filter(|word| known.contains(*word)).map(str::to_owned).collect();
    catalog.retain(|object| !is_role(object) || written(object).iter().any(|name| used.contains(name)));
}

/// The words in an object that may be names of roles.
pub fn words(object: &Object) -> impl Iterator<Item = &str> {
    let names = object.id.path.iter().filter_map(|name| name.split(' ').nth(2));
    let values = || object.properties.iter().map(|(_, value)| value);
    // Who merely owns the database is in nothing that it holds.
    let texts = values().filter_map(Value::as_str).filter(|text| text.len() < 64 && !object.id.path.is_empty());
    let entries = values().filter_map(Value::as_array).flatten().filter_map(Value::as_str);
    let grantees = entries.filter_map(|entry| entry.split(": ").next()).map(|name| name.trim_start_matches("- "));
    names.chain([object.id.name()]).chain(texts).chain(grantees)
}
