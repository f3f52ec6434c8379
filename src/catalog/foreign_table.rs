//! Foreign tables; their columns, constraints and triggers are those of tables.

use super::access::{OWNER, PRIVILEGES, owner, privileges};
use super::create::drop_by_address;
use super::piece::sorted;
use super::{Form, Kind, Property, Section};

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
    address: |_| String::new(),
    create: |_| Vec::new(),
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
