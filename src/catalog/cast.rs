//! Casts, each by its two types; those of multiranges come with their types.

use super::create::{clause, drop_by_address};
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};

pub(super) const KIND: Kind = Kind {
    name: "cast",
    group: "casts",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_cast",
    properties: &[
        Property::new("function", Form::Text, "The function that does it, if one does."),
        Property::new("method", Form::Word("function"), "`function`, `inout` or `binary`."),
        Property::new("context", Form::Word("explicit"), "`explicit`, `assignment` or `implicit`."),
    ],
    query: |_| QUERY.to_owned(),
    address: |whole| format!("CAST ({})", whole.object.id.name()),
    create,
    drop: drop_by_address,
};

const QUERY: &str = "
SELECT c.oid, 0 AS sub, NULL::oid AS parent,
  format_type(c.castsource, NULL) || ' AS ' || format_type(c.casttarget, NULL) AS name,
  CASE WHEN c.castfunc <> 0 THEN c.castfunc::regprocedure::text END AS function,
  CASE c.castmethod WHEN 'f' THEN 'function' WHEN 'i' THEN 'inout' ELSE 'binary' END AS method,
  CASE c.castcontext WHEN 'e' THEN 'explicit' WHEN 'a' THEN 'assignment' ELSE 'implicit' END AS context
FROM pg_cast c
WHERE c.oid >= 16384 AND NOT EXISTS (
  SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i')
";

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let how = match (whole.text("method"), whole.text("function")) {
        (Some("inout"), _) => "WITH INOUT".to_owned(),
        (Some("binary"), _) => "WITHOUT FUNCTION".to_owned(),
        (_, Some(function)) => format!("WITH FUNCTION {function}"),
        _ => return Vec::new(),
    };
    let context = whole.text("context").filter(|context| *context != "explicit").map(str::to_uppercase);
    let sql = format!("CREATE {} {how}{}", (KIND.address)(whole), clause("AS", context.as_deref()));
    vec![Statement::new(Stage::Make, sql)]
}
