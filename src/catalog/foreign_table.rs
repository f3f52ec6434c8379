//! Foreign tables; their columns, constraints and triggers are those of tables.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::create::{drop_by_address, foreign_options};
use super::piece::sorted;
use super::table::{attach, list_of};
use super::{Form, Kind, Property, Section, Stage, Statement, Whole, column};
use crate::sql::identifier;

pub(super) const KIND: Kind = Kind {
    name: "foreign table",
    group: "foreign_tables",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Foreign,
    counted: true,
    commented: true,
    class: "pg_class",
    properties: &[
        Property::new("server", Form::Text, "The foreign server that holds it."),
        Property::new("options", Form::List(&[]), "Options for the foreign-data wrapper, sorted."),
        Property::new("partition_of", Form::Text, "The table that it is a partition of."),
        Property::new("bound", Form::Text, "The rows that the partition takes."),
        Property::new("inherits", Form::List(&[]), "The tables that it inherits from, in their order."),
        OWNER,
        PRIVILEGES,
    ],
    query,
    address: |whole| format!("FOREIGN TABLE {}", whole.name()),
    create,
    drop: drop_by_address,
};

fn query(_version: u32) -> String {
    let options = sorted("f.ftoptions");
    let owner = owner("c.relowner");
    let privileges = privileges("c.relacl", "r", "c.relowner");
    format!(
        "
SELECT c.oid, 0 AS sub, c.relnamespace AS parent, c.relname::text AS name, s.srvname::text AS server, {options} AS options,
  CASE WHEN c.relispartition THEN (SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = c.oid)
    END AS partition_of,
  pg_get_expr(c.relpartbound, c.oid) AS bound,
  CASE WHEN NOT c.relispartition THEN
    ARRAY(SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = c.oid ORDER BY h.inhseqno)
    END AS inherits,
  {owner},
  {privileges}
FROM pg_foreign_table f
JOIN pg_class c ON c.oid = f.ftrelid
JOIN pg_foreign_server s ON s.oid = f.ftserver
"
    )
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let Some(server) = whole.text("server").map(identifier) else { return Vec::new() };
    let (name, columns) = (whole.name(), column::list(whole));
    let inherits = list_of("INHERITS", &whole.list("inherits"));
    let options = foreign_options(&whole.list("options"));
    let sql = format!("CREATE FOREIGN TABLE {name} {columns}{inherits} SERVER {server}{options}");
    let made = [Statement::new(Stage::Make, sql)].into_iter().chain(attach(whole));
    made.chain(access::finish(whole, &format!("TABLE {name}"))).collect()
}
