//! Access methods of tables and indexes.

use super::create::drop_by_address;
use super::phrase::without_arguments;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};

pub(super) const KIND: Kind = Kind {
    name: "access method",
    group: "access_methods",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_am",
    properties: &[
        Property::new("type", Form::Word("index"), "`index` or `table`."),
        Property::new("handler", Form::Text, "The function that does the work."),
    ],
    query: |_| QUERY.to_owned(),
    address: |whole| format!("ACCESS METHOD {}", whole.name()),
    create,
    drop: drop_by_address,
};

const QUERY: &str = "
SELECT a.oid, 0 AS sub, NULL::oid AS parent, a.amname::text AS name,
  CASE a.amtype WHEN 't' THEN 'table' ELSE 'index' END AS type, a.amhandler::regprocedure::text AS handler
FROM pg_am a
WHERE a.oid >= 16384
";

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let Some(handler) = whole.text("handler").map(without_arguments) else { return Vec::new() };
    let sort = whole.text("type").unwrap_or("index").to_uppercase();
    let sql = format!("CREATE ACCESS METHOD {} TYPE {sort} HANDLER {handler}", whole.name());
    vec![Statement::new(Stage::Make, sql)]
}
