//! Which migrations a rollback takes back, and which stay; told by the history alone.

use std::collections::HashMap;

use anyhow::Result;

use super::{Applied, Script};
use crate::error::Failure;

/// How far back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// To this version, which stays; 0 stands for an empty database unless a script has that version.
    To(i64),
    /// By this many.
    Steps(usize),
}

/// What becomes of the history.
#[derive(Clone, Debug, Default)]
pub struct Rollback<'a> {
    /// What is taken back, that which was applied last first. A row that somebody deleted is among them where its place
    /// is: nothing tells whether what it made is still there.
    pub taken: Vec<&'a Applied>,
    /// What stays, in the order in which it was applied.
    pub kept: Vec<&'a Applied>,
}

/// Decides what is taken back.
///
/// # Errors
/// Bad input, if the history does not reach as far back.
pub fn rollback<'a>(scripts: &[Script], applied: &'a [Applied], back: Back) -> Result<Rollback<'a>> {
    let places: HashMap<i64, usize> = scripts.iter().enumerate().map(|(at, script)| (script.version, at)).collect();
    let is_there = |version: i64| applied.iter().any(|row| row.there && row.version == version);
    let rows = in_order(&places, scripts, applied);
    let first = |at: usize| Rollback { taken: rows[at..].iter().rev().copied().collect(), kept: rows[..at].to_vec() };
    let mut rollback = match back {
        Back::To(0) if !places.contains_key(&0) => first(0),
        Back::To(version) if !is_there(version) => {
            return Err(Failure::input(format!("--to {version}: that version is not applied"))
                .state("nothing was changed")
                .next("`pgplumb db:status` lists what is applied; `--to 0` takes back everything")
                .into());
        }
        Back::To(version) => {
            let last = place(&places, scripts, version);
            let is_later = |row: &&&Applied| place(&places, scripts, row.version) > last;
            let taken = rows.iter().rev().filter(is_later).copied().collect();
            Rollback { taken, kept: rows.iter().filter(|row| !is_later(row)).copied().collect() }
        }
        Back::Steps(steps) => {
            let mut there = rows.iter().enumerate().rev().filter(|(_, row)| row.there);
            let Some((at, _)) = there.nth(steps.saturating_sub(1)) else {
                let count = rows.iter().filter(|row| row.there).count();
                return Err(Failure::input(format!("--steps {steps}: {count} migrations are applied"))
                    .state("nothing was changed")
                    .next("`pgplumb db:status` lists what is applied; `--to 0` takes back everything")
                    .into());
            };
            first(at)
        }
    };
    rollback.kept.retain(|row| row.there);
    Ok(rollback)
}

/// The rows as they were applied, as far as all of them tell; else as the folder has them. Those that were applied in
/// one transaction stand as in the folder.
fn in_order<'a>(places: &HashMap<i64, usize>, scripts: &[Script], applied: &'a [Applied]) -> Vec<&'a Applied> {
    let all_tell = applied.iter().filter(|row| row.there).all(|row| row.applied_at.is_some());
    let time = |row: &Applied| row.applied_at.filter(|_| all_tell);
    let mut rows: Vec<&Applied> = applied.iter().collect();
    rows.sort_by_key(|row| (time(row), place(places, scripts, row.version)));
    rows
}

/// Where a version stands in the folder; one that is not there, as if by its number.
fn place(places: &HashMap<i64, usize>, scripts: &[Script], version: i64) -> (usize, i64) {
    let by_number = || scripts.iter().filter(|script| script.version < version).count();
    (places.get(&version).copied().unwrap_or_else(by_number), version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(version: i64, applied_at: Option<i64>) -> Applied {
        Applied { version, applied_at, there: true, ..Applied::default() }
    }

    fn versions(rows: &[&Applied]) -> Vec<i64> {
        rows.iter().map(|row| row.version).collect()
    }

    fn of(applied: &[Applied], back: Back) -> (Vec<i64>, Vec<i64>) {
        let rollback = rollback(&[], applied, back).unwrap();
        (versions(&rollback.taken), versions(&rollback.kept))
    }

    #[test]
    fn what_came_last_goes_first() {
        let late = [row(1, Some(10)), row(2, Some(30)), row(3, Some(20))];
        assert_eq!(of(&late, Back::Steps(1)), (vec![2], vec![1, 3]));
        assert_eq!(of(&late, Back::Steps(3)), (vec![2, 3, 1], vec![]));
        assert_eq!(of(&late, Back::To(1)), (vec![2, 3], vec![1]));
        assert_eq!(of(&late, Back::To(2)), (vec![3], vec![1, 2]));
        assert_eq!(of(&late, Back::To(0)), (vec![2, 3, 1], vec![]));
    }

    #[test]
    fn where_times_are_unknown_or_equal_versions_decide() {
        assert_eq!(of(&[row(1, Some(9)), row(2, None), row(3, Some(1))], Back::Steps(2)), (vec![3, 2], vec![1]));
        assert_eq!(of(&[row(1, Some(9)), row(2, Some(9))], Back::Steps(1)), (vec![2], vec![1]));
    }

    #[test]
    fn what_is_not_applied_is_no_goal() {
        let struck = Applied { there: false, ..row(2, Some(2)) };
        let applied = [row(1, Some(1)), struck, row(3, Some(3))];
        assert!(rollback(&[], &applied, Back::To(2)).is_err() && rollback(&[], &applied, Back::Steps(3)).is_err());
        assert_eq!(of(&applied, Back::To(1)), (vec![3, 2], vec![1]));
        assert_eq!(of(&applied, Back::Steps(2)), (vec![3, 2, 1], vec![]));
    }
}
