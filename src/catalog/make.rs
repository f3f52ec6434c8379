//! Makes the objects of a catalog in a database that is there for nothing else.

use std::collections::HashSet;

use anyhow::Result;
use futures_util::future::join;
use tokio_postgres::Client;
use tokio_postgres::error::{DbError, SqlState};

use super::Statement;
use crate::sql::literal;

/// How many statements are sent at once.
const BATCH: usize = 250;

/// Bodies may name what is not there yet.
const SETTINGS: &str = "SET LOCAL check_function_bodies = off; SET LOCAL client_min_messages = error";

/// A statement that the server refused, and what it said.
#[derive(Debug)]
pub struct Refusal {
    /// The statement.
    pub sql: String,
    /// What the server said.
    pub said: String,
    /// Whether it was refused because what it makes is there already.
    pub is_there: bool,
}

/// Runs the statements stage by stage, each as soon as what it needs is there: one that fails is tried again after the
/// others of its stage and of those that follow, as long as that helps. What is there already is left as it is.
/// What PostgreSQL printed names everything with its schema and needs no `search_path`. The caller has begun a transaction.
///
/// # Errors
/// If the connection is lost.
pub async fn make(client: &Client, statements: &[Statement], search_path: &str) -> Result<Vec<Refusal>> {
    let path = literal(search_path);
    client.batch_execute(&format!("{SETTINGS}; SELECT set_config('search_path', {path}, true)")).await?;
    let (mut refused, mut there): (Vec<Refusal>, Vec<Refusal>) = (Vec::new(), Vec::new());
    for stage in statements.chunk_by(|one, next| one.stage == next.stage) {
        let before = std::mem::take(&mut refused);
        let of_stage = stage.iter().map(|statement| statement.sql.as_str());
        let waiting = of_stage.chain(before.iter().map(|refusal| refusal.sql.as_str())).collect();
        refused = settle(client, waiting, &mut there).await?;
    }
    refused.append(&mut there);
    Ok(refused)
}

/// Runs statements until nothing more of them can be run, and returns the others; those that make what is there already
/// are not tried again.
async fn settle(client: &Client, mut waiting: Vec<&str>, there: &mut Vec<Refusal>) -> Result<Vec<Refusal>> {
    loop {
        let mut refused = Vec::new();
        for batch in waiting.chunks(BATCH) {
            run(client, batch, &mut refused).await?;
        }
        let (known, refused): (Vec<Refusal>, Vec<Refusal>) = refused.into_iter().partition(|one| one.is_there);
        there.extend(known);
        if refused.is_empty() || refused.len() == waiting.len() {
            return Ok(refused);
        }
        let again: HashSet<&str> = refused.iter().map(|one| one.sql.as_str()).collect();
        waiting.retain(|sql| again.contains(sql));
    }
}

/// Sends statements together, and one by one where one of them fails.
async fn run(client: &Client, batch: &[&str], refused: &mut Vec<Refusal>) -> Result<()> {
    if batch.len() > 1 && guarded(client, &batch.join(";\n")).await.is_ok() {
        return Ok(());
    }
    for sql in batch {
        if let Err(error) = guarded(client, sql).await {
            let Some(said) = error.as_db_error() else { return Err(error.into()) };
            let (sql, is_there) = ((*sql).to_owned(), is_there(said));
            refused.push(Refusal { sql, said: said.message().to_owned(), is_there });
        }
    }
    Ok(())
}

/// Runs statements so that the transaction goes on if they fail. The savepoint is sent on its own, because of a text with
/// a mistake in its syntax nothing is run at all.
async fn guarded(client: &Client, sql: &str) -> Result<(), tokio_postgres::Error> {
    let work = format!("{sql};\nRELEASE SAVEPOINT pgplumb_make");
    let (begun, done) = join(client.batch_execute("SAVEPOINT pgplumb_make"), client.batch_execute(&work)).await;
    begun?;
    if done.is_err() {
        client.batch_execute("ROLLBACK TO SAVEPOINT pgplumb_make").await?;
    }
    done
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
