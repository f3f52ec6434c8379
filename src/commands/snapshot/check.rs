//! Proves a dump: it is restored into a scratch database, and the rows are counted there.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::commands::scratch::Scratch;
use crate::commands::{Context, archive};
use crate::db::local::{Clients, Temporary};
use crate::db::{Session, Target};
use crate::error::{Failure, Outcome};
use crate::platform::Databases;
use crate::reset::Key;
use crate::snapshot::{self, Counts, Entry, Record};

/// A dump, and what must be known to restore it elsewhere.
pub struct Dump<'a> {
    /// The file.
    pub file: &'a Path,
    /// The programs that read it.
    pub clients: &'a Clients,
    /// Its entries.
    pub entries: &'a [Entry<'a>],
    /// What is known of it.
    pub record: &'a Record,
    /// The roles that it names.
    pub roles: &'a [String],
    /// The foreign keys that lead to rows which it does not have.
    pub leading_out: &'a HashSet<u32>,
    /// The number of the catalog of constraints.
    pub constraints: u32,
}

/// The kinds of objects in no schema, with the names that are there and their keys.
const THERE: &str = "
SELECT kind, name::text, class::oid, oid FROM (
  SELECT 'SCHEMA', nspname, 'pg_catalog.pg_namespace'::regclass, oid FROM pg_catalog.pg_namespace
  UNION ALL SELECT 'EXTENSION', extname, 'pg_catalog.pg_extension'::regclass, oid FROM pg_catalog.pg_extension
  UNION ALL SELECT 'PUBLICATION', pubname, 'pg_catalog.pg_publication'::regclass, oid FROM pg_catalog.pg_publication
  UNION ALL SELECT 'EVENT TRIGGER', evtname, 'pg_catalog.pg_event_trigger'::regclass, oid FROM pg_catalog.pg_event_trigger
  UNION ALL SELECT 'SERVER', srvname, 'pg_catalog.pg_foreign_server'::regclass, oid FROM pg_catalog.pg_foreign_server
  UNION ALL SELECT 'FOREIGN DATA WRAPPER', fdwname, 'pg_catalog.pg_foreign_data_wrapper'::regclass, oid
    FROM pg_catalog.pg_foreign_data_wrapper
  UNION ALL SELECT 'PROCEDURAL LANGUAGE', lanname, 'pg_catalog.pg_language'::regclass, oid FROM pg_catalog.pg_language
  UNION ALL SELECT 'ACCESS METHOD', amname, 'pg_catalog.pg_am'::regclass, oid FROM pg_catalog.pg_am
) AS there (kind, name, class, oid)";

/// The objects in no schema that a database has, each by kind and name; those of `goes` count as gone.
///
/// # Errors
/// What the server said.
pub async fn there(session: &Session, goes: &HashSet<Key>) -> Result<Vec<(String, String)>> {
    let rows = session.client.query_typed(THERE, &[]).await.context("the database could not be read")?;
    let mut there = Vec::new();
    for row in rows {
        if !goes.contains(&(row.try_get(2)?, row.try_get(3)?)) {
            there.push((row.try_get(0)?, row.try_get(1)?));
        }
    }
    Ok(there)
}

/// Whether an entry is to be put where these objects are already.
pub fn is_wanted(entry: &Entry<'_>, there: &[(String, String)]) -> bool {
    // Only who owns an extension may comment on it.
    !entry.is("COMMENT - EXTENSION") && !there.iter().any(|(kind, name)| entry.makes(kind, name))
}

/// Restores a dump into a scratch database of the same major, or of that of the programs, and counts its rows.
///
/// # Errors
/// What could not be made or restored.
pub async fn counts(context: &Context, dump: &Dump<'_>) -> Result<Counts> {
    let scratch = cluster(context, dump).await?;
    let databases = Databases::new(&scratch.cluster, context.platform());
    let name = context.scratch_name();
    databases.drop(&name).await?;
    databases.scratch(&name).await?;
    let added = databases.add_roles(dump.roles).await?;
    let counted = restored(context, dump, &databases.superuser_target(&name)).await;
    databases.drop(&name).await?;
    databases.drop_roles(&added).await?;
    scratch.leave(&databases).await?;
    counted
}

async fn cluster(context: &Context, dump: &Dump<'_>) -> Result<Scratch> {
    let (major, newer) = (dump.record.server_version_num / 10_000, u32::from(dump.clients.version.major));
    match context.scratch_cluster(major, true).await {
        Err(error) if newer > major && is_input(&error) => {
            context.scratch_cluster(newer, false).await.map_err(|_| error)
        }
        scratch => scratch,
    }
}

fn is_input(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Failure>().is_some_and(|failure| failure.outcome == Outcome::Input)
}

async fn restored(context: &Context, dump: &Dump<'_>, target: &Target) -> Result<Counts> {
    let session = context.session(target).await?;
    let there = there(&session, &HashSet::new()).await?;
    let query = "SELECT name::text FROM pg_catalog.pg_available_extensions";
    let available = session.client.query_typed(query, &[]).await?;
    let available: Vec<String> = available.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    let takes = |entry: &Entry<'_>| {
        let has_key = || entry.key.0 == dump.constraints && dump.leading_out.contains(&entry.key.1);
        let can_be = !entry.is("EXTENSION") || available.iter().any(|name| entry.makes("EXTENSION", name));
        let is_plain = !entry.is("SECURITY LABEL") && !dump.record.others.contains(&entry.id);
        can_be && is_plain && is_wanted(entry, &there) && !has_key()
    };
    let folder = Temporary::new(&context.places().project.join(".pgplumb").join("snapshots"))?;
    let list = folder.path.join("list");
    fs::write(&list, snapshot::list(dump.entries, takes)).context("the list of the dump cannot be written")?;
    let jobs = std::thread::available_parallelism().map_or(1, |count| count.get().min(4));
    let arguments = snapshot::restore(dump.file, &list, jobs);
    let variables = archive::variables(target, &session);
    context.output.live("restoring the snapshot into a scratch database");
    archive::run(context, dump.clients, "pg_restore", &arguments, &variables).await?;
    context.output.live("counting what was restored");
    let names: Vec<&str> = dump.record.tables.keys().map(String::as_str).collect();
    snapshot::count(&session.client, &names).await
}
