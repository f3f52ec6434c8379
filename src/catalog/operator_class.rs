//! Operator classes, with their members.

use super::access::{self, OWNER, owner};
use super::create::{clause, drop_by_address};
use super::operator_family::{members, named};
use super::phrase::when;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};

pub(super) const KIND: Kind = Kind {
    name: "operator class",
    group: "operator_classes",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_opclass",
    properties: &[
        Property::new("type", Form::Text, "The type that it is for."),
        Property::new("default", Form::Flag(false), "Whether it is used unasked."),
        Property::new("family", Form::Text, "The family that it is in."),
        Property::new("storage", Form::Text, "The type that the index holds, where it is another."),
        Property::new("members", Form::List(&[]), "Its operators and functions, sorted."),
        OWNER,
    ],
    query,
    address: |whole| format!("OPERATOR CLASS {}", named(whole)),
    create,
    drop: drop_by_address,
};

fn query(_version: u32) -> String {
    let members = members("pg_opclass");
    let owner = owner("o.opcowner");
    format!(
        "
SELECT o.oid, 0 AS sub, o.opcnamespace AS parent, o.opcname || ' USING ' || m.amname AS name,
  format_type(o.opcintype, NULL) AS type, o.opcdefault AS default,
  quote_ident(n.nspname) || '.' || quote_ident(f.opfname) AS family,
  CASE WHEN o.opckeytype <> 0 THEN format_type(o.opckeytype, NULL) END AS storage, members.list AS members,
  {owner}
FROM pg_opclass o
JOIN pg_am m ON m.oid = o.opcmethod
JOIN pg_opfamily f ON f.oid = o.opcfamily
JOIN pg_namespace n ON n.oid = f.opfnamespace
LEFT JOIN {members} members ON members.of = o.oid
WHERE o.oid >= 16384
"
    )
}

/// A class must have something in it; that its type is stored as it is says nothing.
fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let Some(of) = whole.text("type") else { return Vec::new() };
    let named = named(whole);
    let (name, method) = named.rsplit_once(" USING ").unwrap_or((&named, ""));
    let (default, family) = (when(whole.flag("default"), " DEFAULT"), clause("FAMILY", whole.text("family")));
    let mut members: Vec<String> = whole.list("members").into_iter().map(str::to_owned).collect();
    let storage = whole.text("storage").or(Some(of).filter(|_| members.is_empty()));
    members.extend(storage.map(|storage| format!("storage {storage}")));
    let members = members.join(",\n    ");
    let sql = format!("CREATE OPERATOR CLASS {name}{default} FOR TYPE {of} USING {method}{family} AS\n    {members}");
    [Statement::new(Stage::Make, sql)].into_iter().chain(access::owned(whole)).collect()
}
