//! What initdb and extensions brought, where its privileges are no longer those that it came with.

use super::access::{self, PRIVILEGES, grants_of};
use super::create::drop_never;
use super::{Kind, Section, Stage, Statement, Whole};

pub(super) const KIND: Kind = Kind {
    name: "system object",
    group: "system_objects",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Access,
    counted: true,
    commented: false,
    class: "pg_init_privs",
    properties: &[PRIVILEGES],
    query,
    address: |_| String::new(),
    create,
    drop: drop_never,
};

/// A catalog with privileges.
struct Source {
    /// What is read; each row of it is `o`.
    from: &'static str,
    /// The catalog whose oid names an object, that oid, and the number of a column or 0.
    address: (&'static str, &'static str, &'static str),
    /// The columns of the owner and of the privileges, and the letter of `acldefault`.
    access: (&'static str, &'static str, &'static str),
}

const SOURCES: [Source; 9] = [
    plain("(SELECT * FROM pg_class WHERE relkind <> 'S')", "pg_class", ("o.relowner", "o.relacl", "r")),
    plain("(SELECT * FROM pg_class WHERE relkind = 'S')", "pg_class", ("o.relowner", "o.relacl", "s")),
    Source {
        from: "(SELECT a.*, c.relowner FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL)",
        address: ("pg_class", "o.attrelid", "o.attnum::int4"),
        access: ("o.relowner", "o.attacl", "c"),
    },
    plain("pg_proc", "pg_proc", ("o.proowner", "o.proacl", "f")),
    plain("pg_type", "pg_type", ("o.typowner", "o.typacl", "T")),
    plain("pg_language", "pg_language", ("o.lanowner", "o.lanacl", "l")),
    plain("pg_namespace", "pg_namespace", ("o.nspowner", "o.nspacl", "n")),
    plain("pg_foreign_data_wrapper", "pg_foreign_data_wrapper", ("o.fdwowner", "o.fdwacl", "F")),
    plain("pg_foreign_server", "pg_foreign_server", ("o.srvowner", "o.srvacl", "S")),
];

const fn plain(from: &'static str, class: &'static str, access: (&'static str, &'static str, &'static str)) -> Source {
    Source { from, address: (class, "o.oid", "0"), access }
}

/// What an object came with stands in `pg_init_privs`, or is the default; of the information schema it stands nowhere.
fn query(_version: u32) -> String {
    let found: Vec<String> = SOURCES.iter().map(given).collect();
    let privileges = grants_of("f.acl", "f.base", "f.letter", "f.owner");
    format!(
        "
WITH found AS MATERIALIZED ({}
), changed AS MATERIALIZED (
  SELECT f.*, coalesce(i.initprivs, acldefault(f.letter, f.owner)) AS base
  FROM found f
  LEFT JOIN pg_init_privs i ON i.classoid = f.class AND i.objoid = f.oid AND i.objsubid = f.sub
  LEFT JOIN pg_depend m ON m.classid = f.class AND m.objid = f.oid AND m.deptype = 'e'
  WHERE f.acl IS DISTINCT FROM i.initprivs AND (f.oid < 16384 OR m.objid IS NOT NULL)
)
SELECT f.oid, 0 AS sub, NULL::oid AS parent, n.type || ' ' || n.identity AS name, g.privileges
FROM changed f
CROSS JOIN LATERAL (SELECT {privileges} AS privileges) g
CROSS JOIN LATERAL pg_identify_object(f.class, f.oid, f.sub) n
WHERE g.privileges <> '{{}}' AND n.identity !~ '^information_schema' AND NOT (n.type = 'schema' AND n.identity = 'public')",
        found.join("\n  UNION ALL")
    )
}

fn given(source: &Source) -> String {
    let Source { from, address: (class, oid, sub), access: (owner, acl, letter) } = source;
    format!(
        "
  SELECT '{class}'::regclass::oid AS class, {oid} AS oid, {sub} AS sub, {owner} AS owner, {acl} AS acl, '{letter}'::\"char\" AS letter
  FROM {from} o WHERE {acl} IS NOT NULL"
    )
}

/// The object itself is there; what is missing is what was granted on it.
fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let name = whole.object.id.name();
    let words = [
        ("table ", "TABLE"),
        ("view ", "TABLE"),
        ("materialized view ", "TABLE"),
        ("foreign table ", "TABLE"),
        ("sequence ", "SEQUENCE"),
        ("function ", "FUNCTION"),
        ("window function ", "FUNCTION"),
        ("aggregate ", "FUNCTION"),
        ("procedure ", "PROCEDURE"),
        ("type ", "TYPE"),
        ("language ", "LANGUAGE"),
        ("schema ", "SCHEMA"),
    ];
    let on = words.iter().find_map(|(sort, word)| Some(format!("{word} {}", name.strip_prefix(sort)?)));
    let grants = on.map(|on| access::grant(&whole.list(PRIVILEGES.name), &on, None, "")).unwrap_or_default();
    grants.into_iter().map(|sql| Statement::new(Stage::Finish, sql)).collect()
}
