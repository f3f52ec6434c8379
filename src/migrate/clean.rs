//! What a script finds when it begins: a session as if it were new, whatever the script before it did to it.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio_postgres::Client;

use crate::sql::literal;

/// Settings of our own that outlast a scrub, as statements: they let the server notice soon that its client is gone, so
/// that a killed runner does not hold its locks.
#[derive(Clone, Debug, Default)]
pub struct Lasting {
    statements: String,
    /// The path that this session began with.
    search_path: String,
}

impl Lasting {
    /// Those of the settings that this server knows. They change nothing for scripts.
    ///
    /// # Errors
    /// What the server said.
    pub async fn of(client: &Client) -> Result<Self> {
        let query = "SELECT coalesce(string_agg(format('SET %I = %L', s.name, w.value), ';'), ''), current_setting('search_path')
            FROM (VALUES ('client_connection_check_interval', '500ms'), ('tcp_user_timeout', '20s'),
                         ('tcp_keepalives_idle', '10'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3'))
                   AS w (name, value)
            JOIN pg_catalog.pg_settings s USING (name)";
        let row = client.query_typed_one(query, &[]).await.context("the settings of the session could not be read")?;
        let (statements, search_path): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        // Some systems cannot look whether a client is still there, and refuse the setting.
        let statements = client.batch_execute(&statements).await.map_or_else(|_| String::new(), |()| statements);
        Ok(Lasting { statements, search_path })
    }

    /// The statements that undo what a script may have left behind: who it is, settings, temporary tables, prepared
    /// statements, cursors, channels that it listens to. Not one of them would be undone by another.
    pub fn scrub(&self) -> String {
        format!(
            "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP; DISCARD SEQUENCES; DEALLOCATE ALL; CLOSE ALL;
             UNLISTEN *; {}",
            self.statements
        )
    }

    /// The condition, in SQL, that nothing is left behind: nobody else's rights, path or tables.
    pub fn is_clean(&self) -> String {
        format!(
            "current_user = session_user AND pg_catalog.current_setting('search_path') = {}
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.refobjid = pg_catalog.pg_my_temp_schema()
                                AND d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass)",
            literal(&self.search_path)
        )
    }
}

/// What holds for the transaction that has begun, unless the script says otherwise.
pub fn set_local(lock_timeout: Duration) -> String {
    format!("SET LOCAL lock_timeout = '{}ms'; SET LOCAL standard_conforming_strings = on", lock_timeout.as_millis())
}
