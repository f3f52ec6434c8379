//! Whether a run has to be held, because of what it does to others or because somebody asked for it.

use std::time::Duration;

use tokio_postgres::{Client, Error};

use super::Throttle;
use crate::sql::literal;

/// From when on a session counts as waiting for us.
const WAITS: &str = "250 milliseconds";

/// Looks whether a run has to be held, and gives the reason. `backends` are the server's processes of the run.
///
/// # Errors
/// What the server said.
pub async fn look(
    client: &Client,
    version: i64,
    throttle: &Throttle,
    backends: &[i32],
) -> Result<Option<String>, Error> {
    let signals = [
        Some(format!(
            "SELECT 'paused: ' || pause || coalesce(' (by ' || paused_by || '); data:resume lets it go on', '')
               FROM pgplumb.data_migration WHERE version = {version} AND pause IS NOT NULL"
        )),
        throttle.lag.map(lag),
        throttle.lock_waits.map(|limit| lock_waits(limit, backends)),
        throttle.long_transactions.map(long_transactions),
        throttle.query.as_ref().map(|query| {
            format!("SELECT 'the query of `throttle query` says so: ' || {} WHERE (\n{query}\n)", literal(query))
        }),
    ];
    let signals: Vec<String> = signals.into_iter().flatten().map(|signal| format!("({signal} LIMIT 1)")).collect();
    let query = format!("SELECT coalesce({})", signals.join(", "));
    client.query_typed_one(&query, &[]).await?.try_get(0)
}

fn lag(limit: Duration) -> String {
    format!(
        "SELECT 'the standby ' || coalesce(nullif(application_name, ''), 'pid ' || pid) || ' is '
                || extract(epoch FROM replay_lag)::numeric(12, 1) || ' s behind (limit {seconds} s)'
           FROM pg_catalog.pg_stat_replication WHERE replay_lag > interval '{milliseconds} milliseconds'
          ORDER BY replay_lag DESC",
        seconds = limit.as_secs_f64(),
        milliseconds = limit.as_millis(),
    )
}

fn lock_waits(limit: u32, backends: &[i32]) -> String {
    let backends = backends.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    format!(
        "SELECT count(*) || ' sessions wait for rows of this run (limit {limit})' FROM pg_catalog.pg_stat_activity a
          WHERE a.wait_event_type = 'Lock' AND a.state_change < clock_timestamp() - interval '{WAITS}'
            AND pg_catalog.pg_blocking_pids(a.pid) && ARRAY[{backends}]::int[] HAVING count(*) >= {limit}"
    )
}

fn long_transactions(limit: Duration) -> String {
    format!(
        "SELECT 'a transaction of pid ' || pid || coalesce(', user ' || usename, '') || ' goes on for '
                || date_trunc('second', clock_timestamp() - xact_start) || ' and keeps old rows alive'
           FROM pg_catalog.pg_stat_activity
          WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()
            AND xact_start < clock_timestamp() - interval '{} milliseconds' ORDER BY xact_start",
        limit.as_millis()
    )
}
