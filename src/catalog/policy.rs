//! Row-security policies.

use serde_json::Value;

use super::create::{clause, drop_by_address};
use super::phrase::when;
use super::{Form, Kind, Properties, Property, Section, Stage, Statement, Whole};
use crate::sql::identifier;

pub(super) const KIND: Kind = Kind {
    name: "policy",
    group: "policies",
    parents: &["table"],
    single: false,
    shorthand: None,
    section: Section::Policies,
    counted: true,
    commented: true,
    class: "pg_policy",
    properties: &[
        Property::new("command", Form::Word("all"), "`all`, `select`, `insert`, `update` or `delete`.").danger(changed),
        Property::new("permissive", Form::Flag(true), "False: it only takes away.").danger(gives),
        Property::new("roles", Form::List(&["public"]), "The roles that it is for, sorted.").danger(changed),
        Property::new("using", Form::Text, "Which rows are seen.").sql().danger(changed),
        Property::new("check", Form::Text, "Which rows may be written.").sql().danger(changed),
    ],
    query: |_| QUERY.to_owned(),
    address: |whole| format!("POLICY {} ON {}", identifier(whole.object.id.name()), whole.parent()),
    create,
    drop: drop_by_address,
};

/// Whether another condition lets less through cannot be known, so it is taken to let more through.
fn changed(expected: Option<&Value>, actual: Option<&Value>, _: &Properties) -> bool {
    expected.is_some() && actual.is_some()
}

/// A policy that gives and was not meant to, or one that takes away and is gone.
fn gives(expected: Option<&Value>, actual: Option<&Value>, _: &Properties) -> bool {
    let (gave, gives) = (expected.map(|value| value == true), actual.map(|value| value == true));
    gives == Some(true) && gave != Some(true) || gave == Some(false) && gives != Some(false)
}

const QUERY: &str = "
SELECT p.oid, 0 AS sub, p.polrelid AS parent, p.polname::text AS name,
  CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'all' END
    AS command,
  p.polpermissive AS permissive,
  CASE WHEN 0 = ANY (p.polroles) THEN '{public}'::text[]
    ELSE ARRAY(SELECT r.rolname::text FROM pg_roles r WHERE r.oid = ANY (p.polroles) ORDER BY r.rolname) END AS roles,
  pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check
FROM pg_policy p
";

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let address = (KIND.address)(whole);
    let restrictive = when(!whole.flag("permissive"), " AS RESTRICTIVE");
    let command = whole.text("command").filter(|command| *command != "all").map(str::to_uppercase);
    let command = clause("FOR", command.as_deref());
    let role = |role: &str| if role == "public" { "PUBLIC".to_owned() } else { identifier(role) };
    let roles: Vec<String> = whole.list("roles").into_iter().map(role).collect();
    let condition = |word: &str, property: &str| {
        whole.text(property).map(|condition| format!(" {word} ({condition})")).unwrap_or_default()
    };
    let (using, check) = (condition("USING", "using"), condition("WITH CHECK", "check"));
    let sql = format!("CREATE {address}{restrictive}{command} TO {}{using}{check}", roles.join(", "));
    vec![Statement::new(Stage::Bind, sql)]
}
