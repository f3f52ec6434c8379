//! Who holds what a reset waited for.

use crate::db::Session;
use crate::error::Failure;
use crate::output::escape;

/// Adds to the failure of a lock timeout who holds locks on `relations` (oids) or on what their foreign keys refer to;
/// any other failure stays as it is. The session's transaction has ended.
pub async fn blocked(session: &Session, failure: Failure, relations: &[u32]) -> Failure {
    if failure.server.as_ref().is_none_or(|server| server.sqlstate != "55P03") {
        return failure;
    }
    let Ok(holders) = holders(session, relations).await else { return failure };
    let next = "run the same command again once they are done, or end them with pg_terminate_backend";
    let message = if holders.is_empty() {
        format!("{}: it waited for a lock that has just been let go", failure.message)
    } else {
        format!("{}: it waited for\n{}", failure.message, holders.join("\n"))
    };
    Failure { message, ..failure }.next(next)
}

async fn holders(session: &Session, relations: &[u32]) -> Result<Vec<String>, tokio_postgres::Error> {
    let oids: Vec<String> = relations.iter().map(u32::to_string).collect();
    let query = format!(
        "WITH wanted AS (
           SELECT unnest('{{{}}}'::oid[]) AS oid
         ), reach AS (
           SELECT w.oid FROM wanted w UNION SELECT k.confrelid FROM pg_constraint k JOIN wanted w ON w.oid = k.conrelid AND k.contype = 'f'
         )
         SELECT format('%I.%I, on which pid %s%s has a lock of mode %s%s', n.nspname, c.relname, l.pid,
                  coalesce(' (' || concat_ws(', ', a.usename, nullif(a.application_name, '')) || ')', ''), l.mode,
                  coalesce(', running: ' || left(regexp_replace(a.query, '\\s+', ' ', 'g'), 80), ''))
           FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
           LEFT JOIN pg_stat_activity a USING (pid)
          WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid()
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND l.relation IN (SELECT oid FROM reach)
          ORDER BY l.pid, c.relname LIMIT 5",
        oids.join(",")
    );
    let rows = session.client.query_typed(&query, &[]).await?;
    rows.iter().map(|row| Ok(escape(row.try_get(0)?))).collect()
}
