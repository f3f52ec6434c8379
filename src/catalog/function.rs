//! Functions and procedures, each by its name with the types of its arguments.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::create::{clause, drop_by_address};
use super::phrase::{depends, setting, when, without_arguments};
use super::piece::{EXTENSIONS, extensions, sorted};
use serde_json::Value;

use super::{Form, Kind, Properties, Property, Section, Stage, Statement, Whole};
use crate::sql::{dollars, identifier, literal};

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
        Property::new("arguments", Form::Word(""), "The arguments with modes, names and defaults.").sql(),
        Property::new("returns", Form::Text, "The type of what it returns.").sql(),
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
        Property::new("body", Form::Lines, "The text of its body.").sql(),
        EXTENSIONS,
        OWNER,
        PRIVILEGES,
    ],
    query,
    address,
    create,
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

fn address(whole: &Whole<'_>) -> String {
    format!("{} {}", word(whole), whole.name())
}

fn word(whole: &Whole<'_>) -> &'static str {
    if whole.text("kind") == Some("procedure") { "PROCEDURE" } else { "FUNCTION" }
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let (Some(language), Some(body)) = (whole.text("language"), body(whole)) else { return Vec::new() };
    let arguments = whole.text("arguments").unwrap_or_default();
    let name = whole.name();
    let name = without_arguments(&name);
    let returns = whole.text("returns").map(|returns| format!("\nRETURNS {returns}")).unwrap_or_default();
    let (nature, settings) = (nature(whole), settings(whole));
    let sql = format!(
        "CREATE {} {name}({arguments}){returns}\nLANGUAGE {}{nature}{settings}\n{body}",
        word(whole),
        identifier(language)
    );
    let made = [Statement::new(Stage::Make, sql)].into_iter().chain(depends(whole));
    made.chain(access::finish(whole, &address(whole))).collect()
}

/// A body that the server has parsed stands as it is; others are texts.
fn body(whole: &Whole<'_>) -> Option<String> {
    let body = whole.text("body").unwrap_or_default();
    Some(match (whole.text("language")?, whole.text("library")) {
        ("c", Some(library)) => format!("AS {}, {}", literal(library), literal(body)),
        ("internal", _) => format!("AS {}", literal(body)),
        ("sql", _) if body.starts_with("RETURN ") || body.starts_with("BEGIN ATOMIC") => body.to_owned(),
        _ => format!("AS {}", dollars(body)),
    })
}

/// What the planner and the executor are told of it.
fn nature(whole: &Whole<'_>) -> String {
    let word = |property: &str, usual: &str, before: &str| {
        let said = whole.text(property).filter(|said| *said != usual);
        said.map(|said| format!("{before}{}", said.to_uppercase())).unwrap_or_default()
    };
    let transforms: Vec<String> = whole.list("transforms").iter().map(|name| format!("FOR TYPE {name}")).collect();
    let transforms = clause("TRANSFORM", Some(transforms.join(", ").as_str()).filter(|list| !list.is_empty()));
    let window = when(whole.text("kind") == Some("window"), " WINDOW");
    let (strict, leakproof) = (when(whole.flag("strict"), " STRICT"), when(whole.flag("leakproof"), " LEAKPROOF"));
    let volatility = word("volatility", "volatile", " ");
    let security = word("security", "invoker", " SECURITY ");
    let parallel = word("parallel", "unsafe", " PARALLEL ");
    let (cost, rows) = (clause("COST", whole.text("cost")), clause("ROWS", whole.text("rows")));
    let support = clause("SUPPORT", whole.text("support").map(without_arguments));
    format!("{transforms}{window}{volatility}{strict}{security}{leakproof}{parallel}{cost}{rows}{support}")
}

fn settings(whole: &Whole<'_>) -> String {
    whole.list("settings").into_iter().filter_map(setting).map(|setting| format!("\n{setting}")).collect()
}
