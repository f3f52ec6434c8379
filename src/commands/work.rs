//! What the commands that write share: scripts read, obstacles refused, one transaction per script.

use anyhow::Result;
use serde_json::{Value, json};

use super::Context;
use super::context::Connected;
use crate::db::{Session, explained};
use crate::error::{Failure, with_state};
use crate::migrate::{self, Checked, History, Plan, Script, SeedHistory};
use crate::platform;

/// The scripts of a project.
pub struct Scripts {
    /// Migrations in their order.
    pub migrations: Vec<Script>,
    /// Seeds in their order.
    pub seeds: Vec<Script>,
}

/// A script that was applied.
pub struct Done {
    file: String,
    milliseconds: u128,
}

impl Done {
    /// It, for `--json`.
    pub fn value(&self) -> Value {
        json!({ "file": self.file, "duration_ms": u64::try_from(self.milliseconds).unwrap_or(u64::MAX) })
    }
}

/// Reads all scripts, and refuses those that cannot be run, before anything is connected.
pub fn read(context: &Context) -> Result<Scripts> {
    let project = &context.project;
    let migrations = migrate::read(&project.folder, "migrations", &[], true)?;
    let seeds = migrate::read(&project.folder, "seeds", &project.settings.seeds, false)?;
    Ok(Scripts { migrations, seeds })
}

/// Refuses a project without a script.
pub fn something(scripts: &Scripts) -> Result<()> {
    if scripts.migrations.is_empty() && scripts.seeds.is_empty() {
        return Err(Failure::input("this folder has neither migrations nor seeds")
            .next("put scripts into migrations/, or name the project's folder with -C")
            .into());
    }
    Ok(())
}

/// Refuses a target that lacks what the project's platform puts there.
pub async fn check_platform(context: &Context, connected: &Connected) -> Result<()> {
    let Some(platform) = context.platform().filter(|_| !connected.local) else { return Ok(()) };
    let missing = platform::missing(&connected.session.client, platform).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let (name, target) = (platform.name(), &connected.target);
    Err(Failure::refused(format!("the target {target} lacks what {name} puts into a database: {}", missing.join(", ")))
        .state("nothing was changed")
        .next(format!("name a {name} database, or leave the target out to work on the local default"))
        .into())
}

/// Refuses to go on where files and history disagree.
pub fn refuse_obstacles(plan: &Plan) -> Result<()> {
    let words: Vec<(String, String)> = plan.obstacles.iter().map(migrate::Obstacle::words).collect();
    let Some((_, next)) = words.first() else { return Ok(()) };
    let what: Vec<&str> = words.iter().map(|(what, _)| what.as_str()).collect();
    Err(Failure::refused(what.join("\n")).state("nothing was changed").next(next.as_str()).into())
}

/// Reads what is due whole, and refuses what cannot be run, before anything is changed.
pub fn check<'a>(scripts: &[&'a Script]) -> Result<Vec<Checked<'a>>> {
    scripts.iter().map(|script| migrate::check(script)).collect()
}

/// Applies the scripts given, each in a transaction of its own.
pub async fn apply(
    context: &Context,
    session: &Session,
    scripts: &[Checked<'_>],
    record: &dyn Fn(&Script, u128) -> String,
) -> Result<Vec<Done>> {
    let mut done = Vec::new();
    for checked in scripts {
        context.check_interrupt()?;
        let script = checked.script;
        let sent =
            migrate::run(session, checked, |took| record(script, took)).await.map_err(|error| tell(error, &done))?;
        let milliseconds = sent.took.as_millis();
        context.say(&format!("applied {:<50} {milliseconds:>7} ms", script.source.path));
        done.push(Done { file: script.source.path.clone(), milliseconds });
    }
    Ok(done)
}

/// Adds to a failure which scripts before it stay applied.
fn tell(error: anyhow::Error, done: &[Done]) -> anyhow::Error {
    match error.downcast::<Failure>() {
        Ok(mut failure) if !done.is_empty() => {
            let files: Vec<&str> = done.iter().map(|done| done.file.as_str()).collect();
            let state = failure.state.take().unwrap_or_default();
            failure.state = Some(format!("{state}; applied before it and kept: {}", files.join(", ")));
            failure.into()
        }
        Ok(failure) => failure.into(),
        Err(error) => error,
    }
}

/// The seeds that are new or changed; `all` gives every one.
pub async fn due_seeds<'a>(session: &Session, seeds: &'a [Script], all: bool) -> Result<Vec<&'a Script>> {
    let had = SeedHistory::read(&session.client).await?;
    Ok(seeds.iter().filter(|seed| all || !had.has(seed)).collect())
}

/// Takes the lock, and reads the history and what is to be done; nothing is changed by it.
pub async fn begin(context: &Context, session: &Session, scripts: &Scripts) -> Result<(History, Plan)> {
    let client = &session.client;
    let begun = async {
        migrate::acquire(client, &|text| context.say(text), &|| context.check_interrupt()).await?;
        History::read(client, &context.project.settings.history_table).await
    };
    let history = begun.await.map_err(unchanged)?;
    let plan = migrate::plan(&scripts.migrations, &history.applied);
    refuse_obstacles(&plan)?;
    Ok((history, plan))
}

/// Makes sure that there is a history to write to.
pub async fn ensure(session: &Session, history: &mut History, scripts: &Scripts) -> Result<()> {
    history.ensure(&session.client, &scripts.migrations).await.map_err(unchanged)
}

fn unchanged(error: anyhow::Error) -> anyhow::Error {
    with_state(explained(error), "nothing was changed")
}
