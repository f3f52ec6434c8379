//! Composite types; their columns are a kind of their own.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::create::drop_by_address;
use super::{Kind, Section, Stage, Statement, Whole, column};

pub(super) const KIND: Kind = Kind {
    name: "composite type",
    group: "composites",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Types,
    counted: true,
    commented: true,
    class: "pg_type",
    properties: &[OWNER, PRIVILEGES],
    query,
    address: |whole| format!("TYPE {}", whole.name()),
    create,
    drop: drop_by_address,
};

fn query(_version: u32) -> String {
    let owner = owner("c.relowner");
    let privileges = privileges("t.typacl", "T", "c.relowner");
    format!(
        "
SELECT t.oid, 0 AS sub, c.relnamespace AS parent, c.relname::text AS name,
  {owner},
  {privileges}
FROM pg_class c JOIN pg_type t ON t.oid = c.reltype
WHERE c.relkind = 'c' AND c.oid >= 16384
"
    )
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let name = whole.name();
    let made = Statement::new(Stage::Make, format!("CREATE TYPE {name} AS {}", column::list(whole)));
    [made].into_iter().chain(access::finish(whole, &format!("TYPE {name}"))).collect()
}
