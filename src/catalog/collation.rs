//! Collations. Their versions come from the machine and are not compared.

use super::access::{self, OWNER, owner};
use super::create::drop_by_address;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::literal;

pub(super) const KIND: Kind = Kind {
    name: "collation",
    group: "collations",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_collation",
    properties: &[
        Property::new("provider", Form::Word("libc"), "`libc`, `icu`, `builtin` or `default`."),
        Property::new("locale", Form::Text, "The locale, where it is one for all."),
        Property::new("collate", Form::Text, "The locale for sorting, of libc."),
        Property::new("ctype", Form::Text, "The locale for kinds of characters, of libc."),
        Property::new("rules", Form::Text, "More rules for sorting, of ICU."),
        Property::new("deterministic", Form::Flag(true), "Whether only equal bytes are equal."),
        OWNER,
    ],
    query,
    address: |whole| format!("COLLATION {}", whole.name()),
    create,
    drop: drop_by_address,
};

/// The locale of ICU has stood in three columns.
fn query(version: u32) -> String {
    let locale = match version {
        170_000.. => "c.colllocale",
        150_000.. => "c.colliculocale",
        _ => "c.collcollate",
    };
    let rules = if version >= 160_000 { "c.collicurules" } else { "NULL::text" };
    let owner = owner("c.collowner");
    format!(
        "
SELECT c.oid, 0 AS sub, c.collnamespace AS parent, c.collname::text AS name,
  CASE c.collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'default' END AS provider,
  CASE WHEN c.collprovider <> 'c' THEN {locale} END::text AS locale,
  CASE WHEN c.collprovider = 'c' THEN c.collcollate END::text AS collate,
  CASE WHEN c.collprovider = 'c' THEN c.collctype END::text AS ctype,
  {rules} AS rules, c.collisdeterministic AS deterministic,
  {owner}
FROM pg_collation c
WHERE c.oid >= 16384
"
    )
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let name = whole.name();
    let part = |word: &str, property: &str| whole.text(property).map(|value| format!("{word} = {}", literal(value)));
    let parts = [
        whole.text("provider").map(|provider| format!("PROVIDER = {provider}")),
        part("LOCALE", "locale"),
        part("LC_COLLATE", "collate"),
        part("LC_CTYPE", "ctype"),
        part("RULES", "rules"),
        (!whole.flag("deterministic")).then(|| "DETERMINISTIC = false".to_owned()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let sql = format!("CREATE COLLATION {name} ({})", parts.join(", "));
    [Statement::new(Stage::Make, sql)].into_iter().chain(access::owned(whole)).collect()
}
