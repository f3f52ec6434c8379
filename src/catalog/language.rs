//! Procedural languages that no extension brought.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::create::{clause, drop_by_address};
use super::phrase::{when, without_arguments};
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};

pub(super) const KIND: Kind = Kind {
    name: "language",
    group: "languages",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_language",
    properties: &[
        Property::new("trusted", Form::Flag(false), "Whether everyone may use it."),
        Property::new("handler", Form::Text, "The function that runs its functions."),
        Property::new("inline", Form::Text, "The function that runs DO blocks."),
        Property::new("validator", Form::Text, "The function that checks its functions."),
        OWNER,
        PRIVILEGES,
    ],
    query,
    address: |whole| format!("LANGUAGE {}", whole.name()),
    create,
    drop: drop_by_address,
};

fn query(_version: u32) -> String {
    let owner = owner("l.lanowner");
    let privileges = privileges("l.lanacl", "l", "l.lanowner");
    format!(
        "
SELECT l.oid, 0 AS sub, NULL::oid AS parent, l.lanname::text AS name, l.lanpltrusted AS trusted,
  CASE WHEN l.lanplcallfoid <> 0 THEN l.lanplcallfoid::regprocedure::text END AS handler,
  CASE WHEN l.laninline <> 0 THEN l.laninline::regprocedure::text END AS inline,
  CASE WHEN l.lanvalidator <> 0 THEN l.lanvalidator::regprocedure::text END AS validator,
  {owner},
  {privileges}
FROM pg_language l
WHERE l.oid >= 16384
"
    )
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let name = whole.name();
    let trusted = when(whole.flag("trusted"), "TRUSTED ");
    let function = |word: &str, property: &str| clause(word, whole.text(property).map(without_arguments));
    let handler = function("HANDLER", "handler");
    let (inline, validator) = (function("INLINE", "inline"), function("VALIDATOR", "validator"));
    let sql = format!("CREATE {trusted}LANGUAGE {name}{handler}{inline}{validator}");
    let finish = access::finish(whole, &format!("LANGUAGE {name}"));
    [Statement::new(Stage::Make, sql)].into_iter().chain(finish).collect()
}
