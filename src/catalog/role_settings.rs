//! What ALTER ROLE … IN DATABASE … SET gave to roles in this database, and ALTER ROLE ALL SET to every role.

use super::create::drop_never;
use super::piece::sorted;
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "role settings",
    group: "role_settings",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Access,
    counted: true,
    commented: false,
    class: "pg_db_role_setting",
    properties: &[Property::new("settings", Form::List(&[]), "The settings, sorted.")],
    query,
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_never,
};

fn query(_version: u32) -> String {
    let settings = sorted("s.setconfig");
    format!(
        "
SELECT s.setrole AS oid, 0 AS sub, NULL::oid AS parent,
  CASE s.setrole WHEN 0 THEN 'ALL' ELSE pg_get_userbyid(s.setrole)::text END AS name, {settings} AS settings
FROM pg_db_role_setting s
WHERE s.setrole <> 0 AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
  OR s.setrole = 0 AND s.setdatabase = 0
"
    )
}
