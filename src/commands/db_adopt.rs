//! `db:adopt`: takes over the history that another tool wrote, after proof. Writes history only.

use std::fmt::Write;
use std::rc::Rc;

use anyhow::{Context as _, Result};
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use super::context::{Connected, Context};
use super::proof::prove;
use super::runner::{Manner, Runner};
use super::sides;
use super::spelling::{self, Manner as Spelled};
use super::work::{self, Project};
use crate::db::Session;
use crate::error::{Failure, Outcome};
use crate::manifest;
use crate::migrate::adopt::{self, Folder, Found, Pair, Tool};
use crate::migrate::{self, History, Kind, Script};
use crate::output::{self, Answer, escape};
use crate::report;
use crate::sql::literal;
use crate::verify::Verification;

/// Arguments of `db:adopt`.
#[derive(clap::Args)]
pub struct Args {
    /// The tool that wrote the history; with `baseline` there is none, and the scripts count as applied
    #[arg(long, value_name = "TOOL", value_parser = PossibleValuesParser::new(adopt::TOOLS.map(|tool| tool.name)))]
    from: String,
    /// Its history table, where it is not the tool's usual one
    #[arg(long, value_name = "SCHEMA.TABLE")]
    table: Option<String>,
    /// The last version that counts as applied, for alembic and baseline, which do not say
    #[arg(long, value_name = "VERSION")]
    to: Option<i64>,
    /// Let scripts count whose text is not the one that was applied
    #[arg(long)]
    accept_changed: bool,
    /// Show what would be taken over, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Take the history's word for it: do not prove that the database is what the scripts make
    #[arg(long)]
    no_verify: bool,
}

/// What is to be taken over.
struct Adoption<'a> {
    tool: &'static Tool,
    found: &'a Found,
    pairs: Vec<Pair<'a>>,
    /// Whether the other tool's table is our history too.
    shared: bool,
}

/// Adopts.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let project = work::read(context)?;
    let tool = Tool::of(&args.from).ok_or_else(|| Failure::input(format!("--from {}: no such tool", args.from)))?;
    check(args, tool, &project)?;
    let connected = context.connect().await?;
    work::check_platform(context, &connected).await?;
    let mut runner = match args.dry_run {
        true => None,
        false => Some(Runner::begin(context, &connected, &Manner::default()).await?),
    };
    let session = runner.as_ref().map_or(&connected.session, |runner| &runner.session);
    let session = Rc::clone(session);
    let found = adopt::find(&session.client, tool, args.table.as_deref()).await.map_err(work::unchanged)?;
    let history = History::read(&session.client, &context.project.settings.history_table).await?;
    let adoption = Adoption {
        tool,
        found: &found,
        pairs: adopt::pairs(tool, &folder(context, args, &project)?, &found.rows)?,
        shared: is_same(&session, &found.table, history.table()).await?,
    };
    let done = adoption.go_on(context, args, &project, &connected, runner.as_mut(), &history).await;
    done.map_err(|error| adoption.shown(work::unchanged(error)))
}

/// Refuses options that mean nothing here.
fn check(args: &Args, tool: &Tool, project: &Project) -> Result<()> {
    if project.migrations.is_empty() {
        return Err(Failure::input("this folder has no migrations, so no history can be taken over")
            .next("copy the other tool's scripts into migrations/, or name the project's folder with -C")
            .into());
    }
    if tool.table.is_empty() && args.table.is_some() {
        return Err(Failure::input("--table: a baseline reads no history").next("leave --table out").into());
    }
    let Some(to) = args.to else { return Ok(()) };
    if !tool.takes_to {
        return Err(Failure::input(format!("--to: the history of {} says itself what is applied", tool.name))
            .next("leave --to out")
            .into());
    }
    if project.migrations.iter().all(|script| script.version != to) {
        return Err(Failure::input(format!("--to {to}: there is no migration of that version"))
            .next("give the version of a script in migrations/")
            .into());
    }
    Ok(())
}

fn folder<'a>(context: &Context, args: &Args, project: &'a Project) -> Result<Folder<'a>> {
    let repeatable = project.seeds.iter().filter(|script| script.path().starts_with("migrations/"));
    Ok(Folder {
        once: &project.migrations,
        repeatable: repeatable.collect(),
        journal: migrate::journal(&context.project.folder.join("migrations"), "migrations")?,
        to: args.to,
    })
}

/// Whether two names mean the same table.
async fn is_same(session: &Session, one: &str, other: &str) -> Result<bool> {
    if one.is_empty() {
        return Ok(false);
    }
    let query = format!("SELECT coalesce(to_regclass({}) = to_regclass({}), false)", literal(one), literal(other));
    Ok(session.client.query_typed_one(&query, &[]).await?.try_get(0)?)
}

impl Adoption<'_> {
    async fn go_on(
        &self,
        context: &Context,
        args: &Args,
        project: &Project,
        connected: &Connected,
        runner: Option<&mut Runner<'_>>,
        history: &History,
    ) -> Result<Answer> {
        if self.is_done(history)? {
            context.say("nothing to adopt: the history has these scripts already");
            return Ok(self.answer(Outcome::Done, None, 0, context));
        }
        if let Some(failure) = adopt::refusal(self.tool, self.source(), &self.pairs, args.accept_changed) {
            return Err(failure.into());
        }
        let Some(runner) = runner else { return Ok(self.answer(Outcome::Done, None, 0, context)) };
        let verification = match args.no_verify {
            true => {
                context.say("--no-verify: it is not proven that the database is what these scripts make");
                None
            }
            false => Some(self.prove(context, project, &connected.session).await?),
        };
        if verification.as_ref().is_some_and(|verification| !verification.passed()) {
            context.say(
                "the database is not what these scripts make, so their history is not taken over; nothing was changed",
            );
            return Ok(self.answer(Outcome::Findings, verification.as_ref(), 0, context));
        }
        let written = self.write(context, runner).await?;
        Ok(self.answer(Outcome::Done, verification.as_ref(), written, context))
    }

    /// The scripts that count as applied.
    fn scripts(&self) -> Vec<&Script> {
        let counting = self.pairs.iter().filter(|pair| pair.counts());
        counting.filter_map(|pair| pair.script).filter(|script| script.kind == Kind::Migration).collect()
    }

    /// The history, as people call it.
    fn source(&self) -> &str {
        if self.found.table.is_empty() { self.tool.name } else { &self.found.table }
    }

    /// Whether our history has exactly these scripts already.
    ///
    /// # Errors
    /// Refused, where it has anything else.
    fn is_done(&self, history: &History) -> Result<bool> {
        let own = history.applied.iter().filter(|row| !self.shared || row.normalised.is_some()).count();
        let scripts = self.scripts();
        let known = scripts.iter().filter(|script| adopt::is_adopted(&history.applied, script)).count();
        if own == 0 {
            return Ok(false);
        }
        if own == known && known == scripts.len() {
            return Ok(true);
        }
        Err(Failure::refused(format!("pgplumb's own history {} has rows already", history.table()))
            .next("`pgplumb db:status` shows them, and `pgplumb db:migrate` goes on from there")
            .into())
    }

    /// Holds the database against what the scripts make: by the manifest, where it is of all these scripts.
    async fn prove(&self, context: &Context, project: &Project, session: &Session) -> Result<Verification> {
        context.set_aside(self.found.own.clone());
        let scripts = self.scripts();
        if scripts.len() == project.migrations.len() && context.manifest_path().0.exists() {
            return prove(context, session, &mut context.read_manifest()?).await;
        }
        let (catalog, version) =
            sides::from_scripts(context, Some(session.server_version_num / 10_000), project, &scripts).await?;
        let expected = sides::written(context, &catalog, version, &[], &[]);
        let expected = manifest::parse(&expected, "what the scripts make")?;
        let (actual, version) = sides::projects(context, session).await?;
        spelling::objects(context, Spelled::of(&actual, version), &expected, &actual).await
    }

    async fn write(&self, context: &Context, runner: &mut Runner<'_>) -> Result<usize> {
        let (scripts, session) = (self.scripts(), Rc::clone(&runner.session));
        let client = &session.client;
        if !self.found.table.is_empty()
            && adopt::read_again(client, self.tool, &self.found.table).await? != self.found.rows
        {
            return Err(Failure::refused(format!("{} was written to in the meantime", self.found.table))
                .next("let the other tool come to its end, and run the command again")
                .into());
        }
        let adopted: Vec<Script> = scripts.iter().map(|script| (*script).clone()).collect();
        runner.history.ensure(client, &adopted).await?;
        let statements = adopt::record(self.tool, &runner.history, &self.pairs, self.shared, &self.found.own)?;
        client.batch_execute(&statements).await.context("the history could not be written")?;
        let table = if self.shared { "pgplumb.migration" } else { runner.history.table() };
        context.say(&format!(
            "{} scripts are written to {table} as applied, with their rows of {} in pgplumb.adoption",
            scripts.len(),
            escape(self.source()),
        ));
        Ok(scripts.len())
    }

    fn answer(
        &self,
        outcome: Outcome,
        verification: Option<&Verification>,
        written: usize,
        context: &Context,
    ) -> Answer {
        let mut text = self.text();
        if let Some(verification) = verification {
            let _ = write!(text, "\n{}", report::table(verification, context.output.color));
        }
        Answer { outcome, text, value: self.value(verification, written) }
    }

    /// A failure, with the pairs that were found before.
    fn shown(&self, error: anyhow::Error) -> anyhow::Error {
        let failure = work::failure(error);
        failure.found(self.text() + "\n", self.value(None, 0)).into()
    }

    fn text(&self) -> String {
        let row = format!("{} row", self.tool.name);
        let mut table = output::table(["version", "name", &row, "file", "proof"]);
        for pair in &self.pairs {
            let version = pair.script.map_or_else(String::new, |script| script.version.to_string());
            let name = pair.script.map_or("", |script| &script.name);
            let row = pair.row.map(adopt::Row::label).unwrap_or_default();
            let file = pair.script.map(Script::path).unwrap_or_default();
            table.add_row([version, escape(name), escape(&row), escape(file), escape(pair.proof.words())]);
        }
        format!("{}\n", table.trim_fmt())
    }

    fn value(&self, verification: Option<&Verification>, written: usize) -> Value {
        let pair = |pair: &Pair<'_>| {
            json!({
                "version": pair.script.map(|script| script.version), "name": pair.script.map(|script| &script.name),
                "row": pair.row.map(|row| &row.original), "file": pair.script.map(Script::path), "proof": pair.proof.words(),
            })
        };
        json!({
            "tool": self.tool.name, "table": self.found.table, "pairs": self.pairs.iter().map(pair).collect::<Vec<_>>(),
            "written": written, "verify": verification.map(report::value),
        })
    }
}
