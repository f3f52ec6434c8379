//! `db:migrate`: pending migrations, then changed seeds, then the proof.

use anyhow::Result;
use serde_json::{Value, json};

use super::context::{Connected, Context};
use super::proof::prove;
use super::work::{self, Done, Scripts};
use crate::error::{Failure, Outcome};
use crate::manifest::Manifest;
use crate::migrate::{self, History, Plan, Script};
use crate::output::Answer;
use crate::project::Label;
use crate::report;

/// Arguments of `db:migrate`.
#[derive(clap::Args, Default)]
pub struct Args {
    /// Stop after this version
    #[arg(long, value_name = "VERSION")]
    to: Option<i64>,
    /// Say what would be applied, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave the seeds alone
    #[arg(long)]
    no_seed: bool,
    /// Do not hold the database against the manifest at the end
    #[arg(long)]
    no_verify: bool,
    /// Write into the database what it is for: `disposable` may be reset without a question, `protected` never
    #[arg(long, value_enum, value_name = "LABEL")]
    label: Option<Label>,
}

/// Migrates.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let scripts = work::read(context)?;
    work::something(&scripts)?;
    if let Some(to) = args.to
        && !scripts.migrations.iter().any(|script| script.version == to)
    {
        return Err(Failure::input(format!("--to {to}: there is no migration of that version"))
            .next("`pgplumb db:status` lists the versions that are pending")
            .into());
    }
    let whole = args.to.is_none() && !args.no_seed;
    // Where only a part is applied, the whole manifest cannot hold yet.
    let manifest = if args.no_verify || args.dry_run || !whole { None } else { Some(context.read_manifest()?) };
    let connected = context.connect().await?;
    work::check_platform(context, &connected).await?;
    if args.dry_run {
        return dry_run(context, args, &connected, &scripts).await;
    }
    apply(context, args, &connected, &scripts, manifest).await
}

async fn apply(
    context: &Context,
    args: &Args,
    connected: &Connected,
    scripts: &Scripts,
    manifest: Option<Manifest>,
) -> Result<Answer> {
    let session = &connected.session;
    let (mut history, plan) = work::begin(context, session, scripts).await?;
    let due = work::check(&due(&plan, &scripts.migrations, args.to))?;
    let seeds = if args.no_seed { &[][..] } else { &scripts.seeds };
    let seeds = work::check(&work::due_seeds(session, seeds, false).await?)?;
    work::ensure(session, &mut history, scripts).await?;
    if let Some(label) = args.label.or(connected.target.label) {
        migrate::write_label(&session.client, label).await?;
    }
    let applied = work::apply(context, session, &due, &|script, took| history.record(script, took)).await?;
    let seeded = work::apply(context, session, &seeds, &migrate::record_seed).await?;
    let verification = match manifest {
        Some(mut manifest) => Some(prove(context, session, &mut manifest).await?),
        None => None,
    };
    if applied.is_empty() && seeded.is_empty() {
        context.say("nothing to apply");
    }
    let outcome = match &verification {
        Some(verification) if !verification.passed() => Outcome::Findings,
        _ => Outcome::Done,
    };
    let text = verification.as_ref().map(|verification| report::table(verification, context.output.color));
    let list = |done: &[Done]| done.iter().map(Done::value).collect::<Vec<Value>>();
    let value = json!({
        "applied": list(&applied), "seeds": list(&seeded), "verify": verification.as_ref().map(report::value),
    });
    Ok(Answer { outcome, text: text.unwrap_or_default(), value })
}

async fn dry_run(context: &Context, args: &Args, connected: &Connected, scripts: &Scripts) -> Result<Answer> {
    let client = &connected.session.client;
    let history = History::read(client, &context.project.settings.history_table).await?;
    let plan = migrate::plan(&scripts.migrations, &history.applied);
    work::refuse_obstacles(&plan)?;
    let due = due(&plan, &scripts.migrations, args.to);
    let seeds = if args.no_seed { &[][..] } else { &scripts.seeds };
    let seeds = work::due_seeds(&connected.session, seeds, false).await?;
    work::check(&due)?;
    work::check(&seeds)?;
    let files = |scripts: &[&Script]| scripts.iter().map(|script| script.source.path.clone()).collect::<Vec<_>>();
    let text: String = files(&due).iter().chain(&files(&seeds)).map(|file| format!("would apply {file}\n")).collect();
    let text = if text.is_empty() { "nothing to apply\n".to_owned() } else { text };
    let value = json!({ "would_apply": files(&due), "would_seed": files(&seeds) });
    Ok(Answer { outcome: Outcome::Done, text, value })
}

fn due<'a>(plan: &Plan, migrations: &'a [Script], to: Option<i64>) -> Vec<&'a Script> {
    // The order may come from a journal, so the last script is the one at that place and not the highest number.
    let last = to.and_then(|to| migrations.iter().position(|script| script.version == to)).unwrap_or(usize::MAX);
    plan.pending.iter().filter(|at| **at <= last).map(|at| &migrations[*at]).collect()
}
