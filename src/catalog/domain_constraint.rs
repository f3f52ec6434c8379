//! Check constraints of domains.

use super::create::drop_by_address;
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "domain constraint",
    group: "constraints",
    parents: &["domain"],
    single: false,
    shorthand: Some("definition"),
    section: Section::Types,
    counted: false,
    commented: true,
    class: "pg_constraint",
    properties: &[
        Property::new("definition", Form::Text, "The constraint as PostgreSQL prints it."),
        Property::new("validated", Form::Flag(true), "False if it was added NOT VALID and never validated.").always(),
    ],
    query: |_| QUERY.to_owned(),
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_by_address,
};

const QUERY: &str = "
SELECT c.oid, 0 AS sub, c.contypid AS parent, c.conname::text AS name,
  regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', '') AS definition, c.convalidated AS validated
FROM pg_constraint c
WHERE c.contypid >= 16384 AND c.contype = 'c'
";
