//! One runner at a time for each data migration; others may run beside it.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio_postgres::Client;

use crate::error::Failure;
use crate::migrate::lock::WHO;

/// The first half of the advisory lock's key: the letters `pgda`.
const KEY: i32 = 0x7067_6461;

/// How long the session of a runner that was killed may take to be gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// Takes the lock of a script for this session, which holds it until its connection ends.
///
/// # Errors
/// Refused, naming the holder, while another runner holds it.
pub async fn acquire(client: &Client, version: i64, path: &str) -> Result<()> {
    let begun = Instant::now();
    let half = half(version);
    loop {
        let query = format!("SELECT pg_catalog.pg_try_advisory_lock({KEY}, {half})");
        if client.query_typed_one(&query, &[]).await?.try_get(0)? {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            let holder = holder(client, version).await?.unwrap_or_else(|| "it has just ended".to_owned());
            return Err(Failure::refused(format!("another runner is at work on {path}: {holder}"))
                .state("nothing was changed by this one")
                .next("`pgplumb data:status` shows how far it is; `pgplumb data:pause` holds it")
                .into());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Who is at work on a script, in words.
///
/// # Errors
/// What the server said.
pub async fn holder(client: &Client, version: i64) -> Result<Option<String>> {
    let query = format!(
        "SELECT {WHO} FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
          WHERE l.locktype = 'advisory' AND l.classid = {KEY} AND l.objid = {half}::oid AND l.objsubid = 2 AND l.granted
            AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())",
        half = half(version).cast_unsigned(),
    );
    let rows = client.query_typed(&query, &[]).await?;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
}

/// The second half of the key. Versions are times or small numbers, so what is cut off does not tell them apart.
fn half(version: i64) -> i32 {
    i32::try_from(version % i64::from(i32::MAX)).unwrap_or_default()
}
