//! Enum types.

use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "enum",
    group: "enums",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Types,
    counted: true,
    class: "pg_type",
    properties: &[Property::new("values", Form::List(&[]), "The labels, in their order.")],
    query: |_| QUERY.to_owned(),
};

const QUERY: &str = "
SELECT t.oid, 0 AS sub, t.typnamespace AS parent, t.typname::text AS name,
  ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS values
FROM pg_type t
WHERE t.typtype = 'e' AND t.oid >= 16384
";
