//! What the commands that verify share: the snapshot, and what of the catalog is the project's to answer for.

use std::collections::HashSet;

use anyhow::Result;
use futures_util::future::{Either, select};
use futures_util::pin_mut;

use super::Context;
use super::roles::is_role;
use super::spelling::{self, Manner};
use crate::catalog::{Catalog, Object, Section};
use crate::db::{Session, snapshot};
use crate::error::{Failure, Outcome, did_you_mean};
use crate::manifest::{Manifest, Scope};
use crate::migrate::{SCHEMA, adopt};
use crate::platform;
use crate::verify::{self, Verification};

/// Holds the manifest against the database behind `session`, in one snapshot.
pub async fn prove(context: &Context, session: &Session, manifest: &mut Manifest) -> Result<Verification> {
    let actual = snapshot::read(session).await?;
    settle(context, session, manifest, actual).await
}

/// How often a database is read that is being changed meanwhile.
const READINGS: usize = 5;

/// Holds the manifest against what was read. PostgreSQL prints definitions as they are now and not as they were in the
/// snapshot, so what was read while somebody changed them is no state that the database ever had: it is read again.
async fn settle(
    context: &Context,
    session: &Session,
    manifest: &mut Manifest,
    mut actual: Catalog,
) -> Result<Verification> {
    for _ in 0..READINGS {
        let (verification, then) = hold(context, session, manifest, actual).await?;
        if verification.findings.is_empty() || then == snapshot::fingerprint(session).await? {
            return Ok(verification);
        }
        context.detail("definitions were changed while they were read, so they are read again");
        actual = snapshot::read(session).await?;
    }
    let what = format!("the definitions were changed while they were read, {READINGS} times in a row");
    Err(Failure::new(Outcome::Transient, what).next("run the command again when nobody changes the schema").into())
}

/// Reads manifest and database at the same time, and holds one against the other. What is wrong with the manifest is
/// told first, because then the database was not needed at all.
pub async fn prove_target(context: &Context) -> Result<(Manifest, Verification)> {
    let reading = context.read_manifest_aside();
    let looking = async {
        let connected = context.connect().await?;
        let actual = snapshot::read(&connected.session).await?;
        Ok::<_, anyhow::Error>((connected, actual))
    };
    pin_mut!(reading, looking);
    let (mut manifest, found) = match select(reading, looking).await {
        Either::Left((manifest, looking)) => (manifest?, looking.await?),
        Either::Right((found, reading)) => (reading.await?, found?),
    };
    let (connected, actual) = found;
    let verification = settle(context, &connected.session, &mut manifest, actual).await?;
    Ok((manifest, verification))
}

/// Holds the manifest against what was read, and against the rows that the same snapshot has. With it comes what tells
/// whether definitions have changed since.
async fn hold(
    context: &Context,
    session: &Session,
    manifest: &mut Manifest,
    mut actual: Catalog,
) -> Result<(Verification, String)> {
    spelling::names(session, manifest, &actual).await?;
    heed_adoption(context, &actual);
    let manner = Manner::of_session(session, &actual);
    actual.retain(|object| {
        is_projects(context, object) && !is_role(object)
            || manifest.expected.get(&object.id).is_some()
            || manifest.absent.contains(&object.id)
            || is_asked_about(manifest, object)
    });
    let mut verification = spelling::objects(context, manner, manifest, &actual).await?;
    verify::complete(&session.client, manifest, &mut verification).await?;
    let clean = verification.findings.is_empty();
    let fingerprint = if clean { String::new() } else { snapshot::fingerprint(session).await? };
    snapshot::end(session).await?;
    // The process ends soon and gives its memory back at once; object by object takes longer than to compare them.
    std::mem::forget(actual);
    Ok((verification, fingerprint))
}

/// Whether the manifest says what others come to in the very thing that this object stands in, whoever made that.
fn is_asked_about(manifest: &Manifest, object: &Object) -> bool {
    let says = |scope: &Scope| scope.path.len() > 1 && scope.unexpected.is_some();
    manifest.scopes.iter().any(|scope| says(scope) && object.id.parent().starts_with(&scope.path))
}

/// Sets aside what belongs to a tool whose history was taken over, as the database says.
pub fn heed_adoption(context: &Context, catalog: &Catalog) {
    let noted = catalog.iter().filter(|object| object.id.path == [SCHEMA, "adoption"]);
    let comments = noted.filter_map(|object| object.properties.get("comment")?.as_str());
    for comment in comments {
        let mut own = adopt::set_aside(comment);
        let (schemas, tables): (Vec<_>, Vec<_>) = own.drain(..).partition(|path| path.len() == 1);
        // A schema that has come to hold something else is no longer that tool's alone.
        let is_own = |object: &Object| tables.iter().any(|table| object.id.path.starts_with(table));
        let is_other = |schema: &[String], object: &Object| {
            object.id.path.len() > 1 && object.id.path.starts_with(schema) && !is_own(object)
        };
        let only_own = |schema: &Vec<String>| !catalog.iter().any(|object| is_other(schema, object));
        context.set_aside(schemas.into_iter().filter(only_own).collect());
        context.set_aside(tables);
    }
}

/// Whether an object is the project's, and not pgplumb's or the platform's, or another tool's history.
pub fn is_projects(context: &Context, object: &Object) -> bool {
    let settings = &context.project.settings;
    let names = |prefix: &str| {
        let mut path = object.id.path.iter();
        prefix.split('.').all(|name| path.next().is_some_and(|own| own == name))
    };
    let platforms = settings.platform.is_some_and(|platform| in_no_schema(object) && of_platform(platform, object));
    !names(SCHEMA)
        && !context.is_set_aside(&object.id.path)
        && !names(&settings.history_table)
        && !platform::owns(settings.platform, outermost(object))
        && !platforms
}

/// The name of the schema, or of what is in none.
fn outermost(object: &Object) -> &str {
    object.id.path.first().map_or("", String::as_str)
}

/// Whether an object belongs to the database as a whole.
fn in_no_schema(object: &Object) -> bool {
    object.id.kind.parents.is_empty() && object.id.kind.section != Section::Schemas
}

/// Whether something that is in no schema can be a hosted platform's own: extensions, what no role owns, and what its
/// superuser owns.
fn of_platform(platform: platform::Platform, object: &Object) -> bool {
    let superuser = platform::superuser(Some(platform));
    let owner = object.properties.get("owner").and_then(|owner| owner.as_str());
    let known = platform::parts(platform).others.contains(&outermost(object));
    known || object.id.kind.section == Section::Extensions || owner.is_none_or(|owner| owner == superuser)
}

/// Of `catalog`, what is the project's; and of the platform's objects those that are not in `before`, which is the
/// platform alone, with the parents that they stand in.
pub fn added(context: &Context, catalog: &mut Catalog, before: &Catalog) {
    let changed = |object: &Object, known: &Object| in_no_schema(object) && known.properties != object.properties;
    let new = |object: &Object| before.get(&object.id).is_none_or(|known| changed(object, known));
    let ours = |object: &Object| outermost(object) == SCHEMA || context.is_set_aside(&object.id.path);
    let wanted = |object: &Object| new(object) && !ours(object);
    let on_the_way =
        |object: &Object| (0..object.id.path.len()).map(|names| object.id.path[..names].to_vec()).collect::<Vec<_>>();
    let holders: HashSet<Vec<String>> = catalog.iter().filter(|object| wanted(object)).flat_map(on_the_way).collect();
    catalog.retain(|object| {
        let holds_new = || holders.contains(&object.id.path);
        is_projects(context, object) || (new(object) || holds_new()) && !ours(object)
    });
    catalog.strip(|object| !new(object) && !is_projects(context, object));
}

/// Refuses a name of `--only` that means nothing, since checking nothing is no pass.
pub fn check_only(wanted: &[String]) -> Result<()> {
    for name in wanted {
        if !Section::ALL.iter().any(|section| verify::matches(*section, name)) {
            let groups = crate::catalog::KINDS.iter().map(|kind| kind.group);
            let guess = did_you_mean(name, groups.chain(["seeds"]));
            return Err(Failure::input(format!("--only {name}: there is no such kind{guess}"))
                .next("leave --only out, or give kinds such as tables, indexes, policies")
                .into());
        }
    }
    Ok(())
}
