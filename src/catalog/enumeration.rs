//! Enum types.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::create::drop_by_address;
use super::phrase::lines;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::literal;

pub(super) const KIND: Kind = Kind {
    name: "enum",
    group: "enums",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Types,
    counted: true,
    commented: true,
    class: "pg_type",
    properties: &[Property::new("values", Form::List(&[]), "The labels, in their order."), OWNER, PRIVILEGES],
    query,
    address: |whole| format!("TYPE {}", whole.name()),
    create,
    drop: drop_by_address,
};

fn query(_version: u32) -> String {
    let owner = owner("t.typowner");
    let privileges = privileges("t.typacl", "T", "t.typowner");
    format!(
        "
SELECT t.oid, 0 AS sub, t.typnamespace AS parent, t.typname::text AS name,
  ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS values,
  {owner},
  {privileges}
FROM pg_type t
WHERE t.typtype = 'e' AND t.oid >= 16384
"
    )
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let (name, values) = (whole.name(), whole.list("values"));
    let values: Vec<String> = values.into_iter().map(literal).collect();
    let sql = format!("CREATE TYPE {name} AS ENUM {}", lines(&values));
    let made = Statement::new(Stage::Make, sql);
    [made].into_iter().chain(access::finish(whole, &format!("TYPE {name}"))).collect()
}
