//! Rules that a person made; those that make a view a view are its query.

use super::create::drop_by_address;
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "rewrite rule",
    group: "rewrite_rules",
    parents: &["table", "view"],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_rewrite",
    properties: &[
        Property::new("definition", Form::Lines, "The rule as PostgreSQL prints it."),
        Property::new("enabled", Form::Word("origin"), "`origin`, `replica`, `always` or `disabled`."),
    ],
    query: |_| QUERY.to_owned(),
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_by_address,
};

const QUERY: &str = "
SELECT r.oid, 0 AS sub, r.ev_class AS parent, r.rulename::text AS name, pg_get_ruledef(r.oid) AS definition,
  CASE r.ev_enabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END AS enabled
FROM pg_rewrite r
WHERE r.oid >= 16384 AND r.rulename <> '_RETURN'
";
