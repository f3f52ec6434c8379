//! Rules that a person made; those that make a view a view are its query.

use super::create::drop_by_address;
use super::phrase::{switch, without_semicolon};
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::identifier;

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
        Property::new("definition", Form::Lines, "The rule as PostgreSQL prints it.").sql(),
        Property::new("enabled", Form::Word("origin"), "`origin`, `replica`, `always` or `disabled`."),
    ],
    query: |_| QUERY.to_owned(),
    address: |whole| format!("RULE {} ON {}", identifier(whole.object.id.name()), whole.parent()),
    create,
    drop: drop_by_address,
};

const QUERY: &str = "
SELECT r.oid, 0 AS sub, r.ev_class AS parent, r.rulename::text AS name, pg_get_ruledef(r.oid) AS definition,
  CASE r.ev_enabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END AS enabled
FROM pg_rewrite r
WHERE r.oid >= 16384 AND r.rulename <> '_RETURN'
";

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let Some(definition) = whole.text("definition").map(without_semicolon) else { return Vec::new() };
    let rule = format!("RULE {}", identifier(whole.object.id.name()));
    let switch = switch(whole.text("enabled"), &rule).map(|switch| format!("ALTER TABLE {} {switch}", whole.parent()));
    let switch = switch.map(|sql| Statement::new(Stage::Finish, sql));
    [Statement::new(Stage::Bind, definition)].into_iter().chain(switch).collect()
}
