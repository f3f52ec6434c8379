//! Where a catalog can come from: the target, the migrations, a manifest, another database, a dump. Those that are no
//! database yet are built on a scratch one, which goes away again.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use super::context::{Connected, Context};
use super::proof::{added, heed_adoption, is_projects};
use super::roles::forget_unused;
use super::runner::{Manner, Runner};
use super::work::{self, Project};
use crate::catalog::Catalog;
use crate::db::local::Cluster;
use crate::db::{Resolved, Session, Wanted, resolve, snapshot};
use crate::error::Failure;
use crate::manifest::{self, Layout, Manifest};
use crate::migrate::{self, Kind, Script};
use crate::platform::{self, Databases};

/// What one side of a comparison is.
pub enum Side {
    /// Read from a database, with the server's version.
    Catalog(Catalog, u32),
    /// Read from a manifest.
    Manifest(Box<Manifest>),
}

/// Reads the side that `name` means: `target`, `migrations`, `manifest`, a connection string, a `.json` or `.sql` file.
pub async fn read(context: &Context, name: &str) -> Result<Side> {
    let catalog = |(catalog, version)| Side::Catalog(catalog, version);
    match name {
        "target" => from_target(context).await.map(catalog),
        "migrations" => from_migrations(context).await.map(catalog),
        "manifest" => Ok(Side::Manifest(Box::new(context.read_manifest()?))),
        url if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            from_url(context, url).await.map(catalog)
        }
        file if Path::new(file).is_file() && file.ends_with(".json") => {
            Ok(Side::Manifest(Box::new(manifest::read(Path::new(file), file)?)))
        }
        file if Path::new(file).is_file() => from_dump(context, file).await.map(catalog),
        // What it is may be a connection string, so it is not repeated.
        _ => Err(Failure::input("one side of the comparison is neither a file nor anything else that is known")
            .next("give `target`, `migrations`, `manifest`, a connection string, a manifest or a dump (.sql)")
            .into()),
    }
}

/// The target's own objects, without the platform's.
pub async fn from_target(context: &Context) -> Result<(Catalog, u32)> {
    let connected = context.connect().await?;
    projects(context, &connected.session).await
}

/// What the migrations make of an empty database.
pub async fn from_migrations(context: &Context) -> Result<(Catalog, u32)> {
    let project = work::read(context)?;
    work::something(&project)?;
    from_scripts(context, None, &project, &project.migrations.iter().collect::<Vec<_>>()).await
}

/// What some of a project's migrations make of an empty database, in the order in which they are given; on a server of
/// that major, or on the project's own.
pub async fn from_scripts(
    context: &Context,
    major: Option<u32>,
    project: &Project,
    scripts: &[&Script],
) -> Result<(Catalog, u32)> {
    let due = work::check(scripts)?;
    scratch_of(context, major, async |connected| {
        let mut runner = Runner::begin(context, &connected, &Manner::default()).await?;
        runner.quietly();
        runner.ensure(project).await?;
        runner.run(&due).await?;
        built(context, &connected.session).await
    })
    .await
}

async fn from_url(context: &Context, url: &str) -> Result<(Catalog, u32)> {
    let wanted = Wanted::new(Some(url.to_owned()), None, std::io::empty())?;
    let Resolved::Server(target) = resolve(&context.project, &wanted)? else {
        return Err(Failure::input("the connection string names no server").into());
    };
    target.announce(&context.output);
    let session = context.session(&target).await?;
    projects(context, &session).await
}

/// A plain dump, as `pg_dump` writes it, loaded into a scratch database in one transaction.
async fn from_dump(context: &Context, file: &str) -> Result<(Catalog, u32)> {
    let script = Script::read(Path::new(file), file, Kind::Seed, (0, file, file))?;
    let checked = migrate::check(&script)?;
    scratch(context, async |connected| {
        let mut runner = Runner::begin(context, &connected, &Manner::default()).await?;
        runner.ensure(&Project { migrations: Vec::new(), seeds: Vec::new() }).await?;
        runner.run(&[checked]).await?;
        built(context, &connected.session).await
    })
    .await
}

/// A database's own objects, without the platform's.
pub async fn projects(context: &Context, session: &Session) -> Result<(Catalog, u32)> {
    let mut catalog = snapshot::read(session).await?;
    snapshot::end(session).await?;
    heed_adoption(context, &catalog);
    match context.platform() {
        None => catalog.retain(|object| is_projects(context, object)),
        Some(_) => added(context, &mut catalog, &platform_alone(context).await?),
    }
    forget_unused(&mut catalog);
    Ok((catalog, session.server_version_num))
}

/// As [`projects`], of a scratch database: what that is itself says nothing about any other, nor does it matter who ran
/// the scripts there.
async fn built(context: &Context, session: &Session) -> Result<(Catalog, u32)> {
    let (mut catalog, version) = projects(context, session).await?;
    catalog.retain(|object| !object.id.path.is_empty());
    catalog.forget_usual();
    Ok((catalog, version))
}

/// What the platform alone has, on a scratch database.
async fn platform_alone(context: &Context) -> Result<Catalog> {
    scratch(context, async |connected| {
        let catalog = snapshot::read(&connected.session).await?;
        snapshot::end(&connected.session).await?;
        Ok(catalog)
    })
    .await
}

/// Does something on a scratch database, which is dropped whatever came of it.
async fn scratch<T>(context: &Context, work: impl AsyncFnOnce(Connected) -> Result<T>) -> Result<T> {
    scratch_of(context, None, work).await
}

/// The same on a server of a major, which is left as it was found.
async fn scratch_of<T>(
    context: &Context,
    major: Option<u32>,
    work: impl AsyncFnOnce(Connected) -> Result<T>,
) -> Result<T> {
    let Some(major) = major else { return on_cluster(context, &context.cluster().await?, work).await };
    let scratch = context.scratch_cluster(major, true).await?;
    let done = on_cluster(context, &scratch.cluster, work).await;
    scratch.leave(&Databases::new(&scratch.cluster, context.platform())).await?;
    done
}

async fn on_cluster<T>(
    context: &Context,
    cluster: &Cluster,
    work: impl AsyncFnOnce(Connected) -> Result<T>,
) -> Result<T> {
    let databases = Databases::new(cluster, context.platform());
    let name = context.scratch_name();
    databases.drop(&name).await?;
    databases.scratch(&name).await?;
    let target = databases.target(&name);
    let done = match context.session(&target).await {
        Ok(session) => work(Connected { session, target, local: true }).await,
        Err(error) => Err(error),
    };
    databases.drop(&name).await?;
    done
}

/// The manifest that `catalog` writes; `ignore` and `rest` are what people wrote into an older one.
pub fn written(
    context: &Context,
    catalog: &Catalog,
    version: u32,
    ignore: &[String],
    rest: &[(String, Value)],
) -> String {
    let platform = context.platform().map(platform::Platform::name);
    let layout = Layout {
        captured: json!({ "server_version_num": version, "platform": platform }),
        ignore,
        complete: &|path| !path.first().is_some_and(|schema| platform::owns(context.platform(), schema)),
        rest,
    };
    manifest::write(catalog, &layout)
}
