//! Checks: queries that say whether something holds, or return the rows that are wrong.

use anyhow::Result;
use tokio_postgres::{Client, SimpleQueryRow};

use super::place::{Query, number};
use super::{Proven, SHOWN, cut, more};
use crate::data::Statement;

/// Runs checks inside of the caller's transaction. One whose only column is boolean holds if it returns at least one row
/// and all are true; any other holds if it returns no row.
///
/// # Errors
/// Bad input, or what the server said, with the place. The transaction can then only be rolled back.
pub async fn checks(client: &Client, statements: &[Statement]) -> Result<Vec<Proven>> {
    let mut proven = Vec::new();
    for statement in statements {
        let query = Query::read(client, statement).await?;
        proven.push(if query.is_truth { truth(client, &query).await? } else { no_rows(client, &query).await? });
    }
    Ok(proven)
}

async fn truth(client: &Client, query: &Query<'_>) -> Result<Proven> {
    let counts = "SELECT count(*), count(*) FILTER (WHERE NOT held), count(*) FILTER (WHERE held IS NULL) FROM (";
    let rows = query.ask(client, counts, ") AS q (held)").await?;
    let [count, falses, nulls] = [0, 1, 2].map(|at| rows.first().map_or(0, |row| number(row, at)));
    let mut said = Vec::new();
    if count == 0 {
        said.push("no row, where at least one that is true must be".to_owned());
    }
    for (times, value) in [(falses, "false"), (nulls, "NULL")] {
        if times > 0 {
            said.push(format!("{}={value} in {times} of {count}", query.columns.join(", ")));
        }
    }
    Ok(Proven { name: query.statement.called(), held: said.is_empty(), count, wrong: falses + nulls, said })
}

async fn no_rows(client: &Client, query: &Query<'_>) -> Result<Proven> {
    // Counting in a window has all rows planned for and none but the first sent.
    let rows = query.ask(client, "SELECT count(*) OVER (), q.* FROM (", &format!(") AS q LIMIT {SHOWN}")).await?;
    let count = rows.first().map_or(0, |row| number(row, 0));
    let mut said: Vec<String> = rows.iter().map(|row| shown(&query.columns, row)).collect();
    more(&mut said, count, rows.len());
    Ok(Proven { name: query.statement.called(), held: count == 0, count, wrong: count, said })
}

/// A row in words; its values stand behind the count.
fn shown(columns: &[String], row: &SimpleQueryRow) -> String {
    let values = columns.iter().enumerate().map(|(at, column)| match row.get(at + 1) {
        None => format!("{column}=NULL"),
        Some("") => format!("{column}=\"\""),
        Some(value) => format!("{column}={}", cut(value)),
    });
    values.collect::<Vec<_>>().join(", ")
}
