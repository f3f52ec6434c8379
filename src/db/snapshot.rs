//! The one way to read a catalog: a read-only snapshot, with every setting pinned that changes how PostgreSQL prints.

use anyhow::Result;

use crate::catalog::{self, Catalog};
use crate::db::Session;

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// What decides how PostgreSQL reads and prints names, dates, bytes and numbers, and what leaves a reader in peace, for
/// the transaction that has begun.
pub const PINNED: &str = "
SET LOCAL search_path = '';
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = 'postgres';
SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 3;
SET LOCAL quote_all_identifiers = off;
SET LOCAL lc_monetary = 'C';
SET LOCAL standard_conforming_strings = on;
SET LOCAL jit = off;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL statement_timeout = 0";

/// Begins the snapshot and reads the catalog in it. The caller goes on reading in the same snapshot and then calls
/// [`end`].
///
/// # Errors
/// What the server said.
pub async fn read(session: &Session) -> Result<Catalog> {
    let failed = |error: &tokio_postgres::Error| session.failure_of(error, "the database could not be read");
    session.client.batch_execute(&format!("{BEGIN};{PINNED}")).await.map_err(|error| failed(&error))?;
    catalog::load(&session.client, session.server_version_num).await.map_err(|error| {
        match error.downcast_ref::<tokio_postgres::Error>() {
            Some(cause) => session.failure_of(cause, error.to_string()).into(),
            None => error,
        }
    })
}

/// Ends the snapshot.
///
/// # Errors
/// What the server said.
pub async fn end(session: &Session) -> Result<()> {
    Ok(session.client.batch_execute("ROLLBACK").await?)
}
