//! `local:stop`: stops the project's own PostgreSQL; its data stays.

use anyhow::Result;
use serde_json::json;

use super::Context;
use crate::db::local::{self, Places};
use crate::error::Outcome;
use crate::output::Answer;

/// Arguments of `local:stop`.
#[derive(clap::Args)]
pub struct Args {}

/// Stops it.
pub async fn run(context: &Context, _args: &Args) -> Result<Answer> {
    let places = context.places();
    let beside = Places { project: local::beside(&places), ..places.clone() };
    let of_scratch = beside.project.is_dir() && local::stop(&beside).await?;
    let stopped = local::stop(&places).await? || of_scratch;
    let text = if stopped { "stopped; the data is kept\n" } else { "it was not running\n" };
    Ok(Answer { outcome: Outcome::Done, text: text.to_owned(), value: json!({ "stopped": stopped }) })
}
