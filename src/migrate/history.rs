//! What a database has had: refinery's table, and beside it pgplumb's own of what refinery does not keep.

use anyhow::{Context, Result};
use tokio_postgres::Client;

use super::Script;
use super::kept;
use super::tables::{MAKE, NEWEST, NOW, SCHEMA};
use crate::sql::{identifier, literal};

const UNREAD: &str = "the history could not be read";

/// A row of the history.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// The version.
    pub version: i64,
    /// The name.
    pub name: String,
    /// Refinery's checksum.
    pub checksum: String,
    /// Our checksum; a row that only refinery wrote has none.
    pub normalised: Option<String>,
    /// When it was applied, as refinery wrote it down.
    pub applied_on: String,
    /// When it was applied, in microseconds; a row that only refinery wrote does not tell it in a form to be trusted.
    pub applied_at: Option<i64>,
    /// How long it took; refinery does not tell.
    pub duration_ms: Option<i64>,
    /// Whether somebody accepted that its file is gone.
    pub gone: bool,
    /// Whether refinery's table has it. A row that only pgplumb's own table still has was deleted by somebody.
    pub there: bool,
}

/// How much of pgplumb's own tables is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Own {
    /// Nothing.
    Absent,
    /// What an earlier version made.
    Older,
    /// Everything.
    Current,
}

/// The history of one database.
#[derive(Clone, Debug)]
pub struct History {
    /// The table with its schema, quoted.
    table: String,
    /// Whether the table is there, and its version column has 64 bits.
    wide: Option<bool>,
    own: Own,
    /// What was applied, in the order of versions.
    pub applied: Vec<Applied>,
}

impl History {
    /// Reads the history, of which nothing need be there yet. `table` is `schema.table` as in `pgplumb.toml`.
    ///
    /// # Errors
    /// What the server said.
    pub async fn read(client: &Client, table: &str) -> Result<Self> {
        let table = table.split('.').map(identifier).collect::<Vec<_>>().join(".");
        let query = format!(
            "SELECT (SELECT a.atttypid = 'int8'::regtype FROM pg_catalog.pg_attribute a
                      WHERE a.attrelid = to_regclass({}) AND a.attname = 'version'),
                    to_regclass('{SCHEMA}.migration') IS NOT NULL, to_regclass('{NEWEST}') IS NOT NULL",
            literal(&table)
        );
        let row = client.query_typed_one(&query, &[]).await.context(UNREAD)?;
        let own = match (row.try_get(1)?, row.try_get(2)?) {
            (_, true) => Own::Current,
            (true, false) => Own::Older,
            (false, false) => Own::Absent,
        };
        let mut history = History { wide: row.try_get(0)?, own, table, applied: Vec::new() };
        if history.wide.is_some() {
            history.applied = history.rows(client).await?;
        }
        Ok(history)
    }

    async fn rows(&self, client: &Client) -> Result<Vec<Applied>> {
        let own = match self.own {
            Own::Absent => {
                "CROSS JOIN (SELECT NULL::bigint AS version, NULL::text AS checksum, NULL::bigint AS duration_ms,
                        NULL::timestamptz AS applied_at) m"
            }
            Own::Older | Own::Current => "FULL JOIN pgplumb.migration m ON m.version = h.version",
        };
        let gone = match self.own {
            Own::Current => {
                "EXISTS (SELECT FROM pgplumb.acceptance a WHERE a.version = h.version AND a.what = 'missing')"
            }
            Own::Absent | Own::Older => "false",
        };
        let query = format!(
            "SELECT coalesce(h.version, m.version)::int8, coalesce(h.name, '')::text, coalesce(h.checksum, '')::text,
                    m.checksum, coalesce(h.applied_on, '')::text, m.duration_ms, {gone}, h.version IS NOT NULL,
                    (extract(epoch FROM m.applied_at) * 1000000)::int8
               FROM {} h {own} ORDER BY 1",
            self.table
        );
        let rows = client.query_typed(&query, &[]).await.context(UNREAD)?;
        let applied = rows.iter().map(|row| {
            Ok(Applied {
                version: row.try_get(0)?,
                name: row.try_get(1)?,
                checksum: row.try_get(2)?,
                normalised: row.try_get(3)?,
                applied_on: row.try_get(4)?,
                duration_ms: row.try_get(5)?,
                gone: row.try_get(6)?,
                there: row.try_get(7)?,
                applied_at: row.try_get(8)?,
            })
        });
        applied.collect()
    }

    /// Whether pgplumb's own tables are there as this version knows them.
    pub fn is_current(&self) -> bool {
        self.own == Own::Current
    }

    /// Refinery's table with its schema, quoted.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Whether a version is applied.
    pub fn has(&self, version: i64) -> bool {
        self.applied.iter().any(|row| row.there && row.version == version)
    }

    /// Makes the tables that are not there, and room for versions of 64 bits if a script needs it.
    ///
    /// # Errors
    /// What the server said.
    pub async fn ensure(&mut self, client: &Client, scripts: &[Script]) -> Result<()> {
        let wide = scripts.iter().any(|script| i32::try_from(script.version).is_err());
        if self.is_current() && self.wide.is_some_and(|has| has || !wide) {
            return Ok(());
        }
        let (table, integer) = (&self.table, if wide { "bigint" } else { "integer" });
        let mut statements = format!(
            "BEGIN; {MAKE}
             CREATE TABLE IF NOT EXISTS {table} (
               version {integer} PRIMARY KEY, name varchar(255), applied_on varchar(255), checksum varchar(255));"
        );
        if self.wide == Some(false) && wide {
            statements += &format!("ALTER TABLE {table} ALTER COLUMN version TYPE bigint;");
        }
        client.batch_execute(&(statements + "COMMIT")).await.context("the history could not be set up")?;
        self.own = Own::Current;
        self.wide = Some(wide || self.wide == Some(true));
        Ok(())
    }

    /// The statements that record a script as applied; they belong into the script's own transaction. The key of the
    /// first is what keeps two runners from both applying it.
    ///
    /// # Errors
    /// If the script's file can no longer be read.
    pub fn record(&self, script: &Script, duration_ms: u128) -> Result<String> {
        let last = self.applied.iter().filter(|row| row.there).map(|row| row.version).max();
        let out_of_order = last.is_some_and(|last| last > script.version);
        Ok(format!(
            "INSERT INTO {} (version, name, applied_on, checksum) VALUES ({version}, {},
               {NOW}, '{}');
             INSERT INTO {SCHEMA}.migration (version, checksum, duration_ms, out_of_order, script, pgplumb)
             VALUES ({version}, '{}', {duration_ms}, {out_of_order}, {}, '{}')",
            self.table,
            literal(&script.name),
            self.refinery_checksum(script),
            script.up.checksums.normalised,
            kept::value(&script.up)?,
            env!("CARGO_PKG_VERSION"),
            version = script.version,
        ))
    }

    /// Refinery's checksum of a script, as this table has it.
    pub fn refinery_checksum(&self, script: &Script) -> u64 {
        script.up.checksums.refinery(self.wide == Some(true))
    }

    /// The statements that strike a script off, for the transaction that takes it back.
    pub fn strike(&self, script: &Script) -> String {
        let (table, version) = (&self.table, script.version);
        format!(
            "DELETE FROM {table} WHERE version = {version}; DELETE FROM {SCHEMA}.migration WHERE version = {version};
             DELETE FROM {SCHEMA}.acceptance WHERE version = {version}"
        )
    }
}
