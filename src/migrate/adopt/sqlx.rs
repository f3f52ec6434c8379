//! sqlx: one row for each script, with the SHA-384 of its file. A row is written before its script runs, so one without
//! success was cut off.

use super::link::by_version;
use super::{Tool, sums};

/// sqlx.
pub const TOOL: Tool = Tool {
    name: "sqlx",
    schema: None,
    table: "_sqlx_migrations",
    beside: &[],
    columns: &["version int8", "description text", "installed_on timestamptz", "success bool", "checksum bytea"],
    alone: false,
    unless: None,
    row: "t.version AS version, t.description AS name, encode(t.checksum, 'hex') AS checksum, t.installed_on AS at,
          nullif(t.execution_time, -1) / 1000000 AS took,
          CASE WHEN NOT t.success THEN 'dirty: it was begun and has not come to its end' END AS trouble",
    order: "t.version",
    takes_to: false,
    link: by_version,
    proof: |row, script| sums::has(row, script, sums::sha384),
};
