//! Access methods of tables and indexes.

use super::create::drop_by_address;
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "access method",
    group: "access_methods",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_am",
    properties: &[
        Property::new("type", Form::Word("index"), "`index` or `table`."),
        Property::new("handler", Form::Text, "The function that does the work."),
    ],
    query: |_| QUERY.to_owned(),
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_by_address,
};

const QUERY: &str = "
SELECT a.oid, 0 AS sub, NULL::oid AS parent, a.amname::text AS name,
  CASE a.amtype WHEN 't' THEN 'table' ELSE 'index' END AS type, a.amhandler::regprocedure::text AS handler
FROM pg_am a
WHERE a.oid >= 16384
";
