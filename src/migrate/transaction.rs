//! Runs scripts in one transaction, together with the rows that record them.

use std::time::{Duration, Instant};

use futures_util::future::join;

use super::check::Checked;
use super::clean::{self, Lasting};
use super::lock::held;
use super::send::{Sender, Trouble};
use crate::db::snapshot::first_value;
use crate::db::{Session, may_have_committed};
use crate::error::{Failure, Outcome};

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
    /// The number of the transaction, as `pg_xact_status` wants it; nothing if even that was not answered.
    pub transaction: Option<String>,
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

impl Transaction<'_> {
    async fn run(&self) -> Result<Vec<Duration>, Stop> {
        let mut took = Vec::new();
        for (at, checked) in self.scripts.iter().enumerate() {
            let begun = Instant::now();
            self.begin(checked, at == 0).await.map_err(Stop::RolledBack)?;
            self.statements(checked).await.map_err(Stop::RolledBack)?;
            self.record(checked, begun, at + 1 == self.scripts.len()).await?;
            took.push(begun.elapsed());
        }
        Ok(took)
    }

    /// The answer is awaited: were the BEGIN cancelled, statements on their way behind it would each commit alone. What
    /// asks a question comes before it, since a script may want to choose its isolation level.
    async fn begin(&self, checked: &Checked<'_>, is_first: bool) -> Result<(), Failure> {
        let client = &self.session.client;
        let scrub = format!("{}; SELECT {}", self.lasting.scrub(), self.lasting.is_clean());
        let begin = if is_first { "BEGIN;" } else { "" };
        let begin = format!("{begin} {}", clean::set_local(checked.lock_timeout()));
        let (scrubbed, begun) = join(client.simple_query(&scrub), client.batch_execute(&begin)).await;
        let scrubbed = scrubbed.and_then(|answer| begun.map(|()| answer));
        let answer = scrubbed.map_err(|error| self.failed(checked, &error, "the transaction could not begin"))?;
        if first_value(&answer, 0) != Some("t") {
            let message =
                format!("{}: what earlier statements left in the session could not be undone", checked.path());
            return Err(self.undone(checked, Failure::new(Outcome::RolledBack, message)));
        }
        Ok(())
    }

    async fn statements(&self, checked: &Checked<'_>) -> Result<(), Failure> {
        let sender = Sender { client: &self.session.client, total: checked.statements };
        let windows = checked.text.windows().map_err(|error| self.unread(checked, error))?;
        match sender.all(windows).await {
            Ok(checksum) if checksum == checked.text.checksums.normalised => Ok(()),
            Ok(_) => Err(self.undone(checked, checked.text.changed())),
            Err(Trouble::Stopped(stopped)) => Err(self.undone(checked, stopped.failure(self.session))),
            Err(Trouble::Unread(error)) => Err(self.unread(checked, error)),
        }
    }

    async fn record(&self, checked: &Checked<'_>, begun: Instant, is_last: bool) -> Result<(), Stop> {
        let row = (self.record)(checked, begun.elapsed().as_millis());
        let row = row.map_err(|error| Stop::RolledBack(self.unread(checked, error)))?;
        // What the script put off until the COMMIT must run with the settings that it left, not with ours.
        let record = format!(
            "SET CONSTRAINTS ALL IMMEDIATE; RESET SESSION AUTHORIZATION; RESET ROLE; SET LOCAL search_path = ''; SET LOCAL client_min_messages = warning;
             {}; {row};\n{}",
            held(),
            if is_last { "COMMIT" } else { "" },
        );
        let client = &self.session.client;
        // Its answer comes before the server reads the COMMIT, and names the transaction should that not be answered.
        let identity = client.simple_query("SELECT pg_catalog.pg_current_xact_id()");
        let (identity, recorded) = join(identity, client.batch_execute(&record)).await;
        recorded.map_err(|error| match is_last && may_have_committed(&error) {
            true => Stop::Unanswered(Unanswered {
                failure: self.unanswered(&error),
                transaction: identity.ok().and_then(|answer| first_value(&answer, 0).map(str::to_owned)),
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
