//! `local:install`: PostgreSQL's server programs for local clusters, kept in the user's cache.

use anyhow::Result;
use serde_json::json;

use super::Context;
use crate::db::local;
use crate::error::Outcome;
use crate::output::Answer;

/// Arguments of `local:install`.
#[derive(clap::Args)]
pub struct Args {
    /// The major version, 12 to 18
    major: u16,
}

/// Installs them.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let folder = local::install(&context.places(), args.major, &|text| context.say(text)).await?;
    let text = format!("PostgreSQL {} is in {}\n", args.major, folder.display());
    Ok(Answer { outcome: Outcome::Done, text, value: json!({ "major": args.major, "folder": folder }) })
}
