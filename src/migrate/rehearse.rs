//! Runs scripts where nothing is at stake, and watches each statement: what it locks, what it writes anew, how long it
//! takes.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio_postgres::Client;

use super::check::{Checked, Mode};
use super::clean::{self, Lasting};
use super::locks::{self, Held, Relations, Strength};
use super::progress::Begun;
use super::send::{self, Stopped};
use crate::db::Session;
use crate::error::Failure;
use crate::sql::{self, Piece, Source};

/// How often a statement is looked at that runs in no transaction.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// How many tables are locked so that such a statement has to wait and can be seen.
const TABLES: usize = 1_000;

/// How much of a statement is shown.
const SHOWN: usize = 100;

/// A lock that a statement took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The relation's name with its schema, quoted.
    pub relation: String,
    /// How strong it is.
    pub strength: Strength,
}

/// What came of a statement.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    /// Its number in the script, counted from 1.
    pub number: usize,
    /// The line where it begins.
    pub line: usize,
    /// Its beginning, on one line.
    pub text: String,
    /// How long it took.
    pub took: Duration,
    /// How many rows it read or wrote.
    pub rows: u64,
    /// The locks that it took on relations which were there when its transaction began, the strongest first.
    pub locks: Vec<Lock>,
    /// The relations that it wrote anew.
    pub rewritten: Vec<String>,
    /// Whether it was not run, because it is about the whole server.
    pub left_out: bool,
}

/// What came of a script.
#[derive(Debug)]
pub struct Rehearsed {
    /// The file.
    pub file: String,
    /// Whether its statements run one by one.
    pub one_by_one: bool,
    /// The statements that were run.
    pub statements: Vec<Watched>,
    /// What stopped it.
    pub failure: Option<Failure>,
}

/// Runs scripts and watches.
pub struct Rehearsal<'a> {
    session: &'a Session,
    watch: &'a Client,
    lasting: Lasting,
    process: i32,
}

/// What is known while the statements of a transaction run.
#[derive(Default)]
struct Before {
    relations: Relations,
    held: HashMap<u32, Strength>,
}

impl<'a> Rehearsal<'a> {
    /// Runs scripts in `session`; `watch` is a superuser's connection to the same database.
    ///
    /// # Errors
    /// What the server said.
    pub async fn begin(session: &'a Session, watch: &'a Client) -> Result<Self> {
        let lasting = Lasting::of(&session.client).await?;
        let process = session.client.query_typed_one("SELECT pg_catalog.pg_backend_pid()", &[]).await?.try_get(0)?;
        Ok(Rehearsal { session, watch, lasting, process })
    }

    /// Runs a script. Statements that `had` tells to be done elsewhere are left out. `go_on` is asked before each.
    ///
    /// # Errors
    /// What `go_on` says, and if the connection is lost or the file can no longer be read; what the server says to a
    /// statement is told with the others.
    pub async fn script(
        &self,
        checked: &Checked<'_>,
        had: Option<&BTreeMap<i32, Begun>>,
        go_on: &dyn Fn() -> Result<()>,
    ) -> Result<Rehearsed> {
        let source = checked.text.open()?;
        let pieces = sql::split(&source)?;
        let script = Script { rehearsal: self, checked, source: &source, pieces: &pieces };
        self.session.client.batch_execute(&self.lasting.scrub()).await?;
        let mut statements = Vec::new();
        let done = match checked.mode {
            Mode::Together => script.together(&mut statements, go_on).await,
            Mode::OneByOne | Mode::MustBeOneByOne => script.one_by_one(&mut statements, had, go_on).await,
        };
        let failure = match done {
            Ok(()) => None,
            Err(error) => {
                go_on()?;
                let _ = self.session.client.batch_execute("ROLLBACK").await;
                let failure = error.downcast::<Failure>()?;
                if failure.server.is_none() {
                    return Err(failure.into());
                }
                Some(failure.state("it failed on a copy; the target was read and not touched"))
            }
        };
        let one_by_one = checked.mode != Mode::Together;
        Ok(Rehearsed { file: checked.path().to_owned(), one_by_one, statements, failure })
    }
}

/// A script that is run.
struct Script<'a> {
    rehearsal: &'a Rehearsal<'a>,
    checked: &'a Checked<'a>,
    source: &'a Source,
    pieces: &'a [Piece],
}

impl Script<'_> {
    fn text(&self, at: usize) -> &str {
        &self.source.text[self.pieces[at].statement()]
    }

    fn client(&self) -> &Client {
        &self.rehearsal.session.client
    }

    fn failed(&self, stopped: &Stopped) -> anyhow::Error {
        stopped.failure(self.rehearsal.session).into()
    }

    fn watched(&self, at: usize) -> Watched {
        let line = self.source.location(self.pieces[at].statement().start).line;
        Watched { number: at + 1, line, text: shown(self.text(at)), ..Watched::default() }
    }

    async fn together(&self, statements: &mut Vec<Watched>, go_on: &dyn Fn() -> Result<()>) -> Result<()> {
        let mut before = self.begin().await?;
        for at in 0..self.pieces.len() {
            go_on()?;
            statements.push(self.in_transaction(at, &mut before).await?);
        }
        self.commit().await
    }

    async fn one_by_one(
        &self,
        statements: &mut Vec<Watched>,
        had: Option<&BTreeMap<i32, Begun>>,
        go_on: &dyn Fn() -> Result<()>,
    ) -> Result<()> {
        let is_done = |at: usize| {
            let begun = had.zip(i32::try_from(at + 1).ok()).and_then(|(had, number)| had.get(&number));
            begun.is_some_and(|begun| begun.done) && !sql::is_of_the_session(self.text(at))
        };
        for at in (0..self.pieces.len()).filter(|at| !is_done(*at)) {
            go_on()?;
            if self.checked.runs_alone(self.text(at)) {
                statements.push(self.alone(at).await?);
            } else {
                let mut before = self.begin().await?;
                statements.push(self.in_transaction(at, &mut before).await?);
                self.commit().await?;
            }
        }
        Ok(())
    }

    async fn begin(&self) -> Result<Before> {
        let begin = format!("BEGIN; {}", clean::set_local(self.checked.lock_timeout()));
        self.client().batch_execute(&begin).await?;
        Ok(Before { relations: locks::relations(self.client()).await?, held: HashMap::new() })
    }

    async fn commit(&self) -> Result<()> {
        let committed = self.client().batch_execute("COMMIT").await;
        let what = || format!("{}: it could not be committed", self.checked.path());
        committed.map_err(|error| self.rehearsal.session.failure_of(&error, what()).into())
    }

    async fn in_transaction(&self, at: usize, before: &mut Before) -> Result<Watched> {
        let mut watched = self.watched(at);
        if sql::is_of_the_server(self.text(at)) {
            return Ok(Watched { left_out: true, ..watched });
        }
        let begun = Instant::now();
        let sent = send::one(self.client(), self.source, self.pieces, at).await;
        watched.rows = sent.map_err(|stopped| self.failed(&stopped))?;
        watched.took = begun.elapsed();
        let held = locks::held(self.client(), self.rehearsal.process).await?;
        watched.tell(before, &held, sql::is_truncate(self.text(at)));
        Ok(watched)
    }

    /// In no transaction, so that its locks are gone when it ends: it is made to wait for a lock, and looked at.
    async fn alone(&self, at: usize) -> Result<Watched> {
        let mut watched = self.watched(at);
        if sql::is_of_the_server(self.text(at)) {
            return Ok(Watched { left_out: true, ..watched });
        }
        let watch = self.rehearsal.watch;
        let mut before = Before { relations: locks::relations(watch).await?, held: HashMap::new() };
        hold_up(watch).await?;
        let begun = Instant::now();
        let mut held = Held::default();
        let sent = tokio::select! {
            biased;
            sent = send::one(self.client(), self.source, self.pieces, at) => sent,
            error = self.look(&mut held) => return Err(error),
        };
        watched.took = begun.elapsed();
        watch.batch_execute("ROLLBACK").await?;
        watched.rows = sent.map_err(|stopped| self.failed(&stopped))?;
        let now = locks::relations(watch).await?;
        held.files = now.into_iter().map(|(number, relation)| (number, relation.file)).collect();
        watched.tell(&mut before, &held, false);
        Ok(watched)
    }

    /// Looks at the session's locks until it is no longer asked; returns only an error.
    async fn look(&self, held: &mut Held) -> anyhow::Error {
        let watch = self.rehearsal.watch;
        loop {
            let waited = held.waits;
            match locks::held(watch, self.rehearsal.process).await {
                Ok(now) => held.extend(now),
                Err(error) => return error,
            }
            if held.waits
                && !waited
                && let Err(error) = watch.batch_execute("ROLLBACK").await
            {
                return error.into();
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

impl Watched {
    /// Says what is locked and written anew that was there before, and was not so before the statement.
    fn tell(&mut self, before: &mut Before, held: &Held, truncates: bool) {
        let strength = |number: &u32| held.strongest.get(number).copied();
        for (number, now) in &held.strongest {
            let Some(relation) = before.relations.get(number) else { continue };
            let is_new = before.held.insert(*number, *now).is_none_or(|had| had < *now);
            // Whoever has a table has its indexes.
            let is_covered = relation.table.and_then(|table| strength(&table)).is_some_and(|table| table >= *now);
            if is_new && !is_covered {
                self.locks.push(Lock { relation: relation.name.clone(), strength: *now });
            }
        }
        self.locks.sort_by(|one, other| (other.strength, &one.relation).cmp(&(one.strength, &other.relation)));
        for (number, file) in &held.files {
            let Some(relation) = before.relations.get_mut(number).filter(|relation| relation.table.is_none()) else {
                continue;
            };
            if *file != relation.file && *file != 0 && !truncates {
                self.rewritten.push(relation.name.clone());
            }
            relation.file = *file;
        }
        self.rewritten.sort();
    }
}

/// Locks tables so that a statement which wants more than to read and write rows has to wait. If there are too many, it
/// will not have to.
async fn hold_up(watch: &Client) -> Result<()> {
    let query = format!(
        "SELECT coalesce(string_agg(format('ONLY %I.%I', n.nspname, c.relname), ', '), '') FROM (
           SELECT * FROM pg_catalog.pg_class WHERE relkind = 'r' AND oid >= 16384 ORDER BY oid DESC LIMIT {TABLES}) c
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_temp'"
    );
    let tables: String = watch.query_typed_one(&query, &[]).await?.try_get(0)?;
    if !tables.is_empty() {
        watch.batch_execute(&format!("BEGIN; LOCK TABLE {tables} IN SHARE UPDATE EXCLUSIVE MODE")).await?;
    }
    Ok(())
}

/// The beginning of a statement on one line.
fn shown(statement: &str) -> String {
    let line = statement.split_whitespace().take(SHOWN).collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches(';');
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_shown_on_one_line() {
        assert_eq!(shown("ALTER TABLE a\n  ADD COLUMN b int;"), "ALTER TABLE a ADD COLUMN b int");
        assert_eq!(shown(&"x".repeat(200)), format!("{}…", "x".repeat(100)));
    }
}
