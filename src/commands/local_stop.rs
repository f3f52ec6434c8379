//! `local:stop`: stops the project's own PostgreSQL; its data stays.

use anyhow::Result;
use serde_json::json;

use super::Context;
use crate::db::local;
use crate::error::Outcome;
use crate::output::Answer;

/// Arguments of `local:stop`.
#[derive(clap::Args)]
pub struct Args {}

/// Stops it.
pub async fn run(context: &Context, _args: &Args) -> Result<Answer> {
    let stopped = local::stop(&context.places()).await?;
    let text = if stopped { "stopped; the data is kept\n" } else { "it was not running\n" };
    Ok(Answer { outcome: Outcome::Done, text: text.to_owned(), value: json!({ "stopped": stopped }) })
}
