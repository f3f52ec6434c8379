//! Sends statements to the server and takes their answers: many on their way at once, or one.

use std::collections::VecDeque;
use std::future::{poll_fn, ready};
use std::path::Path;
use std::pin::Pin;
use std::task::Poll;

use bytes::Bytes;
use futures_util::{SinkExt, TryStreamExt, pin_mut};
use tokio_postgres::error::ErrorPosition;
use tokio_postgres::{Client, CopyInSink, Error, SimpleQueryMessage};

use crate::db::Session;
use crate::error::{Failure, Location, Outcome};
use crate::sql::{self, Checksum, Chunk, Piece, Source, Window, Windows};

/// How many messages may be on their way before their answers are awaited.
const IN_FLIGHT: usize = 16;

/// A statement that was stopped: which of how many, where, and why.
pub struct Stopped {
    /// Its number, counted from 1.
    pub number: usize,
    /// Why.
    pub error: Error,
    total: usize,
    location: Location,
}

impl Stopped {
    /// What happened, as a failure that does not yet say what state it left.
    pub fn failure(&self, session: &Session) -> Failure {
        let path = &self.location.file;
        let what = format!("{path}: statement {} of {} failed", self.number, self.total);
        let failure = session.failure_of(&self.error, what);
        if failure.server.is_none() {
            return failure;
        }
        let failure = failure.at(self.location.clone());
        match failure.outcome {
            Outcome::RolledBack if failure.next.is_none() => {
                failure.next(format!("mend {path} and run the command again"))
            }
            _ => failure,
        }
    }
}

/// Why a script was not sent whole.
pub enum Trouble {
    /// One of its statements was stopped.
    Stopped(Stopped),
    /// Its file could not be read on.
    Unread(anyhow::Error),
}

/// A COPY whose rows go on in the next window.
struct OpenCopy {
    sink: Pin<Box<CopyInSink<Bytes>>>,
    number: usize,
    location: Location,
}

/// Sends all statements of the file at `path`, which messages call `shown_as`, in the transaction that has begun.
///
/// # Errors
/// The first statement that was stopped, or why the file could not be read on.
pub async fn send(session: &Session, path: &Path, shown_as: &str) -> anyhow::Result<()> {
    let windows = || Windows::open(path, shown_as, 0..u64::MAX);
    let mut total = 0;
    for window in windows()? {
        total += window?.pieces.len();
    }
    match (Sender { client: &session.client, total }).all(windows()?).await {
        Ok(_) => Ok(()),
        Err(Trouble::Stopped(stopped)) => Err(stopped.failure(session).into()),
        Err(Trouble::Unread(error)) => Err(error),
    }
}

/// Sends scripts whole.
pub struct Sender<'a> {
    /// The connection.
    pub client: &'a Client,
    /// How many statements the script has.
    pub total: usize,
}

impl Sender<'_> {
    /// Sends all statements of a script, many on their way at once, and takes their answers in order. Returns the
    /// checksum of what was read.
    ///
    /// # Errors
    /// The first statement that was stopped.
    pub async fn all(&self, windows: Windows) -> Result<String, Trouble> {
        let mut checksum = Checksum::new();
        let mut copy: Option<OpenCopy> = None;
        for window in windows {
            let window = window.map_err(Trouble::Unread)?;
            checksum.update(&window.source.text);
            if let (Some(mut open), Some(rows)) = (copy.take(), &window.rows) {
                let fed = feed(&mut open.sink, &window.source.text[rows.data.clone()], !rows.more).await;
                fed.map_err(|error| self.stopped(open.number, error, open.location.clone()))?;
                copy = rows.more.then_some(open);
            }
            if !window.pieces.is_empty() {
                copy = self.window(&window).await?;
            }
        }
        Ok(checksum.finish())
    }

    async fn window(&self, window: &Window) -> Result<Option<OpenCopy>, Trouble> {
        let (source, pieces) = (&window.source, &window.pieces);
        let broken = |broken: Broken, chunk: &Chunk| {
            Trouble::Stopped(broken.at(source, pieces, chunk, (window.first, self.total)))
        };
        let mut waiting: VecDeque<(Chunk, Answer<'_, Result<u64, Broken>>)> = VecDeque::new();
        let mut open = None;
        for chunk in sql::chunks(source, pieces) {
            let is_last = chunk.pieces.end == pieces.len();
            let answer: Answer<'_, _> = match &pieces[chunk.pieces.start] {
                Piece::Statement { .. } => Box::pin(simple(self.client, &source.text[chunk.range.clone()])),
                Piece::Copy { statement, data } => {
                    // COPY is a conversation, so what was sent before must be answered first.
                    while let Some((chunk, answer)) = waiting.pop_front() {
                        answer.await.map_err(|error| broken(error, &chunk))?;
                    }
                    let (statement, data) = (&source.text[statement.clone()], &source.text[data.clone()]);
                    if is_last && window.more {
                        let sink = begin_copy(self.client, statement, data).await;
                        let sink = sink.map_err(|error| broken(Broken { done: 0, error }, &chunk))?;
                        let (number, location) = (window.first + pieces.len(), source.location(chunk.range.start));
                        open = Some(OpenCopy { sink, number, location });
                        break;
                    }
                    // Its rows go to the server only as it answers, and no statement may overtake them.
                    copy(self.client, statement, data).await.map_err(|error| broken(error, &chunk))?;
                    continue;
                }
            };
            waiting.push_back((chunk, on_its_way(answer).await));
            if waiting.len() == IN_FLIGHT
                && let Some((chunk, answer)) = waiting.pop_front()
            {
                answer.await.map_err(|error| broken(error, &chunk))?;
            }
        }
        while let Some((chunk, answer)) = waiting.pop_front() {
            answer.await.map_err(|error| broken(error, &chunk))?;
        }
        Ok(open)
    }

    fn stopped(&self, number: usize, error: Error, location: Location) -> Trouble {
        Trouble::Stopped(Stopped { number, error, total: self.total, location })
    }
}

/// Sends one statement of a script and awaits its answer. Returns how many rows it read or wrote.
///
/// # Errors
/// If it was stopped.
pub async fn one(client: &Client, source: &Source, pieces: &[Piece], number: usize) -> Result<u64, Stopped> {
    let piece = &pieces[number];
    let chunk = Chunk { range: piece.statement(), pieces: number..number + 1 };
    let statement = &source.text[piece.statement()];
    let sent = match piece {
        Piece::Statement { .. } => simple(client, statement).await,
        Piece::Copy { data, .. } => copy(client, statement, &source.text[data.clone()]).await,
    };
    sent.map_err(|broken| broken.at(source, pieces, &chunk, (0, pieces.len())))
}

/// An answer that is awaited.
type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Sends a message without awaiting its answer: the first poll is what sends it, so messages leave in order.
async fn on_its_way<'a, T: 'a>(answer: impl Future<Output = T> + 'a) -> Answer<'a, T> {
    let mut answer: Answer<'a, T> = Box::pin(answer);
    match poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await {
        Poll::Pending => answer,
        Poll::Ready(result) => Box::pin(ready(result)),
    }
}

/// Where sending a chunk broke off: after how many of its statements, and why.
struct Broken {
    done: usize,
    error: Error,
}

async fn simple(client: &Client, text: &str) -> Result<u64, Broken> {
    let (mut done, mut rows) = (0, 0);
    let result: Result<(), Error> = async {
        let messages = client.simple_query_raw(text).await?;
        pin_mut!(messages);
        while let Some(message) = messages.try_next().await? {
            if let SimpleQueryMessage::CommandComplete(count) = message {
                (done, rows) = (done + 1, count);
            }
        }
        Ok(())
    }
    .await;
    result.map(|()| rows).map_err(|error| Broken { done, error })
}

async fn copy(client: &Client, statement: &str, data: &str) -> Result<u64, Broken> {
    let result: Result<u64, Error> = async {
        let mut sink = begin_copy(client, statement, data).await?;
        sink.as_mut().finish().await
    }
    .await;
    result.map_err(|error| Broken { done: 0, error })
}

/// Begins a COPY with the rows that are there.
async fn begin_copy(client: &Client, statement: &str, data: &str) -> Result<Pin<Box<CopyInSink<Bytes>>>, Error> {
    let mut sink = Box::pin(client.copy_in::<_, Bytes>(statement).await?);
    feed(&mut sink, data, false).await?;
    Ok(sink)
}

/// Sends rows of a COPY, and ends it if they are the last.
async fn feed(sink: &mut Pin<Box<CopyInSink<Bytes>>>, data: &str, is_last: bool) -> Result<(), Error> {
    for part in data.as_bytes().chunks(64 * 1024) {
        sink.feed(Bytes::copy_from_slice(part)).await?;
    }
    if is_last {
        sink.as_mut().finish().await?;
    }
    Ok(())
}

impl Broken {
    /// The statement that it was about: the one that the server points into, else the one behind those that were done.
    /// `first` and `total` are how many statements of the script lie before these pieces, and how many it has.
    fn at(self, source: &Source, pieces: &[Piece], chunk: &Chunk, (first, total): (usize, usize)) -> Stopped {
        let place = position(&self.error).map(|characters| {
            let text = &source.text[chunk.range.clone()];
            chunk.range.start + text.char_indices().nth(characters - 1).map_or(text.len(), |(at, _)| at)
        });
        // The server reads a whole chunk before it runs any of it, so the place knows better than the count.
        let number = match place {
            Some(place) => pieces.partition_point(|piece| piece.statement().end < place),
            None => chunk.pieces.start + self.done,
        };
        let number = number.min(chunk.pieces.end - 1);
        let location = source.location(place.unwrap_or(pieces[number].statement().start));
        Stopped { number: first + number + 1, error: self.error, total, location }
    }
}

/// The character, counted from 1, that the server points at in the text that it was sent.
fn position(error: &Error) -> Option<usize> {
    match error.as_db_error()?.position()? {
        ErrorPosition::Original(at) => usize::try_from(*at).ok().filter(|at| *at > 0),
        ErrorPosition::Internal { .. } => None,
    }
}
