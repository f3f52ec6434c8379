//! Check constraints of domains.

use super::phrase::when;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::identifier;

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
        Property::new("definition", Form::Text, "The constraint as PostgreSQL prints it.").sql(),
        Property::new("validated", Form::Flag(true), "False if it was added NOT VALID and never validated.").always(),
    ],
    query: |_| QUERY.to_owned(),
    address: |whole| format!("CONSTRAINT {} ON DOMAIN {}", identifier(whole.object.id.name()), whole.parent()),
    create,
    drop: |whole| {
        Some(format!("ALTER DOMAIN {} DROP CONSTRAINT {}", whole.parent(), identifier(whole.object.id.name())))
    },
};

const QUERY: &str = "
SELECT c.oid, 0 AS sub, c.contypid AS parent, c.conname::text AS name,
  regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', '') AS definition, c.convalidated AS validated
FROM pg_constraint c
WHERE c.contypid >= 16384 AND c.contype = 'c'
";

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let Some(definition) = whole.text("definition") else { return Vec::new() };
    let (domain, name) = (whole.parent(), identifier(whole.object.id.name()));
    let not_valid = when(!whole.flag("validated"), " NOT VALID");
    let sql = format!("ALTER DOMAIN {domain} ADD CONSTRAINT {name} {definition}{not_valid}");
    vec![Statement::new(Stage::Fill, sql)]
}
