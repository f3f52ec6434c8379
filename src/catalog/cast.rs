//! Casts, each by its two types; those of multiranges come with their types.

use super::create::drop_by_address;
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "cast",
    group: "casts",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_cast",
    properties: &[
        Property::new("function", Form::Text, "The function that does it, if one does."),
        Property::new("method", Form::Word("function"), "`function`, `inout` or `binary`."),
        Property::new("context", Form::Word("explicit"), "`explicit`, `assignment` or `implicit`."),
    ],
    query: |_| QUERY.to_owned(),
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_by_address,
};

const QUERY: &str = "
SELECT c.oid, 0 AS sub, NULL::oid AS parent,
  format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, NULL) AS name,
  CASE WHEN c.castfunc <> 0 THEN c.castfunc::regprocedure::text END AS function,
  CASE c.castmethod WHEN 'f' THEN 'function' WHEN 'i' THEN 'inout' ELSE 'binary' END AS method,
  CASE c.castcontext WHEN 'e' THEN 'explicit' WHEN 'a' THEN 'assignment' ELSE 'implicit' END AS context
FROM pg_cast c
WHERE c.oid >= 16384 AND NOT EXISTS (
  SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i')
";
