//! Event triggers.

use super::access::{self, OWNER, owner};
use super::create::drop_by_address;
use super::piece::sorted;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::literal;

pub(super) const KIND: Kind = Kind {
    name: "event trigger",
    group: "event_triggers",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Triggers,
    counted: true,
    commented: true,
    class: "pg_event_trigger",
    properties: &[
        Property::new("event", Form::Text, "What it waits for, such as `ddl_command_end`."),
        Property::new("tags", Form::List(&[]), "The commands that it is for, sorted; none means all."),
        Property::new("function", Form::Text, "The function that it calls.").sql(),
        Property::new("enabled", Form::Word("origin"), "`origin`, `replica`, `always` or `disabled`."),
        OWNER,
    ],
    query,
    address: |whole| format!("EVENT TRIGGER {}", whole.name()),
    create,
    drop: drop_by_address,
};

fn query(_version: u32) -> String {
    let tags = sorted("e.evttags");
    let owner = owner("e.evtowner");
    format!(
        "
SELECT e.oid, 0 AS sub, NULL::oid AS parent, e.evtname::text AS name, e.evtevent::text AS event, {tags} AS tags,
  e.evtfoid::regprocedure::text AS function,
  CASE e.evtenabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END AS enabled,
  {owner}
FROM pg_event_trigger e
WHERE e.oid >= 16384
"
    )
}

/// It would be called for what is made after it, so it comes last.
fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let (Some(event), Some(function)) = (whole.text("event"), whole.text("function")) else { return Vec::new() };
    let name = whole.name();
    let tags: Vec<String> = whole.list("tags").into_iter().map(literal).collect();
    let tags = if tags.is_empty() { String::new() } else { format!(" WHEN TAG IN ({})", tags.join(", ")) };
    let made = format!("CREATE EVENT TRIGGER {name} ON {event}{tags} EXECUTE FUNCTION {function}");
    let switch = match whole.text("enabled") {
        Some("disabled") => Some("DISABLE"),
        Some("replica") => Some("ENABLE REPLICA"),
        Some("always") => Some("ENABLE ALWAYS"),
        _ => None,
    };
    let switch = switch.map(|switch| format!("ALTER EVENT TRIGGER {name} {switch}"));
    let owned = access::owned(whole).map(|owned| owned.sql);
    [made].into_iter().chain(switch).chain(owned).map(|sql| Statement::new(Stage::Watch, sql)).collect()
}
