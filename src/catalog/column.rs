//! Columns of tables, of composite types and of views.

use super::access::{PRIVILEGES, grants, privileges};
use super::piece::sorted;
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "column",
    group: "columns",
    parents: &["table", "foreign table"],
    single: false,
    shorthand: Some("type"),
    section: Section::Tables,
    counted: false,
    commented: true,
    class: "pg_class",
    properties: &[
        Property::new("type", Form::Text, "The type with its modifiers."),
        Property::new("nullable", Form::Flag(true), "Whether it admits NULL."),
        Property::new("default", Form::Text, "The default value, as an expression."),
        Property::new("identity", Form::Text, "`always` or `by default` for an identity column."),
        Property::new(
            "identity_options",
            Form::List(&[]),
            "What is not usual about the sequence of an identity column, such as `start=100` or `name=numbers`.",
        ),
        Property {
            name: "identity_privileges",
            about: "As `privileges`, on the sequence of an identity column.",
            ..PRIVILEGES
        },
        Property::new("generated", Form::Text, "The expression of a generated column."),
        Property::new("virtual", Form::Flag(false), "Whether a generated column is computed when read."),
        Property::new("collation", Form::Text, "The collation, where it is not the type's own."),
        Property::new("storage", Form::Text, "How large values are kept, where it is not the type's own way."),
        Property::new("compression", Form::Text, "The compression method, where one was chosen."),
        Property::new("statistics", Form::Number, "The statistics target, where one was chosen."),
        Property::new("options", Form::List(&[]), "Options such as `n_distinct=100`, sorted."),
        Property::new("foreign_options", Form::List(&[]), "Options for the foreign-data wrapper, sorted."),
        Property::new("inherited", Form::Flag(false), "Whether it is only there because a parent table has it."),
        Property::new("not_null", Form::List(&[]), "`no inherit` or `not valid`, where NOT NULL is so."),
        PRIVILEGES,
    ],
    query: |version| query(version, "'r', 'p', 'f'", "a.attrelid"),
};

pub(super) const OF_COMPOSITE: Kind = Kind {
    parents: &["composite type"],
    section: Section::Types,
    query: |version| query(version, "'c'", "c.reltype"),
    ..KIND
};

/// What a view's column is follows from the query, which is compared; what was said about it with ALTER does not.
pub(super) const OF_VIEW: Kind = Kind {
    name: "view column",
    parents: &["view", "materialized view"],
    shorthand: None,
    section: Section::Views,
    properties: &[
        Property::new("default", Form::Text, "The value for INSERTs into the view, as an expression."),
        Property::new("storage", Form::Text, "How large values are kept, where it is not the type's own way."),
        Property::new("compression", Form::Text, "The compression method, where one was chosen."),
        Property::new("statistics", Form::Number, "The statistics target, where one was chosen."),
        Property::new("options", Form::List(&[]), "Options such as `n_distinct=100`, sorted."),
        PRIVILEGES,
    ],
    query: of_view,
    ..KIND
};

/// `attcompression` came with PostgreSQL 14.
fn compression(version: u32) -> &'static str {
    if version >= 140_000 { "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END" } else { "NULL::text" }
}

/// Since PostgreSQL 18 NOT NULL is a constraint, which can be NOT VALID or NO INHERIT.
fn not_null(version: u32) -> &'static str {
    if version >= 180_000 {
        "LEFT JOIN (
  SELECT conrelid, conkey[1] AS attnum, array_remove(ARRAY[CASE WHEN connoinherit THEN 'no inherit' END,
    CASE WHEN NOT convalidated THEN 'not valid' END], NULL) AS words
  FROM pg_constraint WHERE contype = 'n' AND (connoinherit OR NOT convalidated)
) n ON n.conrelid = a.attrelid AND n.attnum = a.attnum"
    } else {
        "CROSS JOIN (SELECT NULL::text[] AS words) n"
    }
}

/// What is not usual about the sequence `s`, `q` of an identity column. Until PostgreSQL 15 it was permanent, whatever
/// its table was.
fn identity_options(version: u32) -> String {
    let persistence = if version >= 150_000 { "q.relpersistence <> c.relpersistence" } else { "false" };
    format!(
        "CASE WHEN q.seqrelid IS NOT NULL THEN array_remove(ARRAY[
    CASE WHEN q.relname::text <> c.relname || '_' || a.attname || '_seq' THEN 'name=' || q.relname END,
    CASE WHEN q.seqtypid <> a.atttypid THEN 'type=' || format_type(q.seqtypid, NULL) END,
    CASE WHEN q.seqstart <> CASE WHEN q.seqincrement > 0 THEN q.seqmin ELSE q.seqmax END THEN 'start=' || q.seqstart END,
    CASE WHEN q.seqincrement <> 1 THEN 'increment=' || q.seqincrement END,
    CASE WHEN q.seqmin <> CASE WHEN q.seqincrement > 0 THEN 1 ELSE -q.greatest - 1 END THEN 'minimum=' || q.seqmin END,
    CASE WHEN q.seqmax <> CASE WHEN q.seqincrement > 0 THEN q.greatest ELSE -1 END THEN 'maximum=' || q.seqmax END,
    CASE WHEN q.seqcache <> 1 THEN 'cache=' || q.seqcache END,
    CASE WHEN q.seqcycle THEN 'cycle' END,
    CASE WHEN {persistence} THEN CASE q.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END END], NULL) END"
    )
}

/// A default names no column, so it is printed without its table, which the server would have to open for it.
/// Until PostgreSQL 17 an unset statistics target was -1.
fn query(version: u32, relation_kinds: &str, parent: &str) -> String {
    let (compression, not_null, identity_options) =
        (compression(version), not_null(version), identity_options(version));
    let identity_privileges = grants("q.relacl", "acldefault('s', q.relowner)", "s", "q.relowner");
    let (options, foreign_options) = (sorted("a.attoptions"), sorted("a.attfdwoptions"));
    let privileges = privileges("a.attacl", "c", "c.relowner");
    format!(
        "
SELECT a.attrelid AS oid, a.attnum::int4 AS sub, {parent} AS parent, a.attname::text AS name,
  format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
  CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, 0) END AS default,
  CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,
  {identity_options} AS identity_options,
  {identity_privileges} AS identity_privileges,
  CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END AS generated,
  a.attgenerated = 'v' AS virtual,
  CASE WHEN a.attcollation NOT IN (0, t.typcollation) THEN a.attcollation::regcollation::text END AS collation,
  CASE WHEN a.attstorage <> t.typstorage THEN
    CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END
    END AS storage,
  {compression} AS compression,
  nullif(a.attstattarget, -1)::int4 AS statistics,
  {options} AS options,
  {foreign_options} AS foreign_options,
  a.attinhcount > 0 AND NOT a.attislocal AND NOT c.relispartition AS inherited,
  n.words AS not_null,
  {privileges}
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN (
  SELECT p.refobjid, p.refobjsubid, q.relname, q.relacl, q.relowner, q.relpersistence, s.*,
    CASE s.seqtypid WHEN 21 THEN 32767 WHEN 23 THEN 2147483647 ELSE 9223372036854775807 END AS greatest
  FROM pg_sequence s
  JOIN pg_class q ON q.oid = s.seqrelid
  JOIN pg_depend p ON p.classid = 'pg_class'::regclass AND p.objid = s.seqrelid AND p.deptype = 'i'
) q ON q.refobjid = a.attrelid AND q.refobjsubid = a.attnum
{not_null}
WHERE c.relkind IN ({relation_kinds}) AND a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
"
    )
}

/// The views are told as a list, since few of all columns are theirs.
fn of_view(version: u32) -> String {
    let (compression, options) = (compression(version), sorted("a.attoptions"));
    let privileges = privileges("a.attacl", "c", "c.relowner");
    format!(
        "
SELECT a.attrelid AS oid, a.attnum::int4 AS sub, a.attrelid AS parent, a.attname::text AS name,
  pg_get_expr(d.adbin, 0) AS default,
  CASE WHEN a.attstorage <> t.typstorage THEN
    CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END
    END AS storage,
  {compression} AS compression,
  nullif(a.attstattarget, -1)::int4 AS statistics,
  {options} AS options,
  {privileges}
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY (ARRAY(SELECT oid FROM pg_class WHERE relkind IN ('v', 'm') AND oid >= 16384))
  AND a.attnum > 0 AND NOT a.attisdropped
"
    )
}
