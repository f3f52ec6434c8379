//! What a database has had of the seeds: a seed is applied again when its text has changed, and only then.

use std::collections::HashMap;

use anyhow::{Context, Result};
use tokio_postgres::Client;

use super::Script;
use super::tables::SCHEMA;
use crate::sql::literal;

const UNREAD: &str = "the history of the seeds could not be read";

/// The checksum of each seed's text as it was last applied, by the seed's file name.
#[derive(Clone, Debug, Default)]
pub struct SeedHistory(HashMap<String, String>);

impl SeedHistory {
    /// Reads what was applied; nothing where pgplumb's tables are not there.
    pub async fn read(client: &Client) -> Result<Self> {
        let there = client.query_typed(&format!("SELECT to_regclass('{SCHEMA}.seed') IS NOT NULL"), &[]).await;
        let there = there.context(UNREAD)?;
        if !there.first().map(|row| row.try_get(0)).transpose()?.unwrap_or(false) {
            return Ok(SeedHistory::default());
        }
        let rows = client.query_typed(&format!("SELECT name, checksum FROM {SCHEMA}.seed"), &[]).await;
        let rows = rows.context(UNREAD)?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_>>().map(SeedHistory)
    }

    /// Whether the seed was applied with the text that it has now.
    pub fn has(&self, seed: &Script) -> bool {
        self.0.get(&seed.tag).is_some_and(|checksum| *checksum == seed.up.checksums.normalised)
    }
}

/// The statement that records a seed, for its own transaction.
pub fn record(seed: &Script, duration_ms: u128) -> String {
    format!(
        "INSERT INTO {SCHEMA}.seed (name, checksum, duration_ms, pgplumb) VALUES ({}, '{}', {duration_ms}, '{}')
         ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, duration_ms = excluded.duration_ms,
           applied_by = session_user, applied_at = now(), pgplumb = excluded.pgplumb",
        literal(&seed.tag),
        seed.up.checksums.normalised,
        env!("CARGO_PKG_VERSION"),
    )
}
