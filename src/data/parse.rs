//! Lets the server read every statement of a script before the first one runs.

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::{Name, Script, Statement, Walked, Work, batch};
use crate::db::failure_of;
use crate::error::{Failure, Outcome};

/// Reads all sections in a transaction that is rolled back. `walked` are the tables of the way forward and of the way
/// back, where these have batches.
///
/// # Errors
/// Bad input with the place, where the server does not understand a statement.
pub async fn parse(client: &Client, script: &Script, walked: [Option<&Walked>; 2]) -> Result<(), Failure> {
    let failed = |error| failure_of(&error, format!("{}: its statements could not be read", script.path));
    client.batch_execute("BEGIN").await.map_err(failed)?;
    let read = sections(client, script, walked).await;
    client.batch_execute("ROLLBACK").await.map_err(failed)?;
    read
}

async fn sections(client: &Client, script: &Script, [forward, back]: [Option<&Walked>; 2]) -> Result<(), Failure> {
    work(client, &script.forward, forward, &script.path).await?;
    if let Some(undo) = &script.undo {
        work(client, undo, back, &script.path).await?;
    }
    for name in [Name::Precondition, Name::Verify, Name::Compare] {
        statements(client, script.statements(name), false).await?;
    }
    statements(client, script.statements(Name::Finalize), true).await
}

async fn work(client: &Client, work: &Work, walked: Option<&Walked>, path: &str) -> Result<(), Failure> {
    let Some(walked) = walked else { return statements(client, &work.statements, true).await };
    let table = format!("DROP TABLE IF EXISTS pg_temp.batch; {}", batch::table(walked));
    let failed = |error| failure_of(&error, format!("{path}: the table of a batch could not be made"));
    client.batch_execute(&table).await.map_err(failed)?;
    statements(client, &work.statements, false).await
}

/// Where statements may use what the ones before them make, only their syntax can be judged.
async fn statements(client: &Client, statements: &[Statement], only_syntax: bool) -> Result<(), Failure> {
    for statement in statements {
        let failed = |error| failure_of(&error, "a statement could not be read").at(statement.location.clone());
        client.batch_execute("SAVEPOINT pgplumb_parse").await.map_err(failed)?;
        let Err(error) = client.prepare(&statement.text).await else { continue };
        if only_syntax && error.code() != Some(&SqlState::SYNTAX_ERROR) {
            client.batch_execute("ROLLBACK TO SAVEPOINT pgplumb_parse").await.map_err(failed)?;
            continue;
        }
        let failure = failed(error);
        let outcome = if failure.outcome == Outcome::RolledBack { Outcome::Input } else { failure.outcome };
        return Err(Failure { outcome, ..failure }.state("nothing was changed"));
    }
    Ok(())
}
