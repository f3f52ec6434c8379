//! `db:snapshot`: one dump of what the project owns, proven by restoring it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use super::Context;
use super::guard::{Guard, shell_word};
use super::snapshot::{Taken, Wish, take};
use crate::error::Outcome;
use crate::output::{Answer, escape};
use crate::reset;
use crate::snapshot::size_in_words;

/// Arguments of `db:snapshot`.
#[derive(clap::Args)]
pub struct Args {
    /// Where to write it, instead of a new file in .pgplumb/snapshots
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Do not restore it into a scratch database to prove it
    #[arg(long)]
    no_check: bool,
}

/// Takes a snapshot.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let connected = context.connect().await?;
    let wish = Wish { output: args.output.clone(), unchecked: args.no_check };
    let taken = take(context, &connected, &wish).await?;
    if !taken.left.is_empty() {
        context.say(&format!("left out, because it is not the project's:\n{}", reset::list(&taken.left)));
    }
    let guard = Guard { context, connected: &connected, does: "restores", confirm: None, dry_run: true };
    let restore = guard.command("db:restore", vec![shell_word(&taken.shown())]);
    let mut value = taken.value();
    value["restore"] = restore.clone().into();
    Ok(Answer { outcome: Outcome::Done, text: text(&taken, &restore), value })
}

fn text(taken: &Taken, restore: &str) -> String {
    let record = &taken.record;
    let proof = match record.checked {
        true => format!("restored into a scratch database and counted, {}", seconds(taken.checking)),
        false => "no, by --no-check".to_owned(),
    };
    let lines = [
        ("file", taken.shown()),
        ("size", size_in_words(record.size)),
        ("tables", record.tables.len().to_string()),
        ("rows", record.rows().to_string()),
        ("taken at", format!("{}, in {}", record.taken_at, seconds(taken.dumping))),
        ("proven", proof),
        ("restore", restore.to_owned()),
    ];
    lines.iter().map(|(name, value)| format!("{name:<9} {}\n", escape(value))).collect()
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
