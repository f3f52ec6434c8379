//! Columns of tables and of composite types.

use super::access::{PRIVILEGES, privileges};
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "column",
    group: "columns",
    parents: &["table"],
    single: false,
    shorthand: Some("type"),
    section: Section::Tables,
    counted: false,
    class: "pg_class",
    properties: &[
        Property::new("type", Form::Text, "The type with its modifiers."),
        Property::new("nullable", Form::Flag(true), "Whether it admits NULL."),
        Property::new("default", Form::Text, "The default value, as an expression."),
        Property::new("identity", Form::Text, "`always` or `by default` for an identity column."),
        Property::new("generated", Form::Text, "The expression of a generated column."),
        Property::new("virtual", Form::Flag(false), "Whether a generated column is computed when read."),
        Property::new("collation", Form::Text, "The collation, where it is not the type's own."),
        Property::new("storage", Form::Text, "How large values are kept, where it is not the type's own way."),
        Property::new("compression", Form::Text, "The compression method, where one was chosen."),
        Property::new("statistics", Form::Number, "The statistics target, where one was chosen."),
        Property::new("options", Form::List(&[]), "Options such as `n_distinct=100`, sorted."),
        PRIVILEGES,
    ],
    query: |version| query(version, "'r', 'p'", "a.attrelid"),
};

pub(super) const OF_COMPOSITE: Kind = Kind {
    parents: &["composite type"],
    section: Section::Types,
    query: |version| query(version, "'c'", "c.reltype"),
    ..KIND
};

/// A default names no column, so it is printed without its table, which the server would have to open for it.
/// `attcompression` came with PostgreSQL 14; until 17 an unset statistics target was -1.
fn query(version: u32, relation_kinds: &str, parent: &str) -> String {
    let compression = if version >= 140_000 {
        "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END"
    } else {
        "NULL::text"
    };
    let privileges = privileges("a.attacl", "c", "c.relowner");
    format!(
        "
SELECT a.attrelid AS oid, a.attnum::int4 AS sub, {parent} AS parent, a.attname::text AS name,
  format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
  CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, 0) END AS default,
  CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,
  CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END AS generated,
  a.attgenerated = 'v' AS virtual,
  CASE WHEN a.attcollation NOT IN (0, t.typcollation) THEN a.attcollation::regcollation::text END AS collation,
  CASE WHEN a.attstorage <> t.typstorage THEN
    CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END
    END AS storage,
  {compression} AS compression,
  nullif(a.attstattarget, -1)::int4 AS statistics,
  CASE WHEN a.attoptions IS NOT NULL THEN ARRAY(SELECT unnest(a.attoptions) ORDER BY 1) END AS options,
  {privileges}
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relkind IN ({relation_kinds}) AND a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
"
    )
}
