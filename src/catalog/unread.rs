//! What no kind reads: so that a report can say so, instead of saying nothing.

use anyhow::Result;
use tokio_postgres::Client;

/// Each of these counts something. The words for it follow the number.
const QUERY: &str = "
SELECT count(*)::text || ' ' || what FROM (
  SELECT 'security labels' AS what FROM pg_seclabel
  UNION ALL SELECT 'security labels' FROM pg_shseclabel WHERE classoid = 'pg_database'::regclass
    AND objoid = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL SELECT 'operators and functions added to operator families of the system' FROM pg_depend d
    WHERE d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass) AND d.objid >= 16384
      AND d.refclassid = 'pg_opfamily'::regclass AND d.refobjid < 16384
      AND NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = d.classid AND m.objid = d.objid AND m.deptype = 'e')
  UNION ALL SELECT 'objects in schemas of the system' FROM (
    SELECT 'pg_class'::regclass AS class, oid, relnamespace AS schema FROM pg_class
    UNION ALL SELECT 'pg_proc'::regclass, oid, pronamespace FROM pg_proc
    UNION ALL SELECT 'pg_operator'::regclass, oid, oprnamespace FROM pg_operator
    UNION ALL SELECT 'pg_type'::regclass, oid, typnamespace FROM pg_type WHERE typrelid = 0 AND typelem = 0
  ) o WHERE o.oid >= 16384 AND o.schema IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    AND NOT EXISTS (
      SELECT FROM pg_depend m WHERE m.classid = o.class AND m.objid = o.oid AND m.deptype IN ('e', 'i'))
  UNION ALL SELECT 'options of user mappings that this role may not see' FROM pg_user_mappings u
    JOIN pg_foreign_server s ON s.oid = u.srvid
    WHERE NOT (u.umuser <> 0 AND u.usename = current_user
        AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE')))
      AND NOT (u.umuser = 0 AND pg_has_role(s.srvowner, 'USAGE'))
      AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
) unread GROUP BY what ORDER BY what COLLATE \"C\"";

/// What the database has that is not read, in words; nothing, if everything is.
///
/// # Errors
/// What the server said.
pub async fn unread(client: &Client) -> Result<Vec<String>> {
    let rows = client.query_typed(QUERY, &[]).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
