//! How many rows a reset takes away.

use anyhow::Result;

use super::read::Object;
use crate::db::Session;

/// A number of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The number.
    pub count: i64,
    /// Whether they were counted, all of them.
    pub exact: bool,
}

/// More tables than this are estimated.
const COUNTED: usize = 1_000;

/// How many tables one query counts.
const AT_ONCE: usize = 200;

/// Counts the rows of `objects`. Of more than a thousand tables, and of one that is large, kept from the user or under
/// row security, it takes the server's estimate.
pub async fn count(session: &Session, objects: &[&Object]) -> Result<Rows> {
    let tables: Vec<(&Object, i64)> = objects.iter().filter_map(|object| Some((*object, object.rows?))).collect();
    let few = tables.len() <= COUNTED;
    let (counted, estimated): (Vec<_>, Vec<_>) = tables.into_iter().partition(|(object, _)| few && object.countable);
    let mut count = estimated.iter().map(|(_, rows)| rows).sum();
    for batch in counted.chunks(AT_ONCE) {
        let parts: Vec<String> =
            batch.iter().map(|(object, _)| format!("SELECT count(*) AS n FROM ONLY {}", object.identity)).collect();
        let query = format!("SELECT sum(n)::int8 FROM ({}) AS counts", parts.join(" UNION ALL "));
        count += session.client.query_typed_one(&query, &[]).await?.try_get::<_, i64>(0)?;
    }
    Ok(Rows { count, exact: estimated.is_empty() })
}
