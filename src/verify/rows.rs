//! Seed rows: each table is compared in one query, and the server reads the expected values as the table's own types.

use anyhow::Result;
use serde_json::{Map, Value};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::{Finding, Verification};
use crate::catalog::Section;
use crate::db::objection;
use crate::manifest::{Seed, SeedValues, Unexpected};
use crate::sql::{identifier, literal};

/// How many rows of a table that nobody expects are shown; the others are counted.
const SHOWN: usize = 20;

/// Compares the rows of every seed table.
pub async fn check(client: &Client, seeds: &[Seed], verification: &mut Verification) -> Result<()> {
    for seed in seeds {
        let line = verification.lines.entry(Section::Seeds).or_default();
        line.count.expected += seed.rows.len();
        client.batch_execute("SAVEPOINT pgplumb_rows").await?;
        if let Err(error) = measure(client, seed, verification).await {
            let Some(said) = error.downcast_ref().and_then(objection) else { return Err(error) };
            verification.findings.push(finding(seed, "not measured", said.message()));
            client.batch_execute("ROLLBACK TO SAVEPOINT pgplumb_rows").await?;
        }
    }
    Ok(())
}

async fn measure(client: &Client, seed: &Seed, verification: &mut Verification) -> Result<()> {
    match columns(client, &seed.table).await? {
        Readable::Columns(columns) => compare(client, seed, &columns, verification).await?,
        Readable::No(why) => verification.findings.push(finding(seed, "not measured", &why)),
    }
    Ok(())
}

enum Readable {
    Columns(Vec<(String, bool)>),
    No(String),
}

/// The table's columns, each with whether its type can be compared only as `jsonb`; or why it cannot be read.
async fn columns(client: &Client, table: &str) -> Result<Readable> {
    let query = "
SELECT c.oid IS NULL AS missing, coalesce(has_table_privilege(c.oid, 'SELECT'), false) AS readable,
  coalesce(row_security_active(c.oid), false) AS filtered, current_user::text AS me,
  ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         ORDER BY a.attnum) AS names,
  ARRAY(SELECT a.atttypid = 'json'::regtype FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
           AND NOT a.attisdropped ORDER BY a.attnum) AS json
FROM (SELECT to_regclass($1) AS oid) t LEFT JOIN pg_class c ON c.oid = t.oid";
    let rows = client.query_typed(query, &[(&table, Type::TEXT)]).await?;
    let Some(row) = rows.first() else { return Ok(Readable::No("it could not be looked up".to_owned())) };
    let me: String = row.try_get("me")?;
    if row.try_get("missing")? {
        return Ok(Readable::No("there is no such table".to_owned()));
    }
    if !row.try_get::<_, bool>("readable")? {
        return Ok(Readable::No(format!("the role {me} may not read it")));
    }
    if row.try_get("filtered")? {
        return Ok(Readable::No(format!("row security hides rows of it from the role {me}")));
    }
    let (columns, json): (Vec<String>, Vec<bool>) = (row.try_get("names")?, row.try_get("json")?);
    Ok(Readable::Columns(columns.into_iter().zip(json).collect()))
}

async fn compare(
    client: &Client,
    seed: &Seed,
    columns: &[(String, bool)],
    verification: &mut Verification,
) -> Result<()> {
    let known = |name: &str| columns.iter().any(|(column, _)| column == name);
    let used = seed.key.iter().chain(seed.rows.iter().flat_map(Map::keys));
    if let Some(unknown) = used.into_iter().find(|name| !known(name)) {
        verification.findings.push(finding(seed, "not measured", &format!("it has no column {unknown}")));
        return Ok(());
    }
    let expected = Value::Array(seed.rows.iter().cloned().map(Value::Object).collect());
    let rows = client.query_typed(&query(seed, columns), &[(&expected, Type::JSONB)]).await?;
    for row in rows {
        let ordinal: i64 = row.try_get(0)?;
        let wanted = usize::try_from(ordinal - 1).ok().and_then(|at| seed.rows.get(at)).cloned().unwrap_or_default();
        let (missing, differing): (bool, Vec<String>) = (row.try_get(1)?, row.try_get(2)?);
        let actual: Option<Value> = row.try_get(3)?;
        report(seed, &wanted, missing, &differing, actual.as_ref(), verification);
    }
    if seed.unexpected == Unexpected::Ignore { Ok(()) } else { surplus(client, seed, &expected, verification).await }
}

/// Tells the rows that the table has and the manifest does not name.
async fn surplus(client: &Client, seed: &Seed, expected: &Value, verification: &mut Verification) -> Result<()> {
    let base = Finding { fails: seed.unexpected == Unexpected::Fail, ..finding(seed, "unexpected", "") };
    let rows = client.query_typed(&surplus_query(seed), &[(expected, Type::JSONB)]).await?;
    let mut all = 0;
    for row in &rows {
        let (there, count): (Value, i64) = (row.try_get(0)?, row.try_get(1)?);
        all = usize::try_from(count).unwrap_or(usize::MAX);
        let key: Vec<String> = seed.key.iter().map(|name| there.get(name).map_or_else(String::new, plain)).collect();
        let object = format!("{} {}", seed.table, key.join(", "));
        let path = [vec![seed.table.clone()], key].concat();
        verification.findings.push(Finding { kind: "row".to_owned(), object, path, actual: there, ..base.clone() });
    }
    if all > rows.len() {
        let object = format!("{} and {} more", seed.table, all - rows.len());
        verification.findings.push(Finding { object, ..base });
    }
    Ok(())
}

fn surplus_query(seed: &Seed) -> String {
    let (table, key) = (regclass(&seed.table), keys(seed));
    let columns: Vec<String> = seed.key.iter().map(|name| format!("t.{}", identifier(name))).collect();
    format!(
        "
SELECT to_jsonb(t), count(*) OVER () FROM {table} t
WHERE NOT EXISTS (
  SELECT FROM (SELECT jsonb_populate_record(NULL::{table}, given) AS r FROM jsonb_array_elements($1) AS x (given)) e
   WHERE {key})
ORDER BY {} LIMIT {SHOWN}",
        columns.join(", ")
    )
}

/// Whether the row `t` has the key of the expected row `e.r`.
fn keys(seed: &Seed) -> String {
    let same = |name: &String| format!("t.{0} IS NOT DISTINCT FROM (e.r).{0}", identifier(name));
    seed.key.iter().map(same).collect::<Vec<_>>().join(" AND ")
}

/// One row of the answer is one expected row: its number, whether it is missing, the columns that differ, what is there.
fn query(seed: &Seed, columns: &[(String, bool)]) -> String {
    let table = regclass(&seed.table);
    let differs = |(name, json): &(String, bool)| {
        let (column, cast) = (identifier(name), if *json { "::text::jsonb" } else { "" });
        let given = format!("e.given ? {}", literal(name));
        format!(
            "CASE WHEN {given} AND t.{column}{cast} IS DISTINCT FROM (e.r).{column}{cast} THEN {} END",
            literal(name)
        )
    };
    let values =
        columns.iter().filter(|(name, _)| !seed.key.contains(name)).map(differs).collect::<Vec<_>>().join(",\n    ");
    format!(
        "
SELECT e.n, t.ctid IS NULL, array_remove(ARRAY[{values}]::text[], NULL), to_jsonb(t)
FROM (SELECT n, given, jsonb_populate_record(NULL::{table}, given) AS r
        FROM jsonb_array_elements($1) WITH ORDINALITY AS x (given, n)) e
LEFT JOIN {table} t ON {}
ORDER BY e.n",
        keys(seed)
    )
}

/// The table as the manifest names it: `name` or `schema.name`, quoted already or not.
fn regclass(table: &str) -> String {
    if table.contains('"') {
        return table.to_owned();
    }
    table.split('.').map(identifier).collect::<Vec<_>>().join(".")
}

fn report(
    seed: &Seed,
    wanted: &Map<String, Value>,
    missing: bool,
    differing: &[String],
    actual: Option<&Value>,
    verification: &mut Verification,
) {
    let key: Vec<String> = seed.key.iter().map(|name| wanted.get(name).map_or_else(String::new, plain)).collect();
    let object = format!("{} {}", seed.table, key.join(", "));
    let fails = missing || seed.values == SeedValues::Exact;
    let base = Finding {
        section: Section::Seeds,
        fails,
        kind: "row".to_owned(),
        object,
        path: [vec![seed.table.clone()], key].concat(),
        what: "missing",
        property: None,
        expected: Value::Null,
        actual: Value::Null,
    };
    if missing {
        verification.findings.push(Finding { expected: Value::Object(wanted.clone()), ..base });
        return;
    }
    for name in differing {
        let value = |row: Option<&Value>| row.and_then(|row| row.get(name)).cloned().unwrap_or_default();
        let (expected, actual) = (wanted.get(name).cloned().unwrap_or_default(), value(actual));
        verification.findings.push(Finding {
            what: "changed",
            property: Some(name.clone()),
            expected,
            actual,
            ..base.clone()
        });
    }
    if differing.is_empty() || !fails {
        verification.lines.entry(Section::Seeds).or_default().count.good += 1;
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn finding(seed: &Seed, what: &'static str, why: &str) -> Finding {
    Finding {
        section: Section::Seeds,
        fails: true,
        kind: "rows".to_owned(),
        object: seed.table.clone(),
        path: vec![seed.table.clone()],
        what,
        property: None,
        expected: Value::Null,
        actual: Value::from(why),
    }
}
