//! Drops what a plan says, in one transaction if its locks fit, else in several, each of which leaves a database that
//! the next reset can go on with.

use std::collections::HashSet;
use std::ops::Range;

use anyhow::Result;
use futures_util::{TryStreamExt, pin_mut};
use tokio_postgres::{Client, SimpleQueryMessage};

use super::order::{Step, batches};
use super::plan::blockers;
use super::read::{self, Key};
use super::wait::blocked;
use super::words;
use crate::db::Session;
use crate::error::{Failure, Outcome};
use crate::platform::Platform;

/// How many statements travel in one message.
const AT_ONCE: usize = 50;

/// Drops the objects of `steps`, taking at most `budget` locks at a time; `pause` is asked between transactions
/// whether to go on, with the number of objects that are gone.
///
/// # Errors
/// What stopped it. Where some transactions were committed before, the outcome is part-way.
pub async fn execute(
    session: &Session,
    platform: Option<Platform>,
    steps: &[Step],
    budget: u64,
    pause: &dyn Fn(usize) -> Result<()>,
) -> Result<()> {
    for batch in batches(steps, budget) {
        let begun = batch.start;
        let done = match pause(begun) {
            Ok(()) => transaction(session, platform, steps, batch).await,
            Err(error) => Err(error),
        };
        done.map_err(|error| part_way(error, begun, steps.len()))?;
    }
    Ok(())
}

/// What a failure comes to after `done` objects went in transactions of their own.
fn part_way(error: anyhow::Error, done: usize, all: usize) -> anyhow::Error {
    match error.downcast::<Failure>() {
        Ok(failure) if done > 0 => {
            let outcome = match failure.outcome {
                Outcome::Interrupted | Outcome::Terminated => failure.outcome,
                _ => Outcome::PartWay,
            };
            let state = format!("{done} of {all} objects are gone; the rest and the history of migrations are there");
            Failure { outcome, ..failure }.state(state).next("run the same command again").into()
        }
        Ok(failure) => failure.into(),
        Err(error) => error,
    }
}

async fn transaction(session: &Session, platform: Option<Platform>, steps: &[Step], batch: Range<usize>) -> Result<()> {
    open(session, platform, steps, batch).await?;
    commit(session, "the reset could not be committed").await
}

/// Begins a transaction and drops in it the objects of `batch`, which are some of `steps`. The caller commits it.
///
/// # Errors
/// What stopped it; the transaction is rolled back then.
pub async fn open(session: &Session, platform: Option<Platform>, steps: &[Step], batch: Range<usize>) -> Result<()> {
    let dropped = drop_all(session, platform, steps, batch.clone()).await;
    if dropped.is_ok() {
        return Ok(());
    }
    // The connection may be gone; then the server rolls back by itself.
    let _ = session.client.batch_execute("ROLLBACK").await;
    let relations: Vec<u32> = steps[batch].iter().map(|step| step.object.key.1).collect();
    match dropped.map_err(anyhow::Error::downcast::<Failure>) {
        Err(Ok(failure)) => Err(blocked(session, failure, &relations).await.state("nothing was changed").into()),
        Err(Err(error)) => Err(error),
        Ok(()) => Ok(()),
    }
}

/// Commits what [`open`] began; `what` is the message if that fails.
///
/// # Errors
/// What the server said, or an unknown outcome where it said nothing.
pub async fn commit(session: &Session, what: &str) -> Result<()> {
    let Err(error) = session.client.batch_execute("COMMIT").await else { return Ok(()) };
    let failure = session.failure_of(&error, what);
    Err(match failure.outcome {
        Outcome::Transient => Failure { outcome: Outcome::Unknown, ..failure }
            .state("either all of it is done or nothing is")
            .next("run the same command again"),
        _ => failure.state("nothing was changed"),
    }
    .into())
}

async fn drop_all(session: &Session, platform: Option<Platform>, steps: &[Step], batch: Range<usize>) -> Result<()> {
    let client = &session.client;
    let begin = format!("BEGIN; {}; SET LOCAL client_min_messages = warning", read::SETTINGS);
    client.batch_execute(&begin).await.map_err(|error| session.failure_of(&error, "the reset could not begin"))?;
    refuse_cascade(session, platform, steps, &steps[batch.clone()]).await?;
    let due: Vec<(&Step, &str)> =
        steps[batch].iter().filter_map(|step| Some((step, step.statement.as_deref()?))).collect();
    for some in due.chunks(AT_ONCE) {
        let text = some.iter().map(|(_, statement)| *statement).collect::<Vec<_>>().join(";\n");
        if let Err((done, error)) = send(client, &text).await {
            let object = some.get(done).map_or("the last object", |(step, _)| &step.object.identity);
            return Err(session.failure_of(&error, format!("{} could not be dropped", words::one_line(object))).into());
        }
    }
    Ok(())
}

/// Sends statements; a failure says how many were done before it.
async fn send(client: &Client, text: &str) -> Result<(), (usize, tokio_postgres::Error)> {
    let mut done = 0;
    let sent: Result<(), tokio_postgres::Error> = async {
        let messages = client.simple_query_raw(text).await?;
        pin_mut!(messages);
        while let Some(message) = messages.try_next().await? {
            done += usize::from(matches!(message, SimpleQueryMessage::CommandComplete(_)));
        }
        Ok(())
    }
    .await;
    sent.map_err(|error| (done, error))
}

/// A CASCADE takes along whatever needs the object by now, so that is asked for once more right before it.
async fn refuse_cascade(session: &Session, platform: Option<Platform>, steps: &[Step], batch: &[Step]) -> Result<()> {
    let cascades: HashSet<Key> = batch.iter().filter(|step| step.cascade).map(|step| step.object.key).collect();
    if cascades.is_empty() {
        return Ok(());
    }
    let goes: HashSet<Key> = steps.iter().map(|step| step.object.key).collect();
    let edges = read::edges(session, platform).await?;
    let Some((from, _)) = blockers(&edges, &goes).into_iter().find(|(_, to)| cascades.contains(to)) else {
        return Ok(());
    };
    let names = read::describe(session, &[from]).await?;
    let name = names.first().map(|name| words::one_line(name)).unwrap_or_default();
    Err(Failure::refused(format!("{name} was made in the meantime and needs something that is to be dropped"))
        .next("run the same command again")
        .into())
}
