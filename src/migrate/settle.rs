//! Finds out what became of a COMMIT that was not answered, by asking the server on a new connection.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio_postgres::Client;

use super::check::{Checked, Way};
use super::history::History;
use super::script::Kind;
use super::tables::SCHEMA;
use super::watch::Backend;
use crate::sql::literal;

/// How long a server may take to end a session whose client is gone.
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

/// A session whose connection was lost, and what it last did.
pub struct Lost<'a> {
    /// The number of its transaction, if that is known.
    pub transaction: Option<&'a str>,
    /// Its process, if that is known.
    pub backend: Option<&'a Backend>,
    /// A script that the transaction records.
    pub checked: &'a Checked<'a>,
    /// The history that it was to be recorded in.
    pub history: &'a History,
}

/// Asks what became of a transaction. The session is ended first, if it is still there: nothing may change any more once
/// the answer is given.
///
/// # Errors
/// If the server cannot be asked.
pub async fn settle(client: &Client, lost: &Lost<'_>) -> Result<Verdict> {
    let begun = Instant::now();
    while lost.is_there(client).await? {
        if begun.elapsed() > DEADLINE {
            return Ok(Verdict::Unknown);
        }
        tokio::time::sleep(PAUSE).await;
    }
    let status = match lost.transaction {
        Some(transaction) => status(client, transaction).await?,
        None => None,
    };
    Ok(match (status.as_deref(), lost.is_recorded(client).await?) {
        (Some("committed"), Some(true) | None) => Verdict::Committed,
        (Some("aborted"), Some(false) | None) => Verdict::RolledBack,
        // Its number is lost, too old, or unknown to this server. Nothing of it is running, so its row is the truth.
        (None, Some(true)) if lost.backend.is_some() => Verdict::Committed,
        (None, Some(false)) if lost.backend.is_some() => Verdict::RolledBack,
        _ => Verdict::Unknown,
    })
}

impl Lost<'_> {
    /// Whether the session is still there, which is told to end.
    async fn is_there(&self, client: &Client) -> Result<bool> {
        let Some(backend) = self.backend else {
            let Some(transaction) = self.transaction else { return Ok(false) };
            return Ok(status(client, transaction).await?.as_deref() == Some("in progress"));
        };
        let query = format!(
            "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
              WHERE pid = {} AND extract(epoch FROM backend_start)::text = {}",
            backend.pid,
            literal(&backend.began)
        );
        Ok(!client.query_typed(&query, &[]).await?.is_empty())
    }

    /// Whether the row is there that the transaction was to write; nothing where it may be an earlier one's.
    async fn is_recorded(&self, client: &Client) -> Result<Option<bool>> {
        let script = self.checked.script;
        let row = match script.kind {
            Kind::Migration => format!("{} WHERE version = {}", self.history.table(), script.version),
            Kind::Seed => {
                let checksum = literal(&script.up.checksums.normalised);
                format!("{SCHEMA}.seed WHERE name = {} AND checksum = {checksum}", literal(&script.tag))
            }
        };
        let there: bool =
            client.query_typed_one(&format!("SELECT EXISTS (SELECT FROM {row})"), &[]).await?.try_get(0)?;
        Ok(match (script.kind, self.checked.way) {
            (Kind::Seed, _) => (!there).then_some(false),
            (Kind::Migration, Way::Up) => Some(there),
            (Kind::Migration, Way::Down) => Some(!there),
        })
    }
}

/// What the server says of a transaction; nothing if it does not know it, as after a crash or on another server.
async fn status(client: &Client, transaction: &str) -> Result<Option<String>> {
    let query = format!("SELECT pg_catalog.pg_xact_status({}::text::pg_catalog.xid8)", literal(transaction));
    match client.query_typed_one(&query, &[]).await {
        Ok(row) => Ok(row.try_get(0)?),
        // It lies in the future of this server, which lost what it had not written when it went down.
        Err(error) if error.code().is_some_and(|code| code.code() == "22023") => Ok(None),
        Err(error) => Err(error.into()),
    }
}
