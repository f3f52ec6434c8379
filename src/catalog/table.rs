//! Tables, partitioned ones and partitions too.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::column;
use super::create::{clause, drop_by_address, options};
use super::piece::{TOAST, storage_options};
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::identifier;

pub(super) const KIND: Kind = Kind {
    name: "table",
    group: "tables",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Tables,
    counted: true,
    commented: true,
    class: "pg_class",
    properties: &[
        Property::new("persistence", Form::Word("permanent"), "`permanent` or `unlogged`."),
        Property::new("partition_by", Form::Text, "The partition key.").sql(),
        Property::new("partition_of", Form::Text, "The table that it is a partition of.").sql(),
        Property::new("bound", Form::Text, "The rows that the partition takes.").sql(),
        Property::new("inherits", Form::List(&[]), "The tables that it inherits from, in their order.").sql(),
        Property::new(
            "options",
            Form::List(&[]),
            "Storage options, sorted; those of its TOAST table begin with `toast.`.",
        ),
        Property::new("access_method", Form::Word("heap"), "The table access method."),
        Property::new(
            "replica_identity",
            Form::Word("default"),
            "`default`, `full`, `nothing` or the name of an index.",
        ),
        Property::new("tablespace", Form::Text, "The tablespace, where it is not the database's own."),
        Property::new("of_type", Form::Text, "The composite type that gives its columns.").sql(),
        OWNER,
        PRIVILEGES,
    ],
    query,
    address: |whole| format!("TABLE {}", whole.name()),
    create,
    drop: drop_by_address,
};

fn query(_version: u32) -> String {
    let owner = owner("c.relowner");
    let options = storage_options("c");
    let privileges = privileges("c.relacl", "r", "c.relowner");
    format!(
        "
SELECT c.oid, 0 AS sub, c.relnamespace AS parent, c.relname::text AS name,
  CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END AS persistence,
  CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_by,
  CASE WHEN c.relispartition THEN (SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = c.oid)
    END AS partition_of,
  pg_get_expr(c.relpartbound, c.oid) AS bound,
  CASE WHEN NOT c.relispartition AND c.oid IN (SELECT inhrelid FROM pg_inherits) THEN
    ARRAY(SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = c.oid ORDER BY h.inhseqno)
    END AS inherits,
  {options} AS options,
  coalesce((SELECT a.amname::text FROM pg_am a WHERE a.oid = c.relam), 'heap') AS access_method,
  CASE c.relreplident WHEN 'd' THEN 'default' WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' ELSE coalesce(
    (SELECT x.relname::text FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
      WHERE i.indrelid = c.oid AND i.indisreplident), 'nothing') END AS replica_identity,
  (SELECT s.spcname::text FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
  CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type,
  {owner},
  {privileges}
FROM pg_class c
{TOAST}
WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384
"
    )
}

/// Partitions are made as tables of their own and then attached, so that their columns keep their order.
fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let name = whole.name();
    let unlogged = if whole.text("persistence") == Some("unlogged") { "UNLOGGED " } else { "" };
    let (of, columns) = match whole.text("of_type") {
        Some(of) => (format!(" OF {of}"), column::list_of_typed(whole)),
        None => (String::new(), Some(format!(" {}", column::list(whole)))),
    };
    let inherits = list_of("INHERITS", &whole.list("inherits"));
    let partition_by = clause("PARTITION BY", whole.text("partition_by"));
    let method = clause("USING", whole.text("access_method").filter(|method| *method != "heap"));
    let with = match whole.list("options") {
        list if list.is_empty() => String::new(),
        list => format!(" WITH ({})", options(&list)),
    };
    let tablespace = clause("TABLESPACE", whole.text("tablespace").map(identifier).as_deref());
    let columns = columns.unwrap_or_default();
    let sql = format!("CREATE {unlogged}TABLE {name}{of}{columns}{inherits}{partition_by}{method}{with}{tablespace}");
    let mut statements = vec![Statement::new(Stage::Make, sql)];
    statements.extend(attach(whole));
    let identity = match whole.text("replica_identity") {
        Some("default") | None => None,
        Some(word @ ("full" | "nothing")) => Some(word.to_uppercase()),
        Some(index) => Some(format!("USING INDEX {}", identifier(index))),
    };
    let identity = identity.map(|identity| format!("ALTER TABLE ONLY {name} REPLICA IDENTITY {identity}"));
    statements.extend(identity.map(|sql| Statement::new(Stage::Finish, sql)));
    statements.extend(access::finish(whole, &format!("TABLE {name}")));
    statements
}

/// The statement that makes a table the partition that it is.
pub(super) fn attach(whole: &Whole<'_>) -> Option<Statement> {
    let (parent, bound) = (whole.text("partition_of")?, whole.text("bound")?);
    let sql = format!("ALTER TABLE ONLY {parent} ATTACH PARTITION {} {bound}", whole.name());
    Some(Statement::new(Stage::Attach, sql))
}

/// ` WORD (a, b)`, or nothing.
pub(super) fn list_of(word: &str, list: &[&str]) -> String {
    if list.is_empty() { String::new() } else { format!(" {word} ({})", list.join(", ")) }
}
