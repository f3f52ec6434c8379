//! Extensions: what they brought along is their own affair and is not compared.

use super::access::{OWNER, owner};
use super::create::{clause, drop_by_address};
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::literal;

pub(super) const KIND: Kind = Kind {
    name: "extension",
    group: "extensions",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Extensions,
    counted: true,
    commented: true,
    class: "pg_extension",
    properties: &[
        Property::new("version", Form::Text, "The installed version."),
        Property::new("schema", Form::Text, "The schema that holds its objects."),
        OWNER,
    ],
    query,
    address: |whole| format!("EXTENSION {}", whole.name()),
    create,
    drop: drop_by_address,
};

/// Every database begins with `plpgsql`; where it was dropped and made again, it is still no surprise.
fn query(_version: u32) -> String {
    let owner = owner("e.extowner");
    format!(
        "
SELECT e.oid, 0 AS sub, NULL::oid AS parent, e.extname::text AS name,
  e.extversion AS version, e.extnamespace::regnamespace::text AS schema,
  {owner}
FROM pg_extension e
WHERE e.oid >= 16384 AND e.extname <> 'plpgsql'
"
    )
}

/// PostgreSQL gives an extension no other owner than the role that made it.
fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let schema = clause("SCHEMA", whole.text("schema"));
    let version = clause("VERSION", whole.text("version").map(literal).as_deref());
    vec![Statement::new(Stage::Make, format!("CREATE EXTENSION {}{schema}{version}", whole.name()))]
}
