//! Publications: which changes of which tables are sent to subscribers.

use super::access::{self, OWNER, owner};
use super::create::drop_by_address;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::{identifier, literal, parts};

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
    address: |whole| format!("PUBLICATION {}", whole.name()),
    create,
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

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let name = whole.name();
    let mut options = vec![format!("publish = {}", literal(&whole.list("operations").join(", ")))];
    options.extend(whole.flag("via_root").then(|| "publish_via_partition_root = true".to_owned()));
    let generated = whole.text("generated_columns").filter(|which| *which != "none");
    options.extend(generated.map(|which| format!("publish_generated_columns = {which}")));
    let sql = format!("CREATE PUBLICATION {name}{} WITH ({})", what(whole), options.join(", "));
    [Statement::new(Stage::Bind, sql)].into_iter().chain(access::owned(whole)).collect()
}

/// What is in it. The tables that inherit from one are told themselves.
fn what(whole: &Whole<'_>) -> String {
    if whole.flag("all_tables") {
        return " FOR ALL TABLES".to_owned();
    }
    let tables: Vec<String> = whole.list("tables").into_iter().map(table).collect();
    let schemas: Vec<String> = whole.list("schemas").into_iter().map(identifier).collect();
    let group =
        |word: &str, list: &[String]| (!list.is_empty()).then(|| format!("{word}\n    {}", list.join(",\n    ")));
    let groups = [group("TABLE", &tables), group("TABLES IN SCHEMA", &schemas)];
    let groups: Vec<String> = groups.into_iter().flatten().collect();
    if groups.is_empty() { String::new() } else { format!(" FOR {}\n", groups.join(", ")) }
}

fn table(text: &str) -> String {
    match parts(text, " WHERE ").as_slice() {
        [table, rows @ ..] if !rows.is_empty() => format!("ONLY {table} WHERE ({})", rows.join(" WHERE ")),
        _ => format!("ONLY {text}"),
    }
}
