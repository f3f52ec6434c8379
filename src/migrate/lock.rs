//! One writer at a time. The lock is asked for again and again on an idle connection: a session that *waits* in
//! `pg_advisory_lock` holds a snapshot, and `CREATE INDEX CONCURRENTLY` would wait for it without end.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio_postgres::Client;

use crate::error::{Failure, Outcome};

/// The two halves of the advisory lock's key: the letters `pgpl` and `umb\0`.
const KEY: (i32, i32) = (0x7067_706c, 0x756d_6200);

/// How long to wait for another runner.
const DEADLINE: Duration = Duration::from_secs(60);

/// How often to say who is waited for.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// A session `a` of `pg_stat_activity` in words.
pub const WHO: &str = r"'pid ' || a.pid || coalesce(', user ' || a.usename, '')
    || coalesce(', ' || nullif(a.application_name, ''), '') || coalesce(' from ' || host(a.client_addr), '')
    || coalesce(', running: ' || nullif(left(regexp_replace(a.query, '\s+', ' ', 'g'), 80), ''), '')";

/// Takes the lock for this session, which holds it until its connection ends.
///
/// # Errors
/// Refused, naming the holder, when another runner holds it past the deadline; and what `go_on` says.
pub async fn acquire(client: &Client, say: &dyn Fn(&str), go_on: &dyn Fn() -> Result<()>) -> Result<()> {
    let begun = Instant::now();
    let mut told: Option<Instant> = None;
    let mut pause = Duration::from_millis(20);
    while !try_lock(client).await? {
        go_on()?;
        let holder = holder(client).await?.unwrap_or_else(|| "it has just ended".to_owned());
        if begun.elapsed() > DEADLINE {
            return Err(Failure::new(Outcome::Refused, format!("another runner holds the lock: {holder}"))
                .state("nothing was changed")
                .next("wait for it, or end it with pg_terminate_backend, and run the command again")
                .into());
        }
        if told.is_none_or(|told| told.elapsed() > TELL_EVERY) {
            say(&format!("waiting for another runner: {holder}"));
            told = Some(Instant::now());
        }
        tokio::time::sleep(pause + jitter(begun)).await;
        pause = (pause * 2).min(Duration::from_millis(500));
    }
    Ok(())
}

/// The statement that fails unless this session still holds the lock. It is taken twice, and here it is given back once
/// and taken again: to look it up would take as long as there are locks on the server.
pub fn held() -> String {
    let (high, low) = KEY;
    format!(
        "DO $pgplumb$ BEGIN
           IF NOT pg_catalog.pg_advisory_unlock({high}, {low}) OR NOT pg_catalog.pg_try_advisory_lock({high}, {low}) THEN
             RAISE 'the lock of this runner is gone' USING ERRCODE = '55000',
               HINT = 'a statement of the script gave it up, or a pooler in transaction mode lies between'; END IF;
         END $pgplumb$"
    )
}

async fn try_lock(client: &Client) -> Result<bool> {
    let (high, low) = KEY;
    let lock = format!("pg_try_advisory_lock({high}, {low})");
    let rows = client.query_typed(&format!("SELECT CASE WHEN {lock} THEN {lock} ELSE false END"), &[]).await;
    let rows = rows.context("the lock of the runner could not be asked for")?;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or(false))
}

/// Who holds the lock, in words.
///
/// # Errors
/// What the server said.
pub async fn holder(client: &Client) -> Result<Option<String>> {
    let (high, low) = KEY;
    let query = format!(
        "SELECT {WHO} || coalesce(', connected for ' || date_trunc('second', clock_timestamp() - a.backend_start), '')
           FROM pg_locks l JOIN pg_stat_activity a USING (pid)
          WHERE l.locktype = 'advisory' AND l.classid = {high} AND l.objid = {low} AND l.objsubid = 2 AND l.granted
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    );
    let rows = client.query_typed(&query, &[]).await?;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
}

/// A few milliseconds that differ from runner to runner, so that they do not ask in step.
fn jitter(begun: Instant) -> Duration {
    Duration::from_micros(u64::from(begun.elapsed().subsec_nanos() / 7 % 15_000))
}
