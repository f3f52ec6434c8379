//! Finds out what became of a COMMIT that was not answered, by asking the server on a new connection.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio_postgres::Client;

use super::check::Way;
use super::history::History;
use super::transaction::Unanswered;
use crate::sql::literal;

/// How long a server may take to end a transaction whose client is gone.
const DEADLINE: Duration = Duration::from_secs(20);

const PAUSE: Duration = Duration::from_millis(100);

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It committed.
    Committed,
    /// It was rolled back.
    RolledBack,
    /// The server cannot tell, or contradicts itself, as one that was restored from a backup does.
    Unknown,
}

/// Asks what became of a transaction that records or strikes off a version, if it is a migration's; `table` is the
/// history's. The old session is ended first, if it is still there: nothing may change any more once the answer is given.
///
/// # Errors
/// If the server cannot be asked.
pub async fn settle(client: &Client, unanswered: &Unanswered, table: &str, row: Option<(i64, Way)>) -> Result<Verdict> {
    let begun = Instant::now();
    let end = format!(
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
          WHERE pid = {} AND backend_xid = {}::pg_catalog.xid8::pg_catalog.xid",
        unanswered.backend,
        literal(&unanswered.transaction)
    );
    let status = loop {
        let status = status(client, &unanswered.transaction).await?;
        if status.as_deref() != Some("in progress") || begun.elapsed() > DEADLINE {
            break status;
        }
        client.batch_execute(&end).await?;
        tokio::time::sleep(PAUSE).await;
    };
    let recorded = match row {
        Some((version, way)) => Some(History::read(client, table).await?.has(version) == (way == Way::Up)),
        None => None,
    };
    Ok(match (status.as_deref(), recorded) {
        (Some("committed"), Some(true) | None) => Verdict::Committed,
        (Some("aborted"), Some(false) | None) => Verdict::RolledBack,
        // Too old or unknown to this server; nothing of it is running, so its row is the truth.
        (None, Some(true)) => Verdict::Committed,
        (None, Some(false)) => Verdict::RolledBack,
        _ => Verdict::Unknown,
    })
}

/// What the server says of a transaction; nothing if it does not know it, as after a crash or on another server.
async fn status(client: &Client, transaction: &str) -> Result<Option<String>> {
    let query = format!("SELECT pg_catalog.pg_xact_status({}::pg_catalog.xid8)", literal(transaction));
    match client.query_typed_one(&query, &[]).await {
        Ok(row) => Ok(row.try_get(0)?),
        // It lies in the future of this server, which lost what it had not written when it went down.
        Err(error) if error.code().is_some_and(|code| code.code() == "22023") => Ok(None),
        Err(error) => Err(error.into()),
    }
}
