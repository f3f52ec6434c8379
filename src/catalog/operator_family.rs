//! Operator families, with the members that are in no class.

use super::access::{OWNER, owner};
use super::create::drop_by_address;
use super::{Form, Kind, Property, Section};

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
    address: |_| String::new(),
    create: |_| Vec::new(),
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
      || coalesce(' for order by ' || (SELECT opfname FROM pg_opfamily f WHERE f.oid = amopsortfamily), '') AS text
    FROM pg_amop
    UNION ALL
    SELECT 'pg_amproc'::regclass, oid, 'function ' || amprocnum || ' (' || format_type(amproclefttype, NULL) || ', '
      || format_type(amprocrighttype, NULL) || ') ' || amproc::regprocedure
    FROM pg_amproc
  ) m JOIN pg_depend d ON d.classid = m.class AND d.objid = m.oid AND d.refclassid = '{catalog}'::regclass
  WHERE m.oid >= 16384 GROUP BY 1)"
    )
}
