//! What keeps a reset from beginning, in words.

use super::plan::{Plan, Rules};
use super::words::{list, named, one_line, plural};
use crate::error::Failure;

/// Why objects that a snapshot does not have stand in the way of it; `is_told` says whether it is known what it has.
pub fn not_in_snapshot(plan: &Plan, is_told: bool) -> Failure {
    let (count, names) = (plan.unknown.len(), list(&plan.unknown.iter().map(named).collect::<Vec<_>>()));
    let what = if is_told { "that the snapshot does not have" } else { "and nothing says which the snapshot has" };
    refused(format!("the database has {count} {} {what}:\n{names}", plural("object", count)))
        .next("add `--unknown drop` to drop them too, or `--unknown keep` to leave them")
}

/// Why objects that the manifest does not name stand in the way.
pub fn unknown(plan: &Plan, has_manifest: bool) -> Failure {
    let (count, names) = (plan.unknown.len(), list(&plan.unknown.iter().map(named).collect::<Vec<_>>()));
    let (what, next) = if has_manifest {
        ("that the manifest does not name", "add `--unknown drop` to drop them too, or `--unknown keep` to leave them")
    } else {
        (
            "and there is no manifest that says which are the project's",
            "add `--unknown drop` to drop them all, or write a manifest with `pgplumb db:manifest`; \
             `--unknown keep` needs a manifest too",
        )
    };
    refused(format!("the database has {count} {} {what}:\n{names}", plural("object", count))).next(next)
}

/// Refuses where what stays needs what goes; `pairs` are the words for both ends of [`Plan::blockers`].
pub fn blockers(pairs: &[(String, String)]) -> Failure {
    let lines: Vec<String> =
        pairs.iter().map(|(from, to)| format!("{} needs {}", one_line(from), one_line(to))).collect();
    refused(format!("what is not the project's needs what would be dropped:\n{}", list(&lines)))
        .next("drop these first, or have their owners do it, and run the same command again")
}

/// Refuses where the history is out of reach: a database without its tables and with its history looks migrated.
pub fn out_of_reach(plan: &Plan, rules: &Rules) -> Option<Failure> {
    let step = plan.steps.iter().find(|step| rules.is_own(&step.object) && !step.object.usable)?;
    let (name, owner) = (named(&step.object), one_line(&step.object.owner));
    Some(refused(format!("the history of migrations belongs to {owner}: {name}")).next(format!("run it as {owner}")))
}

fn refused(message: String) -> Failure {
    Failure::refused(message).state("nothing was changed")
}
