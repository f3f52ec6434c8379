//! Operator families, with the members that are in no class.

use super::access::{self, OWNER, owner};
use super::create::drop_by_address;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::identifier;

pub(super) const KIND: Kind = Kind {
    name: "operator family",
    group: "operator_families",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_opfamily",
    properties: &[
        Property::new("members", Form::List(&[]), "The operators and functions that no class of it has, sorted."),
        OWNER,
    ],
    query,
    address: |whole| format!("OPERATOR FAMILY {}", named(whole)),
    create,
    drop: drop_by_address,
};

fn query(_version: u32) -> String {
    let members = members("pg_opfamily");
    let owner = owner("f.opfowner");
    format!(
        "
SELECT f.oid, 0 AS sub, f.opfnamespace AS parent, f.opfname || ' USING ' || m.amname AS name, members.list AS members,
  {owner}
FROM pg_opfamily f JOIN pg_am m ON m.oid = f.opfmethod
LEFT JOIN {members} members ON members.of = f.oid
WHERE f.oid >= 16384
"
    )
}

/// The operators and functions that depend on a class or a family in `catalog`, as `members.of` and `members.list`.
pub(super) fn members(catalog: &str) -> String {
    format!(
        "(
  SELECT d.refobjid AS of, array_agg(m.text ORDER BY m.text COLLATE \"C\") AS list
  FROM (
    SELECT 'pg_amop'::regclass AS class, oid, 'operator ' || amopstrategy || ' ' || amopopr::regoperator
      || coalesce(' for order by ' || (SELECT f.opfnamespace::regnamespace || '.' || quote_ident(f.opfname) FROM pg_opfamily f
        WHERE f.oid = amopsortfamily), '') AS text
    FROM pg_amop
    UNION ALL
    SELECT 'pg_amproc'::regclass, oid, 'function ' || amprocnum || ' (' || format_type(amproclefttype, NULL) || ', '
      || format_type(amprocrighttype, NULL) || ') ' || amproc::regprocedure
    FROM pg_amproc
  ) m JOIN pg_depend d ON d.classid = m.class AND d.objid = m.oid AND d.refclassid = '{catalog}'::regclass
  WHERE m.oid >= 16384 GROUP BY 1)"
    )
}

/// The name of a class or a family with its schema, and the access method that it is for.
pub(super) fn named(whole: &Whole<'_>) -> String {
    let (name, method) = whole.object.id.name().rsplit_once(" USING ").unwrap_or((whole.object.id.name(), ""));
    format!("{}.{} USING {}", whole.parent(), identifier(name), identifier(method))
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let (name, members) = (named(whole), whole.list("members"));
    let members = members.into_iter().map(|member| format!("ALTER OPERATOR FAMILY {name} ADD {member}"));
    let members = members.map(|sql| Statement::new(Stage::Fill, sql));
    let made = Statement::new(Stage::Make, format!("CREATE OPERATOR FAMILY {name}"));
    [made].into_iter().chain(members).chain(access::owned(whole)).collect()
}
