//! Aggregates, each by its name with the types of its arguments.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::create::drop_by_address;
use super::phrase::{lines, without_arguments};
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::literal;

pub(super) const KIND: Kind = Kind {
    name: "aggregate",
    group: "aggregates",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Functions,
    counted: true,
    commented: true,
    class: "pg_proc",
    properties: &[
        Property::new("kind", Form::Word("normal"), "`normal`, `ordered-set` or `hypothetical`."),
        Property::new("arguments", Form::Word(""), "The arguments with modes and names.").sql(),
        Property::new("returns", Form::Text, "The type of what it returns.").sql(),
        Property::new(
            "parts",
            Form::List(&[]),
            "Its functions, types and first values as CREATE AGGREGATE has them, such as `sfunc=pg_catalog.int4pl(integer,integer)`.",
        ),
        Property::new("parallel", Form::Word("unsafe"), "`unsafe`, `restricted` or `safe`."),
        OWNER,
        PRIVILEGES,
    ],
    query,
    address,
    create,
    drop: drop_by_address,
};

fn query(_version: u32) -> String {
    let owner = owner("p.proowner");
    let privileges = privileges("p.proacl", "f", "p.proowner");
    format!(
        "
SELECT p.oid, 0 AS sub, p.pronamespace AS parent, p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS name,
  CASE a.aggkind WHEN 'o' THEN 'ordered-set' WHEN 'h' THEN 'hypothetical' ELSE 'normal' END AS kind,
  pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS returns,
  array_remove(ARRAY[
    'sfunc=' || a.aggtransfn::regprocedure, 'stype=' || format_type(a.aggtranstype, NULL), 'initcond=' || a.agginitval,
    CASE WHEN a.aggtransspace <> 0 THEN 'sspace=' || a.aggtransspace END,
    CASE WHEN a.aggfinalfn <> 0 THEN 'finalfunc=' || a.aggfinalfn::regprocedure END,
    CASE WHEN a.aggfinalextra THEN 'finalfunc_extra' END,
    CASE WHEN a.aggfinalmodify <> CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END::\"char\"
      THEN 'finalfunc_modify=' || a.aggfinalmodify::text END,
    CASE WHEN a.aggcombinefn <> 0 THEN 'combinefunc=' || a.aggcombinefn::regprocedure END,
    CASE WHEN a.aggserialfn <> 0 THEN 'serialfunc=' || a.aggserialfn::regprocedure END,
    CASE WHEN a.aggdeserialfn <> 0 THEN 'deserialfunc=' || a.aggdeserialfn::regprocedure END,
    CASE WHEN a.aggmtransfn <> 0 THEN 'msfunc=' || a.aggmtransfn::regprocedure END,
    CASE WHEN a.aggminvtransfn <> 0 THEN 'minvfunc=' || a.aggminvtransfn::regprocedure END,
    CASE WHEN a.aggmtranstype <> 0 THEN 'mstype=' || format_type(a.aggmtranstype, NULL) END,
    'minitcond=' || a.aggminitval,
    CASE WHEN a.aggmtransspace <> 0 THEN 'msspace=' || a.aggmtransspace END,
    CASE WHEN a.aggmfinalfn <> 0 THEN 'mfinalfunc=' || a.aggmfinalfn::regprocedure END,
    CASE WHEN a.aggmfinalextra THEN 'mfinalfunc_extra' END,
    CASE WHEN a.aggmtransfn <> 0 AND a.aggmfinalmodify <> CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END::\"char\"
      THEN 'mfinalfunc_modify=' || a.aggmfinalmodify::text END,
    CASE WHEN a.aggsortop <> 0 THEN 'sortop=' || a.aggsortop::regoperator END], NULL) AS parts,
  CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END AS parallel,
  {owner},
  {privileges}
FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid
WHERE p.oid >= 16384
"
    )
}

fn address(whole: &Whole<'_>) -> String {
    let name = whole.name();
    let name = name.strip_suffix("()").map_or_else(|| name.clone(), |name| format!("{name}(*)"));
    format!("AGGREGATE {name}")
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let name = whole.name();
    let arguments = whole.text("arguments").filter(|arguments| !arguments.is_empty()).unwrap_or("*");
    let mut parts: Vec<String> = whole.list("parts").into_iter().map(part).collect();
    if parts.is_empty() {
        return Vec::new();
    }
    parts.extend(whole.text("parallel").filter(|word| *word != "unsafe").map(|word| format!("parallel = {word}")));
    parts.extend((whole.text("kind") == Some("hypothetical")).then(|| "hypothetical".to_owned()));
    let sql = format!("CREATE AGGREGATE {}({arguments}) {}", without_arguments(&name), lines(&parts));
    let finish = access::finish(whole, &format!("FUNCTION {name}"));
    [Statement::new(Stage::Make, sql)].into_iter().chain(finish).collect()
}

fn part(part: &str) -> String {
    let Some((name, value)) = part.split_once('=') else { return part.to_owned() };
    let value = match (name, value) {
        ("finalfunc_modify" | "mfinalfunc_modify", "r") => "read_only",
        ("finalfunc_modify" | "mfinalfunc_modify", "s") => "shareable",
        ("finalfunc_modify" | "mfinalfunc_modify", _) => "read_write",
        ("initcond" | "minitcond", value) => return format!("{name} = {}", literal(value)),
        ("sortop", operator) => return format!("{name} = OPERATOR({})", without_arguments(operator)),
        ("stype" | "mstype" | "sspace" | "msspace", value) => value,
        (_, function) => without_arguments(function),
    };
    format!("{name} = {value}")
}
