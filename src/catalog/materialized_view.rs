//! Materialised views.

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
    ],
    query: |_| QUERY.to_owned(),
};

const QUERY: &str = "
SELECT c.oid, 0 AS sub, c.relnamespace AS parent, c.relname::text AS name, pg_get_viewdef(c.oid) AS definition,
  ARRAY(SELECT unnest(c.reloptions) ORDER BY 1) AS options, c.relispopulated AS populated
FROM pg_class c
WHERE c.relkind = 'm' AND c.oid >= 16384
";
