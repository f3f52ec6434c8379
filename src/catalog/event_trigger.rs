//! Event triggers.

use super::access::{OWNER, owner};
use super::create::drop_by_address;
use super::piece::sorted;
use super::{Form, Kind, Property, Section};

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
        Property::new("function", Form::Text, "The function that it calls."),
        Property::new("enabled", Form::Word("origin"), "`origin`, `replica`, `always` or `disabled`."),
        OWNER,
    ],
    query,
    address: |_| String::new(),
    create: |_| Vec::new(),
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
