//! Indexes; those that a constraint made are told by the constraint.

use super::create::{clause, drop_by_address};
use super::phrase::{depends, when, with};
use super::piece::{EXTENSIONS, extensions, sorted};
use super::table::list_of;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::identifier;

pub(super) const KIND: Kind = Kind {
    name: "index",
    group: "indexes",
    parents: &["table", "materialized view"],
    single: false,
    shorthand: None,
    section: Section::Indexes,
    counted: true,
    commented: true,
    class: "pg_class",
    properties: &[
        Property::new("columns", Form::Columns, "The columns or expressions, each with what is not the default.").sql(),
        Property::new("include", Form::Columns, "The columns that it only carries."),
        Property::new("method", Form::Word("btree"), "The index access method."),
        Property::new("unique", Form::Flag(false), "Whether it admits a value only once."),
        Property::new("nulls_not_distinct", Form::Flag(false), "Whether it admits NULL only once too."),
        Property::new("where", Form::Text, "Which rows are in it.").sql(),
        Property::new("valid", Form::Flag(true), "False for what a failed CREATE INDEX CONCURRENTLY leaves.").always(),
        Property::new("part_of", Form::Text, "The index of the partitioned table that it is a part of."),
        Property::new("clustered", Form::Flag(false), "Whether CLUSTER goes by it."),
        Property::new("options", Form::List(&[]), "Storage options, sorted."),
        Property::new("statistics", Form::List(&[]), "The statistics targets of its expressions, such as `2: 100`."),
        Property::new("tablespace", Form::Text, "The tablespace, where it is not the database's own."),
        EXTENSIONS,
    ],
    query,
    address: |whole| format!("INDEX {}", name(whole)),
    create,
    drop: drop_by_address,
};

/// `pg_get_indexdef` of whole indexes is the slowest of the printing functions, so the text of a column is put together
/// here and only expressions are printed by it. Most indexes are plain: columns of a table in their usual order. Columns
/// of tables are given by their numbers; those of materialised views are no objects of the catalog, so their names are
/// looked up. `indnullsnotdistinct` came with PostgreSQL 15.
fn query(version: u32) -> String {
    let nulls_not_distinct = if version >= 150_000 { "i.indnullsnotdistinct" } else { "false" };
    let options = sorted("x.reloptions");
    let extensions = extensions("pg_class", "i.indexrelid");
    format!(
        "
WITH unusual AS MATERIALIZED (
  SELECT attrelid, attnum, attoptions, attstattarget, attcollation FROM pg_attribute
  WHERE attrelid >= 16384 AND attnum > 0
    AND (attoptions IS NOT NULL OR attstattarget >= 0 OR attcollation NOT IN (0, 100))
), own AS MATERIALIZED (
  SELECT i.*, r.relkind = 'm' AS of_view, i.indexprs IS NULL AND r.relkind <> 'm'
      AND 0 = ALL (i.indoption) AND i.indcollation::oid[] <@ '{{0,100}}'
      AND NOT i.indclass::oid[] && ARRAY(SELECT oid FROM pg_opclass WHERE NOT opcdefault)
      AND i.indrelid NOT IN (SELECT attrelid FROM unusual) AND i.indexrelid NOT IN (SELECT attrelid FROM unusual) AS plain
  FROM pg_index i JOIN pg_class r ON r.oid = i.indrelid
  WHERE i.indexrelid >= 16384 AND r.relkind IN ('r', 'p', 'm') AND NOT EXISTS (
    SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
), keys AS (
  SELECT i.indexrelid, k.n > i.indnkeyatts AS included, array_agg(
      CASE WHEN k.attnum = 0 THEN pg_get_indexdef(i.indexrelid, k.n::int4, false)
        WHEN i.of_view THEN
          (SELECT quote_ident(a.attname) FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = k.attnum)
        ELSE chr(1) || k.attnum END
      || CASE WHEN k.coll <> 0 AND k.attnum <> 0
            AND (k.coll <> 100 OR i.indrelid IN (SELECT attrelid FROM unusual WHERE attcollation NOT IN (0, 100)))
          AND k.coll <>
          (SELECT a.attcollation FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = k.attnum)
        THEN ' COLLATE ' || k.coll::regcollation::text ELSE '' END
      || CASE WHEN NOT o.opcdefault OR f.attoptions IS NOT NULL THEN ' '
        || CASE WHEN o.opcnamespace = 'pg_catalog'::regnamespace THEN '' ELSE o.opcnamespace::regnamespace || '.' END
        || quote_ident(o.opcname) ELSE '' END
      || CASE WHEN f.attoptions IS NULL THEN ''
        ELSE ' (' || array_to_string(ARRAY(SELECT unnest(f.attoptions) COLLATE \"C\" ORDER BY 1), ', ') || ')' END
      || CASE k.option & 3 WHEN 1 THEN ' DESC NULLS LAST' WHEN 2 THEN ' NULLS FIRST' WHEN 3 THEN ' DESC' ELSE '' END
      ORDER BY k.n) AS columns,
    array_agg(k.n || ': ' || f.attstattarget ORDER BY k.n) FILTER (WHERE f.attstattarget >= 0) AS statistics
  FROM own i
  CROSS JOIN unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[], i.indoption::int2[])
    WITH ORDINALITY AS k (attnum, opclass, coll, option, n)
  LEFT JOIN pg_opclass o ON o.oid = k.opclass
  LEFT JOIN unusual f ON f.attrelid = i.indexrelid AND f.attnum = k.n
  WHERE NOT i.plain
  GROUP BY 1, 2
)
SELECT i.indexrelid AS oid, 0 AS sub, i.indrelid AS parent, x.relname::text AS name,
  CASE WHEN i.plain THEN {NUMBERS}[:i.indnkeyatts] ELSE k.columns END AS columns,
  CASE WHEN i.plain THEN CASE WHEN i.indnatts > i.indnkeyatts THEN {NUMBERS}[i.indnkeyatts + 1:] END
    ELSE j.columns END AS include,
  m.amname::text AS method, i.indisunique AS unique,
  {nulls_not_distinct} AS nulls_not_distinct,
  pg_get_expr(i.indpred, i.indrelid) AS where, i.indisvalid AND i.indisready AND i.indislive AS valid,
  h.inhparent::regclass::text AS part_of, i.indisclustered AS clustered,
  {options} AS options, k.statistics,
  (SELECT s.spcname::text FROM pg_tablespace s WHERE s.oid = x.reltablespace) AS tablespace,
  bound.names AS depends_on_extensions
FROM own i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
LEFT JOIN keys k ON k.indexrelid = i.indexrelid AND NOT k.included
LEFT JOIN keys j ON j.indexrelid = i.indexrelid AND j.included
LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid
{extensions}
"
    )
}

/// An index stands in the schema of its table.
fn name(whole: &Whole<'_>) -> String {
    let schema = whole.object.id.path.first().map(|schema| identifier(schema)).unwrap_or_default();
    format!("{schema}.{}", identifier(whole.object.id.name()))
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let columns = whole.list("columns").join(", ");
    if columns.is_empty() {
        return Vec::new();
    }
    let (own, table) = (identifier(whole.object.id.name()), whole.parent());
    let (unique, only) = (when(whole.flag("unique"), "UNIQUE "), when(waits_for_parts(whole), "ONLY "));
    let method = clause("USING", whole.text("method").filter(|method| *method != "btree").map(identifier).as_deref());
    let (include, with) = (list_of("INCLUDE", &whole.list("include")), with(&whole.list("options")));
    let nulls = when(whole.flag("nulls_not_distinct"), " NULLS NOT DISTINCT");
    let tablespace = clause("TABLESPACE", whole.text("tablespace").map(identifier).as_deref());
    let which = clause("WHERE", whole.text("where"));
    let sql = format!(
        "CREATE {unique}INDEX {own} ON {only}{table}{method} ({columns}){include}{nulls}{with}{tablespace}{which}"
    );
    let stage = if is_of_partitioned(whole) { Stage::PartitionedKeys } else { Stage::Keys };
    let mut statements = vec![Statement::new(stage, sql)];
    let attach = whole.text("part_of").map(|of| format!("ALTER INDEX {of} ATTACH PARTITION {}", name(whole)));
    statements.extend(attach.map(|sql| Statement::new(Stage::Bind, sql)));
    statements.extend(said_later(whole, &own, &table));
    statements.extend(depends(whole));
    statements
}

fn is_of_partitioned(whole: &Whole<'_>) -> bool {
    whole.parent_object().is_some_and(|table| table.text("partition_by").is_some())
}

/// The index of a partitioned table whose parts are made on their own, or of which some are not there.
fn waits_for_parts(whole: &Whole<'_>) -> bool {
    let name = name(whole);
    let has_parts = || whole.all_of("index").any(|other| other.text("part_of") == Some(&name));
    is_of_partitioned(whole) && (!whole.flag("valid") || has_parts())
}

fn said_later(whole: &Whole<'_>, own: &str, table: &str) -> Vec<Statement> {
    let clustered = whole.flag("clustered").then(|| format!("ALTER TABLE {table} CLUSTER ON {own}"));
    let statistics = |said: &str| {
        let (column, target) = said.split_once(": ")?;
        Some(format!("ALTER INDEX {} ALTER COLUMN {column} SET STATISTICS {target}", name(whole)))
    };
    let statistics = whole.list("statistics").into_iter().filter_map(statistics);
    clustered.into_iter().chain(statistics).map(|sql| Statement::new(Stage::Finish, sql)).collect()
}
/// The columns of an index as numbers that the reader knows.
const NUMBERS: &str = "(string_to_array(chr(1) || replace(i.indkey::text, ' ', ' ' || chr(1)), ' '))";
