//! Composite types; their columns are a kind of their own.

use super::{Kind, Section};

pub(super) const KIND: Kind = Kind {
    name: "composite type",
    group: "composites",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Types,
    counted: true,
    class: "pg_class",
    properties: &[],
    query: |_| QUERY.to_owned(),
};

const QUERY: &str = "
SELECT c.oid, 0 AS sub, c.relnamespace AS parent, c.relname::text AS name
FROM pg_class c
WHERE c.relkind = 'c' AND c.oid >= 16384
";
