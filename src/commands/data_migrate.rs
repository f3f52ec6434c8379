//! `data:migrate`: moves the rows of data migrations in batches, from where the last run stopped, and proves them right.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use super::context::{Connected, Context};
use super::data_work::{RETRY_FOR, capped, find, transaction};
use super::mover::{End, Mover, Shared};
use super::{snapshot, work};
use crate::data::state::{self, Stage, State};
use crate::data::{self, Name, Script, Walked, lock, tables};
use crate::db::Session;
use crate::error::{Failure, Outcome};
use crate::migrate::History;
use crate::output::{Answer, escape};
use crate::sql::literal;

/// Ranges for each worker, so that one with few rows in its range takes another.
const RANGES: u32 = 4;

/// Arguments of `data:migrate`.
#[derive(clap::Args)]
pub struct Args {
    /// Data migrations, by version or name; all that are not done, if none is named
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Stop after this many batches
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_batches: Option<u64>,
    /// Take a snapshot before anything is moved, if there is something to move
    #[arg(long)]
    snapshot: bool,
    /// How many workers move rows at the same time, instead of what the script says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    parallel: Option<u32>,
    /// How long to try again what a lock, a deadlock or a lost connection broke off (0 not at all)
    #[arg(long, value_name = "TIME", value_parser = work::duration)]
    retry_for: Option<Duration>,
    /// Leave the row with this key out; of a key of several columns, a JSON array
    #[arg(long, value_name = "KEY", requires = "reason")]
    skip_row: Vec<String>,
    /// Why the rows are left out; it is kept in the database
    #[arg(long, value_name = "WHY", requires = "skip_row")]
    reason: Option<String>,
}

/// One script on its way.
struct Run<'a> {
    context: &'a Context,
    connected: &'a Connected,
    args: &'a Args,
    script: &'a Script,
}

/// Runs data migrations in their order.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let scripts = data::read(&context.project.folder)?;
    if scripts.is_empty() {
        return Err(Failure::input("this project has no data migration")
            .next("put one into data/, or name the project's folder with -C")
            .into());
    }
    let chosen = data::choose(&scripts, &args.names)?;
    if !args.skip_row.is_empty() && args.names.len() != 1 {
        return Err(Failure::input("--skip-row is about the rows of one data migration").next("name it").into());
    }
    let connected = context.connect().await?;
    work::check_platform(context, &connected).await?;
    let taken = match args.snapshot && is_due(&connected, &chosen).await? {
        true => Some(snapshot::before_change(context, &connected).await?),
        false => None,
    };
    let (mut text, mut values) = (String::new(), Vec::new());
    for script in chosen {
        let (line, value) = Run { context, connected: &connected, args, script }.run().await?;
        text += &format!("{}\n", escape(&line));
        values.push(value);
    }
    let mut value = json!({ "scripts": values });
    if let Some(taken) = taken {
        value["snapshot"] = taken;
    }
    Ok(Answer { outcome: Outcome::Done, text, value })
}

/// Whether one of the scripts has rows to move.
async fn is_due(connected: &Connected, scripts: &[&Script]) -> Result<bool> {
    let states = state::read(&connected.session.client).await.map_err(work::unchanged)?;
    let over = |script: &&Script| states.iter().any(|state| state.version == script.version && state.stage.is_over());
    Ok(!scripts.iter().all(over))
}

impl Run<'_> {
    async fn run(&self) -> Result<(String, Value)> {
        let (client, script) = (&self.connected.session.client, self.script);
        let before = self.state().await.map_err(work::unchanged)?;
        if let Some(stage) = before.as_ref().map(|state| state.stage).filter(|stage| stage.is_over()) {
            return Ok(self.told(&format!("{} already", stage.name()), before.as_ref()));
        }
        lock::acquire(client, script.version, &script.path).await?;
        let before = self.state().await.map_err(work::unchanged)?;
        self.check_state(before.as_ref())?;
        let walked = find(client, script, &script.forward).await?;
        match before.as_ref().map(|state| state.stage) {
            Some(Stage::Running | Stage::Moved) => {}
            _ => self.begin(walked.as_ref()).await?,
        }
        // Without batches, all was done in the transaction that wrote so down.
        let session = match &walked {
            None => Rc::clone(&self.connected.session),
            Some(walked) => self.walk(walked).await?,
        };
        self.prove(&session).await?;
        session.client.batch_execute(&state::set(script.version, Stage::Done)).await?;
        Ok(self.told("done", state::of(&session.client, script.version).await?.as_ref()))
    }

    fn told(&self, word: &str, state: Option<&State>) -> (String, Value) {
        let (rows, skipped) = state.map_or((0, 0), |state| (state.rows, state.skipped));
        let skips = if skipped > 0 { format!(", {skipped} left out") } else { String::new() };
        let value = json!({ "script": self.script.path, "state": state.map(|state| state.stage.name()), "rows": rows, "skipped": skipped });
        (format!("{}: {word}, {rows} rows{skips}", self.script.path), value)
    }

    async fn state(&self) -> Result<Option<State>> {
        state::of(&self.connected.session.client, self.script.version).await
    }

    /// Refuses to go on with a script that is being taken back, or that is no longer what it was.
    fn check_state(&self, state: Option<&State>) -> Result<()> {
        let (path, tag) = (&self.script.path, &self.script.tag);
        match state {
            Some(State { stage: Stage::Undoing, .. }) => Err(Failure::refused(format!("{path} is being taken back"))
                .state("nothing was changed")
                .next(format!("finish that by `pgplumb data:rollback {tag}`"))
                .into()),
            Some(state @ State { stage: Stage::Running | Stage::Moved, .. })
                if state.checksum != self.script.checksum =>
            {
                Err(Failure::refused(format!("{path} was edited after it had begun"))
                    .state(format!("{} rows are done by the earlier text; nothing was changed now", state.rows))
                    .next(format!(
                        "put the earlier text back, or take it back by `pgplumb data:rollback {tag}` and begin anew"
                    ))
                    .into())
            }
            _ => Ok(()),
        }
    }

    /// Looks whether the script may begin, and writes down that it has.
    async fn begin(&self, walked: Option<&Walked>) -> Result<()> {
        let (client, script) = (&self.connected.session.client, self.script);
        self.check_after().await?;
        let undone = match &script.undo {
            Some(undo) => find(client, script, undo).await?,
            None => None,
        };
        data::parse(client, script, [walked, undone.as_ref()]).await?;
        self.check_precondition().await?;
        let triggers = match walked {
            Some(walked) => triggers(client, walked).await?,
            None => Vec::new(),
        };
        if !triggers.is_empty() {
            self.context.say(&format!("{}: triggers fire for its rows: {}", script.path, escape(&triggers.join(", "))));
        }
        let Some(walked) = walked else { return self.once().await };
        let total = state::estimate(client, walked).await?;
        let workers = self.workers();
        let ranges = state::divide(client, walked, if workers > 1 { workers * RANGES } else { 1 }).await?;
        let statements = state::begin(script, Stage::Running, total, &ranges);
        let begun = client.batch_execute(&format!("BEGIN; {} {statements}; COMMIT", tables::MAKE)).await;
        begun.map_err(work::of_server)
    }

    /// Runs a script that has no batches, in one transaction with what is written down of it.
    async fn once(&self) -> Result<()> {
        let (client, script) = (&self.connected.session.client, self.script);
        let begin = format!(
            "BEGIN; {} {}; SET LOCAL lock_timeout = {}",
            tables::MAKE,
            state::begin(script, Stage::Moved, None, &[]),
            script.header.lock_timeout.as_millis()
        );
        transaction(client, script, &begin, &script.forward, "COMMIT").await
    }

    async fn check_after(&self) -> Result<()> {
        let Some(after) = self.script.header.after else { return Ok(()) };
        let client = &self.connected.session.client;
        let history = History::read(client, &self.context.project.settings.history_table).await?;
        if history.has(after) {
            return Ok(());
        }
        Err(Failure::refused(format!("{} comes after the migration {after}, which is not applied", self.script.path))
            .state("nothing was changed")
            .next("apply it by `pgplumb db:migrate`")
            .into())
    }

    async fn check_precondition(&self) -> Result<()> {
        let (client, statements) = (&self.connected.session.client, self.script.statements(Name::Precondition));
        client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let proven = data::checks(client, statements).await;
        client.batch_execute("ROLLBACK").await?;
        let broken: Vec<data::Proven> = proven?.into_iter().filter(|proven| !proven.held).collect();
        if broken.is_empty() {
            return Ok(());
        }
        let what = format!("a precondition of {} does not hold\n{}", self.script.path, data::proof_text(&broken));
        Err(Failure::refused(what.trim_end())
            .state("nothing was changed")
            .next("make it hold, then run the command again")
            .into())
    }

    fn workers(&self) -> u32 {
        self.args.parallel.unwrap_or(self.script.header.parallel)
    }

    /// Walks all rows, and gives the connection that holds the lock now.
    async fn walk(&self, walked: &Walked) -> Result<Rc<Session>> {
        let (session, script) = (&self.connected.session, self.script);
        for key in &self.args.skip_row {
            skip(&session.client, script, walked, key, self.args.reason.as_deref().unwrap_or_default()).await?;
        }
        let mover = Mover {
            context: self.context,
            target: &self.connected.target,
            script,
            work: &script.forward,
            walked: walked.clone(),
            retry_for: self.args.retry_for.unwrap_or(RETRY_FOR),
            workers: self.workers(),
            again: format!("`pgplumb data:migrate {}`", script.tag),
            batches_left: Cell::new(self.args.max_batches.unwrap_or(u64::MAX)),
            session: RefCell::new(Rc::clone(session)),
            shared: Shared::default(),
        };
        if mover.run().await? == End::Capped {
            return Err(capped(script, &mover.again).into());
        }
        let session = Rc::clone(&mover.session.borrow());
        session.client.batch_execute(&state::set(script.version, Stage::Moved)).await?;
        Ok(session)
    }

    async fn prove(&self, session: &Session) -> Result<()> {
        let script = self.script;
        let proven = data::prove(session, script).await?;
        if proven.iter().all(|proven| proven.held) {
            self.context.detail(&data::proof_text(&proven));
            return Ok(());
        }
        let value = json!({ "script": script.path, "rules": data::proof_value(&proven) });
        let back = if script.undo.is_some() {
            format!(", or take it back by `pgplumb data:rollback {}`", script.tag)
        } else {
            String::new()
        };
        Err(Failure::new(Outcome::Findings, format!("{}: all rows are done, and its proof does not hold", script.path))
            .state("the rows stay as they are; the script does not count as done")
            .next(format!("mend the rows and run the command again{back}"))
            .found(data::proof_text(&proven), value)
            .into())
    }
}

/// Writes down that a row is to be left out, and why.
async fn skip(
    client: &tokio_postgres::Client,
    script: &Script,
    walked: &Walked,
    key: &str,
    reason: &str,
) -> Result<()> {
    let values = walked.read_key(key)?;
    let texts =
        |((_, type_name), value): (&(String, String), &String)| format!("{}::{type_name}::text", literal(value));
    let texts: Vec<String> = walked.key.iter().zip(&values).map(texts).collect();
    let statement = format!(
        "SET DateStyle = ISO; INSERT INTO pgplumb.data_skip (version, key, reason) VALUES ({}, ARRAY[{}], {}) ON CONFLICT DO NOTHING; RESET DateStyle",
        script.version,
        texts.join(", "),
        literal(reason)
    );
    client.batch_execute(&statement).await.map_err(work::of_server)
}

/// The triggers that fire for rows of a table.
async fn triggers(client: &tokio_postgres::Client, walked: &Walked) -> Result<Vec<String>> {
    let query = format!(
        "SELECT tgname::text FROM pg_catalog.pg_trigger
          WHERE tgrelid = {}::pg_catalog.regclass AND NOT tgisinternal AND tgenabled <> 'D' ORDER BY 1",
        literal(&walked.table)
    );
    let rows = client.query_typed(&query, &[]).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}
