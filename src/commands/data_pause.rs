//! `data:pause` and `data:resume`: hold a data migration that runs elsewhere, and let it go on.

use anyhow::Result;
use serde_json::json;

use super::context::Context;
use crate::data;
use crate::data::state;
use crate::error::{Failure, Outcome};
use crate::output::{Answer, escape};
use crate::sql::literal;

/// Arguments of `data:pause`.
#[derive(clap::Args)]
pub struct Args {
    /// Data migration, by version or name
    #[arg(value_name = "NAME")]
    name: String,
    /// Why; whoever looks at the run sees it
    #[arg(long, value_name = "WHY")]
    reason: Option<String>,
}

/// Arguments of `data:resume`.
#[derive(clap::Args)]
pub struct Resume {
    /// Data migration, by version or name
    #[arg(value_name = "NAME")]
    name: String,
}

/// Asks a data migration to pause.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let reason = literal(args.reason.as_deref().unwrap_or("data:pause"));
    let set = format!("pause = {reason}, paused_by = session_user, paused_at = now()");
    ask(context, &args.name, &set, "pauses after the batch that is on its way").await
}

/// Lets a data migration go on.
pub async fn resume(context: &Context, args: &Resume) -> Result<Answer> {
    ask(context, &args.name, "pause = NULL, paused_by = NULL, paused_at = NULL", "goes on").await
}

async fn ask(context: &Context, name: &str, set: &str, word: &str) -> Result<Answer> {
    let scripts = data::read(&context.project.folder)?;
    let script = data::one(&scripts, name)?;
    let connected = context.connect().await?;
    let client = &connected.session.client;
    if state::of(client, script.version).await?.is_none() {
        return Err(Failure::refused(format!("{} has not begun", script.path))
            .state("nothing was changed")
            .next(format!("`pgplumb data:migrate {}` begins it", script.tag))
            .into());
    }
    client
        .batch_execute(&format!("UPDATE pgplumb.data_migration SET {set} WHERE version = {}", script.version))
        .await
        .map_err(super::work::of_server)?;
    let text = format!("{} {word}\n", escape(&script.path));
    Ok(Answer { outcome: Outcome::Done, text, value: json!({ "script": script.path }) })
}
