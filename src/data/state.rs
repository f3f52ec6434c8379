//! What the database keeps of each data migration: how far it is, and who asked it to pause.

use anyhow::Result;
use tokio_postgres::{Client, Row};

use super::batch::{Range, array};
use super::{Script, Walked};
use crate::error::Failure;
use crate::sql::literal;

/// How far a data migration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its rows are on the way.
    Running,
    /// All rows are done, and not yet proven right.
    Moved,
    /// Done and proven.
    Done,
    /// It is taken back.
    Undoing,
    /// It was taken back.
    Undone,
    /// Done for good.
    Finalized,
}

const STAGES: [(Stage, &str); 6] = [
    (Stage::Running, "running"),
    (Stage::Moved, "moved"),
    (Stage::Done, "done"),
    (Stage::Undoing, "undoing"),
    (Stage::Undone, "undone"),
    (Stage::Finalized, "finalized"),
];

impl Stage {
    /// The word for it.
    pub fn name(self) -> &'static str {
        STAGES.into_iter().find(|(stage, _)| *stage == self).map_or("", |(_, name)| name)
    }

    /// The word for how far a script is of which this is kept, if anything is.
    pub fn word(stage: Option<Self>) -> &'static str {
        stage.map_or("not begun", Stage::name)
    }

    /// Whether its rows are done and proven.
    pub fn is_over(self) -> bool {
        matches!(self, Stage::Done | Stage::Finalized)
    }
}

/// What is kept of one script.
#[derive(Clone, Debug)]
pub struct State {
    /// The script's version.
    pub version: i64,
    /// Its name, as it was when it began.
    pub name: String,
    /// How far it is.
    pub stage: Stage,
    /// The checksum of the text that is run.
    pub checksum: String,
    /// Which walk it is; from the second on they look for rows that appeared behind the one before.
    pub pass: i32,
    /// About how many rows there were to do at the beginning.
    pub total: Option<i64>,
    /// How many rows are done.
    pub rows: i64,
    /// How many rows were written.
    pub written: i64,
    /// How many rows were left out because somebody said so.
    pub skipped: i64,
    /// Why it is asked to pause, and by whom.
    pub pause: Option<String>,
    /// Why it was last held.
    pub held: Option<String>,
    /// When its last batch was committed.
    pub last: Option<String>,
    /// The rows of a second, over the time that batches took.
    pub rate: Option<f64>,
}

const READ: &str = "
SELECT m.version, m.name, m.state, m.checksum, m.pass, m.total, (m.rows + coalesce(r.rows, 0))::int8,
       (m.written + coalesce(r.written, 0))::int8, (SELECT count(*) FROM pgplumb.data_skip s WHERE s.version = m.version),
       m.pause || coalesce(' (' || m.paused_by || ', ' || date_trunc('second', m.paused_at) || ')', ''),
       m.held || coalesce(' (' || date_trunc('second', m.held_at) || ')', ''), date_trunc('second', r.last)::text,
       (r.rows / nullif(r.spent, 0)::float8 * 1000)
  FROM pgplumb.data_migration m
  LEFT JOIN (SELECT version, sum(rows) AS rows, sum(written) AS written, max(batch_at) AS last, sum(spent_ms) AS spent
               FROM pgplumb.data_range GROUP BY version) r USING (version)
 ORDER BY m.version";

/// What is kept of all scripts; nothing, as long as none was begun.
///
/// # Errors
/// What the server said.
pub async fn read(client: &Client) -> Result<Vec<State>> {
    let there = "SELECT pg_catalog.to_regclass('pgplumb.data_skip') IS NOT NULL";
    if !client.query_typed_one(there, &[]).await?.try_get::<_, bool>(0)? {
        return Ok(Vec::new());
    }
    client.query_typed(READ, &[]).await?.iter().map(state).collect()
}

/// What is kept of one script.
///
/// # Errors
/// What the server said.
pub async fn of(client: &Client, version: i64) -> Result<Option<State>> {
    Ok(read(client).await?.into_iter().find(|state| state.version == version))
}

fn state(row: &Row) -> Result<State> {
    let word: String = row.try_get(2)?;
    let stage = STAGES.into_iter().find(|(_, name)| *name == word).map(|(stage, _)| stage);
    let stage = stage.ok_or_else(|| {
        Failure::refused(format!("pgplumb.data_migration says `{word}`, which this version does not know"))
            .next("use the version of pgplumb that wrote it")
    })?;
    Ok(State {
        version: row.try_get(0)?,
        name: row.try_get(1)?,
        stage,
        checksum: row.try_get(3)?,
        pass: row.try_get(4)?,
        total: row.try_get(5)?,
        rows: row.try_get(6)?,
        written: row.try_get(7)?,
        skipped: row.try_get(8)?,
        pause: row.try_get(9)?,
        held: row.try_get(10)?,
        last: row.try_get(11)?,
        rate: row.try_get(12)?,
    })
}

/// The statements that begin a script, or begin to take it back, with its ranges.
pub fn begin(script: &Script, stage: Stage, total: Option<i64>, ranges: &[Range]) -> String {
    let version = script.version;
    let total = total.map_or_else(|| "NULL".to_owned(), |total| total.to_string());
    format!(
        "INSERT INTO pgplumb.data_migration (version, name, checksum, state, total, pgplumb)
         VALUES ({version}, {name}, '{checksum}', '{state}', {total}, '{pgplumb}')
         ON CONFLICT (version) DO UPDATE SET name = excluded.name, checksum = excluded.checksum, state = excluded.state,
            total = excluded.total, pass = 1, rows = 0, written = 0, held = NULL, held_at = NULL,
            begun_by = session_user, begun_at = now(), ended_at = NULL, pgplumb = excluded.pgplumb;
         {ranges}",
        name = literal(&script.tag),
        checksum = script.checksum,
        state = stage.name(),
        pgplumb = env!("CARGO_PKG_VERSION"),
        ranges = replace_ranges(version, ranges),
    )
}

/// The statements that begin another walk.
pub fn next_pass(version: i64) -> String {
    format!(
        "UPDATE pgplumb.data_migration m
            SET pass = m.pass + 1, rows = m.rows + r.rows, written = m.written + r.written
           FROM (SELECT coalesce(sum(rows), 0) AS rows, coalesce(sum(written), 0) AS written
                   FROM pgplumb.data_range WHERE version = {version}) r
          WHERE m.version = {version};
         {}",
        replace_ranges(version, &[Range::default()])
    )
}

fn replace_ranges(version: i64, ranges: &[Range]) -> String {
    let row = |(at, range): (usize, &Range)| {
        format!("({version}, first + {at}, {}, {})", array(range.low.as_deref()), array(range.high.as_deref()))
    };
    let rows: Vec<String> = ranges.iter().enumerate().map(row).collect();
    let fill = match rows.is_empty() {
        true => String::new(),
        false => format!(
            "INSERT INTO pgplumb.data_range (version, number, low, high)
             SELECT v.* FROM (SELECT coalesce(max(number), 0) + 1 FROM pgplumb.data_range WHERE version = {version}) f (first),
                    LATERAL (VALUES {}) v;
             ",
            rows.join(", ")
        ),
    };
    format!(
        "{fill}DELETE FROM pgplumb.data_range d WHERE version = {version} AND number <= (
               SELECT max(number) - {} FROM pgplumb.data_range WHERE version = {version})",
        ranges.len()
    )
}

/// The statement that sets how far a script is.
pub fn set(version: i64, stage: Stage) -> String {
    format!(
        "UPDATE pgplumb.data_migration SET state = '{}', ended_at = now(), held = NULL, held_at = NULL WHERE version = {version}",
        stage.name()
    )
}

/// The ranges of a script that are not at their end.
///
/// # Errors
/// What the server said.
pub async fn ranges(client: &Client, version: i64) -> Result<Vec<Range>> {
    let query = format!(
        "SELECT number, low, high, reached FROM pgplumb.data_range WHERE version = {version} AND NOT ended ORDER BY number"
    );
    let rows = client.query_typed(&query, &[]).await?;
    let range = |row: &Row| {
        let (number, low, high, reached) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        Ok(Range { number, low, high, reached })
    };
    rows.iter().map(range).collect()
}

/// About how many rows are to be done, as the planner sees it: to count them would take as long as to do them.
///
/// # Errors
/// What the server said.
pub async fn estimate(client: &Client, walked: &Walked) -> Result<Option<i64>> {
    let query = format!("EXPLAIN (FORMAT JSON) SELECT FROM {} WHERE {}", walked.table, walked.condition());
    let rows = client.query_typed(&query, &[]).await?;
    let plan: Option<serde_json::Value> = rows.first().map(|row| row.try_get(0)).transpose()?;
    Ok(plan.and_then(|plan| plan[0]["Plan"]["Plan Rows"].as_i64()))
}

/// Divides a table into ranges of about the same number of rows, by the keys of some of its pages.
///
/// # Errors
/// What the server said.
pub async fn divide(client: &Client, walked: &Walked, count: u32) -> Result<Vec<Range>> {
    if count < 2 {
        return Ok(vec![Range::default()]);
    }
    let (key, order, table) = (walked.key_text("t"), walked.order("t", "ASC"), &walked.table);
    let query = format!(
        "WITH sample AS MATERIALIZED (
           SELECT {key} AS key, row_number() OVER (ORDER BY {order}) AS number, count(*) OVER () AS count
             FROM {table} t TABLESAMPLE SYSTEM ((
               SELECT least(100, greatest(0.01, 100.0 * 20000 / greatest(1, reltuples)))
                 FROM pg_catalog.pg_class WHERE oid = {oid}::pg_catalog.regclass)))
         SELECT key FROM sample s
          WHERE number IN (SELECT g * count / {count} FROM generate_series(1, {count} - 1) g) ORDER BY number",
        oid = literal(table),
    );
    let rows = client.query_typed(&query, &[]).await?;
    let mut ranges = Vec::new();
    let mut low: Option<Vec<String>> = None;
    for row in &rows {
        let high: Vec<String> = row.try_get(0)?;
        ranges.push(Range { low: low.replace(high.clone()), high: Some(high), ..Range::default() });
    }
    ranges.push(Range { low, ..Range::default() });
    Ok(ranges)
}
