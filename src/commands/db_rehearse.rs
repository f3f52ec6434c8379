//! `db:rehearse`: the whole pending run on a copy of the target that has no rows, statement by statement. The target is
//! read and nothing else.

use std::collections::HashSet;

use anyhow::{Context as _, Result};
use serde_json::json;

use super::context::{Connected, Context};
use super::copy::{Copy, Origin};
use super::proof::prove;
use super::work::{self, Due, Project, Survey};
use crate::catalog::KindId;
use crate::db::Session;
use crate::error::Outcome;
use crate::manifest::Manifest;
use crate::migrate::{Rehearsal, Rehearsed};
use crate::output::Answer;
use crate::report;
use crate::sql::literal;
use crate::verify::Verification;

/// Arguments of `db:rehearse`.
#[derive(clap::Args)]
pub struct Args {
    /// Stop after this version
    #[arg(long, value_name = "VERSION")]
    to: Option<i64>,
}

/// What came of a run on a copy.
struct Run {
    role: String,
    not_copied: Vec<(String, String)>,
    scripts: Vec<Rehearsed>,
    verification: Option<Verification>,
}

/// Rehearses.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let project = work::read(context)?;
    work::something(&project)?;
    work::known(&project, args.to)?;
    // Where only a part is applied, the whole manifest cannot hold yet.
    let wants_proof = args.to.is_none() && context.manifest_path().0.exists();
    let mut manifest = wants_proof.then(|| context.read_manifest()).transpose()?;
    let connected = context.connect().await?;
    work::check_platform(context, &connected).await?;
    let (survey, due) = look(context, &connected, &project, args.to).await?;
    if due.migrations.is_empty() && due.seeds.is_empty() {
        let value = json!({ "scripts": [] });
        return Ok(Answer { outcome: Outcome::Done, text: "nothing is pending\n".to_owned(), value });
    }
    let origin = Origin::read(&connected).await?;
    context.say("copying the target's objects to a scratch database, without rows");
    let run =
        origin.copied(context, async |copy| rehearse(context, &origin, copy, &survey, &due, manifest.as_mut()).await);
    let run = run.await.map_err(work::unchanged)?;
    Ok(answer(context, &origin, &run, manifest.is_some()))
}

/// What is due, read in a transaction that can write nothing.
async fn look<'a>(
    context: &Context,
    connected: &Connected,
    project: &'a Project,
    to: Option<i64>,
) -> Result<(Survey<'a>, Due<'a>)> {
    let client = &connected.session.client;
    client.batch_execute("BEGIN READ ONLY").await.context("the target could not be read")?;
    let survey = work::survey(context, connected, project, None).await?;
    let due = survey.due(context, connected, project, to, false).await?;
    client.batch_execute("COMMIT").await?;
    Ok((survey, due))
}

/// Runs on the copy what is due.
async fn rehearse(
    context: &Context,
    origin: &Origin,
    copy: &Copy,
    survey: &Survey<'_>,
    due: &Due<'_>,
    manifest: Option<&mut Manifest>,
) -> Result<Run> {
    let rehearsal = Rehearsal::begin(&copy.session, &copy.superuser.client).await?;
    let mut scripts: Vec<Rehearsed> = Vec::new();
    for checked in due.migrations.iter().chain(&due.seeds) {
        context.output.live(&format!("rehearsing {}", checked.path()));
        let had = survey.progress.get(checked.path());
        scripts.push(rehearsal.script(checked, had, &|| context.check_interrupt()).await?);
        if scripts.last().is_some_and(|script| script.failure.is_some()) {
            break;
        }
    }
    context.output.live("");
    let ran = scripts.iter().all(|script| script.failure.is_none());
    let verification = match manifest.filter(|_| ran) {
        Some(manifest) => Some(verified(context, origin, copy, manifest).await?),
        None => None,
    };
    let not_copied = copy.refused.iter().map(|refusal| (refusal.sql.clone(), refusal.said.clone())).collect();
    Ok(Run { role: copy.role.clone(), not_copied, scripts, verification })
}

/// Holds the manifest against the copy, as far as that can tell something of the target.
async fn verified(context: &Context, origin: &Origin, copy: &Copy, manifest: &mut Manifest) -> Result<Verification> {
    let mut not_measured = Vec::new();
    let mut without_rows = HashSet::new();
    for seed in &manifest.seeds {
        let is_filled = match name_of(&copy.superuser, &seed.table).await? {
            Some(name) => origin.sizes.get(&name).is_some_and(|size| size.filled),
            None => false,
        };
        if is_filled && without_rows.insert(seed.table.clone()) {
            not_measured.push(format!("rows of {}: the copy has none of those that are there", seed.table));
        }
    }
    manifest.seeds.retain(|seed| !without_rows.contains(&seed.table));
    let mut verification = prove(context, &copy.superuser, manifest).await?;
    // A scratch database says nothing of the target's own settings, nor of its server's roles.
    let of_server: HashSet<&str> = KindId::all().filter(|kind| kind.of_server()).map(|kind| kind.name).collect();
    verification.findings.retain(|finding| !of_server.contains(finding.kind.as_str()));
    verification.not_measured.extend(not_measured);
    Ok(verification)
}

/// The whole name of a table, if it is there.
async fn name_of(session: &Session, table: &str) -> Result<Option<String>> {
    let query = format!(
        "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.oid = to_regclass({})",
        literal(table)
    );
    // A name that the server does not understand is for the proof to tell.
    let rows = session.client.query_typed(&query, &[]).await.unwrap_or_default();
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
}

fn answer(context: &Context, origin: &Origin, run: &Run, has_manifest: bool) -> Answer {
    let failed = run.scripts.iter().any(|script| script.failure.is_some());
    let passed = run.verification.as_ref().is_none_or(Verification::passed);
    let outcome = if failed || !passed { Outcome::Findings } else { Outcome::Done };
    let size = |name: &str| origin.sizes.get(name).copied().unwrap_or_default();
    let rehearsal =
        report::Rehearsal { scripts: &run.scripts, size: &size, role: &run.role, not_copied: &run.not_copied };
    let mut text = report::rehearsal(&rehearsal, context.output.color);
    if let Some(verification) = &run.verification {
        text += &format!("\n{}", report::table(verification, context.output.color));
    } else if !failed && !has_manifest {
        text += "\nnothing was held against a manifest\n";
    }
    let mut value = report::rehearsal_value(&rehearsal);
    value["verify"] = json!(run.verification.as_ref().map(report::value));
    Answer { outcome, text, value }
}
