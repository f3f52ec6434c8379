//! Materialised views.

use super::access::{OWNER, PRIVILEGES, owner, privileges};
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "materialized view",
    group: "materialized_views",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Views,
    counted: true,
    class: "pg_class",
    properties: &[
        Property::new("definition", Form::Lines, "The query."),
        Property::new("options", Form::List(&[]), "Storage options, sorted."),
        Property::new("populated", Form::Flag(true), "Whether it holds rows that can be read."),
        OWNER,
        PRIVILEGES,
    ],
    query,
};

fn query(_version: u32) -> String {
    let owner = owner("c.relowner");
    let privileges = privileges("c.relacl", "r", "c.relowner");
    format!(
        "
SELECT c.oid, 0 AS sub, c.relnamespace AS parent, c.relname::text AS name, pg_get_viewdef(c.oid) AS definition,
  ARRAY(SELECT unnest(c.reloptions) ORDER BY 1) AS options, c.relispopulated AS populated,
  {owner},
  {privileges}
FROM pg_class c
WHERE c.relkind = 'm' AND c.oid >= 16384
"
    )
}
