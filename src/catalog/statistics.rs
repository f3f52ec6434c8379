//! Statistics on several columns or on expressions, made by CREATE STATISTICS.

use super::access::{self, OWNER, owner};
use super::create::drop_by_address;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};

pub(super) const KIND: Kind = Kind {
    name: "statistics object",
    group: "statistics_objects",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Other,
    counted: true,
    commented: true,
    class: "pg_statistic_ext",
    properties: &[
        Property::new("table", Form::Text, "The table that it is about.").sql(),
        Property::new("columns", Form::Text, "The columns and expressions.").sql(),
        Property::new("kinds", Form::List(&[]), "`ndistinct`, `dependencies`, `mcv`; of expressions alone none."),
        Property::new("target", Form::Number, "The statistics target, where one was chosen."),
        OWNER,
    ],
    query,
    address: |whole| format!("STATISTICS {}", whole.name()),
    create,
    drop: drop_by_address,
};

/// Until PostgreSQL 17 an unset target was -1.
fn query(_version: u32) -> String {
    let owner = owner("s.stxowner");
    format!(
        "
SELECT s.oid, 0 AS sub, s.stxnamespace AS parent, s.stxname::text AS name, s.stxrelid::regclass::text AS table,
  substring(pg_get_statisticsobjdef(s.oid) FROM ' ON (.*) FROM ') AS columns,
  array_remove(ARRAY[CASE WHEN 'd' = ANY (s.stxkind) THEN 'ndistinct' END,
    CASE WHEN 'f' = ANY (s.stxkind) THEN 'dependencies' END, CASE WHEN 'm' = ANY (s.stxkind) THEN 'mcv' END], NULL) AS kinds,
  nullif(s.stxstattarget, -1)::int4 AS target,
  {owner}
FROM pg_statistic_ext s
WHERE s.oid >= 16384
"
    )
}

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let (Some(table), Some(columns)) = (whole.text("table"), whole.text("columns")) else { return Vec::new() };
    let (name, kinds) = (whole.name(), whole.list("kinds").join(", "));
    let kinds = if kinds.is_empty() { kinds } else { format!(" ({kinds})") };
    let made = Statement::new(Stage::Fill, format!("CREATE STATISTICS {name}{kinds} ON {columns} FROM {table}"));
    let target = whole.number("target").map(|target| format!("ALTER STATISTICS {name} SET STATISTICS {target}"));
    let target = target.map(|sql| Statement::new(Stage::Finish, sql));
    [made].into_iter().chain(access::owned(whole)).chain(target).collect()
}
