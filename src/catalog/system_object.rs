//! What initdb and extensions brought, where its privileges are no longer those that it came with.

use super::access::{self, PRIVILEGES, grants};
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

/// Each catalog with privileges: its name, the columns of the owner and of the privileges, and the letter of `acldefault`.
const CATALOGS: [(&str, &str, &str, &str); 5] = [
    ("pg_class", "relowner", "relacl", "r"),
    ("pg_proc", "proowner", "proacl", "f"),
    ("pg_type", "typowner", "typacl", "T"),
    ("pg_language", "lanowner", "lanacl", "l"),
    ("pg_namespace", "nspowner", "nspacl", "n"),
];

/// What an object came with stands in `pg_init_privs`, or is the default; of the information schema it stands nowhere.
fn query(_version: u32) -> String {
    let of_catalog = |(catalog, owner, acl, letter): &(&str, &str, &str, &str)| {
        let (owner, acl) = (format!("o.{owner}"), format!("o.{acl}"));
        let base = format!("coalesce(i.initprivs, acldefault('{letter}', {owner}))");
        let privileges = grants(&acl, &base, letter, &owner);
        format!(
            "
SELECT o.oid, 0 AS sub, NULL::oid AS parent, n.type || ' ' || n.identity AS name, g.privileges
FROM {catalog} o
LEFT JOIN pg_init_privs i ON i.classoid = '{catalog}'::regclass AND i.objoid = o.oid AND i.objsubid = 0
LEFT JOIN pg_depend m ON m.classid = '{catalog}'::regclass AND m.objid = o.oid AND m.deptype = 'e'
CROSS JOIN LATERAL (SELECT {privileges} AS privileges) g
CROSS JOIN LATERAL pg_identify_object('{catalog}'::regclass, o.oid, 0) n
WHERE {acl} IS NOT NULL AND {acl} IS DISTINCT FROM i.initprivs AND (o.oid < 16384 OR m.objid IS NOT NULL)
  AND g.privileges <> '{{}}' AND n.identity !~ '^information_schema' AND NOT (n.type = 'schema' AND n.identity = 'public')"
        )
    };
    CATALOGS.iter().map(of_catalog).collect::<Vec<_>>().join("\nUNION ALL")
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
