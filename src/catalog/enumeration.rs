//! Enum types.

use super::access::{OWNER, PRIVILEGES, owner, privileges};
use super::create::drop_by_address;
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "enum",
    group: "enums",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Types,
    counted: true,
    commented: true,
    class: "pg_type",
    properties: &[Property::new("values", Form::List(&[]), "The labels, in their order."), OWNER, PRIVILEGES],
    query,
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_by_address,
};

fn query(_version: u32) -> String {
    let owner = owner("t.typowner");
    let privileges = privileges("t.typacl", "T", "t.typowner");
    format!(
        "
SELECT t.oid, 0 AS sub, t.typnamespace AS parent, t.typname::text AS name,
  ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS values,
  {owner},
  {privileges}
FROM pg_type t
WHERE t.typtype = 'e' AND t.oid >= 16384
"
    )
}
