//! User mappings: as whom a role meets a foreign server.

use super::create::{drop_by_address, foreign_options};
use super::piece::without_secrets;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
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
