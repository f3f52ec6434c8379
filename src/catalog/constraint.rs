//! Constraints of tables. NOT NULL is a property of its column on every major.

use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "constraint",
    group: "constraints",
    parents: &["table"],
    single: false,
    shorthand: Some("definition"),
    section: Section::Tables,
    counted: false,
    class: "pg_constraint",
    properties: &[Property::new("definition", Form::Text, "The constraint as PostgreSQL prints it.")],
    query: |_| QUERY.to_owned(),
};

const QUERY: &str = "
SELECT c.oid, 0 AS sub, c.conrelid AS parent, c.conname::text AS name, pg_get_constraintdef(c.oid) AS definition
FROM pg_constraint c
WHERE c.conrelid >= 16384 AND c.contype IN ('p', 'u', 'f', 'c', 'x')
";
