//! Domains; their constraints are a kind of their own.

use super::access::{OWNER, PRIVILEGES, owner, privileges};
use super::create::drop_by_address;
use super::{Form, Kind, Property, Section};

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
        Property::new("type", Form::Text, "The type that it narrows."),
        Property::new("nullable", Form::Flag(true), "Whether it admits NULL."),
        Property::new("default", Form::Text, "The default value, as an expression."),
        Property::new("collation", Form::Text, "The collation, where it is not the type's own."),
        OWNER,
        PRIVILEGES,
    ],
    query,
    address: |_| String::new(),
    create: |_| Vec::new(),
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
