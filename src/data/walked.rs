//! The table that is walked, as it is in the database: its key, and whether it can be walked by it at all.

use anyhow::Result;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::Walk;
use crate::error::Failure;
use crate::sql::{identifier, literal, plain};

/// A table that can be walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Its name with its schema, quoted.
    pub table: String,
    /// Its name alone, quoted, as conditions may call it.
    pub name: String,
    /// The columns of its key, quoted, each with its type.
    pub key: Vec<(String, String)>,
    /// The condition of rows that are to be done.
    pub filter: Option<String>,
}

/// A btree index over all rows.
struct Index {
    is_unique: bool,
    columns: Vec<i16>,
    /// Whether it sorts as its columns do by themselves, and all of them in the same direction.
    is_plain: bool,
}

/// A column of the key.
struct Column {
    number: i16,
    name: String,
    type_name: String,
    not_null: bool,
}

const INDEXES: &str = "
SELECT i.indisunique AND i.indimmediate,
       (SELECT array_agg(k.attnum ORDER BY k.at) FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, at)
         WHERE k.at <= i.indnkeyatts),
       (SELECT bool_and(o.opcdefault) FROM unnest(i.indclass::oid[]) c JOIN pg_catalog.pg_opclass o ON o.oid = c)
       AND (SELECT count(DISTINCT option) = 1 AND min(option) IN (0, 3) FROM unnest(i.indoption::int2[]) option)
       AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[], i.indcollation::oid[]) k (attnum, coll)
                         JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                        WHERE k.coll <> 0 AND k.coll <> a.attcollation)
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam
 WHERE i.indrelid = $1::oid AND m.amname = 'btree' AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL";

impl Walked {
    /// Looks at the table of a walk.
    ///
    /// # Errors
    /// Refused, if it is not there or cannot be walked by that key; what the server said.
    pub async fn find(client: &Client, walk: &Walk, script: &str) -> Result<Self> {
        let over = walk.over.clone().unwrap_or_default();
        let query = "SELECT c.oid, n.nspname::text, c.relname::text, c.relkind IN ('r', 'p')
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
           WHERE c.oid = pg_catalog.to_regclass($1)";
        let rows = client.query_typed(query, &[(&over, Type::TEXT)]).await?;
        let Some(row) = rows.first() else {
            return Err(refused(format!("{script} walks {over}, and there is no such table"))
                .next("apply the migration that makes it, or correct the line `-- pgplumb: over …`")
                .into());
        };
        let (oid, schema, name, is_table): (u32, String, String, bool) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        if !is_table {
            let failure = refused(format!("{script} walks {over}, which is no table"));
            return Err(failure.next("walk the table whose rows it shows").into());
        }
        let name = identifier(&name);
        let table = format!("{}.{name}", identifier(&schema));
        let columns = columns(client, oid, walk, &table).await?;
        let indexes = indexes(client, oid).await?;
        check_indexes(&columns, &indexes, &table)?;
        let key = columns.into_iter().map(|column| (identifier(&column.name), column.type_name)).collect();
        Ok(Walked { table, name, key, filter: walk.filter.clone() })
    }

    /// The columns of the key, as a row or the only value.
    pub fn columns(&self) -> String {
        let columns: Vec<String> = self.key.iter().map(|(column, _)| format!("{}.{column}", self.name)).collect();
        columns.join(", ")
    }

    /// The key of a row as an array of texts; `of` is what the columns are taken from.
    pub fn key_text(&self, of: &str) -> String {
        let columns: Vec<String> = self.key.iter().map(|(column, _)| format!("{of}.{column}::text")).collect();
        format!("ARRAY[{}]", columns.join(", "))
    }

    /// Values of the key as SQL.
    pub fn values(&self, key: &[String]) -> String {
        let value = |((_, type_name), value): (&(String, String), &String)| format!("{}::{type_name}", literal(value));
        self.key.iter().zip(key).map(value).collect::<Vec<_>>().join(", ")
    }

    /// What orders rows by the key.
    pub fn order(&self, of: &str, direction: &str) -> String {
        let columns: Vec<String> = self.key.iter().map(|(column, _)| format!("{of}.{column} {direction}")).collect();
        columns.join(", ")
    }

    /// A key as people write it, as values.
    ///
    /// # Errors
    /// Bad input, if it has not as many values as there are columns.
    pub fn read_key(&self, text: &str) -> Result<Vec<String>> {
        let columns: Vec<&str> = self.key.iter().map(|(column, _)| column.as_str()).collect();
        let values = if columns.len() == 1 { Some(vec![text.to_owned()]) } else { serde_json::from_str(text).ok() };
        let values = values.filter(|values: &Vec<String>| values.len() == columns.len());
        Ok(values.ok_or_else(|| {
            let (columns, example) =
                (columns.join(", "), columns.iter().map(|_| "\"…\"").collect::<Vec<_>>().join(","));
            Failure::input(format!("`{text}` is no key of {} ({columns})", self.table))
                .next(format!("write it as '[{example}]'"))
        })?)
    }

    /// The condition of rows that are to be done.
    pub fn condition(&self) -> String {
        // A comment at the end of the condition must not reach what follows.
        self.filter.as_ref().map_or_else(|| "true".to_owned(), |filter| format!("(\n{filter}\n)"))
    }
}

/// A key as people read and write it: the value, or a JSON array of several.
pub fn shown(key: &[String]) -> String {
    match key {
        [value] => value.clone(),
        several => serde_json::Value::from(several).to_string(),
    }
}

async fn columns(client: &Client, oid: u32, walk: &Walk, table: &str) -> Result<Vec<Column>> {
    let query = "SELECT a.attnum, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull
        FROM pg_catalog.pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped";
    let rows = client.query_typed(query, &[(&oid, Type::OID)]).await?;
    let mut all = Vec::new();
    for row in &rows {
        let (number, name, type_name, not_null) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        all.push(Column { number, name, type_name, not_null });
    }
    let mut key = Vec::new();
    for written in &walk.key {
        let name = plain(written);
        let Some(at) = all.iter().position(|column| column.name == name) else {
            let guess = crate::error::did_you_mean(&name, all.iter().map(|column| column.name.as_str()));
            let failure = refused(format!("the key {name} is no column of {table}{guess}"));
            return Err(failure.next("correct the line `-- pgplumb: key …`").into());
        };
        let column = all.swap_remove(at);
        if !column.not_null {
            let failure = refused(format!("the key {name} of {table} can be NULL, and such rows would be missed"));
            let next = format!("ALTER TABLE {table} ALTER COLUMN {} SET NOT NULL, or another key", identifier(&name));
            return Err(failure.next(next).into());
        }
        key.push(column);
    }
    Ok(key)
}

async fn indexes(client: &Client, oid: u32) -> Result<Vec<Index>> {
    let rows = client.query_typed(INDEXES, &[(&oid, Type::OID)]).await?;
    let index = |row: &tokio_postgres::Row| {
        let (is_unique, columns, is_plain) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        Ok(Index { is_unique, columns, is_plain })
    };
    rows.iter().map(index).collect()
}

/// Refuses a key that no index follows, or that is not unique: two rows of one key could fall on two sides of a batch.
fn check_indexes(key: &[Column], indexes: &[Index], table: &str) -> Result<()> {
    let numbers: Vec<i16> = key.iter().map(|column| column.number).collect();
    let names = key.iter().map(|column| identifier(&column.name)).collect::<Vec<_>>().join(", ");
    let is_unique =
        indexes.iter().any(|index| index.is_unique && index.columns.iter().all(|column| numbers.contains(column)));
    let follows = indexes.iter().any(|index| index.is_plain && index.columns.starts_with(&numbers));
    let what = match (is_unique, follows) {
        (true, true) => return Ok(()),
        (false, _) => "is not known to be unique",
        (true, false) => "has no index that it can be walked by",
    };
    let kind = if is_unique { "INDEX" } else { "UNIQUE INDEX" };
    Err(refused(format!("the key ({names}) of {table} {what}"))
        .next(format!("CREATE {kind} CONCURRENTLY ON {table} ({names}), or another key"))
        .into())
}

fn refused(what: String) -> Failure {
    Failure::refused(what).state("nothing was changed")
}
