//! Runs scripts in one transaction, together with the rows that record them.

use std::time::{Duration, Instant};

use tokio_postgres::SimpleQueryMessage;

use super::check::Checked;
use super::clean::{self, Lasting};
use super::lock::held;
use super::send;
use crate::db::{Session, may_have_committed};
use crate::error::{Failure, Outcome};
use crate::sql;

/// The statements that record a script, given how many milliseconds it took.
pub type Record<'a> = dyn Fn(&Checked<'_>, u128) -> anyhow::Result<String> + 'a;

/// How a transaction ended that did not commit, or is not known to have.
pub enum Stop {
    /// Everything in it was rolled back.
    RolledBack(Failure),
    /// COMMIT was sent, and its answer did not come.
    Unanswered(Unanswered),
}

/// A transaction whose COMMIT was not answered.
pub struct Unanswered {
    /// What happened, for those who cannot be told what came of it.
    pub failure: Failure,
    /// Its number, as `pg_xact_status` wants it.
    pub transaction: String,
    /// The server's process, which may be at work on it still.
    pub backend: String,
}

/// Runs scripts in one transaction. Returns how long each took.
///
/// # Errors
/// How it ended otherwise.
pub async fn run(
    session: &Session,
    lasting: &Lasting,
    scripts: &[Checked<'_>],
    record: &Record<'_>,
) -> Result<Vec<Duration>, Stop> {
    let transaction = Transaction { session, lasting, scripts, record };
    let done = transaction.run().await;
    if let Err(Stop::RolledBack(_)) = &done {
        // The connection may be gone; then the server rolls back by itself.
        let _ = session.client.batch_execute("ROLLBACK").await;
    }
    done
}

struct Transaction<'a> {
    session: &'a Session,
    lasting: &'a Lasting,
    scripts: &'a [Checked<'a>],
    record: &'a Record<'a>,
}

/// What names a transaction to other sessions.
struct Identity {
    transaction: String,
    backend: String,
}

impl Transaction<'_> {
    async fn run(&self) -> Result<Vec<Duration>, Stop> {
        let mut took = Vec::new();
        let mut identity = None;
        for (at, checked) in self.scripts.iter().enumerate() {
            let begun = Instant::now();
            let begin = if at == 0 { "BEGIN;" } else { "" };
            let known = self.begin(checked, begin).await.map_err(Stop::RolledBack)?;
            let identity = identity.get_or_insert(known);
            self.statements(checked).await.map_err(Stop::RolledBack)?;
            let is_last = at + 1 == self.scripts.len();
            self.record(checked, identity, begun, is_last).await?;
            took.push(begun.elapsed());
        }
        Ok(took)
    }

    /// Its answer is awaited: were the BEGIN cancelled, statements on their way behind it would each commit alone.
    async fn begin(&self, checked: &Checked<'_>, begin: &str) -> Result<Identity, Failure> {
        let statements = format!(
            "{}; {begin} {}; SELECT pg_catalog.pg_current_xact_id(), pg_catalog.pg_backend_pid(), {}",
            self.lasting.scrub(),
            clean::set_local(checked.lock_timeout()),
            self.lasting.is_clean(),
        );
        let answer = self.session.client.simple_query(&statements).await;
        let answer = answer.map_err(|error| self.failed(checked, &error, "the transaction could not begin"))?;
        let row = answer.into_iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let value = |at: usize| row.as_ref().and_then(|row| row.get(at)).unwrap_or_default().to_owned();
        if value(2) != "t" {
            let message =
                format!("{}: what earlier statements left in the session could not be undone", checked.path());
            return Err(self.undone(checked, Failure::new(Outcome::RolledBack, message)));
        }
        Ok(Identity { transaction: value(0), backend: value(1) })
    }

    async fn statements(&self, checked: &Checked<'_>) -> Result<(), Failure> {
        let read = || -> anyhow::Result<_> {
            let source = checked.text.open()?;
            let pieces = sql::split(&source)?;
            Ok((source, pieces))
        };
        let (source, pieces) = read().map_err(|error| self.unread(checked, error))?;
        let sent = send::all(&self.session.client, &source, &pieces).await;
        sent.map_err(|stopped| self.undone(checked, stopped.failure(self.session)))
    }

    async fn record(
        &self,
        checked: &Checked<'_>,
        identity: &Identity,
        begun: Instant,
        is_last: bool,
    ) -> Result<(), Stop> {
        let row = (self.record)(checked, begun.elapsed().as_millis());
        let row = row.map_err(|error| Stop::RolledBack(self.unread(checked, error)))?;
        let record = format!(
            "RESET SESSION AUTHORIZATION; RESET ROLE; SET LOCAL search_path = ''; SET LOCAL client_min_messages = warning;
             {}; {row};\n{}",
            fence(&identity.transaction),
            if is_last { "COMMIT" } else { "" },
        );
        let recorded = self.session.client.batch_execute(&record).await;
        recorded.map_err(|error| match is_last && may_have_committed(&error) {
            true => Stop::Unanswered(Unanswered {
                failure: self.unanswered(&error),
                transaction: identity.transaction.clone(),
                backend: identity.backend.clone(),
            }),
            false => Stop::RolledBack(self.failed(checked, &error, "it could not be recorded and committed")),
        })
    }

    fn unanswered(&self, error: &tokio_postgres::Error) -> Failure {
        let names = self.scripts.iter().map(Checked::path).collect::<Vec<_>>().join(", ");
        let failure = self.session.failure_of(error, format!("{names}: COMMIT was not answered"));
        Failure { outcome: Outcome::Unknown, ..failure }
            .state(format!("{names}: applied whole or not at all; the server has not said which"))
            .next("run `pgplumb db:status` to see which, then go on")
    }

    fn failed(&self, checked: &Checked<'_>, error: &tokio_postgres::Error, what: &str) -> Failure {
        self.undone(checked, self.session.failure_of(error, format!("{}: {what}", checked.path())))
    }

    fn unread(&self, checked: &Checked<'_>, error: anyhow::Error) -> Failure {
        let failure = error.downcast::<Failure>().unwrap_or_else(|error| Failure::input(format!("{error:#}")));
        self.undone(checked, failure)
    }

    fn undone(&self, checked: &Checked<'_>, failure: Failure) -> Failure {
        failure.state(match self.scripts {
            [_] => format!("{} has no effect; everything in it was rolled back", checked.path()),
            _ => "no script of this run has an effect; all of them were rolled back".to_owned(),
        })
    }
}

/// Fails unless this session still holds the lock of runners and is in the transaction that it began.
fn fence(transaction: &str) -> String {
    format!(
        "{}; DO $pgplumb$ BEGIN IF pg_catalog.pg_current_xact_id() <> '{transaction}'::pg_catalog.xid8 THEN
           RAISE 'a statement of the script ended its transaction' USING ERRCODE = '2D000'; END IF; END $pgplumb$",
        held()
    )
}
