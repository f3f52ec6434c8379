//! The command line: what there is to say, and nothing done about it yet.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands::{
    data_finalize, data_migrate, data_pause, data_rollback, data_status, data_verify, db_adopt, db_diff, db_manifest,
    db_migrate, db_rehearse, db_reset, db_restore, db_rollback, db_seed, db_snapshot, db_status, db_verify,
    local_install, local_start, local_stop,
};
use crate::output::Color;

/// Brings a PostgreSQL or Supabase database to where its SQL files say it should be, and proves that it stands there.
#[derive(Parser)]
#[command(name = "pgplumb", version, arg_required_else_help = true, disable_help_subcommand = true)]
pub struct Cli {
    /// What every command understands.
    #[command(flatten)]
    pub options: Options,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command understands.
#[derive(Args)]
#[command(next_help_heading = "Options everywhere")]
pub struct Options {
    /// Connection string of the target; `-` reads it from standard input
    #[arg(long, global = true, value_name = "URL")]
    pub url: Option<String>,
    /// Target named in pgplumb.toml
    #[arg(long, global = true, value_name = "NAME")]
    pub env: Option<String>,
    /// Folder of the project
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    pub project: Option<PathBuf>,
    /// Manifest to use instead of the project's manifest.json
    #[arg(long, global = true, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Print one JSON document on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Say nothing but data and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more, such as what the server remarks
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Answer yes to questions; never enough where a guard asks for a name
    #[arg(short, long, global = true)]
    pub yes: bool,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Apply pending migrations, then changed seeds, then verify
    #[command(name = "db:migrate")]
    Migrate(db_migrate::Args),
    /// Run what is pending on a copy of the target without rows, and show what each statement locks; writes nothing
    #[command(name = "db:rehearse")]
    Rehearse(db_rehearse::Args),
    /// Apply changed seeds
    #[command(name = "db:seed")]
    Seed(db_seed::Args),
    /// Hold the database against the manifest; writes nothing
    #[command(name = "db:verify")]
    Verify(db_verify::Args),
    /// Take over another tool's history, after proof; writes history only
    #[command(name = "db:adopt")]
    Adopt(db_adopt::Args),
    /// Drop what the project owns
    #[command(name = "db:reset")]
    Reset(db_reset::Args),
    /// Dump what the project owns, and prove that the dump restores; writes nothing to the target
    #[command(name = "db:snapshot")]
    Snapshot(db_snapshot::Args),
    /// Put a snapshot in the place of what the project owns
    #[command(name = "db:restore")]
    Restore(db_restore::Args),
    /// Take migrations back by their down scripts
    #[command(name = "db:rollback")]
    Rollback(db_rollback::Args),
    /// Show the target, the history, and what is pending or edited; writes nothing
    #[command(name = "db:status")]
    Status(db_status::Args),
    /// Compare two of target, migrations, manifest, another database, a dump; writes nothing
    #[command(name = "db:diff")]
    Diff(db_diff::Args),
    /// Write the manifest, from the migrations or from the target
    #[command(name = "db:manifest")]
    Manifest(db_manifest::Args),
    /// Move rows by data migrations, from where the last run stopped, and prove them
    #[command(name = "data:migrate")]
    DataMigrate(data_migrate::Args),
    /// Show how far data migrations are; writes nothing
    #[command(name = "data:status")]
    DataStatus(data_status::Args),
    /// Hold a data migration that runs elsewhere
    #[command(name = "data:pause")]
    DataPause(data_pause::Args),
    /// Let a data migration go on that was asked to pause
    #[command(name = "data:resume")]
    DataResume(data_pause::Resume),
    /// Take a data migration back, as long as it is not finalized
    #[command(name = "data:rollback")]
    DataRollback(data_rollback::Args),
    /// Do what may only be done at the end of a data migration, after proof
    #[command(name = "data:finalize")]
    DataFinalize(data_finalize::Args),
    /// Ask the database whether the checks of data migrations hold; writes nothing
    #[command(name = "data:verify")]
    DataVerify(data_verify::Args),
    /// Start the project's local cluster
    #[command(name = "local:start")]
    LocalStart(local_start::Args),
    /// Stop the project's local cluster
    #[command(name = "local:stop")]
    LocalStop(local_stop::Args),
    /// Install PostgreSQL's server programs of a major version for local clusters
    #[command(name = "local:install")]
    LocalInstall(local_install::Args),
}

impl Command {
    /// Its name, as `--json` reports it.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Migrate(_) => "db:migrate",
            Command::Seed(_) => "db:seed",
            Command::Verify(_) => "db:verify",
            Command::Adopt(_) => "db:adopt",
            Command::Rehearse(_) => "db:rehearse",
            Command::Reset(_) => "db:reset",
            Command::Snapshot(_) => "db:snapshot",
            Command::Restore(_) => "db:restore",
            Command::Rollback(_) => "db:rollback",
            Command::Status(_) => "db:status",
            Command::Diff(_) => "db:diff",
            Command::Manifest(_) => "db:manifest",
            Command::DataMigrate(_) => "data:migrate",
            Command::DataStatus(_) => "data:status",
            Command::DataPause(_) => "data:pause",
            Command::DataResume(_) => "data:resume",
            Command::DataRollback(_) => "data:rollback",
            Command::DataFinalize(_) => "data:finalize",
            Command::DataVerify(_) => "data:verify",
            Command::LocalStart(_) => "local:start",
            Command::LocalStop(_) => "local:stop",
            Command::LocalInstall(_) => "local:install",
        }
    }
}
