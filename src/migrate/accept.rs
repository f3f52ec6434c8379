//! Lets the history say what the files say, because somebody decided so: the decision is kept with its reason.

use anyhow::Result;

use super::history::{Applied, History};
use super::kept;
use super::script::Script;
use super::tables::{NOW, SCHEMA};
use crate::sql::literal;

/// The statements that let a row of the history count as what the project's folder has; `script` is nothing if the
/// folder has no such version.
///
/// # Errors
/// If the script's file can no longer be read.
pub fn accept(history: &History, row: &Applied, script: Option<&Script>, what: &str, reason: &str) -> Result<String> {
    let (version, table) = (row.version, history.table());
    let before = row.normalised.as_ref().unwrap_or(&row.checksum);
    let after = script.map_or_else(|| "NULL".to_owned(), |script| literal(&script.up.checksums.normalised));
    let mut statements = format!(
        "INSERT INTO {SCHEMA}.acceptance (version, what, reason, before, after)
         VALUES ({version}, {}, {}, {}, {after});",
        literal(what),
        literal(reason),
        literal(before),
    );
    if let Some(script) = script {
        let (name, checksum) = (literal(&script.name), history.refinery_checksum(script));
        let kept = kept::value(&script.up)?;
        statements += &format!(
            "INSERT INTO {table} AS t (version, name, applied_on, checksum) VALUES ({version}, {name},
               {NOW}, '{checksum}')
             ON CONFLICT (version) DO UPDATE SET name = excluded.name, checksum = excluded.checksum;
             INSERT INTO {SCHEMA}.migration (version, checksum, duration_ms, script, pgplumb)
             VALUES ({version}, {after}, 0, {kept}, '{}')
             ON CONFLICT (version) DO UPDATE SET checksum = excluded.checksum, script = excluded.script;",
            env!("CARGO_PKG_VERSION"),
        );
    }
    Ok(statements)
}
