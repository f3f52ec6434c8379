//! `db:manifest`: writes down what a database has, from the migrations on a scratch database or from the target.

use std::path::Path;
use std::rc::Rc;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::context::Context;
use super::proof::{added, is_projects};
use super::work;
use crate::catalog::Catalog;
use crate::db::{Session, snapshot};
use crate::error::{Failure, Outcome};
use crate::manifest::{self, Layout};
use crate::output::Answer;
use crate::platform::{self, Databases};

/// Where the catalog comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum From {
    /// The project's migrations, applied on a scratch database.
    Migrations,
    /// The target.
    Target,
}

/// Arguments of `db:manifest`.
#[derive(clap::Args)]
pub struct Args {
    /// Where the catalog comes from
    #[arg(long, value_enum)]
    from: From,
    /// The file to write; `-` is standard output, and without it the project's manifest is replaced
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
}

/// Writes the manifest.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let (path, shown_as) = context.manifest_path();
    let (path, shown_as) = match args.output.as_deref() {
        None | Some("-") => (path, shown_as),
        Some(file) => (file.into(), file.to_owned()),
    };
    let kept = kept(&path, &shown_as)?;
    let (catalog, version) = match args.from {
        From::Migrations => from_migrations(context).await?,
        From::Target => from_target(context).await?,
    };
    let platform = context.platform().map(platform::Platform::name);
    let ignore: Vec<String> = kept.get("ignore").cloned().map(serde_json::from_value).transpose()?.unwrap_or_default();
    let rest = ["seeds", "rules", "access"].iter().filter_map(|key| Some(((*key).to_owned(), kept.get(*key)?.clone())));
    let layout = Layout {
        captured: json!({ "server_version_num": version, "platform": platform }),
        ignore: &ignore,
        complete: &|path| !platform::owns(context.platform(), &path[0]),
        rest: &rest.collect::<Vec<_>>(),
    };
    let text = manifest::write(&catalog, &layout);
    let objects = catalog.len();
    if args.output.as_deref() == Some("-") {
        return Ok(Answer { outcome: Outcome::Done, value: serde_json::from_str(&text)?, text });
    }
    std::fs::write(&path, text).with_context(|| format!("failed to write {shown_as}"))?;
    let text = format!("{objects} objects written to {shown_as}\n");
    Ok(Answer { outcome: Outcome::Done, text, value: json!({ "file": shown_as, "objects": objects }) })
}

/// What people wrote into the manifest that is replaced: it stays.
fn kept(path: &Path, shown_as: &str) -> Result<Value> {
    if !path.exists() {
        return Ok(Value::Null);
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("failed to read {shown_as}"))?;
    let wrong = |error: serde_json::Error| {
        Failure::input(format!(
            "{shown_as} is there and cannot be read, so what people wrote into it would be lost: {error}"
        ))
        .next(format!("mend or remove {shown_as}, and run the command again"))
    };
    Ok(serde_json::from_str(&text).map_err(wrong)?)
}

async fn from_target(context: &Context) -> Result<(Catalog, u32)> {
    let connected = context.connect().await?;
    let mut catalog = snapshot::read(&connected.session).await?;
    snapshot::end(&connected.session).await?;
    match context.platform() {
        None => catalog.retain(|object| is_projects(context, object)),
        Some(_) => added(context, &mut catalog, &platform_alone(context).await?),
    }
    Ok((catalog, connected.session.server_version_num))
}

async fn from_migrations(context: &Context) -> Result<(Catalog, u32)> {
    let scripts = work::read(context)?;
    work::something(&scripts)?;
    let before = platform_alone(context).await?;
    scratch(context, async |session| {
        let (mut history, _) = work::begin(context, &session, &scripts).await?;
        let due = work::check(&scripts.migrations.iter().collect::<Vec<_>>())?;
        work::ensure(&session, &mut history, &scripts).await?;
        work::apply(context, &session, &due, &|script, took| history.record(script, took)).await?;
        let mut catalog = snapshot::read(&session).await?;
        snapshot::end(&session).await?;
        added(context, &mut catalog, &before);
        Ok((catalog, session.server_version_num))
    })
    .await
}

/// What the platform alone has, on a scratch database.
async fn platform_alone(context: &Context) -> Result<Catalog> {
    scratch(context, async |session| {
        let catalog = snapshot::read(&session).await?;
        snapshot::end(&session).await?;
        Ok(catalog)
    })
    .await
}

/// Does something on a scratch database, which is dropped whatever came of it.
async fn scratch<T>(context: &Context, work: impl AsyncFnOnce(Rc<Session>) -> Result<T>) -> Result<T> {
    let cluster = context.cluster().await?;
    let databases = Databases::new(&cluster, context.platform());
    let name = format!("pgplumb_scratch_{}", std::process::id());
    databases.drop(&name).await?;
    databases.scratch(&name).await?;
    let done = match context.session(&databases.target(&name)).await {
        Ok(session) => work(session).await,
        Err(error) => Err(error),
    };
    databases.drop(&name).await?;
    done
}
