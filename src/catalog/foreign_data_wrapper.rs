//! Foreign-data wrappers.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::create::{clause, drop_by_address, foreign_options};
use super::phrase::without_arguments;
use super::piece::without_secrets;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};

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
    address: |whole| format!("FOREIGN DATA WRAPPER {}", whole.name()),
    create,
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

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let name = whole.name();
    let handler = clause("HANDLER", whole.text("handler").map(without_arguments));
    let validator = clause("VALIDATOR", whole.text("validator").map(without_arguments));
    let options = foreign_options(&whole.list("options"));
    let sql = format!("CREATE FOREIGN DATA WRAPPER {name}{handler}{validator}{options}");
    let finish = access::finish(whole, &format!("FOREIGN DATA WRAPPER {name}"));
    [Statement::new(Stage::Make, sql)].into_iter().chain(finish).collect()
}
