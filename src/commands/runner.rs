//! The one writer of a run: it holds the lock, applies scripts, tries again what may pass, settles what was not
//! answered, and says how far it is.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};

use super::context::{Connected, Context};
use super::work::{self, Project};
use crate::db::{Session, Target, explained, may_have_committed};
use crate::error::{Failure, Outcome, with_state};
use crate::migrate::{
    self, Checked, History, InDoubt, Kind, Lasting, Lost, Mode, Retry, Script, Seen, Steps, Stop, Unanswered, Verdict,
    Watch, Way,
};
use crate::output::escape;

/// How often a running script is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How long the server of a lost connection may take to be there again.
const RECONNECT_FOR: Duration = Duration::from_secs(20);

const RECONNECT_PAUSE: Duration = Duration::from_millis(300);

/// How a run goes about what stands in its way.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Manner {
    /// How long to try again what a lock or a deadlock broke off (0 not at all)
    #[arg(long, value_name = "TIME", value_parser = work::duration)]
    retry_for: Option<Duration>,
    /// Of a statement that was cut off and leaves no trace: count it as done, or run it again
    #[arg(long, value_enum, value_name = "WHAT")]
    in_doubt: Option<InDoubt>,
}

/// How long a script is tried again unless somebody says otherwise.
const RETRY_FOR: Duration = Duration::from_secs(60);

/// A script that was run.
pub struct Done {
    file: String,
    took: Duration,
    row: Option<(i64, Way)>,
}

impl Done {
    /// It, for `--json`.
    pub fn value(&self) -> Value {
        json!({ "file": self.file, "duration_ms": u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX) })
    }
}

/// The writer of a run.
pub struct Runner<'a> {
    context: &'a Context,
    target: Target,
    manner: Manner,
    /// The connection that holds the lock.
    pub session: Rc<Session>,
    lasting: Lasting,
    watch: Option<Watch>,
    tells: bool,
    /// What the database has had, as of the time when the lock was taken.
    pub history: History,
}

impl<'a> Runner<'a> {
    /// Takes the lock.
    ///
    /// # Errors
    /// Refused, behind a pooler that gives no session of its own, or while another runner holds the lock.
    pub async fn begin(context: &'a Context, connected: &Connected, manner: &Manner) -> Result<Self> {
        let session = Rc::clone(&connected.session);
        let begun = async {
            let watch = Watch::open(&session).await?;
            let lasting = Lasting::of(&session.client).await?;
            lock(context, &session).await?;
            let history = History::read(&session.client, &context.project.settings.history_table).await?;
            Ok((watch, lasting, history))
        };
        let (watch, lasting, history) = begun.await.map_err(work::unchanged)?;
        let (target, manner) = (connected.target.clone(), manner.clone());
        Ok(Runner { context, target, manner, session, lasting, watch, tells: true, history })
    }

    /// Says of each script that it was run only to curious readers, because the database is nobody's.
    pub fn quietly(&mut self) {
        self.tells = false;
    }

    /// Makes sure that there is a history to write to.
    ///
    /// # Errors
    /// What the server said.
    pub async fn ensure(&mut self, project: &Project) -> Result<()> {
        let ensured = self.history.ensure(&self.session.client, &project.migrations).await;
        ensured.map_err(|error| {
            // Its own COMMIT may have taken place without an answer.
            let is_open = error.downcast_ref::<tokio_postgres::Error>().is_some_and(may_have_committed);
            let state = match is_open {
                true => "no script was applied; the tables of the history may be there",
                false => "nothing was changed",
            };
            with_state(explained(error), state)
        })
    }

    /// Runs scripts, one after the other.
    ///
    /// # Errors
    /// Where it stopped, and what was applied before.
    pub async fn run(&mut self, scripts: &[Checked<'_>]) -> Result<Vec<Done>> {
        let mut done = Vec::new();
        for checked in scripts {
            self.context.check_interrupt().map_err(|error| tell(error, &done))?;
            if checked.mode == Mode::MustBeOneByOne && self.tells {
                let why = "it has a statement that cannot run in a transaction";
                self.context.say(&format!("{} runs statement by statement: {why}", escape(checked.path())));
            }
            let group = std::slice::from_ref(checked);
            let took = self.retried(group).await.map_err(|error| tell(error, &done))?;
            done.extend(self.tell_done(group, &took));
        }
        self.prove(&done).await?;
        Ok(done)
    }

    /// Runs scripts in one transaction.
    ///
    /// # Errors
    /// Bad input, if one of them cannot run in a transaction; else where it stopped, and nothing of them stays.
    pub async fn run_together(&mut self, scripts: &[Checked<'_>]) -> Result<Vec<Done>> {
        if scripts.is_empty() {
            return Ok(Vec::new());
        }
        let took = self.retried(scripts).await?;
        let done = self.tell_done(scripts, &took);
        self.prove(&done).await?;
        Ok(done)
    }

    fn tell_done(&self, scripts: &[Checked<'_>], took: &[Duration]) -> Vec<Done> {
        let tell = |(checked, took): (&Checked<'_>, &Duration)| {
            let word = if checked.way == Way::Up { "applied" } else { "undone " };
            let text = format!("{word} {:<50} {:>7} ms", escape(checked.path()), took.as_millis());
            if self.tells {
                self.context.say(&text);
            } else {
                self.context.detail(&text);
            }
            Done { file: checked.path().to_owned(), took: *took, row: row(checked) }
        };
        scripts.iter().zip(took).map(tell).collect()
    }

    /// Runs scripts in a transaction, or the one that cannot be; again, as long as it may help.
    async fn retried(&mut self, scripts: &[Checked<'_>]) -> Result<Vec<Duration>> {
        let asked = scripts.iter().filter_map(|checked| checked.directives.retry_for).max();
        let mut retry = Retry::within(asked.or(self.manner.retry_for).unwrap_or(RETRY_FOR));
        loop {
            let (stop, seen) = match self.watched(scripts).await {
                (Ok(took), _) => return Ok(took),
                (Err(stop), seen) => (stop, seen),
            };
            let failure = match stop {
                Stop::RolledBack(failure) => failure,
                Stop::Unanswered(unanswered) => {
                    let begun = Instant::now();
                    self.settle(scripts, unanswered).await?;
                    return Ok(vec![begun.elapsed(); scripts.len()]);
                }
            };
            let failure = self.name_blockers(failure, seen, scripts).await;
            let Some(pause) = retry.pause(&failure) else { return Err(tried(failure, &retry).into()) };
            self.say_retry(&failure, &retry, pause);
            self.context.pause(pause).await.map_err(|_| failure)?;
        }
    }

    fn say_retry(&self, failure: &Failure, retry: &Retry, pause: Duration) {
        let said = failure.server.as_ref();
        let why = said.map(|said| escape(&said.message)).unwrap_or_default();
        let notes = said.into_iter().flat_map(|said| &said.notes).filter(|(name, _)| *name == "in the way");
        let blockers: String = notes.map(|(_, who)| format!("\n  in the way: {}", escape(who))).collect();
        self.context.say(&format!(
            "{} ({why}); try {} in {:.1} s, for {} s more{blockers}",
            escape(&failure.message),
            retry.tries() + 1,
            pause.as_secs_f64(),
            retry.left().as_secs(),
        ));
    }

    /// Runs scripts once, with an eye on them.
    async fn watched(&self, scripts: &[Checked<'_>]) -> (Result<Vec<Duration>, Stop>, Seen) {
        let (begun, seen) = (Instant::now(), RefCell::new(Seen::default()));
        let path = scripts.first().map(Checked::path).unwrap_or_default();
        let looking = async {
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                let look = async { self.watch.as_ref()?.look().await.ok() };
                let now = tokio::time::timeout(LOOK_EVERY * 2, look).await.ok().flatten().unwrap_or_default();
                let mut live = format!("{path}  {} s", begun.elapsed().as_secs());
                live.extend(now.progress.iter().map(|progress| format!("  {progress}")));
                live.extend(now.blockers.first().map(|who| format!("  waits for {who}")));
                self.context.output.live(&live);
                if !now.blockers.is_empty() {
                    seen.replace(now);
                }
            }
        };
        let done = tokio::select! {
            biased;
            done = self.once(scripts) => done,
            () = looking => Ok(Vec::new()),
        };
        self.context.output.live("");
        (done, seen.into_inner())
    }

    async fn once(&self, scripts: &[Checked<'_>]) -> Result<Vec<Duration>, Stop> {
        let record = |checked: &Checked<'_>, took| self.record(checked, took);
        match scripts {
            [checked] if checked.mode != Mode::Together => {
                let say = |text: &str| self.context.say(&escape(text));
                let (session, lasting, in_doubt) = (&*self.session, &self.lasting, self.manner.in_doubt);
                let steps = Steps { session, lasting, checked, in_doubt, say: &say };
                let took = async {
                    let mut progress = migrate::read_progress(&self.session.client).await?;
                    steps.run(&progress.remove(checked.path()).unwrap_or_default(), &record).await
                };
                took.await.map(|took| vec![took]).map_err(|error| Stop::RolledBack(work::failure(error)))
            }
            _ => migrate::run(&self.session, &self.lasting, scripts, &record).await,
        }
    }

    fn record(&self, checked: &Checked<'_>, took: u128) -> Result<String> {
        match (checked.script.kind, checked.way) {
            (Kind::Migration, Way::Up) => self.history.record(checked.script, took),
            (Kind::Migration, Way::Down) => Ok(self.history.strike(checked.script)),
            (Kind::Seed, _) => Ok(migrate::record_seed(checked.script, took)),
        }
    }

    /// Adds who stood in the way to a failure that a lock brought about.
    async fn name_blockers(&self, mut failure: Failure, seen: Seen, scripts: &[Checked<'_>]) -> Failure {
        let waited = scripts.iter().map(Checked::lock_timeout).max().unwrap_or_default();
        if let Some(server) = failure.server.as_mut().filter(|server| server.sqlstate == "55P03") {
            let mut blockers = seen.blockers;
            if blockers.is_empty() {
                blockers = migrate::holding(&self.session.client, waited).await.unwrap_or_default();
            }
            server.notes.extend(blockers.into_iter().map(|who| ("in the way", who)));
        }
        failure
    }

    /// Finds out what became of a COMMIT that was not answered; if it took place, the run goes on with a new connection.
    async fn settle(&mut self, scripts: &[Checked<'_>], unanswered: Unanswered) -> Result<()> {
        let say = |text: &str| self.context.say(text);
        say(&format!("{}; asking the server what became of it", escape(&unanswered.failure.message)));
        let Some(session) = self.connect_again().await else { return Err(unanswered.failure.into()) };
        // In a transaction of several scripts, a migration's row tells more than a seed's.
        let told_by = scripts.iter().find(|checked| row(checked).is_some()).or(scripts.first());
        let backend = self.watch.as_ref().map(|watch| &watch.backend);
        let verdict = match told_by {
            Some(checked) => {
                let transaction = unanswered.transaction.as_deref();
                let lost = Lost { transaction, backend, checked, history: &self.history };
                migrate::settle(&session.client, &lost).await.unwrap_or(Verdict::Unknown)
            }
            None => Verdict::Unknown,
        };
        match verdict {
            Verdict::Unknown => Err(unanswered.failure.into()),
            Verdict::RolledBack => {
                let names = scripts.iter().map(Checked::path).collect::<Vec<_>>().join(", ");
                Err(Failure { outcome: Outcome::Transient, ..unanswered.failure }
                    .state(format!("{names}: no effect; the server says that it was rolled back"))
                    .next("run the command again")
                    .into())
            }
            Verdict::Committed => {
                say("the server says that it is committed; the run goes on");
                lock(self.context, &session).await?;
                self.watch = Watch::open(&session).await?;
                self.lasting = Lasting::of(&session.client).await?;
                self.session = session;
                Ok(())
            }
        }
    }

    /// A new connection to the server, which may be on its way up again.
    async fn connect_again(&self) -> Option<Rc<Session>> {
        let begun = Instant::now();
        loop {
            match self.context.session(&self.target).await {
                Ok(session) => return Some(session),
                Err(_) if begun.elapsed() < RECONNECT_FOR => self.context.pause(RECONNECT_PAUSE).await.ok()?,
                Err(_) => return None,
            }
        }
    }

    /// Reads the history again on another connection: what was said to be done must be there for everybody.
    async fn prove(&self, done: &[Done]) -> Result<()> {
        let rows: Vec<(i64, Way)> = done.iter().filter_map(|done| done.row).collect();
        let Some(watch) = self.watch.as_ref().filter(|_| !rows.is_empty()) else { return Ok(()) };
        let history = History::read(&watch.client, &self.context.project.settings.history_table).await;
        let Ok(history) = history else {
            // What the server has answered stays so; a failure here must not make a failure of it.
            self.context.say("the history could not be read again on the second connection");
            return Ok(());
        };
        let wrong = rows.iter().find(|(version, way)| history.has(*version) != (*way == Way::Up));
        match wrong {
            None => Ok(()),
            Some((version, _)) => {
                let message =
                    format!("version {version} was run, and another connection does not see it in the history");
                Err(Failure::new(Outcome::Unknown, message)
                    .state("the server took the COMMIT and does not show what it committed")
                    .next("look with `pgplumb db:status` whether this is the server that was meant")
                    .into())
            }
        }
    }
}

/// The row of the history that a script writes or strikes off.
fn row(checked: &Checked<'_>) -> Option<(i64, Way)> {
    let Script { kind, version, .. } = checked.script;
    (*kind == Kind::Migration).then_some((*version, checked.way))
}

async fn lock(context: &Context, session: &Session) -> Result<()> {
    migrate::acquire(&session.client, &|text| context.say(&escape(text)), &|| context.check_interrupt()).await
}

/// Says how often a script was tried.
fn tried(failure: Failure, retry: &Retry) -> Failure {
    let message = match retry.tries() {
        0 | 1 => failure.message,
        tries => format!("{} ({tries} tries)", failure.message),
    };
    Failure { message, ..failure }
}

/// Adds to a failure which scripts before it were run and stay so.
fn tell(error: anyhow::Error, done: &[Done]) -> anyhow::Error {
    match error.downcast::<Failure>() {
        Ok(mut failure) if !done.is_empty() => {
            let files: Vec<&str> = done.iter().map(|done| done.file.as_str()).collect();
            let state = failure.state.take().map(|state| format!("{state}; ")).unwrap_or_default();
            let word = match done.iter().any(|done| matches!(done.row, Some((_, Way::Down)))) {
                true => "taken back before it, and so it stays",
                false => "applied before it and kept",
            };
            failure.state = Some(format!("{state}{word}: {}", files.join(", ")));
            failure.into()
        }
        Ok(failure) => failure.into(),
        Err(error) => error,
    }
}
