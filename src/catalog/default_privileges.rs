//! What ALTER DEFAULT PRIVILEGES gives to objects that are yet to be made.

use super::access::{self, PRIVILEGES, grants};
use super::create::{clause, drop_never};
use super::{Kind, Section, Stage, Statement, Whole};
use crate::sql::identifier;

pub(super) const KIND: Kind = Kind {
    name: "default privileges",
    group: "default_privileges",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Access,
    counted: true,
    commented: false,
    class: "pg_default_acl",
    properties: &[PRIVILEGES],
    query,
    address: |_| String::new(),
    create,
    drop: drop_never,
};

/// Those of a schema are added to those without one, and so begin with nothing.
fn query(_version: u32) -> String {
    let by_type = |letter: &str| {
        let base = format!("CASE WHEN d.defaclnamespace = 0 THEN acldefault('{letter}', d.defaclrole) END");
        grants("d.defaclacl", &base, letter, "d.defaclrole")
    };
    let (tables, sequences, functions) = (by_type("r"), by_type("s"), by_type("f"));
    let (types, schemas, others) = (by_type("T"), by_type("n"), by_type("L"));
    format!(
        "
SELECT d.oid, 0 AS sub, NULL::oid AS parent,
  CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
    WHEN 'n' THEN 'schemas' ELSE 'large objects' END || ' of ' || pg_get_userbyid(d.defaclrole)
    || coalesce(' in ' || n.nspname, '') AS name,
  CASE d.defaclobjtype WHEN 'r' THEN {tables} WHEN 'S' THEN {sequences} WHEN 'f' THEN {functions} WHEN 'T' THEN {types}
    WHEN 'n' THEN {schemas} ELSE {others} END AS privileges
FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
"
    )
}

/// Which objects of which role they are for, and in which schema, from a name such as `tables of ann in public`.
fn place<'a>(whole: &Whole<'a>) -> Option<(&'a str, &'a str, Option<&'a str>)> {
    let (objects, role) = whole.object.id.name().split_once(" of ")?;
    let divided = role.rsplit_once(" in ");
    Some(divided.map_or((objects, role, None), |(role, schema)| (objects, role, Some(schema))))
}

/// What new objects of a sort (`tables`) in the schema of an object are given unasked, each with the role that makes them.
pub(super) fn given<'a>(whole: &Whole<'a>, objects: &str) -> Vec<(&'a str, &'a str)> {
    let schema = whole.object.id.parent().first();
    let applies = |one: Whole<'a>| {
        let (sort, maker, own) = place(&one)?;
        let is_here = own.is_none_or(|own| schema.is_some_and(|schema| schema == own));
        (sort == objects && is_here).then(|| one.list(PRIVILEGES.name).into_iter().map(move |entry| (maker, entry)))
    };
    whole.all_of("default privileges").filter_map(applies).flatten().collect()
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let Some((objects, role, schema)) = place(whole) else { return Vec::new() };
    let schema = clause("IN SCHEMA", schema.map(identifier).as_deref());
    let before = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}{schema}", identifier(role));
    let grants = access::grant(&whole.list(PRIVILEGES.name), &objects.to_uppercase(), Some(role), "");
    grants.into_iter().map(|grant| Statement::new(Stage::Finish, format!("{before} {grant}"))).collect()
}
