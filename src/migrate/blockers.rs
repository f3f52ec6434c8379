//! Who stood in the way of a script that did not get its lock in time.

use std::time::Duration;

use tokio_postgres::{Client, Error};

use super::lock::WHO;

/// How many sessions are named.
const SHOWN: usize = 3;

/// The sessions, in words, that have held locks on tables for longer than a script waited, the longest first. The server
/// does not say afterwards which of them it was.
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
