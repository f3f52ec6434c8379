//! Tells by what is in the database whether a statement outside of transactions came to its end, and clears away what a
//! broken one left: an index that is not valid is never taken for one that was built.

use anyhow::Result;
use tokio_postgres::{Client, Row};

use crate::error::Failure;
use crate::sql::{Trace, literal};

/// What is known of a statement that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It came to its end.
    Done,
    /// It did not, or can be run again without harm.
    Again,
    /// Nothing tells.
    Unknown,
}

/// Looks whether a statement that was begun came to its end.
///
/// # Errors
/// What the server said.
pub async fn verdict(client: &Client, trace: &Trace) -> Result<Verdict> {
    let (is_done, parameters) = match trace {
        Trace::IndexBuilt { index: Some(index), table } => {
            return Ok(match find(client, index, table).await? {
                Some(found) if found.valid => Verdict::Done,
                _ => Verdict::Again,
            });
        }
        Trace::IndexDropped { indexes } => {
            let names = indexes.iter().map(|name| format!("to_regclass({})", literal(name))).collect::<Vec<_>>();
            ("SELECT coalesce(", format!("{}) IS NULL", names.join(", ")))
        }
        Trace::Detached { table, partition } => return detached(client, table, partition).await,
        Trace::Global { catalog: (catalog, column), name, dropped } => {
            let there = if *dropped { "NOT EXISTS" } else { "EXISTS" };
            let name = format!("(parse_ident({}))[1]", literal(name));
            ("SELECT ", format!("{there} (SELECT FROM pg_catalog.{catalog} WHERE {column} = {name})"))
        }
        Trace::Repeatable { .. } => return Ok(Verdict::Again),
        Trace::IndexBuilt { index: None, .. } | Trace::Unknown => return Ok(Verdict::Unknown),
    };
    let row = client.query_typed_one(&format!("{is_done}{parameters}"), &[]).await?;
    Ok(if row.try_get(0)? { Verdict::Done } else { Verdict::Again })
}

/// A partition that is being detached is invisible to others already; what is left is to finish that.
async fn detached(client: &Client, table: &str, partition: &str) -> Result<Verdict> {
    let query = format!(
        "SELECT to_jsonb(i)->>'inhdetachpending' = 'true' FROM pg_catalog.pg_inherits i
          WHERE inhrelid = to_regclass({}) AND inhparent = to_regclass({})",
        literal(partition),
        literal(table)
    );
    let rows = client.query_typed(&query, &[]).await?;
    let pending: Option<bool> = rows.first().map(|row| row.try_get(0)).transpose()?;
    if pending == Some(true) {
        client.batch_execute(&format!("ALTER TABLE {table} DETACH PARTITION {partition} FINALIZE")).await?;
    }
    Ok(if pending == Some(false) { Verdict::Again } else { Verdict::Done })
}

/// Clears away what stands in the way of a statement: the invalid index that an earlier try left. Returns its name.
/// `again` says that the statement itself was begun before.
///
/// # Errors
/// What the server said; refused, where another session is building that index.
pub async fn clear(client: &Client, trace: &Trace, again: bool) -> Result<Vec<String>> {
    let broken = match trace {
        Trace::IndexBuilt { index: Some(index), table } => {
            find(client, index, table).await?.filter(|found| !found.valid).into_iter().collect()
        }
        Trace::Repeatable { concurrently: true } if again => left_by_reindex(client).await?,
        _ => Vec::new(),
    };
    for index in &broken {
        if let Some(builder) = index.builder {
            let failure =
                Failure::refused(format!("the index {} is being built by another session, pid {builder}", index.name));
            return Err(failure.next("wait until it is done, and run the command again").into());
        }
        client.batch_execute(&format!("DROP INDEX CONCURRENTLY IF EXISTS {}", index.name)).await?;
    }
    Ok(broken.into_iter().map(|index| index.name).collect())
}

/// The index that is not valid and bears the name of the one that a statement builds.
///
/// # Errors
/// What the server said.
pub async fn left(client: &Client, trace: &Trace) -> Result<Option<String>> {
    let Trace::IndexBuilt { index: Some(index), table } = trace else { return Ok(None) };
    Ok(find(client, index, table).await?.filter(|found| !found.valid).map(|found| found.name))
}

/// An index that there is.
struct Found {
    name: String,
    valid: bool,
    /// The process that is building it.
    builder: Option<i32>,
}

impl Found {
    fn of(row: &Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Found { name: row.try_get(0)?, valid: row.try_get(1)?, builder: row.try_get(2)? })
    }
}

const FOUND: &str = "SELECT format('%I.%I', n.nspname, c.relname), i.indisvalid AND i.indisready,
        (SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = c.oid)
   FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace";

async fn find(client: &Client, index: &str, table: &str) -> Result<Option<Found>> {
    let query = format!(
        "{FOUND} WHERE i.indrelid = to_regclass({}) AND c.relname = (parse_ident({}))[1]",
        literal(table),
        literal(index)
    );
    Ok(client.query_typed(&query, &[]).await?.first().map(Found::of).transpose()?)
}

/// The copies that a REINDEX CONCURRENTLY makes and then drops, where it did not come to that.
async fn left_by_reindex(client: &Client) -> Result<Vec<Found>> {
    let query = format!(
        "{FOUND} WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$' AND pg_catalog.pg_has_role(c.relowner, 'USAGE')"
    );
    let rows = client.query_typed(&query, &[]).await?;
    Ok(rows.iter().map(Found::of).collect::<Result<_, _>>()?)
}
