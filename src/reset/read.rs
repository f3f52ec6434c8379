//! Reads what a reset needs to know: the objects outside of the platform, which needs which, and how many locks fit.

use anyhow::{Context, Result};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::db::Session;
use crate::platform::{self, Platform};

/// An object by the catalog that it stands in and its oid there.
pub type Key = (u32, u32);

/// The first object cannot be without the second.
pub type Edge = (Key, Key);

/// Something that a statement of its own can drop.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// Where it stands.
    pub key: Key,
    /// The name of that catalog, as in [`crate::catalog::Kind::class`].
    pub catalog: String,
    /// The word for what it is, as `pg_identify_object` says it.
    pub kind: String,
    /// Its qualified and quoted name, fit for a DROP statement.
    pub identity: String,
    /// The names that a manifest has for it; a partition goes by its partitioned table's. None where no manifest can
    /// name it.
    pub path: Vec<String>,
    /// Whether it is a trigger, policy or index on a table of the platform.
    pub attached: bool,
    /// Who owns it, or the table that it is attached to.
    pub owner: String,
    /// Whether that is the current user.
    pub mine: bool,
    /// Whether the current user has the owner's rights.
    pub usable: bool,
    /// How many locks dropping it takes.
    pub locks: u64,
    /// Whether it is a partition.
    pub partition: bool,
    /// About how many rows it has, for a table with rows of its own.
    pub rows: Option<i64>,
    /// Whether its rows can be counted at a fair price.
    pub countable: bool,
}

/// What a database has.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The objects that are no part of another one, no extension's and not the platform's, by name.
    pub objects: Vec<Object>,
    /// Which needs which.
    pub edges: Vec<Edge>,
    /// How many locks a transaction may take without crowding out others.
    pub budget: u64,
}

const PARTS: &str = include_str!("parts.sql");
const OBJECTS: &str = include_str!("objects.sql");
const EDGES: &str = include_str!("edges.sql");

/// A quarter of what the server has room for, since others want locks too.
const BUDGET: &str = "
SELECT (current_setting('max_locks_per_transaction')::int8
  * (current_setting('max_connections')::int8 + current_setting('max_prepared_transactions')::int8) / 4)";

/// What makes names come with their schemas, and queries about a catalog that was never analysed, as after making
/// thousands of tables, keep away from nested loops, which take minutes there.
pub const SETTINGS: &str = "SET LOCAL search_path = ''; SET LOCAL jit = off; SET LOCAL enable_nestloop = off;
                            SET LOCAL lock_timeout = '3s'; SET LOCAL statement_timeout = 0";

/// Begins the transaction that plans are read in. It takes no lock that anybody waits for longer than a moment.
pub async fn begin(session: &Session) -> Result<()> {
    let begin = format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {SETTINGS}");
    let begun = session.client.batch_execute(&begin).await;
    begun.map_err(|error| failed(session, error.into()))
}

/// Ends it.
pub async fn end(session: &Session) -> Result<()> {
    Ok(session.client.batch_execute("ROLLBACK").await?)
}

/// Reads it all; the caller has begun a transaction with [`SETTINGS`].
pub async fn read(session: &Session, platform: Option<Platform>) -> Result<Found> {
    try_read(session, platform).await.map_err(|error| failed(session, error))
}

async fn try_read(session: &Session, platform: Option<Platform>) -> Result<Found> {
    let query = format!("{PARTS}{OBJECTS}");
    let name = platform.map_or("", Platform::name);
    let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 2] =
        [(&schemas(platform), Type::TEXT_ARRAY), (&name, Type::TEXT)];
    let rows = session.client.query_typed(&query, &parameters).await?;
    let objects = rows.iter().map(object).collect::<Result<_>>()?;
    let budget: i64 = session.client.query_typed_one(BUDGET, &[]).await?.try_get(0)?;
    Ok(Found { objects, edges: try_edges(session, platform).await?, budget: u64::try_from(budget)? })
}

/// Reads only which object needs which.
pub async fn edges(session: &Session, platform: Option<Platform>) -> Result<Vec<Edge>> {
    try_edges(session, platform).await.map_err(|error| failed(session, error))
}

async fn try_edges(session: &Session, platform: Option<Platform>) -> Result<Vec<Edge>> {
    let query = format!("{PARTS}{EDGES}");
    let rows = session.client.query_typed(&query, &[(&schemas(platform), Type::TEXT_ARRAY)]).await?;
    rows.iter().map(|row| Ok(((row.try_get(0)?, row.try_get(1)?), (row.try_get(2)?, row.try_get(3)?)))).collect()
}

/// What people call objects that need not be among those read.
pub async fn describe(session: &Session, keys: &[Key]) -> Result<Vec<String>> {
    let (classes, oids): (Vec<u32>, Vec<u32>) = keys.iter().copied().unzip();
    let query = "SELECT coalesce(pg_describe_object(k.class, k.oid, 0), 'something that has just gone')
                   FROM unnest($1, $2) WITH ORDINALITY AS k (class, oid, place) ORDER BY k.place";
    let rows = session.client.query_typed(query, &[(&classes, Type::OID_ARRAY), (&oids, Type::OID_ARRAY)]).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// What the server said, as a failure.
pub fn failed(session: &Session, error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<tokio_postgres::Error>() {
        Some(cause) => session.failure_of(cause, "the database could not be read").state("nothing was changed").into(),
        None => error,
    }
}

/// The schemas that are the platform's and not the project's.
pub fn schemas(platform: Option<Platform>) -> &'static [&'static str] {
    platform.map_or(&[], |platform| platform::parts(platform).schemas)
}

fn object(row: &Row) -> Result<Object> {
    Ok(Object {
        key: (row.try_get("class")?, row.try_get("oid")?),
        catalog: row.try_get("catalog")?,
        kind: row.try_get("kind")?,
        identity: row.try_get("identity")?,
        path: row.try_get::<_, Option<_>>("path")?.unwrap_or_default(),
        attached: row.try_get("attached")?,
        owner: row.try_get("owner")?,
        mine: row.try_get("mine")?,
        usable: row.try_get("usable")?,
        locks: u64::try_from(row.try_get::<_, i64>("locks")?).context("a count is negative")?,
        partition: row.try_get("partition")?,
        rows: row.try_get("rows")?,
        countable: row.try_get("countable")?,
    })
}
