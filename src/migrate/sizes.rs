//! How much is in the tables of a database, as far as the server knows without counting.

use std::collections::HashMap;

use anyhow::Result;
use tokio_postgres::Client;

/// How much a relation holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// About how many rows.
    pub rows: i64,
    /// How many bytes, with its indexes.
    pub bytes: i64,
    /// Whether its own file has anything in it.
    pub filled: bool,
}

/// Of a partitioned table that which is in its partitions.
const SIZES: &str = "
SELECT format('%I.%I', n.nspname, c.relname),
  CASE WHEN p.rows < 0 OR p.pages = 0 THEN p.live ELSE p.rows END::int8, p.bytes::int8, p.filled
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
  SELECT sum(f.reltuples) AS rows, sum(f.relpages) AS pages, sum(pg_stat_get_live_tuples(f.oid)) AS live,
    sum(pg_total_relation_size(f.oid)) AS bytes, bool_or(pg_relation_size(f.oid) > 0) AS filled
  FROM pg_class f WHERE f.oid = c.oid OR c.relkind = 'p' AND f.oid IN (SELECT relid FROM pg_partition_tree(c.oid))) p
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm')";

/// Reads how much is in tables and materialised views, by name with schema, quoted. The caller has begun a transaction.
///
/// # Errors
/// What the server said.
pub async fn sizes(client: &Client) -> Result<HashMap<String, Size>> {
    // Sizes are asked of the relations themselves, and one that somebody holds is not worth a long wait.
    client.batch_execute("SET LOCAL lock_timeout = '3s'").await?;
    let rows = client.query_typed(SIZES, &[]).await?;
    let size = |row: &tokio_postgres::Row| {
        let filled: Option<bool> = row.try_get(3)?;
        Ok((row.try_get(0)?, Size { rows: row.try_get(1)?, bytes: row.try_get(2)?, filled: filled.unwrap_or(false) }))
    };
    rows.iter().map(size).collect()
}
