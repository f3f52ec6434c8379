//! golang-migrate: one row with the last version. Everything up to it is taken for applied, which only the schema proves.

use anyhow::Result;

use super::link::{Folder, Link, number};
use super::{Row, Tool};
use crate::error::Failure;

/// golang-migrate.
pub const TOOL: Tool = Tool {
    name: "golang-migrate",
    schema: None,
    table: "schema_migrations",
    beside: &[],
    columns: &["version int8", "dirty bool"],
    alone: true,
    unless: None,
    row: "t.version AS version, NULL AS name, NULL AS checksum, NULL AS at, NULL AS took,
          CASE WHEN t.dirty THEN 'dirty: it was begun and has not come to its end' END AS trouble",
    order: "t.version",
    takes_to: false,
    link,
    proof: |_, _| Ok(None),
};

fn link<'a>(folder: &Folder<'a>, rows: &'a [Row]) -> Result<Vec<Link<'a>>> {
    let row = match rows {
        [] => return Ok(Vec::new()),
        [row] => row,
        _ => {
            return Err(Failure::refused("the history of golang-migrate has one row, and this one has several")
                .state("nothing was changed")
                .next("name the tool that wrote it with --from")
                .into());
        }
    };
    let last = folder.once.iter().find(|script| Some(script.version.to_string()) == number(&row.version));
    // What a dirty row stands for is not known; it is told once.
    let Some(last) = last.filter(|_| row.trouble.is_none()) else { return Ok(vec![Link { row, script: last }]) };
    let before = folder.once.iter().filter(|script| script.version <= last.version);
    Ok(before.map(|script| Link { row, script: Some(script) }).collect())
}
