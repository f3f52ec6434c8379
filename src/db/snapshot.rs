//! The one way to read a catalog: a read-only snapshot, with every setting pinned that changes how PostgreSQL prints.

use anyhow::Result;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, SimpleQueryMessage};

use crate::catalog::{self, Catalog};
use crate::db::Session;
use crate::sql::literal;

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// What decides how PostgreSQL reads and prints names, dates, bytes and numbers, and what a reader needs to be left in
/// peace and not to sort on disk, for the transaction that has begun.
pub const PINNED: &str = "
SET LOCAL search_path = '';
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = 'postgres';
SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 3;
SET LOCAL quote_all_identifiers = off;
SET LOCAL lc_monetary = 'C';
SET LOCAL standard_conforming_strings = on;
SET LOCAL jit = off;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL work_mem = '64MB';
SET LOCAL statement_timeout = 0";

/// From this size of the list of columns on, which some hundred tables have, a second connection is worth its making.
const LARGE: u64 = 2 * 1024 * 1024;

/// Begins the snapshot and reads the catalog in it. The caller goes on reading in the same snapshot and then calls
/// [`end`].
///
/// # Errors
/// What the server said.
pub async fn read(session: &Session) -> Result<Catalog> {
    let mut read = read_once(session).await;
    for _ in 0..2 {
        match &read {
            Err(error) if has_vanished(error) => end(session).await?,
            _ => break,
        }
        read = read_once(session).await;
    }
    read.map_err(|error| match error.downcast_ref::<Error>() {
        Some(cause) => session.failure_of(cause, error.to_string()).into(),
        None => error,
    })
}

/// Whether the server could not print an object, because it was dropped after the snapshot was taken.
fn has_vanished(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Error>().and_then(Error::code) == Some(&SqlState::INTERNAL_ERROR)
}

async fn read_once(session: &Session) -> Result<Catalog> {
    let failed = |error: &Error| session.failure_of(error, "the database could not be read");
    let name = begin(&session.client).await.map_err(|error| failed(&error))?;
    let helper = async { join(session, name.as_ref()?).await.ok().flatten() };
    catalog::load_with(&session.client, helper, session.server_version_num).await
}

/// Begins the snapshot. If much is to be read, gives the name under which another connection can have it, where the
/// server gives one.
async fn begin(client: &Client) -> Result<Option<Name>, Error> {
    let size = "SELECT pg_catalog.pg_relation_size('pg_catalog.pg_attribute')";
    let answer = client.simple_query(&format!("{BEGIN};{PINNED};{size}")).await?;
    let is_large = first_value(&answer, 0).and_then(|size| size.parse().ok()).is_some_and(|size: u64| size >= LARGE);
    if !is_large {
        return Ok(None);
    }
    match client.simple_query(&format!("SELECT pg_catalog.pg_export_snapshot(), {SERVER}")).await {
        Ok(answer) => Ok(Name::of(&answer)),
        Err(_) => {
            client.batch_execute(&format!("ROLLBACK;{BEGIN};{PINNED}")).await?;
            Ok(None)
        }
    }
}

/// What tells one running server from every other.
const SERVER: &str = "pg_catalog.pg_postmaster_start_time()";

/// The name of a snapshot, and the server that knows it: behind one address there can be several.
struct Name {
    snapshot: String,
    server: String,
}

impl Name {
    fn of(answer: &[SimpleQueryMessage]) -> Option<Self> {
        Some(Name { snapshot: first_value(answer, 0)?.to_owned(), server: first_value(answer, 1)?.to_owned() })
    }
}

/// A second connection in the snapshot, if it leads to the same server.
async fn join(session: &Session, name: &Name) -> Result<Option<Client>, Error> {
    let client = session.second().await?;
    let snapshot = literal(&name.snapshot);
    let begin = format!("{BEGIN};SET TRANSACTION SNAPSHOT {snapshot};{PINNED};SELECT {SERVER}");
    let answer = client.simple_query(&begin).await?;
    Ok((first_value(&answer, 0) == Some(&name.server)).then_some(client))
}

/// A value of the first row of an answer.
pub fn first_value(answer: &[SimpleQueryMessage], at: usize) -> Option<&str> {
    answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(at),
        _ => None,
    })
}

/// What changes with every definition that is made, changed or dropped: for each catalog of definitions its rows, by
/// number and by the transactions that wrote them. In the snapshot it tells of the snapshot, behind it of now.
///
/// # Errors
/// What the server said.
pub async fn fingerprint(session: &Session) -> Result<String> {
    let of = |catalog: &&str| format!("(SELECT count(*) || ' ' || sum(xmin::text::bigint) FROM pg_catalog.{catalog})");
    let query = format!("SELECT concat_ws(', ', {})", DEFINED.iter().map(of).collect::<Vec<_>>().join(", "));
    let rows = session.client.query_typed(&query, &[]).await?;
    Ok(rows.first().map_or(Ok(String::new()), |row| row.try_get(0))?)
}

/// The catalogs that every change of a definition leaves a trace in.
const DEFINED: [&str; 11] = [
    "pg_namespace",
    "pg_class",
    "pg_attribute",
    "pg_attrdef",
    "pg_constraint",
    "pg_index",
    "pg_proc",
    "pg_type",
    "pg_trigger",
    "pg_policy",
    "pg_rewrite",
];

/// Ends the snapshot.
///
/// # Errors
/// What the server said.
pub async fn end(session: &Session) -> Result<()> {
    Ok(session.client.batch_execute("ROLLBACK").await?)
}
