//! Whether a table shows rows by its policies, and to its owner too.

use serde_json::Value;

use super::create::drop_never;
use super::{Form, Kind, Properties, Property, Section, Stage, Statement, Whole};

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
    address: |whole| format!("TABLE {}", whole.parent()),
    create,
    drop: drop_never,
};

fn off(expected: Option<&Value>, actual: Option<&Value>, _: &Properties) -> bool {
    expected.is_some_and(|value| value == true) && actual.is_some_and(|value| value == false)
}

const QUERY: &str = "
SELECT c.oid, 0 AS sub, c.oid AS parent, ''::text AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced
FROM pg_class c
WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384
";

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let said = [("enabled", "ENABLE"), ("forced", "FORCE")].into_iter().filter(|(property, _)| whole.flag(property));
    let sql = |word| format!("ALTER TABLE ONLY {} {word} ROW LEVEL SECURITY", whole.parent());
    said.map(|(_, word)| Statement::new(Stage::Finish, sql(word))).collect()
}
