//! Transforms: how a language is handed values of a type.

use super::create::drop_by_address;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::identifier;

pub(super) const KIND: Kind = Kind {
    name: "transform",
    group: "transforms",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_transform",
    properties: &[
        Property::new("from_sql", Form::Text, "The function that makes what the language knows."),
        Property::new("to_sql", Form::Text, "The function that makes what SQL knows."),
    ],
    query: |_| QUERY.to_owned(),
    address,
    create,
    drop: drop_by_address,
};

const QUERY: &str = "
SELECT t.oid, 0 AS sub, NULL::oid AS parent, format_type(t.trftype, NULL) || ' for ' || l.lanname AS name,
  CASE WHEN t.trffromsql <> 0 THEN t.trffromsql::regprocedure::text END AS from_sql,
  CASE WHEN t.trftosql <> 0 THEN t.trftosql::regprocedure::text END AS to_sql
FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
WHERE t.oid >= 16384
";

fn address(whole: &Whole<'_>) -> String {
    let (of, language) = whole.object.id.name().rsplit_once(" for ").unwrap_or((whole.object.id.name(), ""));
    format!("TRANSFORM FOR {of} LANGUAGE {}", identifier(language))
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let function = |word: &str, property: &str| {
        whole.text(property).map(|function| format!("{word} SQL WITH FUNCTION {function}"))
    };
    let functions = [function("FROM", "from_sql"), function("TO", "to_sql")];
    let functions: Vec<String> = functions.into_iter().flatten().collect();
    if functions.is_empty() {
        return Vec::new();
    }
    vec![Statement::new(Stage::Make, format!("CREATE {} ({})", address(whole), functions.join(", ")))]
}
