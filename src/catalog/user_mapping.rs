//! User mappings: as whom a role meets a foreign server.

use super::create::drop_by_address;
use super::piece::without_secrets;
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "user mapping",
    group: "user_mappings",
    parents: &["foreign server"],
    single: false,
    shorthand: None,
    section: Section::Foreign,
    counted: true,
    commented: false,
    class: "pg_user_mapping",
    properties: &[Property::new(
        "options",
        Form::List(&[]),
        "Options, sorted; of passwords, keys and the like only that they are there.",
    )],
    query,
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_by_address,
};

/// The view shows options only to those who may see them.
fn query(_version: u32) -> String {
    let options = without_secrets("u.umoptions");
    format!(
        "
SELECT u.umid AS oid, 0 AS sub, u.srvid AS parent, u.usename::text AS name, {options} AS options
FROM pg_user_mappings u
WHERE u.umid >= 16384
"
    )
}
