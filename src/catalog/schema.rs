//! Schemas, but for the system's own.

use super::access::{self, OWNER, PRIVILEGES, grants};
use super::create::drop_by_address;
use super::{Kind, Section, Stage, Statement, Whole};

pub(super) const KIND: Kind = Kind {
    name: "schema",
    group: "schemas",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Schemas,
    counted: true,
    commented: true,
    class: "pg_namespace",
    properties: &[OWNER, PRIVILEGES],
    query,
    address: |whole| format!("SCHEMA {}", whole.name()),
    create,
    drop: drop_by_address,
};

/// The schema `public` is made by initdb: its owner differs from major to major, and its first privileges stand in
/// `pg_init_privs`.
fn query(_version: u32) -> String {
    let base = "coalesce(i.initprivs, acldefault('n', n.nspowner))";
    let privileges = grants("n.nspacl", base, "n", "n.nspowner");
    format!(
        "
SELECT n.oid, 0 AS sub, NULL::oid AS parent, n.nspname::text AS name,
  CASE WHEN n.oid >= 16384 OR n.nspowner >= 16384 THEN pg_get_userbyid(n.nspowner)::text END AS owner,
  {privileges} AS privileges
FROM pg_namespace n
LEFT JOIN pg_init_privs i ON i.objoid = n.oid AND i.classoid = 'pg_namespace'::regclass AND i.objsubid = 0
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"
    )
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let name = whole.name();
    // Every new database has the schema `public`.
    let unless_there = if name == "public" { "IF NOT EXISTS " } else { "" };
    let mut statements = vec![Statement::new(Stage::Make, format!("CREATE SCHEMA {unless_there}{name}"))];
    statements.extend(access::finish(whole, &format!("SCHEMA {name}")));
    statements
}
