//! What is to be done: files held against the history, by identity and never by "everything above the highest".

use std::collections::{HashMap, HashSet};

use super::Script;
use super::checksum::Checksums;
use super::history::Applied;

/// Why a run stops before it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The file is not what was applied.
    Edited {
        /// The file.
        file: String,
    },
    /// It was applied under another name.
    Renamed {
        /// The file.
        file: String,
        /// Its name in the history.
        name: String,
    },
    /// The history has it, the folder doesn't.
    Missing {
        /// The version in the history.
        version: i64,
        /// Its name there.
        name: String,
    },
    /// It is not applied, but a later one is.
    OutOfOrder {
        /// The file.
        file: String,
        /// The highest version that is applied.
        highest: i64,
    },
}

/// The scripts that are not applied, and what stands in the way.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Indexes of the pending scripts, in order.
    pub pending: Vec<usize>,
    /// What stands in the way.
    pub obstacles: Vec<Obstacle>,
}

/// Holds the scripts against the history.
pub fn plan(scripts: &[Script], applied: &[Applied]) -> Plan {
    let mut plan = Plan::default();
    let highest = applied.iter().map(|row| row.version).max();
    let had: HashMap<i64, &Applied> = applied.iter().map(|row| (row.version, row)).collect();
    let there: HashSet<i64> = scripts.iter().map(|script| script.version).collect();
    for (at, script) in scripts.iter().enumerate() {
        match had.get(&script.version) {
            Some(row) if Checksums::of(script).matches(row) && row.name == script.name => {}
            Some(row) if Checksums::of(script).matches(row) => {
                let (file, name) = (script.source.path.clone(), row.name.clone());
                plan.obstacles.push(Obstacle::Renamed { file, name });
            }
            Some(_) => plan.obstacles.push(Obstacle::Edited { file: script.source.path.clone() }),
            None => {
                plan.pending.push(at);
                if let Some(highest) = highest.filter(|highest| *highest > script.version) {
                    plan.obstacles.push(Obstacle::OutOfOrder { file: script.source.path.clone(), highest });
                }
            }
        }
    }
    for row in applied {
        if !there.contains(&row.version) {
            plan.obstacles.push(Obstacle::Missing { version: row.version, name: row.name.clone() });
        }
    }
    plan
}

impl Obstacle {
    /// The obstacle in words, and the way out.
    pub fn words(&self) -> (String, String) {
        match self {
            Obstacle::Edited { file } => (
                format!("{file} was changed after it was applied"),
                format!("put {file} back as it was, and write the change as a new script"),
            ),
            Obstacle::Renamed { file, name } => {
                (format!("{file} was applied under the name `{name}`"), format!("give {file} that name again"))
            }
            Obstacle::Missing { version, name } => (
                format!("version {version} ({name}) is in the history, and its file is not there"),
                "bring the file back from version control".to_owned(),
            ),
            Obstacle::OutOfOrder { file, highest } => (
                format!("{file} is not applied, although version {highest} is"),
                format!("give {file} a version above {highest}"),
            ),
        }
    }

    /// The word for it in `--json`.
    pub fn kind(&self) -> &'static str {
        match self {
            Obstacle::Edited { .. } => "edited",
            Obstacle::Renamed { .. } => "renamed",
            Obstacle::Missing { .. } => "missing",
            Obstacle::OutOfOrder { .. } => "out_of_order",
        }
    }
}
