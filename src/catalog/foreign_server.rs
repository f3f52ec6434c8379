//! Foreign servers.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::create::{clause, drop_by_address, foreign_options};
use super::piece::without_secrets;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::{identifier, literal};

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
    address: |whole| format!("SERVER {}", whole.name()),
    create,
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

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let Some(wrapper) = whole.text("wrapper").map(identifier) else { return Vec::new() };
    let name = whole.name();
    let sort = clause("TYPE", whole.text("type").map(literal).as_deref());
    let version = clause("VERSION", whole.text("version").map(literal).as_deref());
    let options = foreign_options(&whole.list("options"));
    let sql = format!("CREATE SERVER {name}{sort}{version} FOREIGN DATA WRAPPER {wrapper}{options}");
    let finish = access::finish(whole, &format!("FOREIGN SERVER {name}"));
    [Statement::new(Stage::Make, sql)].into_iter().chain(finish).collect()
}
