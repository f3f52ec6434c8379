//! The SQL that compares rows, and that which mends them. The expected rows come as one JSON text.

use serde_json::Value;

use super::Row;
use super::table::{Table, regclass};
use crate::manifest::Seed;
use crate::sql::{identifier, literal};

/// The parts that the queries about a batch of rows have in common.
pub struct Query {
    /// The expected rows, and the table's rows of the same keys beside them.
    from: String,
    /// The names of the columns that differ.
    differing: String,
}

impl Query {
    /// For a batch of rows of a seed.
    pub fn new(seed: &Seed, table: &Table, rows: &[Row]) -> Self {
        // `=` lets the server hash or use an index, and is the same where no key is NULL.
        let has_null = |name: &String| rows.iter().any(|row| row.get(name).is_none_or(Value::is_null));
        let equal = |name: &String| {
            let operator = if has_null(name) { "IS NOT DISTINCT FROM" } else { "=" };
            format!("t.{0} {operator} (e.r).{0}", identifier(name))
        };
        let key: Vec<String> = seed.key.iter().map(equal).collect();
        let values = table.columns.iter().filter(|column| !seed.key.contains(&column.name));
        let given = values.filter(|column| rows.iter().any(|row| row.contains_key(&column.name)));
        let differs = given.map(|column| {
            let (name, said, cast) = (identifier(&column.name), literal(&column.name), column.cast);
            format!("CASE WHEN e.given ? {said} AND t.{name}{cast} IS DISTINCT FROM (e.r).{name}{cast} THEN {said} END")
        });
        // Without the limit of optimisation the row would be put together again for each of its columns.
        let from = format!(
            "(SELECT n, given, jsonb_populate_record(NULL::{0}, given) AS r
    FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS x (given, n) OFFSET 0) e
  LEFT JOIN {0} t ON {1}",
            table.name,
            key.join(" AND ")
        );
        let differing = format!("array_remove(ARRAY[{}]::text[], NULL)", differs.collect::<Vec<_>>().join(",\n    "));
        Query { from, differing }
    }

    /// The rows that are missing or differ: number, whether missing, which columns, what is there.
    pub fn differing(&self) -> String {
        format!(
            "
SELECT n, missing, differing, CASE WHEN NOT missing THEN to_jsonb(there) END FROM (
  SELECT e.n, t.ctid IS NULL AS missing, {} AS differing, t AS there
  FROM {}) x
WHERE missing OR differing <> '{{}}' ORDER BY n",
            self.differing, self.from
        )
    }

    /// Where in the table the rows lie that are there.
    pub fn places(&self) -> String {
        format!("SELECT t.tableoid, t.ctid::text FROM {} WHERE t.ctid IS NOT NULL", self.from)
    }
}

/// The statement that inserts a missing row.
pub fn insert(seed: &Seed, row: &Row) -> String {
    let columns: Vec<String> = row.keys().map(|name| identifier(name)).collect();
    let (table, columns) = (regclass(&seed.table), columns.join(", "));
    format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM {}", record(&table, row))
}

/// The statement that gives one column its value.
pub fn update(seed: &Seed, row: &Row, column: &str) -> String {
    let table = regclass(&seed.table);
    let given = row.iter().filter(|(name, _)| *name == column || seed.key.contains(name));
    let row: Row = given.map(|(name, value)| (name.clone(), value.clone())).collect();
    let key = seed.key.iter().map(|name| format!("t.{0} IS NOT DISTINCT FROM r.{0}", identifier(name)));
    let (key, record, column) = (key.collect::<Vec<_>>().join(" AND "), record(&table, &row), identifier(column));
    format!("UPDATE {table} AS t SET {column} = r.{column} FROM {record} AS r WHERE {key}")
}

/// A row as a record of the table.
fn record(table: &str, row: &Row) -> String {
    let json = serde_json::to_string(row).unwrap_or_default();
    format!("jsonb_populate_record(NULL::{table}, {})", literal(&json))
}
