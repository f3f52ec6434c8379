//! How far a script has come whose statements run one by one: a row for each statement that was begun.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use tokio_postgres::Client;

use super::lock::held;
use super::tables::SCHEMA;
use crate::sql::literal;

/// A statement that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The checksum of its text.
    pub checksum: String,
    /// Whether it came to its end.
    pub done: bool,
}

/// The statements that were begun, by script and number.
pub type Progress = BTreeMap<String, BTreeMap<i32, Begun>>;

/// Reads how far scripts have come that are not applied whole.
///
/// # Errors
/// What the server said.
pub async fn read(client: &Client) -> Result<Progress> {
    let query = format!("SELECT script, number, checksum, done FROM {SCHEMA}.statement");
    let rows = client.query_typed(&query, &[]).await.context("the progress of scripts could not be read")?;
    let mut progress = Progress::new();
    for row in &rows {
        let begun = Begun { checksum: row.try_get(2)?, done: row.try_get(3)? };
        progress.entry(row.try_get(0)?).or_default().insert(row.try_get(1)?, begun);
    }
    Ok(progress)
}

/// What keeps a row of ours from being written as somebody else, or to another table, than we mean, for the rest of a
/// transaction; and what makes sure that this session may write it.
pub fn ourselves() -> String {
    format!(
        "SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE NONE; SET LOCAL search_path = '';
         SET LOCAL client_min_messages = warning; SET LOCAL standard_conforming_strings = on; {}",
        held()
    )
}

/// The statement that writes down that a statement is begun, or done.
pub fn mark(script: &str, number: usize, checksum: &str, done: bool) -> String {
    format!(
        "INSERT INTO {SCHEMA}.statement (script, number, checksum, done) VALUES ({}, {number}, '{checksum}', {done})
         ON CONFLICT (script, number) DO UPDATE SET checksum = excluded.checksum, done = excluded.done",
        literal(script)
    )
}

/// The statement that forgets a statement which has no effect.
pub fn forget(script: &str, number: usize) -> String {
    format!("DELETE FROM {SCHEMA}.statement WHERE script = {} AND number = {number}", literal(script))
}

/// The statement that forgets a whole script, for the transaction that records it as applied.
pub fn forget_all(script: &str) -> String {
    format!("DELETE FROM {SCHEMA}.statement WHERE script = {}", literal(script))
}
