//! Texts that are pinned in files of the repository. `UPDATE=1 cargo test` writes them anew; the difference is then
//! there for a person to read.

use std::path::Path;

use crate::support::{Result, fail, variable};

/// Fails unless the file at `path` holds `actual`.
pub fn compare(path: &Path, actual: &str) -> Result {
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    if variable("UPDATE").is_some_and(|update| update == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, actual).unwrap();
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(expected.as_str(), actual);
    fail(format!("{} is not up to date; UPDATE=1 rewrites it\n{}", path.display(), diff.unified_diff()))
}
