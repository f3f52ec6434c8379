//! Looks at a running script from a second connection: who stands in its way, and how far it has come.

use std::time::Duration;

use anyhow::Result;
use tokio_postgres::{Client, Error};

use super::lock::WHO;
use crate::db::Session;
use crate::error::Failure;

/// How many sessions are named.
const SHOWN: usize = 3;

/// A second connection beside the one that runs scripts.
pub struct Watch {
    /// The connection.
    pub client: Client,
    /// The server's side of the connection that is watched.
    pub backend: Backend,
    /// Whether the server tells how far a COPY has come, which began with PostgreSQL 14.
    tells_of_copy: bool,
}

/// One process of a server. Its number alone is given again to others, on this server and on its successor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// Its number.
    pub pid: i32,
    /// When it began, as the server writes it.
    pub began: String,
}

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The sessions that it waits for, in words.
    pub blockers: Vec<String>,
    /// How far it has come, in words.
    pub progress: Option<String>,
}

impl Watch {
    /// Opens the second connection, and makes sure that each of the two has a session of the server to itself. Behind a
    /// pooler that hands out sessions for single transactions they have not, and neither lock nor settings would hold.
    ///
    /// # Errors
    /// Refused, behind such a pooler.
    pub async fn open(session: &Session) -> Result<Option<Self>> {
        let watched = backend(&session.client).await?;
        // Without a second connection nothing is lost but the view.
        let Ok(client) = session.second().await else { return Ok(None) };
        let (mut ours, mut others) = (vec![watched.clone()], Vec::new());
        // Whether a pooler gives out the session that was used last or the one that was used first, and whatever other
        // clients do meanwhile, one of the two soon gets another one, or they meet in one.
        for (asks_first, asks_second) in [(1, 2), (1, 1)] {
            for _ in 0..asks_first {
                ours.push(backend(&session.client).await?);
            }
            for _ in 0..asks_second {
                others.push(backend(&client).await?);
            }
        }
        let is_pooled = ours.iter().any(|one| *one != watched || others.contains(one))
            || others.iter().any(|one| Some(one) != others.first());
        if is_pooled {
            return Err(Failure::refused(format!(
                "{} is a pooler in transaction mode, such as PgBouncer or Supavisor: it gives no client a session of its own",
                session.host
            ))
            .state("nothing was changed")
            .next("connect to the server itself, or to the pooler's port for whole sessions (Supabase: 5432 instead of 6543)")
            .into());
        }
        Ok(Some(Watch { client, backend: watched, tells_of_copy: session.server_version_num >= 140_000 }))
    }

    /// Looks once.
    ///
    /// # Errors
    /// What the server said.
    pub async fn look(&self) -> Result<Seen, Error> {
        let rows = match self.tells_of_copy {
            true => format!(
                "(SELECT tuples_processed FROM pg_catalog.pg_stat_progress_copy WHERE pid = {})",
                self.backend.pid
            ),
            false => "NULL::bigint".to_owned(),
        };
        let query = format!(
            "SELECT (SELECT array_agg({WHO}) FROM (
                       SELECT * FROM pg_catalog.pg_stat_activity WHERE pid = ANY (pg_catalog.pg_blocking_pids({pid})) LIMIT {SHOWN}) a),
                    (SELECT coalesce('index ' || index_relid::regclass::text || ': ', '') || phase
                            || CASE WHEN blocks_total > 0 THEN ', ' || 100 * blocks_done / blocks_total || ' %' ELSE '' END
                       FROM pg_catalog.pg_stat_progress_create_index WHERE pid = {pid}),
                    {rows}",
            pid = self.backend.pid,
        );
        let row = self.client.query_typed_one(&query, &[]).await?;
        let (blockers, index, rows): (Option<Vec<String>>, Option<String>, Option<i64>) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let progress = index.or_else(|| rows.map(|rows| format!("{rows} rows copied")));
        Ok(Seen { blockers: blockers.unwrap_or_default(), progress })
    }
}

async fn backend(client: &Client) -> Result<Backend> {
    let query = "SELECT pid, extract(epoch FROM backend_start)::text FROM pg_catalog.pg_stat_activity
                  WHERE pid = pg_catalog.pg_backend_pid()";
    let row = client.query_typed_one(query, &[]).await?;
    Ok(Backend { pid: row.try_get(0)?, began: row.try_get(1)? })
}

/// The sessions, in words, that have held locks on tables for longer than a script waited, the longest first. For
/// waits that were over before anybody looked: the server does not say afterwards which session it was.
///
/// # Errors
/// What the server said.
pub async fn holding(client: &Client, waited: Duration) -> Result<Vec<String>, Error> {
    let query = format!(
        "SELECT {WHO} || ', in a transaction for ' || date_trunc('second', clock_timestamp() - a.xact_start)
                || ', holds ' || string_agg(DISTINCT l.relation::regclass::text, ', ')
           FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
          WHERE l.locktype = 'relation' AND l.granted AND l.relation >= 16384 AND a.pid <> pg_catalog.pg_backend_pid()
            AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
            AND a.xact_start < clock_timestamp() - interval '{} milliseconds'
          GROUP BY a.pid, a.usename, a.application_name, a.client_addr, a.query, a.xact_start
          ORDER BY a.xact_start LIMIT {SHOWN}",
        waited.as_millis()
    );
    client.query_typed(&query, &[]).await?.iter().map(|row| row.try_get(0)).collect()
}
