//! No tool at all: the scripts count as applied because somebody says so, all of them or those up to a version.

use anyhow::Result;

use super::link::{Folder, Link, up_to};
use super::{Row, Tool};

/// A baseline.
pub const TOOL: Tool = Tool {
    name: "baseline",
    schema: None,
    table: "",
    beside: &[],
    columns: &[],
    alone: false,
    unless: None,
    row: "",
    order: "",
    takes_to: true,
    link,
    proof: |_, _| Ok(None),
};

fn link<'a>(folder: &Folder<'a>, rows: &'a [Row]) -> Result<Vec<Link<'a>>> {
    Ok(rows.first().map(|row| up_to(folder, row)).unwrap_or_default())
}
