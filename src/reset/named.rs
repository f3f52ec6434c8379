//! Tables by the names that scripts give them.

use anyhow::Result;
use tokio_postgres::types::Type;

use super::read::Object;
use crate::db::Session;

/// The names are looked up on the path of the session, as the script's own statements are.
const TABLES: &str = "
WITH named AS (SELECT DISTINCT to_regclass(name)::oid AS oid FROM unnest($1::text[]) AS u (name)),
  table_ AS (SELECT oid FROM named UNION SELECT p.relid FROM named CROSS JOIN LATERAL pg_partition_tree(oid) p)
SELECT c.oid, format('%I.%I', n.nspname, c.relname),
  CASE WHEN c.reltuples < 0 OR c.relpages = 0 THEN pg_stat_get_live_tuples(c.oid) ELSE c.reltuples::int8 END,
  c.relpages < 131072 AND has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(c.relnamespace, 'USAGE')
    AND NOT row_security_active(c.oid)
FROM table_ JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') ORDER BY 2";

/// The tables of these names that are there, with their partitions.
///
/// # Errors
/// What the server said.
pub async fn tables(session: &Session, names: &[String]) -> Result<Vec<Object>> {
    let rows = session.client.query_typed(TABLES, &[(&names, Type::TEXT_ARRAY)]).await?;
    let object = |row: &tokio_postgres::Row| {
        Ok(Object {
            key: (0, row.try_get(0)?),
            kind: "table".to_owned(),
            identity: row.try_get(1)?,
            rows: Some(row.try_get(2)?),
            countable: row.try_get(3)?,
            ..Object::default()
        })
    };
    rows.iter().map(object).collect()
}
