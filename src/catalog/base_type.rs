//! Types that functions make, and types that are only announced.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::create::drop_by_address;
use super::phrase::{lines, without_arguments};
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::literal;

pub(super) const KIND: Kind = Kind {
    name: "base type",
    group: "base_types",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Types,
    counted: true,
    commented: true,
    class: "pg_type",
    properties: &[
        Property::new(
            "parts",
            Form::List(&[]),
            "Its functions and features as CREATE TYPE has them; none if it is only announced.",
        ),
        Property::new("default", Form::Text, "The default value."),
        OWNER,
        PRIVILEGES,
    ],
    query,
    address: |whole| format!("TYPE {}", whole.name()),
    create,
    drop: drop_by_address,
};

fn query(version: u32) -> String {
    let subscript = if version >= 140_000 {
        "CASE WHEN t.typsubscript <> 0 THEN 'subscript=' || t.typsubscript::regprocedure END,"
    } else {
        ""
    };
    let owner = owner("t.typowner");
    let privileges = privileges("t.typacl", "T", "t.typowner");
    format!(
        "
SELECT t.oid, 0 AS sub, t.typnamespace AS parent, t.typname::text AS name,
  CASE WHEN t.typisdefined THEN array_remove(ARRAY['input=' || t.typinput::regprocedure, 'output=' || t.typoutput::regprocedure,
    CASE WHEN t.typreceive <> 0 THEN 'receive=' || t.typreceive::regprocedure END,
    CASE WHEN t.typsend <> 0 THEN 'send=' || t.typsend::regprocedure END,
    CASE WHEN t.typmodin <> 0 THEN 'typmod_in=' || t.typmodin::regprocedure END,
    CASE WHEN t.typmodout <> 0 THEN 'typmod_out=' || t.typmodout::regprocedure END,
    CASE WHEN t.typanalyze <> 0 THEN 'analyze=' || t.typanalyze::regprocedure END,
    {subscript}
    'internallength=' || t.typlen, CASE WHEN t.typbyval THEN 'passedbyvalue' END, 'alignment=' || t.typalign::text,
    'storage=' || t.typstorage::text, 'category=' || t.typcategory::text, CASE WHEN t.typispreferred THEN 'preferred' END,
    CASE WHEN t.typelem <> 0 THEN 'element=' || format_type(t.typelem, NULL) END,
    CASE WHEN t.typdelim <> ',' THEN 'delimiter=' || t.typdelim::text END,
    CASE WHEN t.typcollation <> 0 THEN 'collatable' END], NULL) END AS parts,
  t.typdefault AS default,
  {owner},
  {privileges}
FROM pg_type t
WHERE t.oid >= 16384 AND (t.typtype = 'b' OR NOT t.typisdefined) AND NOT EXISTS (
  SELECT FROM pg_type e WHERE e.typarray = t.oid)
"
    )
}

/// Its functions take and return it, so it is announced before them.
fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let (name, parts) = (whole.name(), whole.list("parts"));
    let mut said: Vec<String> = parts.into_iter().map(part).collect();
    let mut statements = vec![Statement::new(Stage::Make, format!("CREATE TYPE {name}"))];
    if !said.is_empty() {
        said.extend(whole.text("default").map(|value| format!("default = {}", literal(value))));
        statements.push(Statement::new(Stage::Make, format!("CREATE TYPE {name} {}", lines(&said))));
    }
    statements.extend(access::finish(whole, &format!("TYPE {name}")));
    statements
}

fn part(part: &str) -> String {
    let (name, value) = part.split_once('=').unwrap_or((part, "true"));
    let value = match (name, value) {
        ("internallength", "-1") => "variable",
        ("alignment", "c") => "char",
        ("alignment", "s") => "int2",
        ("alignment", "i") => "int4",
        ("alignment", _) => "double",
        ("storage", "p") => "plain",
        ("storage", "e") => "external",
        ("storage", "m") => "main",
        ("storage", _) => "extended",
        ("category" | "delimiter", value) => return format!("{name} = {}", literal(value)),
        ("element", value) => value,
        (_, function) => without_arguments(function),
    };
    format!("{name} = {value}")
}
