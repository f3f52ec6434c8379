//! What the commands share that move data, forward or back: which script on which database, and its statements in one
//! transaction.

use std::time::Duration;

use anyhow::Result;
use tokio_postgres::Client;

use super::context::{Connected, Context};
use super::guard::Guard;
use crate::data::{Script, Walked, Work, batch};
use crate::db::failure_of;
use crate::error::{Failure, Outcome};

/// How long what broke off is tried again unless somebody says otherwise.
pub const RETRY_FOR: Duration = Duration::from_secs(60);

/// Arguments of commands that take something away by one data migration.
#[derive(clap::Args)]
pub struct Confirmed {
    /// Data migration, by version or name
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Name of the database, which every target needs but the local default and databases labelled disposable
    #[arg(long, value_name = "DBNAME")]
    pub confirm: Option<String>,
}

impl Confirmed {
    /// The guard of a command; `does` is what it does to a database.
    pub fn guard<'a>(&'a self, context: &'a Context, connected: &'a Connected, does: &'static str) -> Guard<'a> {
        Guard { context, connected, does, confirm: self.confirm.as_deref(), dry_run: false }
    }
}

/// What a run comes to that was to stop after some batches.
pub fn capped(script: &Script, again: &str) -> Failure {
    Failure::new(Outcome::PartWay, format!("{}: stopped after as many batches as were asked for", script.path))
        .state("what is done is written down")
        .next(again)
}

/// The table of a way forward or back, if it has batches.
pub async fn find(client: &Client, script: &Script, work: &Work) -> Result<Option<Walked>> {
    match &work.walk {
        Some(walk) => Ok(Some(Walked::find(client, walk, &script.path).await?)),
        None => Ok(None),
    }
}

/// Runs statements in one transaction, between what begins it and what ends it.
pub async fn transaction(client: &Client, script: &Script, begin: &str, work: &Work, end: &str) -> Result<()> {
    let failed = |error| failure_of(&error, format!("{}: the transaction failed", script.path));
    let done = async {
        client.batch_execute(begin).await.map_err(failed)?;
        for statement in &work.statements {
            batch::execute(client, statement, &script.path).await?;
        }
        client.batch_execute(end).await.map_err(failed)
    };
    let done = done.await;
    if done.is_err() {
        let _ = client.batch_execute("ROLLBACK").await;
    }
    Ok(done.map_err(|failure| failure.state("everything of it was rolled back"))?)
}
