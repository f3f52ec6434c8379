//! Whether a table shows rows by its policies, and to its owner too.

use serde_json::Value;

use super::create::drop_by_address;
use super::{Form, Kind, Properties, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "row security",
    group: "row_security",
    parents: &["table"],
    single: true,
    shorthand: None,
    section: Section::Policies,
    counted: false,
    commented: false,
    class: "pg_class",
    properties: &[
        Property::new("enabled", Form::Flag(false), "Whether policies decide who sees which rows.").danger(off),
        Property::new("forced", Form::Flag(false), "Whether they bind the owner too.").danger(off),
    ],
    query: |_| QUERY.to_owned(),
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_by_address,
};

fn off(expected: Option<&Value>, actual: Option<&Value>, _: &Properties) -> bool {
    expected.is_some_and(|value| value == true) && actual.is_some_and(|value| value == false)
}

const QUERY: &str = "
SELECT c.oid, 0 AS sub, c.oid AS parent, ''::text AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced
FROM pg_class c
WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384
";
