//! Publications: which changes of which tables are sent to subscribers.

use super::access::{OWNER, owner};
use super::create::drop_by_address;
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "publication",
    group: "publications",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_publication",
    properties: &[
        Property::new("all_tables", Form::Flag(false), "Whether it has every table."),
        Property::new("operations", Form::List(&[]), "`insert`, `update`, `delete`, `truncate`, in this order."),
        Property::new(
            "via_root",
            Form::Flag(false),
            "Whether changes of partitions are sent as those of the whole table.",
        ),
        Property::new(
            "tables",
            Form::List(&[]),
            "The tables, each with its columns and rows where not all are sent, sorted.",
        ),
        Property::new("schemas", Form::List(&[]), "The schemas of which every table is in it, sorted."),
        Property::new("generated_columns", Form::Word("none"), "Which generated columns are sent: `none` or `stored`."),
        OWNER,
    ],
    query,
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_by_address,
};

/// Schemas, columns and rows came with PostgreSQL 15, generated columns with 18.
fn query(version: u32) -> String {
    let part = if version >= 150_000 {
        "coalesce(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) FROM pg_attribute a
      WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[])) || ')', '')
      || coalesce(' WHERE ' || pg_get_expr(r.prqual, r.prrelid), '')"
    } else {
        "''"
    };
    let schemas = if version >= 150_000 {
        "ARRAY(SELECT n.nspname::text FROM pg_publication_namespace m JOIN pg_namespace n ON n.oid = m.pnnspid
    WHERE m.pnpubid = p.oid ORDER BY n.nspname)"
    } else {
        "NULL::text[]"
    };
    let generated_columns =
        if version >= 180_000 { "CASE p.pubgencols WHEN 's' THEN 'stored' ELSE 'none' END" } else { "'none'" };
    let owner = owner("p.pubowner");
    format!(
        "
SELECT p.oid, 0 AS sub, NULL::oid AS parent, p.pubname::text AS name, p.puballtables AS all_tables,
  array_remove(ARRAY[CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
    CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END], NULL) AS operations,
  p.pubviaroot AS via_root,
  ARRAY(SELECT (r.prrelid::regclass || {part}) COLLATE \"C\" FROM pg_publication_rel r WHERE r.prpubid = p.oid ORDER BY 1)
    AS tables,
  {schemas} AS schemas, {generated_columns}::text AS generated_columns,
  {owner}
FROM pg_publication p
"
    )
}
