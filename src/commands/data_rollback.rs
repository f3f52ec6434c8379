//! `data:rollback`: takes a data migration back in batches, as long as it is not finalized.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::context::Context;
use super::data_work::{Confirmed, RETRY_FOR, capped, find, transaction};
use super::guard::{Access, refused};
use super::mover::{End, Mover, Shared};
use super::work;
use crate::data::state::{self, Stage};
use crate::data::{self, Walked, lock};
use crate::error::Outcome;
use crate::output::{Answer, escape};

/// Arguments of `data:rollback`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    confirmed: Confirmed,
    /// Stop after this many batches
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_batches: Option<u64>,
    /// How long to try again what a lock, a deadlock or a lost connection broke off (0 not at all)
    #[arg(long, value_name = "TIME", value_parser = work::duration)]
    retry_for: Option<Duration>,
}

/// Takes a data migration back.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let scripts = data::read(&context.project.folder)?;
    let script = data::one(&scripts, &args.confirmed.name)?;
    let Some(undo) = &script.undo else {
        return Err(refused(format!("{} has no section `undo`, so nothing takes it back", script.path))
            .next("write one, or mend the rows by a data migration of their own")
            .into());
    };
    let connected = context.connect().await?;
    let client = &connected.session.client;
    let guard = args.confirmed.guard(context, &connected, "takes data back in");
    if guard.check().await? == Access::Unconfirmed {
        let what = format!("data:rollback takes back what {} did to {}", script.path, connected.target);
        let command = guard.command("data:rollback", vec![script.tag.clone()]);
        return Err(refused(what).next(format!("confirm it: {command}")).into());
    }
    lock::acquire(client, script.version, &script.path).await?;
    let stage = state::of(client, script.version).await?.map(|state| state.stage);
    match stage {
        None | Some(Stage::Undone) => {
            let text = format!("{}: nothing to take back\n", escape(&script.path));
            return Ok(Answer {
                outcome: Outcome::Done,
                text,
                value: json!({ "script": script.path, "state": stage.map(Stage::name) }),
            });
        }
        Some(Stage::Finalized) => {
            return Err(refused(format!("{} is finalized, and nothing takes it back any more", script.path))
                .next("restore a snapshot, or move the rows by a data migration of their own")
                .into());
        }
        _ => {}
    }
    let walked = find(client, script, undo).await?;
    match walked {
        None => {
            let end = format!("{}; COMMIT", state::set(script.version, Stage::Undone));
            transaction(client, script, "BEGIN", undo, &end).await?;
        }
        Some(walked) => {
            if stage != Some(Stage::Undoing) {
                begin(&connected.session.client, script, &walked).await?;
            }
            let mover = Mover {
                context,
                target: &connected.target,
                script,
                work: undo,
                walked,
                retry_for: args.retry_for.unwrap_or(RETRY_FOR),
                workers: 1,
                again: format!("`pgplumb data:rollback {}`", script.tag),
                batches_left: Cell::new(args.max_batches.unwrap_or(u64::MAX)),
                session: RefCell::new(Rc::clone(&connected.session)),
                shared: Shared::default(),
            };
            if mover.run().await? == End::Capped {
                return Err(capped(script, &mover.again).into());
            }
            let session = Rc::clone(&mover.session.borrow());
            session.client.batch_execute(&state::set(script.version, Stage::Undone)).await?;
        }
    }
    let text = format!("{}: taken back\n", escape(&script.path));
    Ok(Answer { outcome: Outcome::Done, text, value: json!({ "script": script.path, "state": "undone" }) })
}

/// Writes down that a script is being taken back. Rows that were left out on the way forward are left out no more: the
/// walk back goes by other rows.
async fn begin(client: &tokio_postgres::Client, script: &data::Script, walked: &Walked) -> Result<()> {
    let total = state::estimate(client, walked).await?;
    let statements = state::begin(script, Stage::Undoing, total, &[data::batch::Range::default()]);
    let skips = format!("DELETE FROM pgplumb.data_skip WHERE version = {}", script.version);
    client.batch_execute(&format!("BEGIN; {statements}; {skips}; COMMIT")).await.map_err(work::of_server)
}
