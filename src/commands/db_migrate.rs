//! `db:migrate`: pending migrations, then changed seeds, then the proof.

use anyhow::Result;
use serde_json::{Value, json};

use super::context::{Connected, Context};
use super::proof::prove;
use super::runner::{Done, Manner, Runner};
use super::snapshot;
use super::work::{self, Due, Project, Survey};
use crate::db::explained;
use crate::error::{Failure, Outcome, with_state};
use crate::migrate::{self, Checked, Mode};
use crate::output::Answer;
use crate::project::{Label, Order};
use crate::report;

/// Arguments of `db:migrate`.
#[derive(clap::Args, Default)]
pub struct Args {
    /// Stop after this version
    #[arg(long, value_name = "VERSION")]
    to: Option<i64>,
    /// Run everything in one transaction, or nothing
    #[arg(long)]
    atomic: bool,
    /// Say what would be applied, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave the seeds alone
    #[arg(long)]
    no_seed: bool,
    /// Take a proven snapshot, as db:snapshot does, before anything is changed
    #[arg(long)]
    snapshot: bool,
    /// Do not hold the database against the manifest at the end
    #[arg(long)]
    no_verify: bool,
    /// What becomes of a migration that is not applied although a later one is
    #[arg(long, value_enum, value_name = "WHEN")]
    order: Option<Order>,
    #[command(flatten)]
    manner: Manner,
    /// Write into the database what it is for: `disposable` may be reset without a question, `protected` never
    #[arg(long, value_enum, value_name = "LABEL")]
    label: Option<Label>,
}

/// What was done.
#[derive(Default)]
struct Applied {
    migrations: Vec<Done>,
    seeds: Vec<Done>,
    /// What `--json` shows of the snapshot, where one was taken.
    snapshot: Option<Value>,
    /// The migration that waits, and the data migration that it waits for.
    waits: Option<(String, String)>,
}

/// Migrates.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let project = work::read(context)?;
    work::something(&project)?;
    work::known(&project, args.to)?;
    let whole = args.to.is_none() && !args.no_seed;
    // Where only a part is applied, the whole manifest cannot hold yet.
    let wants_proof = !args.no_verify && !args.dry_run && whole;
    let manifest = wants_proof.then(|| context.read_manifest()).transpose()?;
    let connected = context.connect().await?;
    work::check_platform(context, &connected).await?;
    let done = match args.dry_run {
        true => return dry_run(context, args, &connected, &project).await,
        false => apply(context, args, &connected, &project).await?,
    };
    let list = |done: &[Done]| done.iter().map(Done::value).collect::<Vec<Value>>();
    if let Some((path, data)) = &done.waits {
        let value = json!({ "applied": list(&done.migrations), "seeds": list(&done.seeds), "verify": null });
        return Err(Failure::new(Outcome::Findings, format!("{path} waits for the data migration {data}"))
            .state("what comes before it is applied; the manifest is not held against the database yet")
            .next(format!("`pgplumb data:migrate {data}`, then `pgplumb db:migrate`"))
            .found(String::new(), value)
            .into());
    }
    let verification = match manifest {
        Some(mut manifest) => {
            let proof = prove(context, &connected.session, &mut manifest).await;
            Some(proof.map_err(|error| unproven(error, done.migrations.len() + done.seeds.len()))?)
        }
        None => None,
    };
    let outcome = match &verification {
        Some(verification) if !verification.passed() => Outcome::Findings,
        _ => Outcome::Done,
    };
    let text = verification.as_ref().map(|verification| report::table(verification, context.output.color));
    let mut value = json!({
        "applied": list(&done.migrations), "seeds": list(&done.seeds), "verify": verification.as_ref().map(report::value),
    });
    if let Some(snapshot) = done.snapshot {
        value["snapshot"] = snapshot;
    }
    Ok(Answer { outcome, text: text.unwrap_or_default(), value })
}

/// A failure of the proof, which comes after everything that was to be written.
fn unproven(error: anyhow::Error, scripts: usize) -> anyhow::Error {
    let state = match scripts {
        0 => "nothing was changed, and the database is not proven".to_owned(),
        1 => "the script is applied and stays so; the database is not proven".to_owned(),
        _ => format!("the {scripts} scripts are applied and stay so; the database is not proven"),
    };
    with_state(explained(error), &state)
}

impl Args {
    /// What is due, fit to run.
    async fn due<'a>(
        &self,
        context: &Context,
        connected: &Connected,
        project: &'a Project,
        survey: &Survey<'a>,
    ) -> Result<Due<'a>> {
        let due = survey.due(context, connected, project, self.to, self.no_seed).await?;
        if self.atomic
            && let Some(alone) = due.migrations.iter().chain(&due.seeds).find(|checked| checked.mode != Mode::Together)
        {
            return Err(Failure::input(format!("--atomic: {} cannot share a transaction", alone.path()))
                .state("nothing was changed")
                .next("apply it by a run of its own (--to VERSION), or leave --atomic out")
                .into());
        }
        Ok(due)
    }
}

async fn apply(context: &Context, args: &Args, connected: &Connected, project: &Project) -> Result<Applied> {
    let label = args.label.or(connected.target.label);
    let survey = work::survey(context, connected, project, args.order).await?;
    let due = args.due(context, connected, project, &survey).await?;
    if due.is_empty() && label.is_none() {
        context.say("nothing to apply");
        return Ok(Applied { waits: due.waits, ..Applied::default() });
    }
    if args.snapshot && !due.is_empty() {
        snapshot::possible(context, connected).await?;
    }
    let mut runner = Runner::begin(context, connected, &args.manner).await?;
    // Somebody else may have done it while this run waited for the lock.
    let survey = work::survey(context, connected, project, args.order).await?;
    let due = args.due(context, connected, project, &survey).await?;
    let taken = match args.snapshot && !due.is_empty() {
        true => Some(snapshot::before_change(context, connected).await?),
        false => None,
    };
    let waits = due.waits.clone();
    runner.ensure(project).await?;
    if let Some(label) = label {
        migrate::write_label(&runner.session.client, label).await?;
    }
    let (migrations, seeds) = match args.atomic {
        true => {
            let count = due.migrations.len();
            let together: Vec<Checked<'_>> = due.migrations.into_iter().chain(due.seeds).collect();
            let mut done = runner.run_together(&together).await?;
            let seeded = done.split_off(count.min(done.len()));
            (done, seeded)
        }
        false => (runner.run(&due.migrations).await?, runner.run(&due.seeds).await?),
    };
    if migrations.is_empty() && seeds.is_empty() {
        context.say("nothing to apply");
    }
    Ok(Applied { migrations, seeds, snapshot: taken, waits })
}

async fn dry_run(context: &Context, args: &Args, connected: &Connected, project: &Project) -> Result<Answer> {
    let survey = work::survey(context, connected, project, args.order).await?;
    let due = args.due(context, connected, project, &survey).await?;
    let files = |scripts: &[Checked<'_>]| scripts.iter().map(|checked| checked.path().to_owned()).collect::<Vec<_>>();
    let (migrations, seeds) = (files(&due.migrations), files(&due.seeds));
    let text: String = migrations.iter().chain(&seeds).map(|file| format!("would apply {file}\n")).collect();
    let wait = |(path, data): &(String, String)| format!("{path} waits for the data migration {data}\n");
    let text = text + &due.waits.as_ref().map(wait).unwrap_or_default();
    let text = if text.is_empty() { "nothing to apply\n".to_owned() } else { text };
    let value = json!({ "would_apply": migrations, "would_seed": seeds });
    Ok(Answer { outcome: Outcome::Done, text, value })
}
