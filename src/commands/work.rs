//! What the commands share that run scripts: the project's scripts, and what is to be done with them.

use std::time::Duration;

use anyhow::Result;

use super::Context;
use super::context::Connected;
use crate::data;
use crate::db::explained;
use crate::error::{Failure, Outcome, with_state};
use crate::migrate::{self, Checked, History, Kind, Obstacle, Plan, Progress, Script, SeedHistory};
use crate::platform;
use crate::project::Order;
use crate::sql;

/// The scripts of a project.
pub struct Project {
    /// Migrations in their order.
    pub migrations: Vec<Script>,
    /// Repeatable scripts and seeds, in their order.
    pub seeds: Vec<Script>,
}

/// What a database has had, and what is to be done.
pub struct Survey<'a> {
    /// What it has had.
    pub history: History,
    /// What is pending, and what stands in the way.
    pub plan: Plan,
    /// The seeds that are new or changed.
    pub seeds: Vec<&'a Script>,
    /// Scripts that have come part of the way.
    pub progress: Progress,
}

/// What is due of a project, fit to run.
pub struct Due<'a> {
    /// Migrations in their order.
    pub migrations: Vec<Checked<'a>>,
    /// Seeds in theirs.
    pub seeds: Vec<Checked<'a>>,
    /// The migration behind which nothing is due yet, and the data migration that it waits for.
    pub waits: Option<(String, String)>,
}

/// Reads all scripts, and refuses those that are none, before anything is connected.
pub fn read(context: &Context) -> Result<Project> {
    let project = &context.project;
    let migrations = migrate::read(&project.folder, "migrations", Kind::Migration, &[])?;
    let mut seeds = migrations.repeatable;
    let rest = migrate::read(&project.folder, "seeds", Kind::Seed, &project.settings.seeds)?;
    seeds.extend(rest.repeatable.into_iter().chain(rest.once));
    Ok(Project { migrations: migrations.once, seeds })
}

/// Refuses a project without a script.
pub fn something(project: &Project) -> Result<()> {
    if project.migrations.is_empty() && project.seeds.is_empty() {
        return Err(Failure::input("this folder has neither migrations nor seeds")
            .next("put scripts into migrations/, or name the project's folder with -C")
            .into());
    }
    Ok(())
}

/// Refuses a version to stop at that no migration has.
pub fn known(project: &Project, to: Option<i64>) -> Result<()> {
    match to.filter(|to| !project.migrations.iter().any(|script| script.version == *to)) {
        None => Ok(()),
        Some(to) => Err(Failure::input(format!("--to {to}: there is no migration of that version"))
            .next("`pgplumb db:status` lists the versions that are pending")
            .into()),
    }
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

/// Looks what a database has had and what is to be done. Nothing is changed by it.
pub async fn survey<'a>(
    context: &Context,
    connected: &Connected,
    project: &'a Project,
    order: Option<Order>,
) -> Result<Survey<'a>> {
    let (client, settings) = (&connected.session.client, &context.project.settings);
    let looked = async {
        let history = History::read(client, &settings.history_table).await?;
        let progress = if history.is_current() { migrate::read_progress(client).await? } else { Progress::new() };
        let had = SeedHistory::read(client).await?;
        anyhow::Ok((history, progress, had))
    };
    let (history, progress, had) = looked.await.map_err(unchanged)?;
    let plan = migrate::plan(&project.migrations, &history.applied, order.unwrap_or(settings.order))?;
    let seeds = project.seeds.iter().filter(|seed| !had.has(seed)).collect();
    Ok(Survey { history, plan, seeds, progress })
}

impl Due<'_> {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.migrations.is_empty() && self.seeds.is_empty()
    }
}

impl<'a> Survey<'a> {
    /// What is due up to a version, fit to run.
    pub async fn due(
        &self,
        context: &Context,
        connected: &Connected,
        project: &'a Project,
        to: Option<i64>,
        no_seed: bool,
    ) -> Result<Due<'a>> {
        self.refuse_obstacles(context, connected, project).await?;
        // The order may come from a journal, so the last script is the one at that place and not the highest number.
        let place = |to: i64| project.migrations.iter().position(|script| script.version == to);
        let last = to.and_then(place).unwrap_or(usize::MAX);
        let pending = self.plan.pending.iter().filter(|at| **at <= last).map(|at| &project.migrations[*at]);
        let seeds = if no_seed { &[][..] } else { &self.seeds };
        let migrations = check(&pending.collect::<Vec<&Script>>())?;
        let mut due = Due { migrations, seeds: check(seeds)?, waits: None };
        due.hold_back(context, connected).await?;
        Ok(due)
    }

    /// Refuses to go on where files and history disagree, and says what is late.
    pub async fn refuse_obstacles(&self, context: &Context, connected: &Connected, project: &Project) -> Result<()> {
        for warning in &self.plan.warnings {
            context.say(&format!("{}; it is applied all the same", warning.words().0));
        }
        let obstacles = &self.plan.obstacles;
        let Some((_, next)) = obstacles.first().map(Obstacle::words) else { return Ok(()) };
        let mut what: Vec<String> = obstacles.iter().map(|obstacle| obstacle.words().0).collect();
        for obstacle in obstacles {
            what.extend(self.difference(connected, project, obstacle).await?);
        }
        Err(Failure::refused(what.join("\n")).state("nothing was changed").next(next).into())
    }

    /// How an edited script differs from the text that was applied, where that was kept.
    pub async fn difference(
        &self,
        connected: &Connected,
        project: &Project,
        obstacle: &Obstacle,
    ) -> Result<Option<String>> {
        let Obstacle::Edited { version, .. } = obstacle else { return Ok(None) };
        let script = project.migrations.iter().find(|script| script.version == *version);
        let Some(script) = script.filter(|_| self.history.is_current()) else { return Ok(None) };
        let applied = migrate::kept_text(&connected.session.client, *version).await?;
        let Some(applied) = applied else { return Ok(None) };
        Ok(Some(migrate::difference(&applied, &script.up.open()?.text, script.path())))
    }
}

impl Due<'_> {
    /// Leaves out what comes at or behind a migration that requires a data migration which is not done.
    async fn hold_back(&mut self, context: &Context, connected: &Connected) -> Result<()> {
        if self.migrations.iter().all(|checked| checked.directives.requires_data.is_empty()) {
            return Ok(());
        }
        let scripts = data::read(&context.project.folder)?;
        let states = data::state::read(&connected.session.client).await.map_err(unchanged)?;
        let is_done = |version: i64| states.iter().any(|state| state.version == version && state.stage.is_over());
        for (at, checked) in self.migrations.iter().enumerate() {
            let Some(version) = checked.directives.requires_data.iter().find(|version| !is_done(**version)) else {
                continue;
            };
            let script = data::one(&scripts, &version.to_string())?;
            self.waits = Some((checked.path().to_owned(), script.tag.clone()));
            self.migrations.truncate(at);
            self.seeds.clear();
            break;
        }
        Ok(())
    }
}

/// Reads what is due whole, and refuses what cannot be run, before anything is changed.
pub fn check<'a>(scripts: &[&'a Script]) -> Result<Vec<Checked<'a>>> {
    scripts.iter().map(|script| migrate::check(script)).collect()
}

/// Says of an error that nothing was changed.
pub fn unchanged(error: anyhow::Error) -> anyhow::Error {
    with_state(explained(error), "nothing was changed")
}

/// What the server said to a single statement of our own, of which nothing stays.
pub fn of_server(error: tokio_postgres::Error) -> anyhow::Error {
    unchanged(error.into())
}

/// Any error as a failure.
pub fn failure(error: anyhow::Error) -> Failure {
    let failure = explained(error).downcast::<Failure>();
    failure.unwrap_or_else(|error| Failure::new(Outcome::Bug, format!("{error:#}")))
}

/// A time on the command line, such as `30s`.
pub fn duration(text: &str) -> Result<Duration, String> {
    sql::duration(text).ok_or_else(|| "write it as 30s or 5min (units: us, ms, s, min, h, d)".to_owned())
}
