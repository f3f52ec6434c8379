//! One batch: its rows are locked, its statements run and the place that it reached is written down, in one transaction.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::{Statement, Walked};
use crate::db::failure_of;
use crate::db::snapshot::first_value;
use crate::error::{Failure, Outcome};
use crate::sql::literal;

/// A batch is a few rows of a large table, so a plan that reads the whole table, by itself or in the order of an index,
/// would take longer with each batch. The planner has no statistics of the batch and must be kept from such plans.
const PLANS: &str = "SET LOCAL enable_seqscan = off; SET LOCAL enable_mergejoin = off; SET LOCAL random_page_cost = 1;
             SET LOCAL jit = off;";

/// What every batch of a range has in common.
pub struct Batches<'a> {
    /// The script's version.
    pub version: i64,
    /// The script's file.
    pub path: &'a str,
    /// The table.
    pub walked: &'a Walked,
    /// What is done with the rows.
    pub statements: &'a [Statement],
    /// How long a batch may wait for a lock.
    pub lock_timeout: Duration,
    /// How long a statement of a batch may take at all.
    pub statement_timeout: Duration,
    /// Whether rows are left out because somebody said so.
    pub skips: bool,
}

/// A part of the table and the place that was reached in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Its number.
    pub number: i32,
    /// The key behind which it begins.
    pub low: Option<Vec<String>>,
    /// The key at which it ends.
    pub high: Option<Vec<String>>,
    /// The last key that is done.
    pub reached: Option<Vec<String>>,
}

/// What became of a batch.
pub enum Moved {
    /// Its rows are done.
    Rows {
        /// How many.
        rows: u64,
        /// The last key.
        reached: Vec<String>,
        /// How long it took.
        took: Duration,
    },
    /// There was none: the range is at its end.
    End,
    /// Somebody else has moved the range.
    Elsewhere,
}

/// What makes the table that holds a batch's rows, once for each connection.
pub fn table(walked: &Walked) -> String {
    format!("CREATE TEMPORARY TABLE batch ON COMMIT DELETE ROWS AS SELECT * FROM {} LIMIT 0", walked.table)
}

/// An array of texts as SQL.
pub fn array(key: Option<&[String]>) -> String {
    let texts = |key: &[String]| key.iter().map(|value| literal(value)).collect::<Vec<_>>().join(", ");
    key.map_or_else(|| "NULL::text[]".to_owned(), |key| format!("ARRAY[{}]::text[]", texts(key)))
}

impl Batches<'_> {
    /// Runs one batch of at most `limit` rows. `strict` looks whether its rows are done by the script's own condition.
    ///
    /// # Errors
    /// What the server said; the transaction is rolled back.
    pub async fn run(&self, client: &Client, range: &Range, limit: u32, strict: bool) -> Result<Moved, Failure> {
        let moved = self.attempt(client, range, limit, strict).await;
        if !matches!(moved, Ok(Moved::Rows { .. } | Moved::End)) {
            // On a lost connection the server has done so already.
            let _ = client.batch_execute("ROLLBACK").await;
        }
        moved
    }

    async fn attempt(&self, client: &Client, range: &Range, limit: u32, strict: bool) -> Result<Moved, Failure> {
        let begun = Instant::now();
        let failed = |error| failure_of(&error, format!("{}: a batch could not be begun", self.path));
        let answer = client.simple_query(&self.begin(range, limit)).await.map_err(failed)?;
        if first_value(&answer, 0) != Some("mine") {
            return Ok(Moved::Elsewhere);
        }
        // The place of the last row comes behind the answer about the range.
        let reached = answer.iter().rev().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        let Some(reached) = reached.filter(|reached| *reached != "mine") else {
            // Rows that others changed after they were found are not locked, and there may be more behind them.
            if self.next_key(client, range).await?.is_some() {
                return Ok(Moved::Elsewhere);
            }
            self.end(client, range).await?;
            return Ok(Moved::End);
        };
        let reached: Vec<String> = serde_json::from_str(reached)
            .map_err(|error| Failure::new(Outcome::Bug, format!("the key of a row could not be read: {error}")))?;
        // The row of the last key is asked for behind the rows that were locked.
        let affected = answer.iter().rev().filter_map(affected);
        let rows = affected.take(2).last().unwrap_or_default();
        let written = self.statements(client, rows).await?;
        if strict {
            self.check_done(client).await?;
        }
        let took = begun.elapsed();
        let checkpoint = self.checkpoint(range, &reached, (rows, written), took);
        let failed = |error| failure_of(&error, format!("{}: a batch could not be committed", self.path));
        client.batch_execute(&checkpoint).await.map_err(failed)?;
        Ok(Moved::Rows { rows, reached, took: begun.elapsed() })
    }

    /// What begins a batch. The range is locked first: whoever else would move it waits here, and then sees that it was
    /// moved. The answer of the server to COMMIT need not wait for the disk, because the place is in the same transaction:
    /// a crash loses both or none.
    fn begin(&self, range: &Range, limit: u32) -> String {
        let (version, number) = (self.version, range.number);
        format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED;
             SET LOCAL synchronous_commit = off; SET LOCAL DateStyle = ISO; {PLANS}
             SET LOCAL lock_timeout = {lock}; SET LOCAL statement_timeout = {statement};
             SELECT 'mine' FROM pgplumb.data_range
              WHERE version = {version} AND number = {number} AND NOT ended AND reached IS NOT DISTINCT FROM {reached}
                FOR UPDATE;
             INSERT INTO pg_temp.batch SELECT {name}.* FROM {table} WHERE {rows} ORDER BY {order} LIMIT {limit}
                FOR NO KEY UPDATE OF {name};
             SELECT pg_catalog.array_to_json({key})::text FROM pg_temp.batch b ORDER BY {last} LIMIT 1",
            lock = self.lock_timeout.as_millis(),
            statement = self.statement_timeout.as_millis(),
            reached = array(range.reached.as_deref()),
            name = self.walked.name,
            table = self.walked.table,
            rows = self.rows(range),
            order = self.walked.order(&self.walked.name, "ASC"),
            key = self.walked.key_text("b"),
            last = self.walked.order("b", "DESC"),
        )
    }

    /// The condition of the rows of a range that are still to be done.
    fn rows(&self, range: &Range) -> String {
        let columns = self.walked.columns();
        let side = |operator: &str, key: Option<&Vec<String>>| {
            key.map(|key| format!("({columns}) {operator} ({})", self.walked.values(key)))
        };
        let mut conditions = vec![self.walked.condition()];
        conditions.extend(side(">", range.reached.as_ref().or(range.low.as_ref())));
        conditions.extend(side("<=", range.high.as_ref()));
        if self.skips {
            conditions.push(format!(
                "NOT EXISTS (SELECT FROM pgplumb.data_skip s WHERE s.version = {} AND s.key = {})",
                self.version,
                self.walked.key_text(&self.walked.name)
            ));
        }
        conditions.join(" AND ")
    }

    async fn statements(&self, client: &Client, rows: u64) -> Result<u64, Failure> {
        let mut written = 0;
        for statement in self.statements {
            let affected = execute(client, statement, self.path).await?;
            if statement.each_row && affected != rows {
                let what = format!("this statement affected {affected} rows of a batch of {rows}");
                return Err(Failure::new(Outcome::RolledBack, what).at(statement.location.clone()));
            }
            written += affected;
        }
        Ok(written)
    }

    /// Makes sure that rows which are done no longer meet the condition of rows that are to be done.
    async fn check_done(&self, client: &Client) -> Result<(), Failure> {
        if self.walked.filter.is_none() {
            return Ok(());
        }
        let (columns, table, condition) = (self.walked.columns(), &self.walked.table, self.walked.condition());
        let keys = self.walked.key.iter().map(|(column, _)| format!("b.{column}")).collect::<Vec<_>>().join(", ");
        // OFFSET keeps the planner from turning this into a walk over the whole table.
        let query = format!(
            "SELECT pg_catalog.array_to_json({})::text FROM pg_temp.batch b
              CROSS JOIN LATERAL (SELECT FROM {table} WHERE ({columns}) = ({keys}) AND {condition} OFFSET 0) again LIMIT 1",
            self.walked.key_text("b")
        );
        let failed = |error| failure_of(&error, format!("{}: its rows could not be looked at again", self.path));
        let answer = client.simple_query(&query).await.map_err(failed)?;
        let Some(key) = first_value(&answer, 0) else { return Ok(()) };
        let what = format!("{}: the row {key} was worked on and still meets the condition of `where`", self.path);
        Err(Failure::new(Outcome::PartWay, what)
            .next("let the batch make the condition false, for example by a column that says that a row is done"))
    }

    fn checkpoint(&self, range: &Range, reached: &[String], (rows, written): (u64, u64), took: Duration) -> String {
        let (version, number, took) = (self.version, range.number, took.as_millis());
        format!(
            "UPDATE pgplumb.data_range
                SET reached = {}, rows = rows + {rows}, written = written + {written}, batches = batches + 1,
                    spent_ms = spent_ms + {took}, batch_rows = {rows}, batch_ms = {took}, batch_at = clock_timestamp()
              WHERE version = {version} AND number = {number};
             COMMIT",
            array(Some(reached))
        )
    }

    async fn end(&self, client: &Client, range: &Range) -> Result<(), Failure> {
        let (version, number) = (self.version, range.number);
        let statements = format!(
            "UPDATE pgplumb.data_range SET ended = true WHERE version = {version} AND number = {number}; COMMIT"
        );
        let failed = |error| failure_of(&error, format!("{}: the end of a walk could not be written down", self.path));
        client.batch_execute(&statements).await.map_err(failed)
    }

    /// The key of the row that comes next in a range; nothing, if there is none.
    ///
    /// # Errors
    /// What the server said.
    pub async fn next_key(&self, client: &Client, range: &Range) -> Result<Option<Vec<String>>, Failure> {
        let (name, table) = (&self.walked.name, &self.walked.table);
        let (key, rows, order) = (self.walked.key_text(name), self.rows(range), self.walked.order(name, "ASC"));
        let query =
            format!("SELECT pg_catalog.array_to_json({key})::text FROM {table} WHERE {rows} ORDER BY {order} LIMIT 1");
        let failed = |error| failure_of(&error, format!("{}: the next row could not be looked for", self.path));
        let answer = client.simple_query(&query).await.map_err(failed)?;
        Ok(first_value(&answer, 0).and_then(|key| serde_json::from_str(key).ok()))
    }

    /// Whether a row of the table is still to be done.
    ///
    /// # Errors
    /// What the server said.
    pub async fn is_left(&self, client: &Client) -> Result<bool, Failure> {
        let query = format!("SELECT EXISTS (SELECT FROM {} WHERE {})", self.walked.table, self.rows(&Range::default()));
        let failed = |error| failure_of(&error, format!("{}: rows that are left could not be looked for", self.path));
        let answer = client.simple_query(&query).await.map_err(failed)?;
        Ok(first_value(&answer, 0) == Some("t"))
    }
}

/// Runs a statement and gives how many rows it affected.
///
/// # Errors
/// What the server said, with the statement's place.
pub async fn execute(client: &Client, statement: &Statement, path: &str) -> Result<u64, Failure> {
    let failed = |error| failure_of(&error, format!("{path}: a statement failed")).at(statement.location.clone());
    let answer = client.simple_query(&statement.text).await.map_err(failed)?;
    Ok(answer.iter().filter_map(affected).sum())
}

/// How many rows a statement affected.
fn affected(message: &SimpleQueryMessage) -> Option<u64> {
    match message {
        SimpleQueryMessage::CommandComplete(rows) => Some(*rows),
        _ => None,
    }
}
