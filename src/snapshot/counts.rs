//! How many rows tables have, in the transaction that a session is in.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use crate::reset::one_line;
use crate::sql::literal;

/// The rows of tables, by the quoted name with the schema.
pub type Counts = BTreeMap<String, i64>;

/// How many tables one query counts.
const AT_ONCE: usize = 100;

/// Counts every row of `tables`, without those of the tables that inherit from them. Those that are not there are not in
/// the answer.
///
/// # Errors
/// What the server said, such as that row security would hide rows.
pub async fn count(client: &Client, tables: &[&str]) -> Result<Counts> {
    let query = "SELECT name FROM unnest($1::text[]) AS u (name) WHERE to_regclass(name) IS NOT NULL";
    let there =
        client.query_typed(query, &[(&tables, Type::TEXT_ARRAY)]).await.context("the tables could not be found")?;
    let there: Vec<String> = there.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    let mut counts = Counts::new();
    for batch in there.chunks(AT_ONCE) {
        let one = |name: &String| format!("SELECT {}, count(*) FROM ONLY {name}", literal(name));
        let query = batch.iter().map(one).collect::<Vec<_>>().join(" UNION ALL ");
        let rows = client.query_typed(&query, &[]).await.context("the rows could not be counted")?;
        for row in rows {
            counts.insert(row.try_get(0)?, row.try_get(1)?);
        }
    }
    Ok(counts)
}

/// Where two counts differ, a line for each table.
pub fn differences(expected: &Counts, found: &Counts) -> Vec<String> {
    let line = |(name, rows): (&String, &i64)| match found.get(name) {
        Some(there) if there == rows => None,
        Some(there) => Some(format!("table {}: {rows} rows in the snapshot, {there} restored", one_line(name))),
        None => Some(format!("table {}: {rows} rows in the snapshot, and it was not restored", one_line(name))),
    };
    expected.iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_names_its_table() {
        let counts =
            |list: &[(&str, i64)]| list.iter().map(|(name, rows)| ((*name).to_owned(), *rows)).collect::<Counts>();
        let expected = counts(&[("public.a", 1), ("public.b", 2), ("public.c", 0)]);
        let found = differences(&expected, &counts(&[("public.a", 1), ("public.b", 1)]));
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], "table public.b: 2 rows in the snapshot, 1 restored");
        assert!(found[1].starts_with("table public.c: "));
    }
}
