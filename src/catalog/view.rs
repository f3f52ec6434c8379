//! Views.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::create::drop_by_address;
use super::phrase::{with, without_semicolon};
use super::piece::sorted;
use serde_json::Value;

use super::{Form, Kind, Property, Section, Stage, Statement, Whole};

pub(super) const KIND: Kind = Kind {
    name: "view",
    group: "views",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Views,
    counted: true,
    commented: true,
    class: "pg_class",
    properties: &[
        Property::new("definition", Form::Lines, "The query.").sql(),
        Property::new("options", Form::List(&[]), "Options such as `security_invoker=true`, sorted.")
            .danger(|expected, actual, _| is_invoker(expected) && actual.is_some() && !is_invoker(actual)),
        OWNER,
        PRIVILEGES,
    ],
    query,
    address: |whole| format!("VIEW {}", whole.name()),
    create,
    drop: drop_by_address,
};

/// Whether whoever reads the view needs the rights, and is bound by the policies, of what is behind it.
fn is_invoker(options: Option<&Value>) -> bool {
    let set = |option: &Value| option.as_str().is_some_and(|text| INVOKER.contains(&text));
    options.and_then(Value::as_array).is_some_and(|list| list.iter().any(set))
}

const INVOKER: [&str; 3] = ["security_invoker=true", "security_invoker=on", "security_invoker=1"];

fn query(_version: u32) -> String {
    let owner = owner("c.relowner");
    let options = sorted("c.reloptions");
    let privileges = privileges("c.relacl", "r", "c.relowner");
    format!(
        "
SELECT c.oid, 0 AS sub, c.relnamespace AS parent, c.relname::text AS name, pg_get_viewdef(c.oid) AS definition,
  {options} AS options,
  {owner},
  {privileges}
FROM pg_class c
WHERE c.relkind = 'v' AND c.oid >= 16384
"
    )
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let Some(query) = whole.text("definition").map(without_semicolon) else { return Vec::new() };
    let name = whole.name();
    let sql = format!("CREATE VIEW {name}{} AS\n{query}", with(&whole.list("options")));
    let finish = access::finish(whole, &format!("TABLE {name}"));
    [Statement::new(Stage::Make, sql)].into_iter().chain(finish).collect()
}
