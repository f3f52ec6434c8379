//! Range types.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::create::drop_by_address;
use super::phrase::lines;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::identifier;

pub(super) const KIND: Kind = Kind {
    name: "range type",
    group: "ranges",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Types,
    counted: true,
    commented: true,
    class: "pg_type",
    properties: &[
        Property::new("subtype", Form::Text, "The type of its bounds.").sql(),
        Property::new("collation", Form::Text, "The collation of its bounds, where they have one."),
        Property::new("operator_class", Form::Text, "The operator class that orders its bounds."),
        Property::new("canonical", Form::Text, "The function that makes equal ranges look equal."),
        Property::new("difference", Form::Text, "The function that tells how far two bounds are apart."),
        Property::new("multirange", Form::Text, "The name of its multirange type, where it is not the usual one."),
        OWNER,
        PRIVILEGES,
    ],
    query,
    address: |whole| format!("TYPE {}", whole.name()),
    create,
    drop: drop_by_address,
};

/// Multiranges came with PostgreSQL 14.
fn query(version: u32) -> String {
    let multirange = if version >= 140_000 {
        "(SELECT m.typname::text FROM pg_type m WHERE m.oid = r.rngmultitypid AND m.typname::text <> left(
    CASE WHEN strpos(t.typname::text, 'range') > 0 THEN regexp_replace(t.typname::text, 'range', 'multirange')
    ELSE t.typname || '_multirange' END, 63))"
    } else {
        "NULL::text"
    };
    let owner = owner("t.typowner");
    let privileges = privileges("t.typacl", "T", "t.typowner");
    format!(
        "
SELECT t.oid, 0 AS sub, t.typnamespace AS parent, t.typname::text AS name,
  format_type(r.rngsubtype, NULL) AS subtype,
  CASE WHEN r.rngcollation <> 0 THEN r.rngcollation::regcollation::text END AS collation,
  (SELECT quote_ident(n.nspname) || '.' || quote_ident(o.opcname)
     FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE o.oid = r.rngsubopc) AS operator_class,
  CASE WHEN r.rngcanonical <> 0 THEN r.rngcanonical::regproc::text END AS canonical,
  CASE WHEN r.rngsubdiff <> 0 THEN r.rngsubdiff::regproc::text END AS difference,
  {multirange} AS multirange,
  {owner},
  {privileges}
FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid
WHERE t.oid >= 16384
"
    )
}

/// The function of a canonical form takes the type, which therefore is announced before it.
fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let Some(subtype) = whole.text("subtype") else { return Vec::new() };
    let (name, schema) = (whole.name(), identifier(whole.object.id.path.first().map_or("", String::as_str)));
    let part = |word: &str, property: &str| whole.text(property).map(|value| format!("{word} = {value}"));
    let parts = [
        Some(format!("SUBTYPE = {subtype}")),
        part("SUBTYPE_OPCLASS", "operator_class"),
        part("COLLATION", "collation"),
        part("CANONICAL", "canonical"),
        part("SUBTYPE_DIFF", "difference"),
        whole.text("multirange").map(|own| format!("MULTIRANGE_TYPE_NAME = {schema}.{}", identifier(own))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let announced = whole.text("canonical").map(|_| format!("CREATE TYPE {name}"));
    let made = [format!("CREATE TYPE {name} AS RANGE {}", lines(&parts))];
    let statements = announced.into_iter().chain(made).map(|sql| Statement::new(Stage::Make, sql));
    statements.chain(access::finish(whole, &format!("TYPE {name}"))).collect()
}
