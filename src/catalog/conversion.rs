//! Conversions between encodings.

use super::access::{self, OWNER, owner};
use super::create::drop_by_address;
use super::phrase::when;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::literal;

pub(super) const KIND: Kind = Kind {
    name: "conversion",
    group: "conversions",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_conversion",
    properties: &[
        Property::new("from", Form::Text, "The encoding that it reads."),
        Property::new("to", Form::Text, "The encoding that it writes."),
        Property::new("function", Form::Text, "The function that does it."),
        Property::new("default", Form::Flag(false), "Whether it is used unasked."),
        OWNER,
    ],
    query,
    address: |whole| format!("CONVERSION {}", whole.name()),
    create,
    drop: drop_by_address,
};

fn query(_version: u32) -> String {
    let owner = owner("c.conowner");
    format!(
        "
SELECT c.oid, 0 AS sub, c.connamespace AS parent, c.conname::text AS name,
  pg_encoding_to_char(c.conforencoding)::text AS from, pg_encoding_to_char(c.contoencoding)::text AS to,
  c.conproc::regproc::text AS function, c.condefault AS default,
  {owner}
FROM pg_conversion c
WHERE c.oid >= 16384
"
    )
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let (Some(from), Some(to)) = (whole.text("from").map(literal), whole.text("to").map(literal)) else {
        return Vec::new();
    };
    let Some(function) = whole.text("function") else { return Vec::new() };
    let (name, default) = (whole.name(), when(whole.flag("default"), "DEFAULT "));
    let sql = format!("CREATE {default}CONVERSION {name} FOR {from} TO {to} FROM {function}");
    [Statement::new(Stage::Make, sql)].into_iter().chain(access::owned(whole)).collect()
}
