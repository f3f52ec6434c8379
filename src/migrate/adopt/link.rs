//! Which script a row stands for: by keys that rows and scripts have in common, or by all scripts up to one.

use std::collections::HashMap;

use anyhow::Result;

use super::Row;
use crate::migrate::script::Script;

/// The scripts that rows can stand for.
pub struct Folder<'a> {
    /// Those that are applied once, in their order.
    pub once: &'a [Script],
    /// Those that are applied again when their text changes.
    pub repeatable: Vec<&'a Script>,
    /// The names and times in Drizzle's journal, where there is one.
    pub journal: Option<Vec<(String, i64)>>,
    /// The last version that counts as applied, where the user says it.
    pub to: Option<i64>,
}

/// A row, and the script that it stands for.
pub struct Link<'a> {
    /// The row.
    pub row: &'a Row,
    /// The script.
    pub script: Option<&'a Script>,
}

/// What a row and its script have in common; nothing where one of them has no such thing.
pub struct Key<'k, 'a> {
    /// That of a row.
    pub row: &'k dyn Fn(&Row) -> Option<String>,
    /// That of a script.
    pub script: &'k dyn Fn(&'a Script) -> Result<Option<String>>,
}

/// Links each row with the script that has the same key: by the first key whatever it links, by the next the rest.
pub fn by_keys<'a>(
    scripts: impl IntoIterator<Item = &'a Script>,
    rows: impl IntoIterator<Item = &'a Row>,
    keys: &[Key<'_, 'a>],
) -> Result<Vec<Link<'a>>> {
    let mut links: Vec<Link<'a>> = rows.into_iter().map(|row| Link { row, script: None }).collect();
    let mut left: Vec<&'a Script> = scripts.into_iter().collect();
    for key in keys {
        if links.iter().all(|link| link.script.is_some()) {
            break;
        }
        let mut by_key = HashMap::new();
        for script in &left {
            by_key.extend((key.script)(script)?.map(|key| (key, *script)));
        }
        for link in links.iter_mut().filter(|link| link.script.is_none()) {
            link.script = (key.row)(link.row).and_then(|key| by_key.remove(&key));
        }
        let taken: Vec<&str> = links.iter().filter_map(|link| Some(link.script?.path())).collect();
        left.retain(|script| !taken.contains(&script.path()));
    }
    Ok(links)
}

/// Links each row with the script of its version.
pub fn by_version<'a>(folder: &Folder<'a>, rows: &'a [Row]) -> Result<Vec<Link<'a>>> {
    by_keys(folder.once, rows, &[Key { row: &|row| number(&row.version), script: &script_number }])
}

/// The version of a script as a key.
pub fn script_number(script: &Script) -> Result<Option<String>> {
    Ok(Some(script.version.to_string()))
}

/// A version without leading zeros; nothing if it is no number.
pub fn number(version: &str) -> Option<String> {
    version.parse::<i64>().ok().map(|version| version.to_string())
}

/// Links one row with all scripts up to the version that the user says, or with all.
pub fn up_to<'a>(folder: &Folder<'a>, row: &'a Row) -> Vec<Link<'a>> {
    let place = |to: i64| folder.once.iter().position(|script| script.version == to);
    let last = folder.to.and_then(place).unwrap_or(folder.once.len());
    folder.once.iter().take(last.saturating_add(1)).map(|script| Link { row, script: Some(script) }).collect()
}

/// The rows by the paths of their scripts.
pub fn by_script<'a>(links: &[Link<'a>]) -> HashMap<&'a str, &'a Row> {
    links.iter().filter_map(|link| Some((link.script?.path(), link.row))).collect()
}
