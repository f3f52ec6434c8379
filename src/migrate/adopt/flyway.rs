//! Flyway: one row for each run of a script, with a CRC32 of its lines. A version is numbers with dots, the newest row
//! of a version or a description decides, and a baseline stands for everything up to it.

use std::collections::BTreeMap;

use anyhow::Result;

use super::link::{Folder, Key, Link, by_keys, by_script, script_number};
use super::{Row, Tool, sums};
use crate::migrate::script::Script;

/// Flyway.
pub const TOOL: Tool = Tool {
    name: "flyway",
    schema: None,
    table: "flyway_schema_history",
    beside: &[],
    columns: &[
        "installed_rank int4",
        "version varchar",
        "description varchar",
        "type varchar",
        "script varchar",
        "checksum int4",
        "success bool",
    ],
    alone: false,
    unless: None,
    row: "t.version AS version, t.description AS name, t.checksum AS checksum, t.installed_on AS at,
          t.execution_time AS took, CASE WHEN NOT t.success THEN 'failed' END AS trouble",
    order: "t.installed_rank",
    takes_to: false,
    link,
    proof: |row, script| sums::has(row, script, sums::crc32_of_lines),
};

fn link<'a>(folder: &Folder<'a>, rows: &'a [Row]) -> Result<Vec<Link<'a>>> {
    let (mut newest, mut baseline) = (BTreeMap::new(), None);
    for row in rows {
        // A repeatable script has no version, and goes by its description.
        let key = (number(&row.version), if row.version.is_empty() { row.name.as_str() } else { "" });
        match row.text("type") {
            "SCHEMA" => {}
            kind if kind.contains("BASELINE") => baseline = Some(row),
            kind if kind.contains("DELETE") || kind.contains("UNDO") => {
                newest.remove(&key);
            }
            _ => {
                newest.insert(key, row);
            }
        }
    }
    let keys = [
        Key { row: &|row| number(&row.version), script: &versioned },
        Key { row: &|row| row.version.is_empty().then(|| row.name.clone()), script: &repeatable },
    ];
    let scripts = folder.once.iter().chain(folder.repeatable.iter().copied());
    let mut links = by_keys(scripts, newest.into_values(), &keys)?;
    if let Some(row) = baseline {
        let last = number(&row.version).and_then(|version| version.parse().ok()).unwrap_or(i64::MIN);
        let known = by_script(&links);
        let before = |script: &&Script| script.version <= last && !known.contains_key(script.path());
        let before: Vec<&'a Script> = folder.once.iter().filter(before).collect();
        links.extend(before.into_iter().map(|script| Link { row, script: Some(script) }));
    }
    Ok(links)
}

fn versioned(script: &Script) -> Result<Option<String>> {
    if is_repeatable(script) { Ok(None) } else { script_number(script) }
}

fn repeatable(script: &Script) -> Result<Option<String>> {
    Ok(script.tag.strip_prefix("R__").map(|description| description.replace('_', " ")))
}

fn is_repeatable(script: &Script) -> bool {
    script.tag.starts_with("R__")
}

/// A version as Flyway compares it: parts without leading zeros, and without zeros at the end.
fn number(version: &str) -> Option<String> {
    let parts: Option<Vec<i64>> = version.split(['.', '_']).map(|part| part.parse().ok()).collect();
    let mut parts = parts?;
    while parts.len() > 1 && parts.last() == Some(&0) {
        parts.pop();
    }
    Some(parts.iter().map(i64::to_string).collect::<Vec<_>>().join("."))
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn versions_are_compared_as_numbers() {
        let is = |version: &str, expected: Option<&str>| assert_eq!(number(version).as_deref(), expected);
        is("001", Some("1"));
        is("1.0.0", Some("1"));
        is("1.10", Some("1.10"));
        is("0", Some("0"));
        is("", None);
    }
}
