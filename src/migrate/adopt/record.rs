//! The statements that take over a history: our own rows for each pair, and the other tool's rows as they were.

use std::fmt::Write;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Pair, Proof, Row, Tool};
use crate::migrate::history::{Applied, History};
use crate::migrate::kept;
use crate::migrate::lock::held;
use crate::migrate::progress::ourselves;
use crate::migrate::script::{Kind, Script};
use crate::migrate::seeds;
use crate::migrate::tables::{NOW, SCHEMA};
use crate::sql::literal;

/// Whether the history has a script, as pgplumb itself writes it.
pub fn is_adopted(applied: &[Applied], script: &Script) -> bool {
    applied.iter().any(|row| {
        row.there && row.version == script.version && row.normalised.as_ref() == Some(&script.up.checksums.normalised)
    })
}

/// The transaction that records the pairs that count. `shared` says that the other tool's table is our history too, so
/// that it has its rows already; `own` is what belongs to that tool, of which the proof must know later.
///
/// # Errors
/// If a script can no longer be read.
pub fn record(tool: &Tool, history: &History, pairs: &[Pair<'_>], shared: bool, own: &[Vec<String>]) -> Result<String> {
    let mut statements = format!("BEGIN; {};", ourselves());
    for pair in pairs.iter().filter(|pair| pair.counts()) {
        let (Some(script), Some(row)) = (pair.script, pair.row) else { continue };
        if script.kind == Kind::Seed {
            let _ = write!(statements, "{};", seeds::record(script, 0));
        } else {
            statements += &migration(tool, history, script, row, shared)?;
        }
        if pair.proof == Proof::Differs {
            statements += &accepted(tool, script, row);
        }
    }
    let note = literal(&json!({ "from": tool.name, "own": own }).to_string());
    let _ = write!(statements, "COMMENT ON TABLE {SCHEMA}.adoption IS {note}; {}; COMMIT", held());
    Ok(statements)
}

fn migration(tool: &Tool, history: &History, script: &Script, row: &Row, shared: bool) -> Result<String> {
    let version = script.version;
    let at = row.at.as_deref().map(literal);
    let mut statements = String::new();
    if !shared {
        let _ = write!(
            statements,
            "INSERT INTO {} (version, name, applied_on, checksum) VALUES ({version}, {}, {}, '{}');",
            history.table(),
            literal(&script.name),
            at.as_deref().unwrap_or(NOW),
            history.refinery_checksum(script),
        );
    }
    let _ = write!(
        statements,
        "INSERT INTO {SCHEMA}.migration (version, checksum, duration_ms, applied_at, script, pgplumb)
         VALUES ({version}, '{}', {}, {}, {}, '{}');
         INSERT INTO {SCHEMA}.adoption (tool, version, original) VALUES ({}, {version}, {});",
        script.up.checksums.normalised,
        row.took_ms.unwrap_or(0),
        at.as_deref().unwrap_or("pg_catalog.clock_timestamp()"),
        kept::value(&script.up)?,
        env!("CARGO_PKG_VERSION"),
        literal(tool.name),
        literal(&row.original.to_string()),
    );
    Ok(statements)
}

/// Keeps that somebody let a changed script count.
fn accepted(tool: &Tool, script: &Script, row: &Row) -> String {
    format!(
        "INSERT INTO {SCHEMA}.acceptance (version, what, reason, before, after) VALUES ({}, 'edited', {}, {}, '{}');",
        script.version,
        literal(&format!("db:adopt --from {} --accept-changed", tool.name)),
        row.checksum.as_deref().map_or_else(|| "NULL".to_owned(), literal),
        script.up.checksums.normalised,
    )
}

/// What the comment on [`SCHEMA`]`.adoption` says of what belongs to a tool whose history was taken over. It stands in a
/// comment because that is read with the catalog, by whoever may only read.
pub fn set_aside(comment: &str) -> Vec<Vec<String>> {
    let note: Value = serde_json::from_str(comment).unwrap_or_default();
    serde_json::from_value(note.get("own").cloned().unwrap_or_default()).unwrap_or_default()
}
