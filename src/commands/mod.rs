//! One file for each command: its arguments and `run`. What they share is the [`Context`].

mod archive;
mod context;
mod copy;
pub mod data_finalize;
pub mod data_migrate;
pub mod data_pause;
pub mod data_rollback;
pub mod data_status;
pub mod data_verify;
mod data_work;
pub mod db_adopt;
pub mod db_diff;
pub mod db_manifest;
pub mod db_migrate;
pub mod db_rehearse;
pub mod db_reset;
pub mod db_restore;
pub mod db_rollback;
pub mod db_seed;
pub mod db_snapshot;
pub mod db_status;
pub mod db_verify;
mod guard;
pub mod local_install;
pub mod local_start;
pub mod local_stop;
mod mover;
mod on_target;
mod owned;
mod proof;
mod roles;
mod runner;
mod scratch;
mod sides;
mod snapshot;
mod spelling;
mod work;

use anyhow::Result;

pub use context::Context;

use crate::cli::Command;
use crate::db::explained;
use crate::output::Answer;

/// Runs a command.
///
/// # Errors
/// What keeps it from its work, as a [`crate::error::Failure`] wherever a user can do something about it.
pub async fn run(context: &Context, command: &Command) -> Result<Answer> {
    let done = match command {
        Command::Migrate(args) => db_migrate::run(context, args).await,
        Command::Seed(args) => db_seed::run(context, args).await,
        Command::Verify(args) => db_verify::run(context, args).await,
        Command::Adopt(args) => db_adopt::run(context, args).await,
        Command::Rehearse(args) => db_rehearse::run(context, args).await,
        Command::Reset(args) => db_reset::run(context, args).await,
        Command::Snapshot(args) => db_snapshot::run(context, args).await,
        Command::Restore(args) => db_restore::run(context, args).await,
        Command::Rollback(args) => db_rollback::run(context, args).await,
        Command::Status(args) => db_status::run(context, args).await,
        Command::Diff(args) => db_diff::run(context, args).await,
        Command::DataMigrate(args) => data_migrate::run(context, args).await,
        Command::DataStatus(args) => data_status::run(context, args).await,
        Command::DataPause(args) => data_pause::run(context, args).await,
        Command::DataResume(args) => data_pause::resume(context, args).await,
        Command::DataRollback(args) => data_rollback::run(context, args).await,
        Command::DataFinalize(args) => data_finalize::run(context, args).await,
        Command::Manifest(args) => db_manifest::run(context, args).await,
        Command::DataVerify(args) => data_verify::run(context, args).await,
        Command::LocalStart(args) => local_start::run(context, args).await,
        Command::LocalStop(args) => local_stop::run(context, args).await,
        Command::LocalInstall(args) => local_install::run(context, args).await,
    };
    done.map_err(explained)
}
