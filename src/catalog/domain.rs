//! Domains; their constraints are a kind of their own.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::create::{clause, drop_by_address};
use super::phrase::when;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};

pub(super) const KIND: Kind = Kind {
    name: "domain",
    group: "domains",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Types,
    counted: true,
    commented: true,
    class: "pg_type",
    properties: &[
        Property::new("type", Form::Text, "The type that it narrows.").sql(),
        Property::new("nullable", Form::Flag(true), "Whether it admits NULL."),
        Property::new("default", Form::Text, "The default value, as an expression.").sql(),
        Property::new("collation", Form::Text, "The collation, where it is not the type's own.").sql(),
        OWNER,
        PRIVILEGES,
    ],
    query,
    address: |whole| format!("DOMAIN {}", whole.name()),
    create,
    drop: drop_by_address,
};

fn query(_version: u32) -> String {
    let owner = owner("t.typowner");
    let privileges = privileges("t.typacl", "T", "t.typowner");
    format!(
        "
SELECT t.oid, 0 AS sub, t.typnamespace AS parent, t.typname::text AS name,
  format_type(t.typbasetype, t.typtypmod) AS type, NOT t.typnotnull AS nullable, pg_get_expr(t.typdefaultbin, 0) AS default,
  CASE WHEN t.typcollation <> b.typcollation THEN t.typcollation::regcollation::text END AS collation,
  {owner},
  {privileges}
FROM pg_type t JOIN pg_type b ON b.oid = t.typbasetype
WHERE t.typtype = 'd' AND t.oid >= 16384
"
    )
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let Some(base) = whole.text("type") else { return Vec::new() };
    let name = whole.name();
    let collation = clause("COLLATE", whole.text("collation"));
    let default = clause("DEFAULT", whole.text("default"));
    let not_null = when(!whole.flag("nullable"), " NOT NULL");
    let made = Statement::new(Stage::Make, format!("CREATE DOMAIN {name} AS {base}{collation}{default}{not_null}"));
    [made].into_iter().chain(access::finish(whole, &format!("DOMAIN {name}"))).collect()
}
