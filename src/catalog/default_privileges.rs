//! What ALTER DEFAULT PRIVILEGES gives to objects that are yet to be made.

use super::access::{PRIVILEGES, grants};
use super::create::drop_by_address;
use super::{Kind, Section};

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
    create: |_| Vec::new(),
    drop: drop_by_address,
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
