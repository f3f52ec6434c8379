//! Brings what a manifest says in words of its own to the form that PostgreSQL prints: names of functions by the target
//! itself, texts by a scratch database of the target's major.

use std::collections::{BTreeSet, HashSet};

use anyhow::Result;

use super::roles::{is_role, words};
use super::{Context, on_target};
use crate::catalog::{self, Catalog, Id};
use crate::db::{Session, objection, snapshot};
use crate::error::Failure;
use crate::manifest::Manifest;
use crate::platform::Databases;
use crate::verify::{self, Spelling, Verification};

/// The major that first kept SQL's own spelling of some functions (`SUBSTRING(a FROM 1)`) beside the plain calls that
/// older ones print for both. What those printed is therefore held against what they print for the database's objects.
const SPELLED: u32 = 14;

/// What decides how a database's definitions are read and printed.
pub struct Manner<'a> {
    /// The server's major.
    major: u32,
    /// The names of the server's roles.
    roles: HashSet<String>,
    session: Option<&'a Session>,
    /// Whether it is worth a download to know how it prints what the manifest says.
    may_download: bool,
}

impl<'a> Manner<'a> {
    /// That of a catalog which was read from a server of this version.
    pub fn of(catalog: &Catalog, version: u32) -> Self {
        let roles = catalog.iter().filter(|object| is_role(object)).map(|role| role.id.name().to_owned());
        Manner { major: version / 10_000, roles: roles.collect(), session: None, may_download: true }
    }

    /// That of a session and the catalog which was read by it.
    pub fn of_session(session: &'a Session, catalog: &Catalog) -> Self {
        Manner { session: Some(session), ..Manner::of(catalog, session.server_version_num) }
    }

    /// Where names without a schema are looked up.
    async fn path(&self) -> Result<String> {
        let Some(session) = self.session else { return Ok("\"$user\", public".to_owned()) };
        let query = "SELECT reset_val FROM pg_settings WHERE name = 'search_path'";
        let rows = session.client.query_typed(query, &[]).await?;
        Ok(rows.first().map_or(Ok(String::new()), |row| row.try_get(0))?)
    }
}

/// Holds the manifest's objects against the catalog, by what they mean.
///
/// # Errors
/// None but a signal: what could not be asked is noted with the findings.
pub async fn objects(
    context: &Context,
    mut manner: Manner<'_>,
    manifest: &Manifest,
    actual: &Catalog,
) -> Result<Verification> {
    let as_written = verify::objects(manifest, actual);
    if as_written.findings.is_empty() {
        return Ok(as_written);
    }
    let spellings = verify::spellings(manifest, actual);
    if spellings.is_empty() {
        return Ok(as_written);
    }
    // What is learned holds for this reading only: where definitions change meanwhile, there is another.
    let mut learned = manifest.clone();
    let (major, captured) = (manner.major, manifest.captured.map(|version| version / 10_000));
    // What PostgreSQL of this major printed is most likely different, and not only spelled otherwise.
    manner.may_download = captured != Some(major);
    let mut failed = match printed(context, &manner, major, actual, &spellings).await {
        Ok((catalog, refused)) => {
            verify::learn(&mut learned, &catalog, &spellings, &refused);
            refused
        }
        Err(error) => all(context, spellings.clone(), &error)?,
    };
    if let Some(captured) = captured.filter(|captured| *captured < SPELLED && major >= SPELLED) {
        let rest = verify::still(&spellings, &verify::spellings(&learned, actual));
        if !rest.is_empty() {
            match printed(context, &manner, captured, actual, &verify::turned(actual, &rest)).await {
                Ok((catalog, _)) => verify::agree(&mut learned, &catalog, actual, &rest),
                Err(error) => failed.extend(all(context, rest, &error)?),
            }
        }
    }
    failed.retain(|_| captured != Some(major));
    let mut verification = verify::objects(&learned, actual);
    verify::note(&mut verification, &failed);
    Ok(verification)
}

/// All of the texts, each with the same error; a signal is none.
fn all(context: &Context, spellings: Vec<Spelling>, error: &anyhow::Error) -> Result<Vec<(Spelling, String)>> {
    context.check_interrupt()?;
    let failure = error.downcast_ref::<Failure>();
    let why = failure.map_or_else(|| format!("{error:#}"), |failure| failure.message.clone());
    Ok(spellings.into_iter().map(|spelling| (spelling, why.clone())).collect())
}

/// Calls functions and operators as PostgreSQL does, where the manifest spells the types of their arguments otherwise.
pub async fn names(session: &Session, manifest: &mut Manifest, actual: &Catalog) -> Result<()> {
    let unknown = |id: &&Id| id.is_signed() && actual.get(id).is_none();
    let expected = manifest.expected.iter().map(|object| &object.id).chain(&manifest.absent).filter(unknown);
    let mut expected: Vec<Id> = expected.cloned().collect();
    if expected.is_empty() {
        return Ok(());
    }
    let known: HashSet<(&[String], &str)> = actual.iter().filter_map(|object| object.id.unsigned()).collect();
    expected.retain(|id| id.unsigned().is_some_and(|name| known.contains(&name)));
    let mut names = Vec::new();
    for id in expected {
        session.client.batch_execute("SAVEPOINT pgplumb_name; SET LOCAL search_path TO DEFAULT").await?;
        let printed = id.as_printed(&session.client).await;
        session.client.batch_execute("ROLLBACK TO SAVEPOINT pgplumb_name").await?;
        match printed {
            Ok(Some(printed)) => names.push((id, printed)),
            Ok(None) => {}
            Err(error) if error.downcast_ref().and_then(objection).is_some() => {}
            Err(error) => return Err(error),
        }
    }
    manifest.expected.rename(&names);
    let renamed = |id: Id| names.iter().find(|(old, _)| *old == id).map_or(id.clone(), |(_, new)| new.clone());
    manifest.absent = std::mem::take(&mut manifest.absent).into_iter().map(renamed).collect::<BTreeSet<_>>();
    Ok(())
}

/// What a scratch database of a major prints for the texts, and those that it could not be given.
async fn printed(
    context: &Context,
    manner: &Manner<'_>,
    major: u32,
    actual: &Catalog,
    spellings: &[Spelling],
) -> Result<Printed> {
    let path = manner.path().await?;
    if let Some(session) = manner.session.filter(|_| context.asks_target() && major == manner.major) {
        return on_target::printed(context, session, &path, actual, spellings).await;
    }
    let words: HashSet<&str> = verify::spelled(actual, spellings).flat_map(words).collect();
    let roles: Vec<String> = manner.roles.iter().filter(|role| words.contains(role.as_str())).cloned().collect();
    let scratch = context.scratch_cluster(major, manner.may_download).await?;
    let databases = Databases::new(&scratch.cluster, context.platform());
    let server = Server { context, databases: &databases, roles: &roles, path: &path };
    let done = server.with_fewer(actual, spellings).await;
    scratch.leave(&databases).await?;
    done
}

/// Where texts are printed.
struct Server<'a> {
    context: &'a Context,
    databases: &'a Databases<'a>,
    roles: &'a [String],
    path: &'a str,
}

/// What was printed, and the texts that were refused, each with what the server said.
type Printed = (Catalog, Vec<(Spelling, String)>);

impl Server<'_> {
    /// Makes the objects with the texts in them, and once more without those that were refused, so that one that is wrong
    /// does not keep the others from being printed.
    async fn with_fewer(&self, actual: &Catalog, spellings: &[Spelling]) -> Result<Printed> {
        let (first, failed) = self.with(actual, spellings).await?;
        if failed.is_empty() {
            return Ok((first, failed));
        }
        let is_good = |one: &&Spelling| !failed.iter().any(|(bad, _)| bad.is(one));
        let good: Vec<Spelling> = spellings.iter().filter(is_good).cloned().collect();
        let (second, more) = self.with(actual, &good).await?;
        Ok((second, failed.into_iter().chain(more).collect()))
    }

    async fn with(&self, actual: &Catalog, spellings: &[Spelling]) -> Result<Printed> {
        let (context, databases) = (self.context, self.databases);
        let name = context.scratch_name();
        databases.drop(&name).await?;
        databases.scratch(&name).await?;
        let added = databases.add_roles(self.roles).await?;
        let work = async {
            let catalog = verify::overlaid(actual, spellings);
            let session = context.session(&databases.superuser_target(&name)).await?;
            let statements = verify::statements(&catalog, spellings);
            session.client.batch_execute("BEGIN").await?;
            let refusals = catalog::make(&session.client, &statements, self.path).await?;
            session.client.batch_execute("COMMIT").await?;
            let printed = snapshot::read(&session).await?;
            snapshot::end(&session).await?;
            let failed = verify::refused(&catalog, &printed, spellings, &refusals);
            Ok::<_, anyhow::Error>((printed, failed))
        };
        let done = work.await;
        databases.drop(&name).await?;
        databases.drop_roles(&added).await?;
        done
    }
}
