//! Operators, each by its name with the types of its sides.

use super::access::{OWNER, owner};
use super::create::drop_by_address;
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "operator",
    group: "operators",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_operator",
    properties: &[
        Property::new("function", Form::Text, "The function that does it."),
        Property::new("commutator", Form::Text, "The operator for swapped sides."),
        Property::new("negator", Form::Text, "The operator for the opposite."),
        Property::new("restrict", Form::Text, "The function that estimates its selectivity."),
        Property::new("join", Form::Text, "The function that estimates its selectivity in joins."),
        Property::new("hashes", Form::Flag(false), "Whether it can do a hash join."),
        Property::new("merges", Form::Flag(false), "Whether it can do a merge join."),
        OWNER,
    ],
    query,
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_by_address,
};

/// An operator without a function is only named by another one.
fn query(_version: u32) -> String {
    let owner = owner("o.oprowner");
    format!(
        "
SELECT o.oid, 0 AS sub, o.oprnamespace AS parent,
  o.oprname || '(' || CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END || ', '
    || CASE WHEN o.oprright = 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END || ')' AS name,
  o.oprcode::regprocedure::text AS function,
  CASE WHEN o.oprcom <> 0 THEN o.oprcom::regoperator::text END AS commutator,
  CASE WHEN o.oprnegate <> 0 THEN o.oprnegate::regoperator::text END AS negator,
  CASE WHEN o.oprrest <> 0 THEN o.oprrest::regprocedure::text END AS restrict,
  CASE WHEN o.oprjoin <> 0 THEN o.oprjoin::regprocedure::text END AS join,
  o.oprcanhash AS hashes, o.oprcanmerge AS merges,
  {owner}
FROM pg_operator o
WHERE o.oid >= 16384 AND o.oprcode <> 0
"
    )
}
