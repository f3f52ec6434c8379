//! Text search: configurations, dictionaries, parsers and templates.

use super::access::{OWNER, owner};
use super::create::drop_by_address;
use super::{Form, Kind, Property, Section};

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
    address: |_| String::new(),
    create: |_| Vec::new(),
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
    address: |_| String::new(),
    create: |_| Vec::new(),
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
    address: |_| String::new(),
    create: |_| Vec::new(),
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
    address: |_| String::new(),
    create: |_| Vec::new(),
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
