//! `local:start`: the project's own PostgreSQL, started if it is not running.

use anyhow::Result;
use serde_json::json;

use super::Context;
use crate::error::Outcome;
use crate::output::Answer;
use crate::platform::{Databases, LOCAL};

/// Arguments of `local:start`.
#[derive(clap::Args)]
pub struct Args {}

/// Starts it.
pub async fn run(context: &Context, _args: &Args) -> Result<Answer> {
    let cluster = context.cluster().await?;
    let databases = Databases::new(&cluster, context.platform());
    databases.ensure(LOCAL).await?;
    let url = databases.target(LOCAL).url();
    let text = format!("PostgreSQL {} is running; connect with: psql '{url}'\n", cluster.major);
    let value = json!({
        "major": cluster.major, "socket_folder": cluster.socket_folder, "data_folder": cluster.data_folder, "url": url,
    });
    Ok(Answer { outcome: Outcome::Done, text, value })
}
