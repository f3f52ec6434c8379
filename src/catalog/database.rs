//! The database itself: what belongs to it beside its objects.

use super::access::{OWNER, PRIVILEGES, grants, owner};
use super::create::drop_never;
use super::piece::sorted;
use super::{Form, Kind, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "the database",
    group: "database",
    parents: &[],
    single: true,
    shorthand: None,
    section: Section::Access,
    counted: false,
    commented: true,
    class: "pg_database",
    properties: &[
        Property::new("encoding", Form::Word("UTF8"), "The encoding of its texts."),
        Property::new("collation", Form::Text, "The locale for sorting."),
        Property::new("ctype", Form::Text, "The locale for kinds of characters."),
        Property::new("settings", Form::List(&[]), "What ALTER DATABASE SET gave to it, sorted."),
        Property::new("connection_limit", Form::Number, "How many may be connected at once, where there is a limit."),
        OWNER,
        PRIVILEGES,
    ],
    query,
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_never,
};

fn query(_version: u32) -> String {
    let settings = sorted("s.setconfig");
    let owner = owner("d.datdba");
    let privileges = grants("d.datacl", "acldefault('d', d.datdba)", "d", "d.datdba");
    format!(
        "
SELECT d.oid, 0 AS sub, NULL::oid AS parent, ''::text AS name, pg_encoding_to_char(d.encoding)::text AS encoding,
  d.datcollate::text AS collation, d.datctype::text AS ctype, {settings} AS settings,
  nullif(d.datconnlimit, -1)::int4 AS connection_limit,
  {owner},
  {privileges} AS privileges
FROM pg_database d LEFT JOIN pg_db_role_setting s ON s.setdatabase = d.oid AND s.setrole = 0
WHERE d.datname = current_database()
"
    )
}
