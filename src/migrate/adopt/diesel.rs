//! Diesel: the digits of each folder's name, and when it was run.

use super::Tool;
use super::link::by_version;

/// Diesel.
pub const TOOL: Tool = Tool {
    name: "diesel",
    schema: None,
    table: "__diesel_schema_migrations",
    beside: &[],
    columns: &["version varchar", "run_on timestamp"],
    alone: true,
    unless: None,
    row: "t.version AS version, NULL AS name, NULL AS checksum, t.run_on AS at, NULL AS took, NULL AS trouble",
    order: "t.version",
    takes_to: false,
    link: by_version,
    proof: |_, _| Ok(None),
};
