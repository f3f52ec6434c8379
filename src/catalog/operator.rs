//! Operators, each by its name with the types of its sides.

use super::access::{self, OWNER, owner};
use super::create::drop_by_address;
use super::phrase::{lines, without_arguments};
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::{parts, signature};

pub(super) const KIND: Kind = Kind {
    name: "operator",
    group: "operators",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_operator",
    properties: &[
        Property::new("function", Form::Text, "The function that does it."),
        Property::new("commutator", Form::Text, "The operator for swapped sides."),
        Property::new("negator", Form::Text, "The operator for the opposite."),
        Property::new("restrict", Form::Text, "The function that estimates its selectivity."),
        Property::new("join", Form::Text, "The function that estimates its selectivity in joins."),
        Property::new("hashes", Form::Flag(false), "Whether it can do a hash join."),
        Property::new("merges", Form::Flag(false), "Whether it can do a merge join."),
        OWNER,
    ],
    query,
    address,
    create,
    drop: drop_by_address,
};

/// An operator without a function is only named by another one.
fn query(_version: u32) -> String {
    let owner = owner("o.oprowner");
    format!(
        "
SELECT o.oid, 0 AS sub, o.oprnamespace AS parent,
  o.oprname || '(' || CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END || ', '
    || CASE WHEN o.oprright = 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END || ')' AS name,
  o.oprcode::regprocedure::text AS function,
  CASE WHEN o.oprcom <> 0 THEN o.oprcom::regoperator::text END AS commutator,
  CASE WHEN o.oprnegate <> 0 THEN o.oprnegate::regoperator::text END AS negator,
  CASE WHEN o.oprrest <> 0 THEN o.oprrest::regprocedure::text END AS restrict,
  CASE WHEN o.oprjoin <> 0 THEN o.oprjoin::regprocedure::text END AS join,
  o.oprcanhash AS hashes, o.oprcanmerge AS merges,
  {owner}
FROM pg_operator o
WHERE o.oid >= 16384 AND o.oprcode <> 0
"
    )
}

/// Its name with its schema, which nothing quotes, and the types of its sides.
fn sides<'a>(whole: &Whole<'a>) -> Option<(String, Vec<&'a str>)> {
    let (name, types) = signature(whole.object.id.name())?;
    let types = parts(types.strip_prefix('(')?.strip_suffix(')')?, ", ");
    Some((format!("{}.{name}", whole.parent()), types))
}

fn address(whole: &Whole<'_>) -> String {
    sides(whole).map(|(name, types)| format!("OPERATOR {name} ({})", types.join(", "))).unwrap_or_default()
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let (Some(function), Some((name, types))) = (whole.text("function"), sides(whole)) else { return Vec::new() };
    let mut said = vec![format!("FUNCTION = {}", without_arguments(function))];
    let sides = ["LEFTARG", "RIGHTARG"].into_iter().zip(types).filter(|(_, name)| *name != "NONE");
    said.extend(sides.map(|(side, name)| format!("{side} = {name}")));
    let other = |word: &str, property: &str| {
        whole.text(property).map(|text| format!("{word} = OPERATOR({})", without_arguments(text)))
    };
    let estimator =
        |word: &str, property: &str| whole.text(property).map(|text| format!("{word} = {}", without_arguments(text)));
    let more = [
        other("COMMUTATOR", "commutator"),
        other("NEGATOR", "negator"),
        estimator("RESTRICT", "restrict"),
        estimator("JOIN", "join"),
        whole.flag("hashes").then(|| "HASHES".to_owned()),
        whole.flag("merges").then(|| "MERGES".to_owned()),
    ];
    // One that says nothing of another is made last: it would otherwise be told what the other says of it.
    let stage = if more[0].is_some() || more[1].is_some() { Stage::Make } else { Stage::Fill };
    said.extend(more.into_iter().flatten());
    let sql = format!("CREATE OPERATOR {name} {}", lines(&said));
    [Statement::new(stage, sql)].into_iter().chain(access::owned(whole)).collect()
}
