//! Sequences, but for those inside identity columns.

use super::access::{self, OWNER, PRIVILEGES, owner, privileges};
use super::create::{clause, drop_by_address};
use super::phrase::{path, when};
use super::piece::behind;
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};

pub(super) const KIND: Kind = Kind {
    name: "sequence",
    group: "sequences",
    parents: &["schema"],
    single: false,
    shorthand: None,
    section: Section::Sequences,
    counted: true,
    commented: true,
    class: "pg_class",
    properties: &[
        Property::new("type", Form::Word("bigint"), "The type of its numbers.").sql(),
        Property::new("start", Form::Number, "The first number."),
        Property::new("increment", Form::Number, "The step."),
        Property::new("minimum", Form::Number, "The least number."),
        Property::new("maximum", Form::Number, "The greatest number."),
        Property::new("cache", Form::Number, "How many numbers a session takes at once."),
        Property::new("cycle", Form::Flag(false), "Whether it begins again at the end."),
        Property::new(
            "persistence",
            Form::Text,
            "`permanent` or `unlogged`, where it is not that of the table that owns it.",
        ),
        Property::new("owned_by", Form::Text, "The column that it goes away with.").sql(),
        Property::new(
            "behind",
            Form::Flag(false),
            "Whether the column that owns it has numbers that it is yet to give. Never expected.",
        )
        .never(),
        OWNER,
        PRIVILEGES,
    ],
    query,
    address: |whole| format!("SEQUENCE {}", whole.name()),
    create,
    drop: drop_by_address,
};

/// Until PostgreSQL 15 every sequence was permanent, whatever its table was.
fn query(version: u32) -> String {
    let persistence = if version >= 150_000 {
        "CASE WHEN c.relpersistence <> coalesce(o.relpersistence, 'p') THEN
    CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END END"
    } else {
        "NULL::text"
    };
    let behind = behind("c.oid", "s.seqincrement", "o", "a");
    let owner = owner("c.relowner");
    let privileges = privileges("c.relacl", "s", "c.relowner");
    format!(
        "
SELECT c.oid, 0 AS sub, c.relnamespace AS parent, c.relname::text AS name,
  format_type(s.seqtypid, NULL) AS type, s.seqstart AS start, s.seqincrement AS increment, s.seqmin AS minimum,
  s.seqmax AS maximum, s.seqcache AS cache, s.seqcycle AS cycle,
  {persistence} AS persistence,
  o.oid::regclass::text || '.' || quote_ident(a.attname) AS owned_by,
  {behind} AS behind,
  {owner},
  {privileges}
FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
  AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_class o ON o.oid = d.refobjid
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE c.oid >= 16384 AND d.deptype IS DISTINCT FROM 'i'
"
    )
}

/// A sequence has the owner of the table that it belongs to. Where both are made, it gets it with the table; else it
/// must have it before.
fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let name = whole.name();
    let mut statements = vec![Statement::new(Stage::Make, format!("CREATE SEQUENCE {name}{}", numbers(whole)))];
    let owned_by = whole.text("owned_by");
    let finish = access::finish(whole, &format!("SEQUENCE {name}")).into_iter();
    statements.extend(finish.filter_map(|one| match (one.stage, owned_by) {
        (Stage::Own, Some(_)) if whole.with_parent => None,
        (Stage::Own, Some(_)) => Some(Statement::new(Stage::Make, one.sql)),
        _ => Some(one),
    }));
    let owned = owned_by.map(|column| format!("ALTER SEQUENCE {name} OWNED BY {column}"));
    statements.extend(owned.map(|sql| Statement::new(Stage::Fill, sql)));
    let unlogged = is_unlogged(whole).then(|| format!("ALTER SEQUENCE {name} SET UNLOGGED"));
    statements.extend(unlogged.map(|sql| Statement::new(Stage::Finish, sql)));
    statements
}

fn numbers(whole: &Whole<'_>) -> String {
    let number = |word: &str, property: &str| clause(word, whole.number(property).map(|n| n.to_string()).as_deref());
    let of_type = clause("AS", whole.text("type").filter(|name| *name != "bigint"));
    let (increment, cache) = (number("INCREMENT BY", "increment"), number("CACHE", "cache"));
    let (minimum, maximum) = (number("MINVALUE", "minimum"), number("MAXVALUE", "maximum"));
    let (start, cycle) = (number("START WITH", "start"), when(whole.flag("cycle"), " CYCLE"));
    format!("{of_type}{increment}{minimum}{maximum}{start}{cache}{cycle}")
}

fn is_unlogged(whole: &Whole<'_>) -> bool {
    let of_owner = || {
        let column = path(whole.text("owned_by")?);
        let table = whole.named("table", column.get(..2)?)?;
        Some(table.text("persistence") == Some("unlogged"))
    };
    match whole.text("persistence") {
        Some(own) => own == "unlogged",
        None => of_owner().unwrap_or(false),
    }
}
