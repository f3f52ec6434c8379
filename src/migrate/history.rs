//! What a database has had: refinery's table, and beside it pgplumb's own of what refinery does not keep.

use anyhow::{Context, Result};
use tokio_postgres::Client;

use super::Script;
use super::checksum::Checksums;
use crate::sql::{identifier, literal};

/// The schema that holds what pgplumb keeps in a database.
pub const SCHEMA: &str = "pgplumb";

const UNREAD: &str = "the history could not be read";

/// A row of the history.
#[derive(Clone, Debug)]
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
    /// How long it took; refinery does not tell.
    pub duration_ms: Option<i64>,
}

/// The history of one database.
#[derive(Clone, Debug)]
pub struct History {
    /// The table with its schema, quoted.
    table: String,
    /// Whether the table is there, and its version column has 64 bits.
    wide: Option<bool>,
    /// Whether pgplumb's own tables are there.
    own: bool,
    /// What was applied, in the order of versions.
    pub applied: Vec<Applied>,
}

impl History {
    /// Reads the history, of which nothing need be there yet. `table` is `schema.table` as in `pgplumb.toml`.
    pub async fn read(client: &Client, table: &str) -> Result<Self> {
        let table = table.split('.').map(identifier).collect::<Vec<_>>().join(".");
        let query = format!(
            "SELECT (SELECT a.atttypid = 'int8'::regtype FROM pg_catalog.pg_attribute a
                      WHERE a.attrelid = to_regclass({}) AND a.attname = 'version'),
                    to_regclass('{SCHEMA}.migration') IS NOT NULL",
            literal(&table)
        );
        let row = client.query_typed_one(&query, &[]).await.context(UNREAD)?;
        let mut history = History { wide: row.try_get(0)?, own: row.try_get(1)?, table, applied: Vec::new() };
        if history.wide.is_some() {
            history.applied = history.rows(client).await?;
        }
        Ok(history)
    }

    async fn rows(&self, client: &Client) -> Result<Vec<Applied>> {
        let own = if self.own {
            format!("LEFT JOIN {SCHEMA}.migration m ON m.version = h.version")
        } else {
            "CROSS JOIN (SELECT NULL::text AS checksum, NULL::bigint AS duration_ms) m".to_owned()
        };
        let query = format!(
            "SELECT h.version::int8, coalesce(h.name, '')::text, coalesce(h.checksum, '')::text, m.checksum,
                    coalesce(h.applied_on, '')::text, m.duration_ms
               FROM {} h {own} ORDER BY h.version",
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
            })
        });
        applied.collect()
    }

    /// Makes the tables that are not there, and room for versions of 64 bits if a script needs it.
    pub async fn ensure(&mut self, client: &Client, scripts: &[Script]) -> Result<()> {
        let wide = scripts.iter().any(|script| i32::try_from(script.version).is_err());
        if self.own && self.wide.is_some_and(|has| has || !wide) {
            return Ok(());
        }
        let (table, integer) = (&self.table, if wide { "bigint" } else { "integer" });
        let mut statements = format!(
            "BEGIN;
             CREATE SCHEMA IF NOT EXISTS {SCHEMA};
             COMMENT ON SCHEMA {SCHEMA} IS 'What pgplumb keeps: history of migrations and seeds';
             CREATE TABLE IF NOT EXISTS {SCHEMA}.migration (
               version bigint PRIMARY KEY, checksum text NOT NULL, duration_ms bigint NOT NULL,
               applied_by text NOT NULL DEFAULT session_user, applied_at timestamptz NOT NULL DEFAULT now(),
               pgplumb text NOT NULL);
             CREATE TABLE IF NOT EXISTS {SCHEMA}.seed (
               name text PRIMARY KEY, checksum text NOT NULL, duration_ms bigint NOT NULL,
               applied_by text NOT NULL DEFAULT session_user, applied_at timestamptz NOT NULL DEFAULT now(),
               pgplumb text NOT NULL);
             CREATE TABLE IF NOT EXISTS {SCHEMA}.setting (name text PRIMARY KEY, value text NOT NULL);
             CREATE TABLE IF NOT EXISTS {table} (
               version {integer} PRIMARY KEY, name varchar(255), applied_on varchar(255), checksum varchar(255));"
        );
        if self.wide == Some(false) && wide {
            statements += &format!("ALTER TABLE {table} ALTER COLUMN version TYPE bigint;");
        }
        client.batch_execute(&(statements + "COMMIT")).await.context("the history could not be set up")?;
        self.own = true;
        self.wide = Some(wide || self.wide == Some(true));
        Ok(())
    }

    /// The statements that record a script as applied; they belong into the script's own transaction. The key of the
    /// first is what keeps two runners from both applying it.
    pub fn record(&self, script: &Script, duration_ms: u128) -> String {
        let checksums = Checksums::of(script);
        format!(
            "INSERT INTO {} (version, name, applied_on, checksum) VALUES ({version}, {},
               pg_catalog.to_char(pg_catalog.timezone('UTC', pg_catalog.clock_timestamp()), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), '{}');
             INSERT INTO {SCHEMA}.migration (version, checksum, duration_ms, pgplumb) VALUES ({version}, '{}', {duration_ms}, '{}')",
            self.table,
            literal(&script.name),
            checksums.refinery(self.wide == Some(true)),
            checksums.normalised(),
            env!("CARGO_PKG_VERSION"),
            version = script.version,
        )
    }
}
