//! Runs a script statement by statement, each recorded, because PostgreSQL runs one of them in no transaction: a run
//! that stops goes on at the exact statement.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::check::Checked;
use super::clean::Lasting;
use super::doubt::{self, Verdict};
use super::progress::{self, Begun};
use super::send;
use super::transaction::Record;
use crate::db::{Session, explained};
use crate::error::{Failure, Outcome};
use crate::sql::{self, Piece, Source, Trace};

/// What becomes of a statement that was begun, and of which nothing tells whether it came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum InDoubt {
    /// It counts as done.
    Done,
    /// It is run again.
    Again,
}

/// A script that is run statement by statement.
pub struct Steps<'a> {
    /// The connection.
    pub session: &'a Session,
    /// Settings of ours.
    pub lasting: &'a Lasting,
    /// The script.
    pub checked: &'a Checked<'a>,
    /// What becomes of a statement in doubt.
    pub in_doubt: Option<InDoubt>,
    /// Says what was found.
    pub say: &'a dyn Fn(&str),
}

impl Steps<'_> {
    /// Runs what is left of the script, and records it. `had` has the statements that were begun before. Returns how
    /// long it took.
    ///
    /// # Errors
    /// Where it stopped, and how it goes on.
    pub async fn run(&self, had: &BTreeMap<i32, Begun>, record: &Record<'_>) -> Result<Duration> {
        let begun = Instant::now();
        let source = self.checked.text.open()?;
        let pieces = sql::split(&source)?;
        self.refuse_edited(&source, &pieces, had)?;
        let settings =
            format!("{}; SET lock_timeout = '{}ms'", self.lasting.scrub(), self.checked.lock_timeout().as_millis());
        self.session.client.batch_execute(&settings).await.map_err(|error| self.stopped(error.into(), had.len()))?;
        for number in 0..pieces.len() {
            let row = i32::try_from(number + 1).ok().and_then(|number| had.get(&number));
            let step = Step { steps: self, source: &source, pieces: &pieces, number };
            step.run(row).await.map_err(|error| self.stopped(error, number))?;
        }
        let row = record(self.checked, begun.elapsed().as_millis())?;
        let record = format!("{}; {row}; {}", progress::ourselves(), progress::forget_all(self.checked.path()));
        self.transaction(&record).await.map_err(|error| self.stopped(error, pieces.len()))?;
        Ok(begun.elapsed())
    }

    /// A statement that is done must still be what was done.
    fn refuse_edited(&self, source: &Source, pieces: &[Piece], had: &BTreeMap<i32, Begun>) -> Result<()> {
        let path = self.checked.path();
        for (number, begun) in had {
            let piece = usize::try_from(*number).ok().and_then(|number| pieces.get(number.checked_sub(1)?));
            if piece.is_some_and(|piece| checksum(source, piece) == begun.checksum) {
                continue;
            }
            let failure = Failure::refused(format!("statement {number} of {path} was changed after it was run"));
            let failure = match piece {
                Some(piece) => failure.at(source.location(piece.statement().start)),
                None => failure,
            };
            let forget = progress::forget_all(path);
            return Err(failure
                .state(format!("{} of its statements were run, and nothing more was done", had.len()))
                .next(format!("put it back as it was; or, if what was run is undone by hand, begin anew: {forget}"))
                .into());
        }
        Ok(())
    }

    async fn transaction(&self, statements: &str) -> Result<()> {
        let text = format!("BEGIN READ WRITE; {statements}; COMMIT");
        let done = self.session.client.batch_execute(&text).await;
        if done.is_err() {
            let _ = self.session.client.batch_execute("ROLLBACK").await;
        }
        Ok(done?)
    }

    /// The failure with what state the script is in, after `done` of its statements.
    fn stopped(&self, error: anyhow::Error, done: usize) -> anyhow::Error {
        let failure = match explained(error).downcast::<Failure>() {
            Ok(failure) => failure,
            Err(error) => return error,
        };
        let (path, total) = (self.checked.path(), self.checked.statements);
        let state = match done {
            0 => format!("no statement of {path} is done"),
            _ => format!("{done} of {total} statements of {path} are done and recorded"),
        };
        let goes_on = format!("run the command again: it goes on at statement {}", (done + 1).min(total));
        let next = match (failure.outcome, &failure.next) {
            (Outcome::Refused, Some(next)) => next.clone(),
            (Outcome::RolledBack, _) => format!("mend {path} and {goes_on}"),
            _ => goes_on,
        };
        let outcome = match failure.outcome {
            Outcome::RolledBack | Outcome::Transient if done > 0 || failure.server.is_none() => Outcome::PartWay,
            outcome => outcome,
        };
        Failure { outcome, ..failure }.state(state).next(next).into()
    }
}

/// One statement of such a script.
struct Step<'a> {
    steps: &'a Steps<'a>,
    source: &'a Source,
    pieces: &'a [Piece],
    number: usize,
}

impl Step<'_> {
    fn text(&self) -> &str {
        &self.source.text[self.pieces[self.number].statement()]
    }

    fn trace(&self) -> Trace {
        if self.is_alone() { sql::trace(self.text()) } else { Trace::Repeatable { concurrently: false } }
    }

    /// Whether it runs in no transaction at all.
    fn is_alone(&self) -> bool {
        self.steps.checked.runs_alone(self.text())
    }

    async fn run(&self, had: Option<&Begun>) -> Result<()> {
        let client = &self.steps.session.client;
        match had {
            Some(begun) if begun.done && sql::is_of_the_session(self.text()) => {
                // What it set went with the session that it was run in.
                send::one(client, self.source, self.pieces, self.number)
                    .await
                    .map_err(|stopped| self.failed(&stopped))?;
                Ok(())
            }
            Some(begun) if begun.done => Ok(()),
            Some(_) => self.settle().await,
            None if self.is_alone() => self.alone(false).await,
            None => self.in_transaction().await,
        }
    }

    /// In a transaction, together with the row that says so.
    async fn in_transaction(&self) -> Result<()> {
        let client = &self.steps.session.client;
        client.batch_execute("BEGIN READ WRITE").await?;
        let sent = send::one(client, self.source, self.pieces, self.number).await;
        let done = match sent {
            Ok(_) => client
                .batch_execute(&format!(
                    "SET CONSTRAINTS ALL IMMEDIATE; {}; {}; COMMIT",
                    progress::ourselves(),
                    self.mark(true)
                ))
                .await
                .map_err(Into::into),
            Err(stopped) => Err(self.failed(&stopped)),
        };
        if done.is_err() {
            let _ = client.batch_execute("ROLLBACK").await;
        }
        done
    }

    /// In no transaction: a row before says that it is begun, and afterwards that it is done.
    async fn alone(&self, again: bool) -> Result<()> {
        let (steps, client, trace) = (self.steps, &self.steps.session.client, self.trace());
        for index in doubt::clear(client, &trace, again).await? {
            (steps.say)(&format!("dropped {index}, an index that was never finished"));
        }
        steps.transaction(&format!("{}; {}", progress::ourselves(), self.mark(false))).await?;
        let before = if trace.waits_for_others() { Some(self.lift_timeouts().await?) } else { None };
        let sent = send::one(client, self.source, self.pieces, self.number).await;
        if let Err(stopped) = sent {
            return Err(self.broken_off(&stopped, &trace).await);
        }
        if let Some(before) = before {
            client.batch_execute(&before).await?;
        }
        if doubt::verdict(client, &trace).await? == Verdict::Again && matches!(trace, Trace::IndexBuilt { .. }) {
            let message =
                format!("{}: statement {} left an index that is not valid", steps.checked.path(), self.number + 1);
            return Err(Failure::new(Outcome::PartWay, message)
                .at(self.source.location(self.pieces[self.number].statement().start))
                .into());
        }
        steps.transaction(&format!("{}; {}", progress::ourselves(), self.mark(true))).await
    }

    /// What is said of a statement that the server broke off: it has no effect but what it may have left behind.
    async fn broken_off(&self, stopped: &send::Stopped, trace: &Trace) -> anyhow::Error {
        let (steps, client) = (self.steps, &self.steps.session.client);
        let mut failure = stopped.failure(steps.session);
        let Some(server) = &mut failure.server else { return failure.into() };
        let forget = progress::forget(steps.checked.path(), self.number + 1);
        let _ = steps.transaction(&format!("{}; {forget}", progress::ourselves())).await;
        let left = doubt::left(client, trace).await.unwrap_or_default();
        let words = |index| ("left behind", format!("{index}, an index that is not valid; the next run drops it"));
        server.notes.extend(left.map(words));
        failure.into()
    }

    /// Lets the statement wait as long as it must: it holds nobody up, and a timeout would leave a broken index. Returns
    /// the statements that bring the timeouts back.
    async fn lift_timeouts(&self) -> Result<String> {
        let client = &self.steps.session.client;
        let query =
            "SELECT format('SET lock_timeout = %L; SET statement_timeout = %L', current_setting('lock_timeout'),
                                   current_setting('statement_timeout'))";
        let before: String = client.query_typed_one(query, &[]).await?.try_get(0)?;
        let timeout = self.steps.checked.directives.lock_timeout.unwrap_or_default().as_millis();
        client.batch_execute(&format!("SET lock_timeout = '{timeout}ms'; SET statement_timeout = 0")).await?;
        Ok(before)
    }

    /// It was begun before, and nobody saw its end.
    async fn settle(&self) -> Result<()> {
        let (steps, client) = (self.steps, &self.steps.session.client);
        let verdict = match doubt::verdict(client, &self.trace()).await? {
            Verdict::Unknown => match steps.in_doubt {
                Some(InDoubt::Done) => Verdict::Done,
                Some(InDoubt::Again) => Verdict::Again,
                None => return Err(self.in_doubt().into()),
            },
            verdict => verdict,
        };
        let (path, number) = (steps.checked.path(), self.number + 1);
        if verdict == Verdict::Again {
            (steps.say)(&format!("{path}: statement {number} was begun and did not come to its end; it is run again"));
            return self.alone(true).await;
        }
        (steps.say)(&format!("{path}: statement {number} was begun before, and is done"));
        steps.transaction(&format!("{}; {}", progress::ourselves(), self.mark(true))).await
    }

    fn in_doubt(&self) -> Failure {
        let what = format!(
            "{}: statement {} was begun, and nothing tells whether it came to its end",
            self.steps.checked.path(),
            self.number + 1
        );
        Failure::refused(what)
            .at(self.source.location(self.pieces[self.number].statement().start))
            .next("look what it did, and run the command again with `--in-doubt done` or `--in-doubt again`")
    }

    fn mark(&self, done: bool) -> String {
        let checksum = checksum(self.source, &self.pieces[self.number]);
        progress::mark(self.steps.checked.path(), self.number + 1, &checksum, done)
    }

    fn failed(&self, stopped: &send::Stopped) -> anyhow::Error {
        stopped.failure(self.steps.session).into()
    }
}

/// The checksum of a statement, with the rows of a COPY.
fn checksum(source: &Source, piece: &Piece) -> String {
    match piece {
        Piece::Statement { range, .. } => sql::checksum(&source.text[range.clone()]),
        Piece::Copy { statement, data } => sql::checksum(&source.text[statement.start..data.end]),
    }
}
