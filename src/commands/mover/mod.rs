//! Walks the rows of a data migration in batches: workers that move them, and in [`look`] the connection that holds the
//! lock, looks what the run does to others and says how far it is.

mod look;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::future::join_all;

use super::context::Context;
use crate::data::batch::{self, Batches, Moved, Range};
use crate::data::state::{self, State};
use crate::data::{self, Script, Walked, Work, pace};
use crate::db::{Session, Target};
use crate::error::{Failure, Outcome, with_state};
use crate::migrate::{Lasting, Retry};
use crate::output::escape;

/// How often the run is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How long a worker sleeps before it looks again whether the run is still held.
const HELD_PAUSE: Duration = Duration::from_millis(200);

/// How many times the time goal a batch may take before the server ends it, and the least that it is given.
const PATIENCE: u32 = 10;
const LEAST_PATIENCE: Duration = Duration::from_secs(5);

/// A walk over the rows of a table.
pub struct Mover<'a> {
    /// What all commands share.
    pub context: &'a Context,
    /// The database.
    pub target: &'a Target,
    /// The script.
    pub script: &'a Script,
    /// Its way forward or back.
    pub work: &'a Work,
    /// The table.
    pub walked: Walked,
    /// How long to try again what a lock, a deadlock or a lost connection broke off.
    pub retry_for: Duration,
    /// How many workers there are.
    pub workers: u32,
    /// The command that goes on with it.
    pub again: String,
    /// How many batches are still to be run at most.
    pub batches_left: Cell<u64>,
    /// The connection that holds the lock.
    pub session: RefCell<Rc<Session>>,
    /// What workers and the one that looks tell each other.
    pub shared: Shared,
}

/// What workers and the one that looks tell each other.
#[derive(Default)]
pub struct Shared {
    held: RefCell<Option<String>>,
    backends: RefCell<Vec<i32>>,
    rows: Cell<u64>,
    last: Cell<(u32, Duration)>,
    /// One of the workers has failed, so the others end as well.
    stopped: Cell<bool>,
    /// Whether somebody said that rows are to be left out.
    skips: Cell<bool>,
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All rows are done.
    Whole,
    /// As many batches were run as were asked for.
    Capped,
}

/// One worker's connection.
struct Worker {
    session: Rc<Session>,
    size: u32,
    retry: Retry,
}

impl Mover<'_> {
    /// Walks until nothing is left to do.
    ///
    /// # Errors
    /// Part-way, with the place and the way to go on.
    pub async fn run(&self) -> Result<End> {
        let state = "what is done is written down, and the next run goes on from there";
        self.walks().await.map_err(|error| with_state(error, state))
    }

    async fn walks(&self) -> Result<End> {
        loop {
            let state = self.state().await?;
            self.shared.skips.set(state.skipped > 0);
            let ranges = state::ranges(&self.client().client, self.script.version).await?;
            if !ranges.is_empty() {
                self.walk(ranges, &state).await?;
                if self.batches_left.get() == 0 {
                    return Ok(End::Capped);
                }
            }
            let is_quiescent = self.work.walk.as_ref().is_some_and(|walk| walk.quiescent);
            if is_quiescent {
                return Ok(End::Whole);
            }
            match self.batches().is_left(&self.client().client).await {
                Ok(true) => {}
                Ok(false) => return Ok(End::Whole),
                // The state is read first, on a new connection if need be.
                Err(failure) if failure.outcome == Outcome::Transient => continue,
                Err(failure) => return Err(failure.into()),
            }
            let statements = format!("BEGIN; {}; COMMIT", state::next_pass(self.script.version));
            self.client().client.batch_execute(&statements).await?;
        }
    }

    fn client(&self) -> Rc<Session> {
        Rc::clone(&self.session.borrow())
    }

    async fn state(&self) -> Result<State> {
        self.take_lock_again(&self.client()).await?;
        let state = state::of(&self.client().client, self.script.version).await?;
        Ok(state.ok_or_else(|| Failure::refused(format!("{}: what was kept of it is gone", self.script.path)))?)
    }

    async fn walk(&self, ranges: Vec<Range>, state: &State) -> Result<()> {
        let count = usize::try_from(self.workers).unwrap_or(1).min(ranges.len());
        let queue = RefCell::new(VecDeque::from(ranges));
        let is_sweep = state.pass > 1;
        self.shared.backends.borrow_mut().clear();
        let workers = join_all((0..count).map(|_| self.worker(&queue, is_sweep)));
        let done = tokio::select! {
            biased;
            done = workers => done,
            failed = self.look(state) => vec![failed],
        };
        self.context.output.live("");
        done.into_iter().collect::<Result<Vec<()>>>()?;
        Ok(())
    }

    /// Takes one range after the other and moves its rows, on a connection of its own.
    async fn worker(&self, queue: &RefCell<VecDeque<Range>>, is_sweep: bool) -> Result<()> {
        let mut worker = Worker {
            session: self.open().await?,
            size: self.script.header.batch,
            retry: Retry::within(self.retry_for),
        };
        let done = self.ranges(&mut worker, queue, is_sweep).await;
        self.shared.stopped.set(self.shared.stopped.get() || done.is_err());
        self.context.release(&worker.session);
        done
    }

    async fn ranges(&self, worker: &mut Worker, queue: &RefCell<VecDeque<Range>>, is_sweep: bool) -> Result<()> {
        let mut is_first = true;
        loop {
            let Some(mut range) = queue.borrow_mut().pop_front() else { return Ok(()) };
            if !self.range(worker, &mut range, is_sweep, &mut is_first).await? {
                return Ok(());
            }
        }
    }

    /// Moves the rows of a range; false if the run is to end before its end.
    async fn range(&self, worker: &mut Worker, range: &mut Range, is_sweep: bool, is_first: &mut bool) -> Result<bool> {
        let batches = self.batches();
        loop {
            self.hold().await?;
            let left = self.batches_left.get();
            if left == 0 || self.shared.stopped.get() {
                return Ok(false);
            }
            let strict = is_sweep || *is_first;
            // Other workers count down meanwhile, so it is taken before and given back where nothing was done.
            self.batches_left.set(left - 1);
            let moved = batches.run(&worker.session.client, range, worker.size, strict).await;
            if !matches!(moved, Ok(Moved::Rows { .. })) {
                self.batches_left.set(self.batches_left.get() + 1);
            }
            match moved {
                Ok(Moved::Rows { rows, reached, took }) => {
                    range.reached = Some(reached);
                    *is_first = false;
                    self.shared.rows.set(self.shared.rows.get() + rows);
                    self.shared.last.set((u32::try_from(rows).unwrap_or(u32::MAX), took));
                    worker.size = pace::next(worker.size, rows, took, self.script.header.target_time);
                    worker.retry = Retry::within(self.retry_for);
                }
                Ok(Moved::End) => return Ok(true),
                Ok(Moved::Elsewhere) => match self.again(worker, range).await? {
                    Some(now) => *range = now,
                    None => return Ok(true),
                },
                Err(failure) => {
                    self.trouble(worker, range, failure).await?;
                    match self.again(worker, range).await? {
                        Some(now) => *range = now,
                        None => return Ok(true),
                    }
                }
            }
        }
    }

    fn batches(&self) -> Batches<'_> {
        let header = &self.script.header;
        Batches {
            version: self.script.version,
            path: &self.script.path,
            walked: &self.walked,
            statements: &self.work.statements,
            lock_timeout: header.lock_timeout,
            statement_timeout: (header.target_time * PATIENCE).max(LEAST_PATIENCE),
            skips: self.shared.skips.get(),
        }
    }

    /// A range as the database has it now; nothing, if it is at its end.
    async fn again(&self, worker: &Worker, range: &Range) -> Result<Option<Range>> {
        let ranges = state::ranges(&worker.session.client, self.script.version).await?;
        Ok(ranges.into_iter().find(|now| now.number == range.number))
    }

    /// Waits as long as the run is held.
    async fn hold(&self) -> Result<()> {
        self.context.check_interrupt()?;
        while self.shared.held.borrow().is_some() && !self.shared.stopped.get() {
            self.context.pause(HELD_PAUSE).await?;
        }
        Ok(())
    }

    /// A connection with the table that holds the rows of a batch.
    async fn open(&self) -> Result<Rc<Session>> {
        let session = self.context.session(self.target).await?;
        Lasting::of(&session.client).await?;
        session.client.batch_execute(&batch::table(&self.walked)).await.map_err(|error| {
            session.failure_of(&error, format!("{}: the table of a batch could not be made", self.script.path))
        })?;
        let row = session.client.query_typed_one("SELECT pg_catalog.pg_backend_pid()", &[]).await?;
        self.shared.backends.borrow_mut().push(row.try_get(0)?);
        Ok(session)
    }

    /// What a batch that failed leads to: another try with fewer rows or on a new connection, or the end of the run.
    async fn trouble(&self, worker: &mut Worker, range: &Range, failure: Failure) -> Result<()> {
        self.context.check_interrupt()?;
        let sqlstate = failure.server.as_ref().map(|server| server.sqlstate.clone()).unwrap_or_default();
        let passes = matches!(sqlstate.as_str(), "55P03" | "40P01" | "40001");
        if failure.outcome == Outcome::Transient && !passes {
            return self.reconnect(worker, failure).await;
        }
        let size = worker.size;
        worker.size = pace::halved(size);
        // What is wrong with the statements is wrong with every row.
        if sqlstate.starts_with("42") || failure.outcome == Outcome::PartWay {
            return Err(self.part_way(failure, None).into());
        }
        if size > 1 {
            let why = failure.server.as_ref().map_or_else(|| failure.message.clone(), |server| server.message.clone());
            self.context.detail(&format!(
                "{}: {}; the batch is halved to {} rows",
                self.script.path,
                escape(&why),
                worker.size
            ));
        }
        if passes {
            return match worker.retry.pause(&failure) {
                Some(pause) => self.context.pause(pause).await,
                None => Err(self.part_way(failure, self.next_key(worker, range).await).into()),
            };
        }
        if size > 1 {
            return Ok(());
        }
        Err(self.part_way(failure, self.next_key(worker, range).await).into())
    }

    async fn next_key(&self, worker: &Worker, range: &Range) -> Option<Vec<String>> {
        self.batches().next_key(&worker.session.client, range).await.ok().flatten()
    }

    async fn reconnect(&self, worker: &mut Worker, failure: Failure) -> Result<()> {
        self.context.say(&format!("{}: {}; connecting again", self.script.path, escape(&failure.message)));
        let begun = Instant::now();
        loop {
            match self.open().await {
                Ok(session) => {
                    self.context.release(&worker.session);
                    worker.session = session;
                    return Ok(());
                }
                Err(_) if begun.elapsed() < self.retry_for => self.context.pause(LOOK_EVERY).await?,
                Err(_) => return Err(self.part_way(failure, None).into()),
            }
        }
    }

    /// The failure of a run that stops before its end.
    fn part_way(&self, failure: Failure, key: Option<Vec<String>>) -> Failure {
        let rows = self.shared.rows.get();
        let state = format!("{rows} rows were done by this run and stay so; the batch that failed was rolled back");
        let failure = Failure { outcome: Outcome::PartWay, ..failure }.state(state);
        let Some(key) = key else {
            let next = failure.next.clone().map(|next| format!("{next}; then {}", self.again));
            return failure.next(next.unwrap_or_else(|| self.again.clone()));
        };
        let key = data::shown(&key);
        let message = format!("{}, at the row with the key {key}", failure.message);
        let skip = format!("--skip-row '{}' --reason '…'", key.replace('\'', r"'\''"));
        Failure { message, ..failure }
            .next(format!("mend the row, then {}; or leave it out by {} {skip}", self.again, self.again))
    }
}
