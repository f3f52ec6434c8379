//! `data:finalize`: does what may only be done at the very end of a data migration, once it is proven right.

use anyhow::Result;
use serde_json::json;

use super::context::Context;
use super::data_work::{Confirmed, transaction};
use super::guard::{Access, refused};
use crate::data::state::{self, Stage};
use crate::data::{self, Name, Work, lock};
use crate::error::{Failure, Outcome};
use crate::output::{Answer, escape};

/// Arguments of `data:finalize`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    confirmed: Confirmed,
}

/// Finalizes a data migration.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let scripts = data::read(&context.project.folder)?;
    let script = data::one(&scripts, &args.confirmed.name)?;
    let connected = context.connect().await?;
    let client = &connected.session.client;
    let guard = args.confirmed.guard(context, &connected, "finalizes data in");
    let access = guard.check().await?;
    lock::acquire(client, script.version, &script.path).await?;
    let stage = state::of(client, script.version).await?.map(|state| state.stage);
    let value = json!({ "script": script.path, "state": "finalized" });
    match stage {
        Some(Stage::Finalized) => {
            let text = format!("{}: finalized already\n", escape(&script.path));
            return Ok(Answer { outcome: Outcome::Done, text, value });
        }
        Some(Stage::Done) => {}
        other => {
            let word = Stage::word(other);
            return Err(refused(format!("{} is {word}, and only what is done can be finalized", script.path))
                .next(format!("`pgplumb data:migrate {}`", script.tag))
                .into());
        }
    }
    let proven = data::prove(&connected.session, script).await?;
    if proven.iter().any(|proven| !proven.held) {
        return Err(Failure::new(Outcome::Findings, format!("{}: its proof no longer holds", script.path))
            .state("nothing was changed")
            .next("mend the rows, then run the command again")
            .found(data::proof_text(&proven), json!({ "script": script.path, "rules": data::proof_value(&proven) }))
            .into());
    }
    let statements = script.statements(Name::Finalize).to_vec();
    if access == Access::Unconfirmed {
        let what = format!(
            "data:finalize runs {} statements on {} that nothing takes back, and ends the way back of {}",
            statements.len(),
            connected.target,
            script.path
        );
        let command = guard.command("data:finalize", vec![script.tag.clone()]);
        return Err(refused(what).next(format!("confirm it: {command}")).into());
    }
    let begin = format!("BEGIN; SET LOCAL lock_timeout = {}", script.header.lock_timeout.as_millis());
    let end = format!("{}; COMMIT", state::set(script.version, Stage::Finalized));
    transaction(client, script, &begin, &Work { walk: None, statements }, &end).await?;
    Ok(Answer { outcome: Outcome::Done, text: format!("{}: finalized\n", escape(&script.path)), value })
}
