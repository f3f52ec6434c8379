//! dbmate: the versions, and nothing else. Rails has a table of the same name and shape, with one of its own beside it.

use super::Tool;
use super::link::by_version;

/// dbmate.
pub const TOOL: Tool = Tool {
    name: "dbmate",
    schema: None,
    table: "schema_migrations",
    beside: &[],
    columns: &["version varchar"],
    alone: true,
    unless: Some("ar_internal_metadata"),
    row: "t.version AS version, NULL AS name, NULL AS checksum, NULL AS at, NULL AS took, NULL AS trouble",
    order: "t.version",
    takes_to: false,
    link: by_version,
    proof: |_, _| Ok(None),
};
