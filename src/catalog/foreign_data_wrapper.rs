//! Foreign-data wrappers.

use super::access::{OWNER, PRIVILEGES, owner, privileges};
use super::create::drop_by_address;
use super::piece::without_secrets;
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "foreign-data wrapper",
    group: "foreign_data_wrappers",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Foreign,
    counted: true,
    commented: true,
    class: "pg_foreign_data_wrapper",
    properties: &[
        Property::new("handler", Form::Text, "The function that does the work."),
        Property::new("validator", Form::Text, "The function that checks options."),
        Property::new(
            "options",
            Form::List(&[]),
            "Options, sorted; of passwords, keys and the like only that they are there.",
        ),
        OWNER,
        PRIVILEGES,
    ],
    query,
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_by_address,
};

fn query(_version: u32) -> String {
    let options = without_secrets("f.fdwoptions");
    let owner = owner("f.fdwowner");
    let privileges = privileges("f.fdwacl", "F", "f.fdwowner");
    format!(
        "
SELECT f.oid, 0 AS sub, NULL::oid AS parent, f.fdwname::text AS name,
  CASE WHEN f.fdwhandler <> 0 THEN f.fdwhandler::regprocedure::text END AS handler,
  CASE WHEN f.fdwvalidator <> 0 THEN f.fdwvalidator::regprocedure::text END AS validator,
  {options} AS options,
  {owner},
  {privileges}
FROM pg_foreign_data_wrapper f
WHERE f.oid >= 16384
"
    )
}
