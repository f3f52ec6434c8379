//! `db:rollback`: takes migrations back by their down scripts, and then looks what of them is still there and what went
//! with them that should have stayed.

use std::collections::HashSet;

use anyhow::Result;
use clap::ArgGroup;
use serde_json::{Value, json};

use super::context::{Connected, Context};
use super::guard::{Access, Guard, refused};
use super::runner::{Done, Manner, Runner};
use super::sides;
use super::spelling::{self, Manner as Spelled};
use super::work::{self, Project};
use crate::catalog::{Catalog, Id};
use crate::error::{Failure, Outcome};
use crate::manifest;
use crate::migrate::{self, Back, Checked, Script};
use crate::output::{Answer, escape};
use crate::report;
use crate::reset::{self, Object, Rows};
use crate::sql;
use crate::verify::Verification;

/// Arguments of `db:rollback`.
#[derive(clap::Args)]
#[command(group = ArgGroup::new("back").required(true).args(["to", "steps"]))]
pub struct Args {
    /// Take back what stands above this version; 0 takes back everything
    #[arg(long, value_name = "VERSION")]
    to: Option<i64>,
    /// Take back this many migrations, the one that was applied last first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    steps: Option<u32>,
    /// Name of the database, which every target needs but the local default and databases labelled disposable
    #[arg(long, value_name = "DBNAME")]
    confirm: Option<String>,
    /// Say what would be taken back, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not hold the database against what the other migrations make
    #[arg(long)]
    no_verify: bool,
    #[command(flatten)]
    manner: Manner,
}

/// What is to be done, fit to run.
struct Survey<'a> {
    /// The down scripts, in the order in which they run.
    down: Vec<Checked<'a>>,
    /// The scripts that they take back, in the order in which they were applied.
    taken: Vec<&'a Script>,
    /// The scripts that stay, in the order in which they were applied.
    kept: Vec<&'a Script>,
    /// How many seeds are applied.
    seeds: usize,
}

/// What the migrations make: without those that are taken back, and the names of what only these make.
struct Expected {
    kept: Catalog,
    version: u32,
    taken: HashSet<Id>,
}

struct Rollback<'a> {
    context: &'a Context,
    args: &'a Args,
    connected: Connected,
    project: &'a Project,
}

/// Rolls back.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let project = work::read(context)?;
    work::something(&project)?;
    let connected = context.connect().await?;
    Rollback { context, args, connected, project: &project }.run().await
}

impl Rollback<'_> {
    async fn run(&self) -> Result<Answer> {
        let access = self.guard().check().await?;
        let survey = self.survey().await?;
        if survey.down.is_empty() {
            let value = json!({ "undone": [], "verify": null });
            return Ok(Answer { outcome: Outcome::Done, text: "nothing to take back\n".to_owned(), value });
        }
        let (tables, rows) = self.lost(&survey).await?;
        if self.args.dry_run {
            return Ok(dry_run(&survey, &tables, rows));
        }
        if access == Access::Unconfirmed {
            return Err(self.unconfirmed(&survey, &tables, rows).into());
        }
        // What cannot be built cannot be compared, and that is better known before anything is taken back.
        let expected = if self.args.no_verify { None } else { Some(self.expected(&survey).await?) };
        let done = self.take_back(&survey).await?;
        if survey.seeds > 0 && !tables.is_empty() {
            self.context.say("the seeds still count as applied; once their tables are back: pgplumb db:seed --all");
        }
        let verification = match expected {
            Some(expected) => Some(self.prove(&expected).await.map_err(after_rollback)?),
            None => None,
        };
        Ok(self.answer(&done, verification.as_ref()))
    }

    fn guard(&self) -> Guard<'_> {
        let (confirm, dry_run) = (self.args.confirm.as_deref(), self.args.dry_run);
        Guard { context: self.context, connected: &self.connected, does: "rolls back", confirm, dry_run }
    }

    fn back(&self) -> Back {
        match (self.args.to, self.args.steps) {
            (Some(version), _) => Back::To(version),
            (None, steps) => Back::Steps(usize::try_from(steps.unwrap_or(1)).unwrap_or(usize::MAX)),
        }
    }

    /// Looks what is to be taken back, and refuses what cannot be.
    async fn survey(&self) -> Result<Survey<'_>> {
        let (context, connected, project) = (self.context, &self.connected, self.project);
        let mut found = work::survey(context, connected, project, None).await?;
        // The order in which pending scripts would come is not the matter here.
        found.plan.warnings.clear();
        let history = found.history.applied.clone();
        let rollback = migrate::rollback(&project.migrations, &history, self.back())?;
        let goes = |version: i64| rollback.taken.iter().any(|row| row.version == version);
        found.plan.obstacles.retain(|obstacle| obstacle.version().is_some_and(goes));
        found.refuse_obstacles(context, connected, project).await?;
        let pending = found.plan.pending.iter().map(|at| project.migrations[*at].path());
        if let Some(path) = pending.into_iter().find(|path| found.progress.contains_key(*path)) {
            return Err(refused(format!("{path} has come part of the way, and nothing takes back a part"))
                .next("finish it with `pgplumb db:migrate`, then roll back")
                .into());
        }
        let script = |version: i64| project.migrations.iter().find(|script| script.version == version);
        let gone = rollback.taken.iter().find(|row| script(row.version).is_none());
        if let Some(row) = gone {
            let message = format!("nothing takes back version {} ({}): its file is gone", row.version, row.name);
            return Err(refused(message).next("bring its files back from version control").into());
        }
        let taken: Vec<&Script> = rollback.taken.iter().rev().filter_map(|row| script(row.version)).collect();
        let down = taken.iter().rev().map(|script| migrate::check_down(script)).collect::<Result<_>>()?;
        let kept = rollback.kept.iter().filter_map(|row| script(row.version)).collect();
        Ok(Survey { down, taken, kept, seeds: project.seeds.len() - found.seeds.len() })
    }

    /// The tables that the down scripts drop, and their rows.
    async fn lost(&self, survey: &Survey<'_>) -> Result<(Vec<Object>, Rows)> {
        let mut names = Vec::new();
        for checked in &survey.down {
            let source = checked.text.open()?;
            let pieces = sql::split(&source)?;
            names.extend(pieces.iter().flat_map(|piece| sql::tables_dropped(&source.text[piece.statement()])));
        }
        let session = &self.connected.session;
        // A name that only the script itself understands is left out: the number is there to warn, and decides nothing.
        let tables = reset::tables(session, &names).await.unwrap_or_default();
        reset::begin(session).await?;
        let counted = reset::count(session, &tables.iter().collect::<Vec<_>>()).await;
        let _ = reset::end(session).await;
        let estimate = || Rows { count: tables.iter().filter_map(|table| table.rows).sum(), exact: false };
        let rows = counted.unwrap_or_else(|_| estimate());
        Ok((tables, rows))
    }

    fn unconfirmed(&self, survey: &Survey<'_>, tables: &[Object], rows: Rows) -> Failure {
        let files: Vec<String> = survey.down.iter().map(|checked| checked.path().to_owned()).collect();
        let (target, loss) = (&self.connected.target, loss(tables, rows));
        let option = match self.back() {
            Back::To(version) => format!("--to {version}"),
            Back::Steps(steps) => format!("--steps {steps}"),
        };
        refused(format!("{target}: this would run\n{}{loss}", reset::list(&files)))
            .next(format!("if that is what you want, run `{}`", self.guard().command("db:rollback", vec![option])))
    }

    /// What the migrations make, on a scratch database.
    async fn expected(&self, survey: &Survey<'_>) -> Result<Expected> {
        self.context.say("building what the other migrations make on a scratch database");
        // Another major may say the same in other words, and give other privileges from the start.
        let major = Some(self.connected.session.server_version_num / 10_000);
        let make = async |scripts: &[&Script]| {
            let made = sides::from_scripts(self.context, major, self.project, scripts).await;
            made.map_err(|error| not_built(error, &survey.down))
        };
        let (kept, version) = make(&survey.kept).await?;
        let all: Vec<&Script> = survey.kept.iter().chain(&survey.taken).copied().collect();
        let (all, _) = make(&all).await?;
        let taken =
            all.iter().filter(|object| kept.get(&object.id).is_none()).map(|object| object.id.clone()).collect();
        Ok(Expected { kept, version, taken })
    }

    async fn take_back(&self, survey: &Survey<'_>) -> Result<Vec<Done>> {
        let mut runner = Runner::begin(self.context, &self.connected, &self.args.manner).await?;
        // While it waited for the lock, somebody may have protected the database, or changed the history.
        self.guard().check().await?;
        let now = self.survey().await?;
        let versions = |scripts: &[&Script]| scripts.iter().map(|script| script.version).collect::<Vec<_>>();
        if [&now.taken, &now.kept].map(|scripts| versions(scripts))
            != [&survey.taken, &survey.kept].map(|scripts| versions(scripts))
        {
            return Err(refused("the history was changed by another runner meanwhile".to_owned())
                .next("look at `pgplumb db:status`, and run the command again")
                .into());
        }
        runner.ensure(self.project).await?;
        runner.run(&survey.down).await
    }

    /// Holds the database against what the migrations that stay make: of other objects, only those that are left over
    /// from the ones taken back are of interest.
    async fn prove(&self, expected: &Expected) -> Result<Verification> {
        let (context, session) = (self.context, &self.connected.session);
        let written = sides::written(context, &expected.kept, expected.version, &[], &[]);
        let manifest = manifest::parse(&written, "the remaining migrations")?;
        let (actual, version) = sides::projects(context, session).await?;
        let mut verification = spelling::objects(context, Spelled::of(&actual, version), &manifest, &actual).await?;
        let left: HashSet<(&str, &[String])> =
            expected.taken.iter().map(|id| (id.kind.name, id.path.as_slice())).collect();
        verification.findings.retain(|finding| {
            finding.what != "unexpected" || left.contains(&(finding.kind.as_str(), finding.path.as_slice()))
        });
        Ok(verification)
    }

    fn answer(&self, done: &[Done], verification: Option<&Verification>) -> Answer {
        let passed = verification.is_none_or(Verification::passed);
        let outcome = if passed { Outcome::Done } else { Outcome::Findings };
        let migrations = if done.len() == 1 { "migration is" } else { "migrations are" };
        let mut text = format!("{} {migrations} taken back\n", done.len());
        if let Some(verification) = verification {
            if !passed {
                text += "but the database is not what the other migrations make:\n";
            }
            text += &report::table(verification, self.context.output.color);
        }
        let undone: Vec<Value> = done.iter().map(Done::value).collect();
        let value = json!({ "undone": undone, "verify": verification.map(report::value) });
        Answer { outcome, text, value }
    }
}

fn dry_run(survey: &Survey<'_>, tables: &[Object], rows: Rows) -> Answer {
    let files: Vec<&str> = survey.down.iter().map(Checked::path).collect();
    let mut text: String = files.iter().map(|file| format!("would run {}\n", escape(file))).collect();
    if !tables.is_empty() {
        text += &format!("{}\n", loss(tables, rows).trim_start());
    }
    let names: Vec<&str> = tables.iter().map(|table| table.identity.as_str()).collect();
    let value = json!({
        "would_run": files, "would_drop": names, "rows": { "count": rows.count, "exact": rows.exact },
    });
    Answer { outcome: Outcome::Done, text, value }
}

/// What goes with the tables that the scripts drop, as a line of its own.
fn loss(tables: &[Object], rows: Rows) -> String {
    match tables {
        [] => String::new(),
        _ => format!("\nand take away {}", reset::summary(tables, rows)),
    }
}

/// A failure of migrations on the scratch database, before anything was taken back.
fn not_built(error: anyhow::Error, down: &[Checked<'_>]) -> anyhow::Error {
    let state = "nothing was taken back";
    match error.downcast::<Failure>() {
        Ok(failure) if matches!(failure.outcome, Outcome::Interrupted | Outcome::Terminated) => {
            failure.state(state).into()
        }
        Ok(failure) => {
            let without = down.iter().map(Checked::path).collect::<Vec<_>>().join(", ");
            let message = format!("what the other migrations make cannot be built: {}", failure.message);
            let next = format!("if they need what {without} takes back, keep it; or roll back with --no-verify");
            Failure { outcome: Outcome::Refused, message, ..failure }.state(state).next(next).into()
        }
        Err(error) => error,
    }
}

/// A failure of the comparison: on its own it does not say that something was done before it.
fn after_rollback(error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<Failure>() {
        Ok(failure) => failure.state("the rollback is done; what it left was not compared").into(),
        Err(error) => error,
    }
}
