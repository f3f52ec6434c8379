//! Materialised views.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::create::{clause, drop_by_address};
use super::phrase::{depends, when, with, without_semicolon};
use super::piece::{EXTENSIONS, TOAST, extensions, storage_options};
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::identifier;

pub(super) const KIND: Kind = Kind {
    name: "materialized view",
    group: "materialized_views",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Views,
    counted: true,
    commented: true,
    class: "pg_class",
    properties: &[
        Property::new("definition", Form::Lines, "The query.").sql(),
        Property::new(
            "options",
            Form::List(&[]),
            "Storage options, sorted; those of its TOAST table begin with `toast.`.",
        ),
        Property::new("populated", Form::Flag(true), "Whether it holds rows that can be read.").always(),
        Property::new("access_method", Form::Word("heap"), "The table access method."),
        Property::new("tablespace", Form::Text, "The tablespace, where it is not the database's own."),
        EXTENSIONS,
        OWNER,
        PRIVILEGES,
    ],
    query,
    address: |whole| format!("MATERIALIZED VIEW {}", whole.name()),
    create,
    drop: drop_by_address,
};

fn query(_version: u32) -> String {
    let owner = owner("c.relowner");
    let options = storage_options("c");
    let extensions = extensions("pg_class", "c.oid");
    let privileges = privileges("c.relacl", "r", "c.relowner");
    format!(
        "
SELECT c.oid, 0 AS sub, c.relnamespace AS parent, c.relname::text AS name, pg_get_viewdef(c.oid) AS definition,
  {options} AS options, c.relispopulated AS populated,
  coalesce((SELECT a.amname::text FROM pg_am a WHERE a.oid = c.relam), 'heap') AS access_method,
  (SELECT s.spcname::text FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
  bound.names AS depends_on_extensions,
  {owner},
  {privileges}
FROM pg_class c
{TOAST}
{extensions}
WHERE c.relkind = 'm' AND c.oid >= 16384
"
    )
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let Some(query) = whole.text("definition").map(without_semicolon) else { return Vec::new() };
    let name = whole.name();
    let method = clause("USING", whole.text("access_method").filter(|method| *method != "heap"));
    let tablespace = clause("TABLESPACE", whole.text("tablespace").map(identifier).as_deref());
    let (with, data) = (with(&whole.list("options")), when(!whole.flag("populated"), "\nWITH NO DATA"));
    let sql = format!("CREATE MATERIALIZED VIEW {name}{method}{with}{tablespace} AS\n{query}{data}");
    let made = [Statement::new(Stage::Make, sql)].into_iter().chain(depends(whole));
    made.chain(access::finish(whole, &format!("TABLE {name}"))).collect()
}
