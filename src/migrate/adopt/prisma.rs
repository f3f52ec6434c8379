//! Prisma: a row for each try of a script, by the name of its folder, with the SHA-256 of its file. One that is neither
//! finished nor rolled back has failed; one that was rolled back counts only if no later try went well.

use anyhow::Result;

use super::link::{Folder, Key, Link, by_keys};
use super::{Row, Tool, sums};

/// Prisma.
pub const TOOL: Tool = Tool {
    name: "prisma",
    schema: None,
    table: "_prisma_migrations",
    beside: &[],
    columns: &[
        "migration_name varchar",
        "checksum varchar",
        "finished_at timestamptz",
        "rolled_back_at timestamptz",
        "applied_steps_count int4",
    ],
    alone: false,
    unless: None,
    row: "NULL AS version, t.migration_name AS name, t.checksum AS checksum, t.finished_at AS at,
          1000 * extract(epoch FROM t.finished_at - t.started_at) AS took,
          CASE WHEN t.rolled_back_at IS NOT NULL THEN 'rolled back, and not applied since'
               WHEN t.finished_at IS NULL THEN 'failed after ' || t.applied_steps_count || ' steps' END AS trouble",
    order: "t.started_at, t.id",
    takes_to: false,
    link,
    proof: |row, script| {
        let Some(checksum) = &row.checksum else { return Ok(None) };
        let is = |text: &str| sums::sha256(text) == *checksum || sums::sha256_unpadded(text) == *checksum;
        sums::any_line_ends(script, is).map(Some)
    },
};

fn link<'a>(folder: &Folder<'a>, rows: &'a [Row]) -> Result<Vec<Link<'a>>> {
    let mut tries: Vec<&'a Row> = Vec::new();
    for row in rows {
        match tries.iter_mut().find(|other| other.name == row.name) {
            Some(other) if weight(row) >= weight(other) => *other = row,
            Some(_) => {}
            None => tries.push(row),
        }
    }
    let name = Key { row: &|row| Some(row.name.clone()), script: &|script| Ok(Some(script.tag.clone())) };
    by_keys(folder.once, tries, &[name])
}

/// How much a try says about its script: a failure that nobody settled the most, one that was rolled back the least.
fn weight(row: &Row) -> u8 {
    match &row.trouble {
        None => 1,
        Some(_) if row.text("rolled_back_at").is_empty() => 2,
        Some(_) => 0,
    }
}
