//! Columns of tables, of composite types and of views.

use super::access::{self, OWNER, PRIVILEGES, grants, privileges};
use super::create::{clause, drop_never, foreign_options, options};
use super::phrase::{lines, path};
use super::piece::{behind, sorted};
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::identifier;

pub(super) const KIND: Kind = Kind {
    name: "column",
    group: "columns",
    parents: &["table", "foreign table"],
    single: false,
    shorthand: Some("type"),
    section: Section::Tables,
    counted: false,
    commented: true,
    class: "pg_class",
    properties: &[
        Property::new("type", Form::Text, "The type with its modifiers.").sql(),
        Property::new("nullable", Form::Flag(true), "Whether it admits NULL."),
        Property::new("default", Form::Text, "The default value, as an expression.").sql(),
        Property::new("identity", Form::Text, "`always` or `by default` for an identity column."),
        Property::new(
            "identity_options",
            Form::List(&[]),
            "What is not usual about the sequence of an identity column, such as `start=100` or `name=numbers`.",
        ),
        Property {
            name: "identity_privileges",
            about: "As `privileges`, on the sequence of an identity column.",
            ..PRIVILEGES
        },
        Property::new(
            "identity_behind",
            Form::Flag(false),
            "Whether an identity column has numbers that its sequence is yet to give. Never expected.",
        )
        .never(),
        Property::new("generated", Form::Text, "The expression of a generated column.").sql(),
        Property::new("virtual", Form::Flag(false), "Whether a generated column is computed when read."),
        Property::new("collation", Form::Text, "The collation, where it is not the type's own.").sql(),
        Property::new("storage", Form::Text, "How large values are kept, where it is not the type's own way."),
        Property::new("compression", Form::Text, "The compression method, where one was chosen."),
        Property::new("statistics", Form::Number, "The statistics target, where one was chosen."),
        Property::new("options", Form::List(&[]), "Options such as `n_distinct=100`, sorted."),
        Property::new("foreign_options", Form::List(&[]), "Options for the foreign-data wrapper, sorted."),
        Property::new("inherited", Form::Flag(false), "Whether it is only there because a parent table has it."),
        Property::new("not_null", Form::List(&[]), "`no inherit` or `not valid`, where NOT NULL is so."),
        PRIVILEGES,
    ],
    query: |version| query(version, "'r', 'p', 'f'", "a.attrelid"),
    address: |whole| format!("COLUMN {}", whole.name()),
    create,
    drop: |whole| Some(format!("ALTER TABLE {} DROP COLUMN {}", whole.parent(), identifier(whole.object.id.name()))),
};

pub(super) const OF_COMPOSITE: Kind = Kind {
    parents: &["composite type"],
    section: Section::Types,
    query: |version| query(version, "'c'", "c.reltype"),
    address: |whole| format!("COLUMN {}", whole.name()),
    create: attribute,
    drop: |whole| Some(format!("ALTER TYPE {} DROP ATTRIBUTE {}", whole.parent(), identifier(whole.object.id.name()))),
    ..KIND
};

/// What a view's column is follows from the query, which is compared; what was said about it with ALTER does not.
pub(super) const OF_VIEW: Kind = Kind {
    name: "view column",
    parents: &["view", "materialized view"],
    shorthand: None,
    section: Section::Views,
    properties: &[
        Property::new("default", Form::Text, "The value for INSERTs into the view, as an expression.").sql(),
        Property::new("storage", Form::Text, "How large values are kept, where it is not the type's own way."),
        Property::new("compression", Form::Text, "The compression method, where one was chosen."),
        Property::new("statistics", Form::Number, "The statistics target, where one was chosen."),
        Property::new("options", Form::List(&[]), "Options such as `n_distinct=100`, sorted."),
        PRIVILEGES,
    ],
    query: of_view,
    address: |whole| format!("COLUMN {}", whole.name()),
    create: of_view_sql,
    drop: drop_never,
    ..KIND
};

/// `attcompression` came with PostgreSQL 14.
fn compression(version: u32) -> &'static str {
    if version >= 140_000 { "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END" } else { "NULL::text" }
}

/// Since PostgreSQL 18 NOT NULL is a constraint, which can be NOT VALID or NO INHERIT.
fn not_null(version: u32) -> &'static str {
    if version >= 180_000 {
        "LEFT JOIN (
  SELECT conrelid, conkey[1] AS attnum, array_remove(ARRAY[CASE WHEN connoinherit THEN 'no inherit' END,
    CASE WHEN NOT convalidated THEN 'not valid' END], NULL) AS words
  FROM pg_constraint WHERE contype = 'n' AND (connoinherit OR NOT convalidated)
) n ON n.conrelid = a.attrelid AND n.attnum = a.attnum"
    } else {
        "CROSS JOIN (SELECT NULL::text[] AS words) n"
    }
}

/// What is not usual about the sequence `s`, `q` of an identity column. Until PostgreSQL 15 it was permanent, whatever
/// its table was.
fn identity_options(version: u32) -> String {
    let persistence = if version >= 150_000 { "q.relpersistence <> c.relpersistence" } else { "false" };
    format!(
        "CASE WHEN q.seqrelid IS NOT NULL THEN array_remove(ARRAY[
    CASE WHEN q.relname::text <> c.relname || '_' || a.attname || '_seq' THEN 'name=' || q.relname END,
    CASE WHEN q.seqtypid <> a.atttypid THEN 'type=' || format_type(q.seqtypid, NULL) END,
    CASE WHEN q.seqstart <> CASE WHEN q.seqincrement > 0 THEN q.seqmin ELSE q.seqmax END THEN 'start=' || q.seqstart END,
    CASE WHEN q.seqincrement <> 1 THEN 'increment=' || q.seqincrement END,
    CASE WHEN q.seqmin <> CASE WHEN q.seqincrement > 0 THEN 1 ELSE -q.greatest - 1 END THEN 'minimum=' || q.seqmin END,
    CASE WHEN q.seqmax <> CASE WHEN q.seqincrement > 0 THEN q.greatest ELSE -1 END THEN 'maximum=' || q.seqmax END,
    CASE WHEN q.seqcache <> 1 THEN 'cache=' || q.seqcache END,
    CASE WHEN q.seqcycle THEN 'cycle' END,
    CASE WHEN {persistence} THEN CASE q.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END END], NULL) END"
    )
}

/// A default names no column, so it is printed without its table, which the server would have to open for it.
/// Until PostgreSQL 17 an unset statistics target was -1.
fn query(version: u32, relation_kinds: &str, parent: &str) -> String {
    let (compression, not_null, identity_options) =
        (compression(version), not_null(version), identity_options(version));
    let identity_privileges = grants("q.relacl", "acldefault('s', q.relowner)", "s", "q.relowner");
    let identity_behind = behind("q.seqrelid", "q.seqincrement", "c", "a");
    let (options, foreign_options) = (sorted("a.attoptions"), sorted("a.attfdwoptions"));
    let privileges = privileges("a.attacl", "c", "c.relowner");
    format!(
        "
SELECT a.attrelid AS oid, a.attnum::int4 AS sub, {parent} AS parent, a.attname::text AS name,
  format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
  CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, 0) END AS default,
  CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,
  {identity_options} AS identity_options,
  {identity_privileges} AS identity_privileges,
  {identity_behind} AS identity_behind,
  CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END AS generated,
  a.attgenerated = 'v' AS virtual,
  CASE WHEN a.attcollation NOT IN (0, t.typcollation) THEN a.attcollation::regcollation::text END AS collation,
  CASE WHEN a.attstorage <> t.typstorage THEN
    CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END
    END AS storage,
  {compression} AS compression,
  nullif(a.attstattarget, -1)::int4 AS statistics,
  {options} AS options,
  {foreign_options} AS foreign_options,
  a.attinhcount > 0 AND NOT a.attislocal AND NOT c.relispartition AS inherited,
  n.words AS not_null,
  {privileges}
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN (
  SELECT p.refobjid, p.refobjsubid, q.relname, q.relacl, q.relowner, q.relpersistence, s.*,
    CASE s.seqtypid WHEN 21 THEN 32767 WHEN 23 THEN 2147483647 ELSE 9223372036854775807 END AS greatest
  FROM pg_sequence s
  JOIN pg_class q ON q.oid = s.seqrelid
  JOIN pg_depend p ON p.classid = 'pg_class'::regclass AND p.objid = s.seqrelid AND p.deptype = 'i'
) q ON q.refobjid = a.attrelid AND q.refobjsubid = a.attnum
{not_null}
WHERE c.relkind IN ({relation_kinds}) AND a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
"
    )
}

/// The views are told as a list, since few of all columns are theirs.
fn of_view(version: u32) -> String {
    let (compression, options) = (compression(version), sorted("a.attoptions"));
    let privileges = privileges("a.attacl", "c", "c.relowner");
    format!(
        "
SELECT a.attrelid AS oid, a.attnum::int4 AS sub, a.attrelid AS parent, a.attname::text AS name,
  pg_get_expr(d.adbin, 0) AS default,
  CASE WHEN a.attstorage <> t.typstorage THEN
    CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END
    END AS storage,
  {compression} AS compression,
  nullif(a.attstattarget, -1)::int4 AS statistics,
  {options} AS options,
  {privileges}
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY (ARRAY(SELECT oid FROM pg_class WHERE relkind IN ('v', 'm') AND oid >= 16384))
  AND a.attnum > 0 AND NOT a.attisdropped
"
    )
}

/// The columns of a table that is made, in brackets.
pub(super) fn list(table: &Whole<'_>) -> String {
    let own = |column: &Whole<'_>| (!column.flag("inherited")).then(|| definition(column)).flatten();
    lines(&table.children("columns").iter().filter_map(own).collect::<Vec<_>>())
}

/// What a table that has its columns from a type says of them, in brackets.
pub(super) fn list_of_typed(table: &Whole<'_>) -> Option<String> {
    let columns = table.children("columns");
    let said = columns.iter().filter(|column| !column.flag("nullable"));
    let said: Vec<String> = said.map(|column| format!("{} WITH OPTIONS NOT NULL", name(column))).collect();
    (!said.is_empty()).then(|| format!(" {}", lines(&said)))
}

fn name(column: &Whole<'_>) -> String {
    identifier(column.object.id.name())
}

/// A column as CREATE TABLE and ADD COLUMN have it; its default is set when everything that it can name is there.
fn definition(column: &Whole<'_>) -> Option<String> {
    let kind = column.text("type")?;
    let collation = clause("COLLATE", column.text("collation"));
    let of_server = foreign_options(&column.list("foreign_options"));
    let how = if column.flag("virtual") { "VIRTUAL" } else { "STORED" };
    let generated =
        column.text("generated").map(|value| format!(" GENERATED ALWAYS AS ({value}) {how}")).unwrap_or_default();
    let identity = column.text("identity").filter(|_| !shares_identity(column));
    let identity = identity.map(|when| identity_of(column, when)).unwrap_or_default();
    let nullable =
        if column.flag("nullable") || column.list("not_null").contains(&"not valid") { "" } else { " NOT NULL" };
    let inherit = if column.list("not_null").contains(&"no inherit") { " NO INHERIT" } else { "" };
    Some(format!("{} {kind}{of_server}{collation}{generated}{identity}{nullable}{inherit}", name(column)))
}

/// Since PostgreSQL 17 a partition has the identity columns of its table, and must have none before it is put in.
fn shares_identity(column: &Whole<'_>) -> bool {
    let of_whole = || {
        let mut path = path(column.parent_object()?.text("partition_of")?);
        path.push(column.object.id.name().to_owned());
        column.named("column", &path)?.text("identity")
    };
    of_whole().is_some()
}

fn identity_of(column: &Whole<'_>, when: &str) -> String {
    let schema = column.object.id.path.first().map(|schema| identifier(schema)).unwrap_or_default();
    let option = |option: &&str| {
        let (word, value) = option.split_once('=').unwrap_or((option, ""));
        Some(match word {
            "name" => format!("SEQUENCE NAME {schema}.{}", identifier(value)),
            "type" => format!("AS {value}"),
            "start" => format!("START WITH {value}"),
            "increment" => format!("INCREMENT BY {value}"),
            "minimum" => format!("MINVALUE {value}"),
            "maximum" => format!("MAXVALUE {value}"),
            "cache" => format!("CACHE {value}"),
            "cycle" => "CYCLE".to_owned(),
            _ => return None,
        })
    };
    let said: Vec<String> = column.list("identity_options").iter().filter_map(option).collect();
    let said = if said.is_empty() { String::new() } else { format!(" ({})", said.join(" ")) };
    format!(" GENERATED {} AS IDENTITY{said}", when.to_uppercase())
}

/// Whether it is there because the table that its table inherits from or is a partition of has it.
fn comes_with_parent(column: &Whole<'_>) -> bool {
    let is_partition = || column.parent_object().is_some_and(|table| table.text("partition_of").is_some());
    column.flag("inherited") || is_partition()
}

/// What is said of a column after it is there.
fn create(column: &Whole<'_>) -> Vec<Statement> {
    let (table, name) = (column.parent(), name(column));
    let alter =
        |stage, what: String| Statement::new(stage, format!("ALTER TABLE ONLY {table} ALTER COLUMN {name} {what}"));
    let mut statements = Vec::new();
    if !column.with_parent && !comes_with_parent(column) {
        let Some(definition) = definition(column) else { return statements };
        statements.push(Statement::new(Stage::Make, format!("ALTER TABLE {table} ADD COLUMN {definition}")));
    } else if column.flag("inherited") && !column.flag("nullable") {
        statements.push(alter(Stage::Fill, "SET NOT NULL".to_owned()));
    }
    if let Some(default) = column.text("default") {
        statements.push(alter(Stage::Fill, format!("SET DEFAULT {default}")));
    }
    if column.list("not_null").contains(&"not valid") {
        let sql = format!("ALTER TABLE {table} ADD NOT NULL {name} NOT VALID");
        statements.push(Statement::new(Stage::Fill, sql));
    }
    statements.extend(kept(column).into_iter().map(|what| alter(Stage::Finish, what)));
    statements.extend(sequence(column));
    statements.extend(grants_of(column, "TABLE"));
    statements
}

/// How values are kept and what the planner is told of them.
fn kept(column: &Whole<'_>) -> Vec<String> {
    let options_said = column.list("options");
    let said = [
        column.text("storage").map(|way| format!("SET STORAGE {}", way.to_uppercase())),
        column.text("compression").map(|method| format!("SET COMPRESSION {method}")),
        column.number("statistics").map(|target| format!("SET STATISTICS {target}")),
        (!options_said.is_empty()).then(|| format!("SET ({})", options(&options_said))),
    ];
    said.into_iter().flatten().collect()
}

/// What is said of the sequence of an identity column.
fn sequence(column: &Whole<'_>) -> Vec<Statement> {
    let said = column.list("identity_options");
    let named = said.iter().find_map(|option| option.strip_prefix("name=")).map(str::to_owned);
    let [schema, table, own] = column.object.id.path.as_slice() else { return Vec::new() };
    let named = named.unwrap_or_else(|| format!("{table}_{own}_seq"));
    let sequence = format!("{}.{}", identifier(schema), identifier(&named));
    let persistence =
        [("unlogged", "UNLOGGED"), ("permanent", "LOGGED")].into_iter().filter(|(word, _)| said.contains(word));
    let persistence = persistence.map(|(_, word)| format!("ALTER SEQUENCE {sequence} SET {word}"));
    let grants = access::grant(&column.list("identity_privileges"), &format!("SEQUENCE {sequence}"), owner(column), "");
    persistence.chain(grants).map(|sql| Statement::new(Stage::Finish, sql)).collect()
}

/// Who owns the table that a column is in.
fn owner<'a>(column: &Whole<'a>) -> Option<&'a str> {
    column.parent_object()?.text(OWNER.name)
}

fn grants_of(column: &Whole<'_>, what: &str) -> Vec<Statement> {
    let on = format!("{what} {}", column.parent());
    let grants = access::grant(&column.list(PRIVILEGES.name), &on, owner(column), &format!(" ({})", name(column)));
    grants.into_iter().map(|sql| Statement::new(Stage::Finish, sql)).collect()
}

/// An attribute of a composite type; CREATE TYPE has it already where both are made.
fn attribute(column: &Whole<'_>) -> Vec<Statement> {
    let definition = definition(column).filter(|_| !column.with_parent);
    let sql = definition.map(|definition| format!("ALTER TYPE {} ADD ATTRIBUTE {definition}", column.parent()));
    sql.into_iter().map(|sql| Statement::new(Stage::Make, sql)).collect()
}

fn of_view_sql(column: &Whole<'_>) -> Vec<Statement> {
    let default = column.text("default").map(|default| format!("SET DEFAULT {default}"));
    let alter = |what| format!("ALTER TABLE {} ALTER COLUMN {} {what}", column.parent(), name(column));
    let altered = default.into_iter().chain(kept(column)).map(|what| Statement::new(Stage::Finish, alter(what)));
    altered.chain(grants_of(column, "TABLE")).collect()
}
