//! `db:reset`: drops what the project owns.

use anyhow::Result;

use super::Context;
use crate::error::Failure;
use crate::output::Answer;

/// Arguments of `db:reset`.
#[derive(clap::Args)]
pub struct Args {}

/// Resets.
pub async fn run(_context: &Context, _args: &Args) -> Result<Answer> {
    Err(Failure::input("not there yet").into())
}
