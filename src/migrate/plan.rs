//! What is to be done: files held against the history, by identity and never by "everything above the highest".

use std::collections::{HashMap, HashSet};

use anyhow::Result;

use super::checksum::is_refinerys;
use super::history::Applied;
use super::{Obstacle, Script};
use crate::project::Order;
use crate::sql;

/// The scripts that are not applied, and what stands in the way.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Indexes of the pending scripts, in order.
    pub pending: Vec<usize>,
    /// What stands in the way.
    pub obstacles: Vec<Obstacle>,
    /// What does not stand in the way, but should be known.
    pub warnings: Vec<Obstacle>,
}

/// Holds the scripts against the history.
///
/// # Errors
/// If a script whose text must be looked at again can no longer be read.
pub fn plan(scripts: &[Script], applied: &[Applied], order: Order) -> Result<Plan> {
    let mut plan = Plan::default();
    let had: HashMap<i64, &Applied> = applied.iter().map(|row| (row.version, row)).collect();
    for (at, script) in scripts.iter().enumerate() {
        match had.get(&script.version) {
            Some(row) if !row.there => {
                plan.obstacles.push(Obstacle::Struck { file: script.path().to_owned(), version: script.version });
            }
            Some(row) => plan.obstacles.extend(difference(script, row)?),
            None => plan.pending.push(at),
        }
    }
    plan.look_for_missing(scripts, applied);
    plan.look_for_order(scripts, applied, order);
    Ok(plan)
}

/// How a script differs from the row that records it.
fn difference(script: &Script, row: &Applied) -> Result<Option<Obstacle>> {
    let file = script.path().to_owned();
    Ok(match matches(script, row)? {
        true if row.name == script.name => None,
        true => Some(Obstacle::Renamed { file, name: row.name.clone(), version: script.version }),
        false => Some(Obstacle::Edited { file, version: script.version }),
    })
}

/// Whether an applied script is this one, or one of which this one says that it counts as the same.
fn matches(script: &Script, row: &Applied) -> Result<bool> {
    if row.normalised.as_ref() == Some(&script.up.checksums.normalised) {
        return Ok(true);
    }
    let source = script.up.open()?;
    match &row.normalised {
        Some(normalised) => Ok(sql::directives(&source)?.also_accepts.contains(normalised)),
        None => Ok(is_refinerys(&row.checksum, &script.name, script.version, &source.text)),
    }
}

impl Plan {
    fn look_for_missing(&mut self, scripts: &[Script], applied: &[Applied]) {
        let there: HashSet<i64> = scripts.iter().map(|script| script.version).collect();
        for row in applied.iter().filter(|row| !there.contains(&row.version) && !row.gone && row.there) {
            let has_its_text = |at: &usize| Some(&scripts[*at].up.checksums.normalised) == row.normalised.as_ref();
            let name = row.name.clone();
            self.obstacles.push(match self.pending.iter().position(has_its_text) {
                Some(place) => {
                    let file = scripts[self.pending.remove(place)].path().to_owned();
                    Obstacle::Renumbered { file, version: row.version, name }
                }
                None => Obstacle::Missing { version: row.version, name },
            });
        }
    }

    fn look_for_order(&mut self, scripts: &[Script], applied: &[Applied], order: Order) {
        let Some(highest) = applied.iter().filter(|row| row.there).map(|row| row.version).max() else { return };
        let late = self.pending.iter().map(|at| &scripts[*at]).filter(|script| script.version < highest);
        let late = late.map(|script| Obstacle::OutOfOrder { file: script.path().to_owned(), highest });
        match order {
            Order::Strict => self.obstacles.extend(late),
            Order::Warn => self.warnings.extend(late),
            Order::Allow => {}
        }
    }
}
