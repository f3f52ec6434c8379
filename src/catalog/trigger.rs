//! Triggers that a person made; those of foreign keys and of partitions follow from their makers'.

use super::create::{clause, drop_by_address};
use super::phrase::{depends, switch, when};
use super::piece::{EXTENSIONS, extensions};
use super::{Form, Kind, Property, Section, Stage, Statement, Whole};
use crate::sql::identifier;

pub(super) const KIND: Kind = Kind {
    name: "trigger",
    group: "triggers",
    parents: &["table", "view", "foreign table"],
    single: false,
    shorthand: None,
    section: Section::Triggers,
    counted: true,
    commented: true,
    class: "pg_trigger",
    properties: &[
        Property::new("function", Form::Text, "The function that it calls, with its arguments.").sql(),
        Property::new("timing", Form::Text, "`before`, `after` or `instead of`."),
        Property::new("events", Form::List(&[]), "`insert`, `update`, `delete`, `truncate`, in this order."),
        Property::new("columns", Form::List(&[]), "The columns of UPDATE OF."),
        Property::new("for_each", Form::Word("row"), "`row` or `statement`."),
        Property::new("when", Form::Text, "The condition.").sql(),
        Property::new("enabled", Form::Word("origin"), "`origin`, `replica`, `always` or `disabled`."),
        Property::new("constraint", Form::Flag(false), "Whether it is a constraint trigger."),
        Property::new("deferrable", Form::Flag(false), "Whether it can be put off to the end of the transaction."),
        Property::new("initially_deferred", Form::Flag(false), "Whether it is put off if nothing else is said."),
        Property::new("from_table", Form::Text, "The other table of a constraint trigger."),
        Property::new("old_table", Form::Text, "The name of the transition table of old rows."),
        Property::new("new_table", Form::Text, "The name of the transition table of new rows."),
        Property::new(
            "partitions",
            Form::List(&[]),
            "The partitions where it is enabled otherwise than here, and how.",
        ),
        EXTENSIONS,
    ],
    query: |_| format!("{QUERY}{}\nWHERE NOT t.tgisinternal AND t.tgparentid = 0\n", extensions("pg_trigger", "t.oid")),
    address: |whole| format!("TRIGGER {} ON {}", identifier(whole.object.id.name()), whole.parent()),
    create,
    drop: drop_by_address,
};

/// `tgargs` holds the arguments as bytes, each ended by a zero byte. A partition has a copy of each trigger of its parent.
const QUERY: &str = r#"
WITH RECURSIVE copies AS (
  SELECT oid, tgparentid AS of, tgrelid, tgenabled FROM pg_trigger WHERE tgparentid <> 0
), traced AS (
  SELECT of, tgrelid, tgenabled FROM copies
  UNION ALL SELECT c.of, t.tgrelid, t.tgenabled FROM traced t JOIN copies c ON c.oid = t.of
)
SELECT t.oid, 0 AS sub, t.tgrelid AS parent, t.tgname::text AS name,
  t.tgfoid::regproc::text || '(' || CASE WHEN t.tgnargs = 0 THEN '' ELSE coalesce((
    SELECT string_agg(quote_literal(convert_from(decode(bytes, 'hex'), getdatabaseencoding())), ', ' ORDER BY n)
      FROM unnest(string_to_array(regexp_replace(encode(t.tgargs, 'hex'), '..', '\& ', 'g'), '00 '))
        WITH ORDINALITY AS a (bytes, n)
     WHERE n <= t.tgnargs), '') END || ')' AS function,
  CASE WHEN t.tgtype & 64 <> 0 THEN 'instead of' WHEN t.tgtype & 2 <> 0 THEN 'before' ELSE 'after' END AS timing,
  array_remove(ARRAY[
    CASE WHEN t.tgtype & 4 <> 0 THEN 'insert' END, CASE WHEN t.tgtype & 16 <> 0 THEN 'update' END,
    CASE WHEN t.tgtype & 8 <> 0 THEN 'delete' END, CASE WHEN t.tgtype & 32 <> 0 THEN 'truncate' END], NULL) AS events,
  CASE WHEN array_length(t.tgattr::int2[], 1) > 0 THEN ARRAY(SELECT a.attname::text FROM pg_attribute a
         WHERE a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr) ORDER BY a.attname) END AS columns,
  CASE WHEN t.tgtype & 1 <> 0 THEN 'row' ELSE 'statement' END AS for_each,
  CASE WHEN t.tgqual IS NOT NULL THEN
    substring(pg_get_triggerdef(t.oid) FROM 'WHEN \((.*)\) EXECUTE (?:FUNCTION|PROCEDURE)') END AS when,
  CASE t.tgenabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END AS enabled,
  t.tgconstraint <> 0 AS constraint, t.tgdeferrable AS deferrable, t.tginitdeferred AS initially_deferred,
  CASE WHEN t.tgconstrrelid <> 0 THEN t.tgconstrrelid::regclass::text END AS from_table,
  t.tgoldtable::text AS old_table, t.tgnewtable::text AS new_table,
  other.partitions, bound.names AS depends_on_extensions
FROM pg_trigger t
LEFT JOIN (
  SELECT p.oid, array_agg(c.tgrelid::regclass::text || ': ' || CASE c.tgenabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled'
    WHEN 'R' THEN 'replica' ELSE 'always' END ORDER BY c.tgrelid::regclass::text COLLATE "C") AS partitions
  FROM pg_trigger p JOIN traced c ON c.of = p.oid AND c.tgenabled <> p.tgenabled GROUP BY 1) other ON other.oid = t.oid
"#;

fn create(whole: &Whole<'_>) -> Vec<Statement> {
    let (Some(timing), Some(function)) = (whole.text("timing"), whole.text("function")) else { return Vec::new() };
    let (name, table) = (identifier(whole.object.id.name()), whole.parent());
    let constraint = when(whole.flag("constraint"), "CONSTRAINT ");
    let (timing, events) = (timing.to_uppercase(), events(whole));
    let from = clause("FROM", whole.text("from_table"));
    let deferrable = when(whole.flag("deferrable"), " DEFERRABLE");
    let deferred = when(whole.flag("initially_deferred"), " INITIALLY DEFERRED");
    let (tables, for_each) = (transition_tables(whole), whole.text("for_each").unwrap_or("row").to_uppercase());
    let condition = whole.text("when").map(|condition| format!(" WHEN ({condition})")).unwrap_or_default();
    let sql = format!(
        "CREATE {constraint}TRIGGER {name} {timing} {events} ON {table}{from}{deferrable}{deferred}{tables} \
         FOR EACH {for_each}{condition} EXECUTE FUNCTION {function}"
    );
    let mut statements = vec![Statement::new(Stage::Bind, sql)];
    statements.extend(switches(whole, &name, &table));
    statements.extend(depends(whole));
    statements
}

fn events(whole: &Whole<'_>) -> String {
    let columns: Vec<String> = whole.list("columns").into_iter().map(identifier).collect();
    let event = |event: &str| match event {
        "update" if !columns.is_empty() => format!("UPDATE OF {}", columns.join(", ")),
        event => event.to_uppercase(),
    };
    whole.list("events").into_iter().map(event).collect::<Vec<_>>().join(" OR ")
}

fn transition_tables(whole: &Whole<'_>) -> String {
    let table = |word: &str, property: &str| {
        whole.text(property).map(|name| format!(" {word} TABLE AS {}", identifier(name))).unwrap_or_default()
    };
    let tables = table("OLD", "old_table") + &table("NEW", "new_table");
    if tables.is_empty() { tables } else { format!(" REFERENCING{tables}") }
}

/// How it is enabled on its table and, where that is otherwise, on partitions.
fn switches(whole: &Whole<'_>, name: &str, table: &str) -> Vec<Statement> {
    let trigger = format!("TRIGGER {name}");
    let own = switch(whole.text("enabled"), &trigger).map(|switch| format!("ALTER TABLE {table} {switch}"));
    let of_partition = |text: &str| {
        let (partition, enabled) = text.rsplit_once(": ")?;
        let switch = switch(Some(enabled), &trigger).unwrap_or_else(|| format!("ENABLE {trigger}"));
        Some(format!("ALTER TABLE ONLY {partition} {switch}"))
    };
    let of_partitions = whole.list("partitions").into_iter().filter_map(of_partition);
    own.into_iter().chain(of_partitions).map(|sql| Statement::new(Stage::Finish, sql)).collect()
}
