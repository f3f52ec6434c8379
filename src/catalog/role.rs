//! Roles, but for the bootstrap superuser and those that PostgreSQL brings.

use super::access;
use super::create::{clause, drop_by_address};
use super::phrase::{setting, when};
use super::piece::sorted;
use serde_json::Value;

use super::{Form, Kind, Properties, Property, Section, Stage, Statement, Whole};
use crate::sql::literal;

pub(super) const KIND: Kind = Kind {
    name: "role",
    group: "roles",
    parents: &[],
    single: false,
    shorthand: None,
    section: Section::Access,
    counted: true,
    commented: true,
    class: "pg_authid",
    properties: &[
        Property::new("superuser", Form::Flag(false), "Whether nothing is refused to it.").danger(gained),
        Property::new("login", Form::Flag(false), "Whether one can connect as it."),
        Property::new("inherit", Form::Flag(true), "Whether it has the privileges of the roles that it is in."),
        Property::new("create_role", Form::Flag(false), "Whether it may make roles."),
        Property::new("create_database", Form::Flag(false), "Whether it may make databases."),
        Property::new("replication", Form::Flag(false), "Whether it may replicate."),
        Property::new("bypass_row_security", Form::Flag(false), "Whether policies do not bind it.").danger(gained),
        Property::new(
            "connection_limit",
            Form::Number,
            "How often it may be connected at once, where there is a limit.",
        ),
        Property::new("valid_until", Form::Text, "When its password ends."),
        Property::new("member_of", Form::List(&[]), "The roles that it is in, sorted."),
        Property::new(
            "parameters",
            Form::List(&[]),
            "The server's parameters that it was given privileges on, such as `log_statement: set`, sorted.",
        ),
        Property::new("settings", Form::List(&[]), "What ALTER ROLE SET gave to it in every database, sorted."),
    ],
    query,
    address: |whole| format!("ROLE {}", whole.name()),
    create,
    drop: drop_by_address,
};

fn gained(_: Option<&Value>, actual: Option<&Value>, _: &Properties) -> bool {
    actual.is_some_and(|value| value == true)
}

/// Privileges on parameters came with PostgreSQL 15. Inheriting and SET can be given or not since 16.
fn query(version: u32) -> String {
    let how = if version >= 160_000 {
        "CASE WHEN bool_or(m.admin_option) THEN ' with admin option' ELSE '' END
      || CASE WHEN r.rolinherit AND NOT bool_or(m.inherit_option) THEN ' without inherit' ELSE '' END
      || CASE WHEN NOT bool_or(m.set_option) THEN ' without set' ELSE '' END"
    } else {
        "CASE WHEN bool_or(m.admin_option) THEN ' with admin option' ELSE '' END"
    };
    let parameters = if version >= 150_000 {
        "ARRAY(SELECT (p.parname || ': ' || string_agg(lower(e.privilege_type), ', ' ORDER BY e.privilege_type COLLATE \"C\")
      || CASE WHEN e.is_grantable THEN ' with grant option' ELSE '' END) COLLATE \"C\"
    FROM pg_parameter_acl p CROSS JOIN LATERAL aclexplode(p.paracl) e WHERE e.grantee = r.oid
    GROUP BY p.parname, e.is_grantable ORDER BY 1)"
    } else {
        "NULL::text[]"
    };
    let settings = sorted("s.setconfig");
    format!(
        "
SELECT r.oid, 0 AS sub, NULL::oid AS parent, r.rolname::text AS name, r.rolsuper AS superuser, r.rolcanlogin AS login,
  r.rolinherit AS inherit, r.rolcreaterole AS create_role, r.rolcreatedb AS create_database, r.rolreplication AS replication,
  r.rolbypassrls AS bypass_row_security, nullif(r.rolconnlimit, -1)::int4 AS connection_limit,
  nullif(r.rolvaliduntil, 'infinity')::text AS valid_until,
  ARRAY(SELECT (quote_ident(pg_get_userbyid(m.roleid)) || {how}) COLLATE \"C\" FROM pg_auth_members m
    WHERE m.member = r.oid GROUP BY m.roleid ORDER BY 1) AS member_of,
  {parameters} AS parameters, {settings} AS settings
FROM pg_roles r LEFT JOIN pg_db_role_setting s ON s.setdatabase = 0 AND s.setrole = r.oid
WHERE r.oid >= 16384
"
    )
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let name = whole.name();
    let made = Statement::new(Stage::Make, format!("CREATE ROLE {name}{}", attributes(whole)));
    let member = |text: &str| {
        let (of, how) = text.split_once(" with").map_or((text, ""), |(of, _)| (of, &text[of.len()..]));
        let options = [
            (" with admin option", "ADMIN OPTION"),
            (" without inherit", "INHERIT FALSE"),
            (" without set", "SET FALSE"),
        ];
        let options = options.into_iter().filter(|(words, _)| how.contains(words)).map(|(_, option)| option);
        let options = options.collect::<Vec<_>>().join(", ");
        format!("GRANT {of} TO {name}{}", clause("WITH", Some(options.as_str()).filter(|options| !options.is_empty())))
    };
    let parameter = |text: &str| {
        let (parameter, words) = text.split_once(": ")?;
        access::grant(&[&format!("{name}: {words}")], &format!("PARAMETER {parameter}"), None, "").pop()
    };
    let members = whole.list("member_of").into_iter().map(member);
    let parameters = whole.list("parameters").into_iter().filter_map(parameter);
    let settings = whole.list("settings").into_iter().filter_map(setting);
    let settings = settings.map(|setting| format!("ALTER ROLE {name} {setting}"));
    let later = members.chain(parameters).chain(settings).map(|sql| Statement::new(Stage::Fill, sql));
    [made].into_iter().chain(later).collect()
}

/// The words of CREATE ROLE that say something.
fn attributes(whole: &Whole<'_>) -> String {
    let flags = [
        ("superuser", " SUPERUSER"),
        ("login", " LOGIN"),
        ("create_role", " CREATEROLE"),
        ("create_database", " CREATEDB"),
        ("replication", " REPLICATION"),
        ("bypass_row_security", " BYPASSRLS"),
    ];
    let flags: String = flags.into_iter().map(|(flag, word)| when(whole.flag(flag), word)).collect();
    let inherit = when(!whole.flag("inherit"), " NOINHERIT");
    let limit = clause("CONNECTION LIMIT", whole.number("connection_limit").map(|limit| limit.to_string()).as_deref());
    let until = clause("VALID UNTIL", whole.text("valid_until").map(literal).as_deref());
    format!("{flags}{inherit}{limit}{until}")
}
