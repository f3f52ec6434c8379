//! Refinery: version and name, with its SipHash of both and of the text. Where the project's history is that very table,
//! only what pgplumb keeps beside it is added.

use anyhow::Result;

use super::link::{Folder, Key, Link, by_keys};
use super::{Row, Tool};
use crate::migrate::checksum::is_refinerys;

/// Refinery.
pub const TOOL: Tool = Tool {
    name: "refinery",
    schema: None,
    table: "refinery_schema_history",
    beside: &[],
    columns: &["version int4|int8", "name varchar", "applied_on varchar", "checksum varchar"],
    alone: false,
    unless: None,
    row: "t.version AS version, t.name AS name, t.checksum AS checksum, t.applied_on AS at, NULL AS took, NULL AS trouble",
    order: "t.version",
    takes_to: false,
    link,
    proof: |row, script| {
        let Some(checksum) = &row.checksum else { return Ok(None) };
        Ok(Some(is_refinerys(checksum, &script.name, script.version, &script.up.whole()?)))
    },
};

fn link<'a>(folder: &Folder<'a>, rows: &'a [Row]) -> Result<Vec<Link<'a>>> {
    let key = |version: &str, name: &str| Some(format!("{version} {name}"));
    by_keys(
        folder.once,
        rows,
        &[Key {
            row: &|row| key(&row.version, &row.name),
            script: &|script| Ok(key(&script.version.to_string(), &script.name)),
        }],
    )
}
