//! Sends a script: its statements together with the row that records it, in one transaction.

use std::collections::VecDeque;
use std::future::{poll_fn, ready};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use anyhow::Result;
use bytes::Bytes;
use futures_util::{SinkExt, TryStreamExt, pin_mut};
use tokio_postgres::{Client, SimpleQueryMessage};

use super::Script;
use super::blockers;
use super::lock::held;
use crate::db::{Session, may_have_committed};
use crate::error::{Failure, Outcome};
use crate::sql::{self, Chunk, Class, Directives, Piece};

/// How long DDL waits for a lock unless the script says otherwise: everyone behind it waits as long.
const LOCK_TIMEOUT: Duration = Duration::from_secs(3);

/// SQLSTATE of a lock that was not to be had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// How many messages may be on their way before their answers are awaited.
const IN_FLIGHT: usize = 16;

/// A script whose statements are known to be fit for a transaction.
pub struct Checked<'a> {
    /// The script.
    pub script: &'a Script,
    pieces: Vec<Piece>,
    directives: Directives,
}

impl Checked<'_> {
    fn lock_timeout(&self) -> Duration {
        self.directives.lock_timeout.unwrap_or(LOCK_TIMEOUT)
    }
}

/// What sending a script came to.
pub struct Sent {
    /// How long it took.
    pub took: Duration,
}

/// Reads a script's statements and refuses what cannot run in one transaction, before anything runs.
///
/// # Errors
/// Bad input, with the place.
pub fn check(script: &Script) -> Result<Checked<'_>> {
    let source = &script.source;
    let (pieces, directives) = (sql::split(source)?, sql::directives(source)?);
    if pieces.is_empty() {
        return Err(Failure::input(format!("{} has no statement in it", source.path))
            .next("write its statements, or delete the file")
            .into());
    }
    for piece in &pieces {
        let range = piece.statement();
        let refusal = match sql::class(&source.text[range.clone()]) {
            Class::Ordinary => continue,
            Class::TransactionControl => Failure::input(format!("{} begins or ends a transaction itself", source.path))
                .next("take the statement out: each script runs in a transaction of its own"),
            Class::CopyOut => Failure::input(format!("{} copies rows to STDOUT, where nobody reads them", source.path))
                .next("take the statement out of the script"),
            Class::OutsideTransaction => {
                Failure::input(format!("{} has a statement that cannot run in a transaction", source.path))
                    .next("this version of pgplumb runs whole scripts in transactions only; run the statement by hand")
            }
        };
        return Err(refusal.at(source.location(range.start)).into());
    }
    Ok(Checked { script, pieces, directives })
}

/// Sends a checked script in one transaction, with the statements that `record` gives for the time it took.
///
/// # Errors
/// Everything was rolled back, and the failure says where in the script it was.
pub async fn run(session: &Session, checked: &Checked<'_>, record: impl FnOnce(u128) -> String) -> Result<Sent> {
    let begun = Instant::now();
    match transaction(session, checked, record, begun).await {
        Ok(()) => Ok(Sent { took: begun.elapsed() }),
        Err(mut failure) => {
            // The connection may be gone; then the server rolls back by itself.
            let _ = session.client.batch_execute("ROLLBACK").await;
            if let Some(server) = failure.server.as_mut().filter(|server| server.sqlstate == LOCK_NOT_AVAILABLE) {
                let holding = blockers::holding(&session.client, checked.lock_timeout()).await.unwrap_or_default();
                server.notes.extend(holding.into_iter().map(|session| ("in the way", session)));
            }
            Err(failure.into())
        }
    }
}

async fn transaction(
    session: &Session,
    checked: &Checked<'_>,
    record: impl FnOnce(u128) -> String,
    begun: Instant,
) -> Result<(), Failure> {
    let path = &checked.script.source.path;
    let failed = |error: &tokio_postgres::Error, what: &str| {
        let failure = session.failure_of(error, format!("{path}: {what}"));
        failure.state(format!("{path} has no effect; everything in it was rolled back"))
    };
    let timeout = checked.lock_timeout().as_millis();
    // The script before may have left settings, a role and temporary tables behind; none of it must reach this one.
    let begin = format!(
        "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP; BEGIN; SET LOCAL lock_timeout = '{timeout}ms';
         SET LOCAL standard_conforming_strings = on"
    );
    // Its answer is awaited: were the BEGIN cancelled, statements on their way behind it would each commit alone.
    let begun_transaction = session.client.batch_execute(&begin).await;
    begun_transaction.map_err(|error| failed(&error, "the transaction could not begin"))?;
    statements(session, checked).await?;
    let record = format!(
        "RESET SESSION AUTHORIZATION; RESET ROLE; SET LOCAL search_path = ''; SET LOCAL client_min_messages = warning;
         DO $pgplumb$ BEGIN IF NOT {} THEN RAISE 'the lock of this runner is gone' USING ERRCODE = '55000'; END IF; END $pgplumb$;
         {};\nCOMMIT",
        held(),
        record(begun.elapsed().as_millis())
    );
    session.client.batch_execute(&record).await.map_err(|error| match may_have_committed(&error) {
        true => Failure {
            outcome: Outcome::Unknown,
            ..session.failure_of(&error, format!("{path}: COMMIT was not answered"))
        }
        .state(format!("{path} is applied whole or not at all; the server has not said which"))
        .next("run `pgplumb db:status` to see which, then go on"),
        false => failed(&error, "it could not be recorded and committed"),
    })
}

/// Sends the statements, many on their way at once, and takes their answers in order.
async fn statements(session: &Session, checked: &Checked<'_>) -> Result<(), Failure> {
    let source = &checked.script.source;
    let mut waiting: VecDeque<(Chunk, Answer<'_, Result<(), Stopped>>)> = VecDeque::new();
    for chunk in sql::chunks(source, &checked.pieces) {
        let answer: Answer<'_, _> = match &checked.pieces[chunk.pieces.start] {
            Piece::Statement { .. } => Box::pin(simple(&session.client, &source.text[chunk.range.clone()])),
            Piece::Copy { statement, data } => {
                // COPY is a conversation, so what was sent before must be answered first.
                while let Some((chunk, answer)) = waiting.pop_front() {
                    answer.await.map_err(|stopped| stopped.at(session, checked, &chunk))?;
                }
                Box::pin(copy(&session.client, &source.text[statement.clone()], &source.text[data.clone()]))
            }
        };
        waiting.push_back((chunk, send(answer).await));
        if waiting.len() == IN_FLIGHT
            && let Some((chunk, answer)) = waiting.pop_front()
        {
            answer.await.map_err(|stopped| stopped.at(session, checked, &chunk))?;
        }
    }
    while let Some((chunk, answer)) = waiting.pop_front() {
        answer.await.map_err(|stopped| stopped.at(session, checked, &chunk))?;
    }
    Ok(())
}

/// An answer that is awaited.
type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Sends a message without awaiting its answer: the first poll is what sends it, so messages leave in order.
async fn send<'a, T: 'a>(mut answer: Answer<'a, T>) -> Answer<'a, T> {
    match poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await {
        Poll::Pending => answer,
        Poll::Ready(result) => Box::pin(ready(result)),
    }
}

/// Where sending a chunk stopped: after how many of its statements, and why.
struct Stopped {
    done: usize,
    error: tokio_postgres::Error,
}

async fn simple(client: &Client, text: &str) -> Result<(), Stopped> {
    let mut done = 0;
    let result: Result<(), tokio_postgres::Error> = async {
        let messages = client.simple_query_raw(text).await?;
        pin_mut!(messages);
        while let Some(message) = messages.try_next().await? {
            done += usize::from(matches!(message, SimpleQueryMessage::CommandComplete(_)));
        }
        Ok(())
    }
    .await;
    result.map_err(|error| Stopped { done, error })
}

async fn copy(client: &Client, statement: &str, data: &str) -> Result<(), Stopped> {
    let result: Result<(), tokio_postgres::Error> = async {
        let sink = client.copy_in::<_, Bytes>(statement).await?;
        pin_mut!(sink);
        for part in data.as_bytes().chunks(64 * 1024) {
            sink.feed(Bytes::copy_from_slice(part)).await?;
        }
        sink.finish().await.map(drop)
    }
    .await;
    result.map_err(|error| Stopped { done: 0, error })
}

impl Stopped {
    /// The failure, at the place that the server names, else at the statement that it was about.
    fn at(&self, session: &Session, checked: &Checked<'_>, chunk: &Chunk) -> Failure {
        let source = &checked.script.source;
        let place = position(&self.error).map(|characters| {
            let text = &source.text[chunk.range.clone()];
            chunk.range.start + text.char_indices().nth(characters - 1).map_or(text.len(), |(at, _)| at)
        });
        // The server reads a whole chunk before it runs any of it, so the place knows better than the count.
        let number = match place {
            Some(place) => checked.pieces.partition_point(|piece| piece.statement().end < place),
            None => chunk.pieces.start + self.done,
        };
        let number = number.min(chunk.pieces.end - 1);
        let what = format!("{}: statement {} of {} failed", source.path, number + 1, checked.pieces.len());
        let failure = session.failure_of(&self.error, what);
        let failure = failure.state(format!("{} has no effect; everything in it was rolled back", source.path));
        if failure.server.is_none() {
            return failure;
        }
        let start = checked.pieces[number].statement().start;
        let failure = failure.at(source.location(place.unwrap_or(start)));
        match failure.outcome {
            Outcome::RolledBack if failure.next.is_none() => {
                failure.next(format!("mend {} and run the command again", source.path))
            }
            _ => failure,
        }
    }
}

/// The character, counted from 1, that the server points at in the text that it was sent.
fn position(error: &tokio_postgres::Error) -> Option<usize> {
    match error.as_db_error()?.position()? {
        tokio_postgres::error::ErrorPosition::Original(at) => usize::try_from(*at).ok().filter(|at| *at > 0),
        tokio_postgres::error::ErrorPosition::Internal { .. } => None,
    }
}
