//! Foreign servers.

use super::access::{OWNER, PRIVILEGES, owner, privileges};
use super::create::drop_by_address;
use super::piece::without_secrets;
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "foreign server",
    group: "foreign_servers",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Foreign,
    counted: true,
    commented: true,
    class: "pg_foreign_server",
    properties: &[
        Property::new("wrapper", Form::Text, "The foreign-data wrapper that speaks to it."),
        Property::new("type", Form::Text, "Its type."),
        Property::new("version", Form::Text, "Its version."),
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
    let options = without_secrets("s.srvoptions");
    let owner = owner("s.srvowner");
    let privileges = privileges("s.srvacl", "S", "s.srvowner");
    format!(
        "
SELECT s.oid, 0 AS sub, NULL::oid AS parent, s.srvname::text AS name, f.fdwname::text AS wrapper, s.srvtype AS type,
  s.srvversion AS version, {options} AS options,
  {owner},
  {privileges}
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper f ON f.oid = s.srvfdw
WHERE s.oid >= 16384
"
    )
}
