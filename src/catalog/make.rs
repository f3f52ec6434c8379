//! Makes the objects of a catalog in a database that is there for nothing else.

use anyhow::Result;
use tokio_postgres::Client;
use tokio_postgres::error::{DbError, SqlState};

use super::Statement;
use crate::sql::literal;

/// How many statements are sent at once.
const BATCH: usize = 250;

/// Bodies may name what is not there yet.
const SETTINGS: &str = "SET check_function_bodies = off; SET client_min_messages = error";

/// A statement that the server refused, and what it said.
#[derive(Debug)]
pub struct Refusal {
    /// The statement.
    pub sql: String,
    /// What the server said.
    pub said: String,
}

/// Runs the statements stage by stage, each as soon as what it needs is there: one that fails is tried again after the
/// others of its stage and of those that follow, as long as that helps. What is there already is left as it is.
/// What PostgreSQL printed names everything with its schema and needs no `search_path`.
///
/// # Errors
/// If the connection is lost.
pub async fn make(client: &Client, statements: &[Statement], search_path: &str) -> Result<Vec<Refusal>> {
    let path = literal(search_path);
    client.batch_execute(&format!("{SETTINGS}; SELECT set_config('search_path', {path}, false)")).await?;
    let mut refused: Vec<(&str, String)> = Vec::new();
    for stage in statements.chunk_by(|one, next| one.stage == next.stage) {
        let before: Vec<&str> = refused.iter().map(|(sql, _)| *sql).collect();
        let of_stage = stage.iter().map(|statement| statement.sql.as_str());
        refused = settle(client, of_stage.chain(before).collect()).await?;
    }
    Ok(refused.into_iter().map(|(sql, said)| Refusal { sql: sql.to_owned(), said }).collect())
}

/// Runs statements until nothing more of them can be run, and returns the others.
async fn settle<'a>(client: &Client, mut waiting: Vec<&'a str>) -> Result<Vec<(&'a str, String)>> {
    loop {
        let mut refused = Vec::new();
        for batch in waiting.chunks(BATCH) {
            run(client, batch, &mut refused).await?;
        }
        if refused.is_empty() || refused.len() == waiting.len() {
            return Ok(refused);
        }
        waiting = refused.into_iter().map(|(sql, _)| sql).collect();
    }
}

/// Sends statements together, and one by one where one of them fails.
async fn run<'a>(client: &Client, batch: &[&'a str], refused: &mut Vec<(&'a str, String)>) -> Result<()> {
    if client.batch_execute(&batch.join(";\n")).await.is_ok() {
        return Ok(());
    }
    for sql in batch {
        if let Err(error) = client.batch_execute(sql).await {
            match error.as_db_error() {
                Some(said) if is_there(said) => {}
                Some(said) => refused.push((sql, said.message().to_owned())),
                None => return Err(error.into()),
            }
        }
    }
    Ok(())
}

fn is_there(said: &DbError) -> bool {
    let codes = [
        SqlState::DUPLICATE_SCHEMA,
        SqlState::DUPLICATE_TABLE,
        SqlState::DUPLICATE_OBJECT,
        SqlState::DUPLICATE_FUNCTION,
        SqlState::DUPLICATE_COLUMN,
    ];
    codes.contains(said.code())
}
