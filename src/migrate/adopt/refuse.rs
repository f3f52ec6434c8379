//! Why a history is not taken over, in words.

use super::{Pair, Proof, Tool};
use crate::error::Failure;
use crate::migrate::script::Script;

/// The refusal, if a pair stands in the way, or nothing counts as applied.
pub fn refusal(tool: &Tool, table: &str, pairs: &[Pair<'_>], accept_changed: bool) -> Option<Failure> {
    let wrong: Vec<(String, String)> =
        pairs.iter().filter_map(|pair| wrong(tool, table, pair, accept_changed)).collect();
    let (message, next) = match wrong.first() {
        Some((_, next)) => (wrong.iter().map(|(what, _)| what.as_str()).collect::<Vec<_>>().join("\n"), next.clone()),
        None if pairs.iter().any(Pair::counts) => return None,
        None => (
            format!("{table} has no row that counts as applied, so there is nothing to take over"),
            "run `pgplumb db:migrate`, which applies what is pending".to_owned(),
        ),
    };
    Some(Failure::refused(message).state("nothing was changed").next(next))
}

/// What is wrong with a pair, and the way out.
fn wrong(tool: &Tool, table: &str, pair: &Pair<'_>, accept_changed: bool) -> Option<(String, String)> {
    let row = pair.row.map(super::Row::label).unwrap_or_default();
    let file = pair.script.map(Script::path).unwrap_or_default();
    match &pair.proof {
        Proof::Trouble(why) => Some((
            format!("{table} says of {row}: {why}"),
            format!("settle it with {} first, and run the command again", tool.name),
        )),
        Proof::NoScript => Some((
            format!("{table} has {row}, and its script is not in migrations/"),
            "bring the file back from version control, under the name that it had".to_owned(),
        )),
        Proof::Differs if !accept_changed => Some((
            format!("{file} is not the text that {} applied as {row}", tool.name),
            "put the file back as it was, or let it count as it is now: --accept-changed".to_owned(),
        )),
        Proof::Differs | Proof::Proven | Proof::Unproven | Proof::Pending | Proof::PendingBetween | Proof::Again => {
            None
        }
    }
}
