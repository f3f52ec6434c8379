//! User mappings: as whom a role meets a foreign server.

use super::create::{drop_by_address, foreign_options};
use super::piece::without_secrets;
use super::{Form, HIDDEN, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::identifier;

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
    address,
    create,
    drop: drop_by_address,
};

/// Whether the view `u` does not show the options of a mapping for the server `s` to who asks.
pub(super) const IS_HIDDEN: &str = "NOT (u.umuser <> 0 AND u.usename = current_user
        AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE')))
      AND NOT (u.umuser = 0 AND pg_has_role(s.srvowner, 'USAGE'))
      AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)";

fn query(_version: u32) -> String {
    let options = without_secrets("u.umoptions");
    format!(
        "
SELECT u.umid AS oid, 0 AS sub, u.srvid AS parent, u.usename::text AS name,
  CASE WHEN {IS_HIDDEN} THEN ARRAY['{HIDDEN}'] ELSE {options} END AS options
FROM pg_user_mappings u JOIN pg_foreign_server s ON s.oid = u.srvid
WHERE u.umid >= 16384
"
    )
}

fn address(whole: &Whole<'_>) -> String {
    let role = match whole.object.id.name() {
        "public" => "PUBLIC".to_owned(),
        name => identifier(name),
    };
    format!("USER MAPPING FOR {role} SERVER {}", whole.parent())
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let sql = format!("CREATE {}{}", address(whole), foreign_options(&whole.list("options")));
    vec![Statement::new(Stage::Make, sql)]
}
