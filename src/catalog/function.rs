//! Functions and procedures, each by its name with the types of its arguments.

use super::access::{OWNER, PRIVILEGES, owner, privileges};
use super::create::drop_by_address;
use super::piece::{EXTENSIONS, extensions, sorted};
use serde_json::Value;

use super::{Form, Kind, Properties, Property, Section};

pub(super) const KIND: Kind = Kind {
    name: "function",
    group: "functions",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Functions,
    counted: true,
    commented: true,
    class: "pg_proc",
    properties: &[
        Property::new("kind", Form::Word("function"), "`function`, `procedure` or `window`."),
        Property::new("arguments", Form::Word(""), "The arguments with modes, names and defaults."),
        Property::new("returns", Form::Text, "The type of what it returns."),
        Property::new("language", Form::Text, "The language of its body."),
        Property::new("volatility", Form::Word("volatile"), "`volatile`, `stable` or `immutable`."),
        Property::new("security", Form::Word("invoker"), "Whose rights it has: `invoker` or `definer`.")
            .danger(|_, actual, there| actual.is_some() && can_be_led_astray(there)),
        Property::new("strict", Form::Flag(false), "Whether a NULL argument gives NULL without a call."),
        Property::new("leakproof", Form::Flag(false), "Whether it tells nothing about its arguments."),
        Property::new("parallel", Form::Word("unsafe"), "`unsafe`, `restricted` or `safe`."),
        Property::new("settings", Form::List(&[]), "Settings while it runs, such as `search_path=\"\"`, sorted.")
            .danger(|expected, actual, there| expected.is_some() && actual.is_some() && can_be_led_astray(there)),
        Property::new("cost", Form::Text, "The cost that the planner reckons with, where it is not the usual one."),
        Property::new("rows", Form::Text, "The rows that the planner reckons with, where it is not the usual number."),
        Property::new("support", Form::Text, "The function that helps the planner with it."),
        Property::new("transforms", Form::List(&[]), "The types that are handed over by a transform."),
        Property::new("library", Form::Text, "The file that holds it, for the language C."),
        Property::new("body", Form::Lines, "The text of its body."),
        EXTENSIONS,
        OWNER,
        PRIVILEGES,
    ],
    query,
    address: |_| String::new(),
    create: |_| Vec::new(),
    drop: drop_by_address,
};

/// Whether it runs with its owner's rights in whatever search path its caller has, where others' objects may lie.
fn can_be_led_astray(there: &Properties) -> bool {
    let definer = there.get("security").is_some_and(|value| value == "definer");
    let settings = there.get("settings").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    definer && !settings.into_iter().any(|setting| setting.starts_with("search_path="))
}

/// `pg_get_function_sqlbody` came with PostgreSQL 14, as did such bodies. The functions that came with a range type are
/// its own affair, and differ between majors.
fn query(version: u32) -> String {
    let body = if version >= 140_000 { "coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)" } else { "p.prosrc" };
    let settings = sorted("p.proconfig");
    let extensions = extensions("pg_proc", "p.oid");
    let owner = owner("p.proowner");
    let privileges = privileges("p.proacl", "f", "p.proowner");
    format!(
        "
SELECT p.oid, 0 AS sub, p.pronamespace AS parent,
  p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS name,
  CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'w' THEN 'window' ELSE 'function' END AS kind,
  pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS returns, l.lanname::text AS language,
  CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatility,
  CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END AS security,
  p.proisstrict AS strict, p.proleakproof AS leakproof,
  CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END AS parallel,
  {settings} AS settings,
  CASE WHEN p.procost <> CASE WHEN l.lanname IN ('c', 'internal') THEN 1 ELSE 100 END THEN p.procost::text END AS cost,
  CASE WHEN p.prorows <> CASE WHEN p.proretset THEN 1000 ELSE 0 END THEN p.prorows::text END AS rows,
  CASE WHEN p.prosupport <> 0 THEN p.prosupport::regprocedure::text END AS support,
  CASE WHEN p.protrftypes IS NOT NULL THEN
    ARRAY(SELECT format_type(type, NULL) COLLATE \"C\" FROM unnest(p.protrftypes) AS u (type) ORDER BY 1) END AS transforms,
  p.probin AS library, {body} AS body, bound.names AS depends_on_extensions,
  {owner},
  {privileges}
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
{extensions}
WHERE p.oid >= 16384 AND p.prokind IN ('f', 'p', 'w') AND NOT EXISTS (
  SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
"
    )
}
