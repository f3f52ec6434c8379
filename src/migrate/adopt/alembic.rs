//! Alembic: the heads of its graph of revisions, and no more. Which scripts they stand for only the user can say: all of
//! them, or those up to a version.

use anyhow::Result;

use super::link::{Folder, Link, up_to};
use super::{Row, Tool};

/// Alembic.
pub const TOOL: Tool = Tool {
    name: "alembic",
    schema: None,
    table: "alembic_version",
    beside: &[],
    columns: &["version_num varchar"],
    alone: true,
    unless: None,
    row: "t.version_num AS version, NULL AS name, NULL AS checksum, NULL AS at, NULL AS took, NULL AS trouble",
    order: "t.version_num",
    takes_to: true,
    link,
    proof: |_, _| Ok(None),
};

fn link<'a>(folder: &Folder<'a>, rows: &'a [Row]) -> Result<Vec<Link<'a>>> {
    Ok(rows.first().map(|row| up_to(folder, row)).unwrap_or_default())
}
