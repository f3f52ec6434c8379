//! Operator classes, with their members.

use super::access::{OWNER, owner};
use super::create::drop_by_address;
use super::operator_family::members;
use super::{Form, Kind, Property, Section};

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
    address: |_| String::new(),
    create: |_| Vec::new(),
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
