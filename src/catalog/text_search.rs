//! Text search: configurations, dictionaries, parsers and templates.

use super::access::{self, OWNER, owner};
use super::create::drop_by_address;
use super::phrase::without_arguments;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::identifier;

pub(super) const CONFIGURATION: Kind = Kind {
    name: "text search configuration",
    group: "text_search_configurations",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_ts_config",
    properties: &[
        Property::new("parser", Form::Text, "The parser that takes texts apart."),
        Property::new(
            "mappings",
            Form::List(&[]),
            "For each sort of token the dictionaries that are asked, in their order.",
        ),
        OWNER,
    ],
    query: configuration,
    address: |whole| format!("TEXT SEARCH CONFIGURATION {}", whole.name()),
    create: create_configuration,
    drop: drop_by_address,
};

pub(super) const DICTIONARY: Kind = Kind {
    name: "text search dictionary",
    group: "text_search_dictionaries",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_ts_dict",
    properties: &[
        Property::new("template", Form::Text, "The template that it is made from."),
        Property::new("options", Form::Text, "Its options, as PostgreSQL writes them."),
        OWNER,
    ],
    query: dictionary,
    address: |whole| format!("TEXT SEARCH DICTIONARY {}", whole.name()),
    create: create_dictionary,
    drop: drop_by_address,
};

pub(super) const PARSER: Kind = Kind {
    name: "text search parser",
    group: "text_search_parsers",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_ts_parser",
    properties: &[Property::new("functions", Form::List(&[]), "Its functions: start, token, end, headline, lextypes.")],
    query: |_| PARSERS.to_owned(),
    address: |whole| format!("TEXT SEARCH PARSER {}", whole.name()),
    create: create_parser,
    drop: drop_by_address,
};

pub(super) const TEMPLATE: Kind = Kind {
    name: "text search template",
    group: "text_search_templates",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_ts_template",
    properties: &[Property::new("functions", Form::List(&[]), "Its functions: init, lexize.")],
    query: |_| TEMPLATES.to_owned(),
    address: |whole| format!("TEXT SEARCH TEMPLATE {}", whole.name()),
    create: create_template,
    drop: drop_by_address,
};

fn configuration(_version: u32) -> String {
    let owner = owner("c.cfgowner");
    format!(
        "
SELECT c.oid, 0 AS sub, c.cfgnamespace AS parent, c.cfgname::text AS name,
  quote_ident(n.nspname) || '.' || quote_ident(p.prsname) AS parser,
  ARRAY(SELECT (t.alias || ': ' || m.dictionaries) COLLATE \"C\" FROM (
      SELECT maptokentype, string_agg(mapdict::regdictionary::text, ', ' ORDER BY mapseqno) AS dictionaries
      FROM pg_ts_config_map WHERE mapcfg = c.oid GROUP BY 1) m
    JOIN ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype ORDER BY 1) AS mappings,
  {owner}
FROM pg_ts_config c JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace n ON n.oid = p.prsnamespace
WHERE c.oid >= 16384
"
    )
}

fn dictionary(_version: u32) -> String {
    let owner = owner("d.dictowner");
    format!(
        "
SELECT d.oid, 0 AS sub, d.dictnamespace AS parent, d.dictname::text AS name,
  quote_ident(n.nspname) || '.' || quote_ident(t.tmplname) AS template, d.dictinitoption AS options,
  {owner}
FROM pg_ts_dict d JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace n ON n.oid = t.tmplnamespace
WHERE d.oid >= 16384
"
    )
}

const PARSERS: &str = "
SELECT p.oid, 0 AS sub, p.prsnamespace AS parent, p.prsname::text AS name, array_remove(ARRAY[
    'start=' || p.prsstart::regprocedure, 'token=' || p.prstoken::regprocedure, 'end=' || p.prsend::regprocedure,
    CASE WHEN p.prsheadline <> 0 THEN 'headline=' || p.prsheadline::regprocedure END,
    'lextypes=' || p.prslextype::regprocedure], NULL) AS functions
FROM pg_ts_parser p
WHERE p.oid >= 16384
";

const TEMPLATES: &str = "
SELECT t.oid, 0 AS sub, t.tmplnamespace AS parent, t.tmplname::text AS name, array_remove(ARRAY[
    CASE WHEN t.tmplinit <> 0 THEN 'init=' || t.tmplinit::regprocedure END,
    'lexize=' || t.tmpllexize::regprocedure], NULL) AS functions
FROM pg_ts_template t
WHERE t.oid >= 16384
";

fn create_configuration(whole: &Whole<'_>) -> Vec<Statement> {
    let Some(parser) = whole.text("parser") else { return Vec::new() };
    let name = whole.name();
    let mapping = |mapping: &str| {
        let (token, dictionaries) = mapping.split_once(": ")?;
        let token = identifier(token);
        Some(format!("ALTER TEXT SEARCH CONFIGURATION {name} ADD MAPPING FOR {token} WITH {dictionaries}"))
    };
    let mappings = whole.list("mappings").into_iter().filter_map(mapping).map(|sql| Statement::new(Stage::Fill, sql));
    let made = format!("CREATE TEXT SEARCH CONFIGURATION {name} (PARSER = {parser})");
    [Statement::new(Stage::Make, made)].into_iter().chain(mappings).chain(access::owned(whole)).collect()
}

fn create_dictionary(whole: &Whole<'_>) -> Vec<Statement> {
    let Some(template) = whole.text("template") else { return Vec::new() };
    let options = whole.text("options").map(|options| format!(", {options}")).unwrap_or_default();
    let sql = format!("CREATE TEXT SEARCH DICTIONARY {} (TEMPLATE = {template}{options})", whole.name());
    [Statement::new(Stage::Make, sql)].into_iter().chain(access::owned(whole)).collect()
}

fn create_parser(whole: &Whole<'_>) -> Vec<Statement> {
    of_functions(whole, "PARSER")
}

fn create_template(whole: &Whole<'_>) -> Vec<Statement> {
    of_functions(whole, "TEMPLATE")
}

/// What is nothing but functions; the one that gives tokens has a longer name in the statement.
fn of_functions(whole: &Whole<'_>, what: &str) -> Vec<Statement> {
    let part = |text: &str| {
        let (name, function) = text.split_once('=')?;
        let name = if name == "token" { "gettoken" } else { name };
        Some(format!("{name} = {}", without_arguments(function)))
    };
    let parts: Vec<String> = whole.list("functions").into_iter().filter_map(part).collect();
    if parts.is_empty() {
        return Vec::new();
    }
    vec![Statement::new(Stage::Make, format!("CREATE TEXT SEARCH {what} {} ({})", whole.name(), parts.join(", ")))]
}
