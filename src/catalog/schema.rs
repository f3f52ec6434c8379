//! Schemas, but for the system's own.

use super::{Kind, Section};

pub(super) const KIND: Kind = Kind {
    name: "schema",
    group: "schemas",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Schemas,
    counted: true,
    class: "pg_namespace",
    properties: &[],
    query: |_| QUERY.to_owned(),
};

const QUERY: &str = "
SELECT n.oid, 0 AS sub, NULL::oid AS parent, n.nspname::text AS name
FROM pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
";
