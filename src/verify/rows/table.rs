//! What of a seed's table has to be known before its rows can be compared.

use anyhow::Result;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::Row;
use crate::manifest::Seed;
use crate::sql::identifier;

/// A table that can be read.
pub struct Table {
    /// Its name as SQL has it.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// A column of it.
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its values are cast to, so that they can be compared, if they cannot be as they are.
    pub cast: &'static str,
}

/// Types without an equality that means equal, and what is compared in their place. A box equals another of its size.
const CASTS: &str = "
CASE WHEN a.atttypid = 'json'::regtype THEN 'jsonb'
  WHEN a.atttypid IN ('xml'::regtype, 'point'::regtype, 'line'::regtype, 'lseg'::regtype, 'box'::regtype, 'path'::regtype,
    'polygon'::regtype, 'circle'::regtype) THEN 'text' ELSE '' END";

/// The table, or why it cannot be read.
pub async fn look_up(client: &Client, table: &str) -> Result<Result<Table, String>> {
    let query = format!(
        "
SELECT c.oid IS NULL AS missing, coalesce(has_table_privilege(c.oid, 'SELECT'), false) AS readable,
  coalesce(row_security_active(c.oid), false) AS filtered, current_user::text AS me,
  ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         ORDER BY a.attnum) AS names,
  ARRAY(SELECT {CASTS} FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         ORDER BY a.attnum) AS compared_as
FROM (SELECT to_regclass($1) AS oid) t LEFT JOIN pg_class c ON c.oid = t.oid"
    );
    let name = regclass(table);
    let row = client.query_typed(&query, &[(&name, Type::TEXT)]).await?;
    let Some(row) = row.first() else { return Ok(Err("it could not be looked up".to_owned())) };
    let me: String = row.try_get("me")?;
    if row.try_get("missing")? {
        return Ok(Err("there is no such table".to_owned()));
    }
    if !row.try_get::<_, bool>("readable")? {
        return Ok(Err(format!("the role {me} may not read it")));
    }
    if row.try_get("filtered")? {
        return Ok(Err(format!("row security hides rows of it from the role {me}")));
    }
    let (names, casts): (Vec<String>, Vec<String>) = (row.try_get("names")?, row.try_get("compared_as")?);
    let cast = |cast: &str| match cast {
        "jsonb" => "::text::jsonb",
        "text" => "::text",
        _ => "",
    };
    let columns = names.into_iter().zip(&casts).map(|(name, word)| Column { name, cast: cast(word) }).collect();
    Ok(Ok(Table { name, columns }))
}

impl Table {
    /// Why these rows cannot be held against the table, if so.
    pub fn objection(&self, seed: &Seed, rows: &[Row]) -> Option<String> {
        let known = |name: &str| self.columns.iter().any(|column| column.name == name);
        let unknown = seed.key.iter().chain(rows.iter().flat_map(Row::keys)).find(|name| !known(name));
        if let Some(name) = unknown {
            return Some(format!("it has no column {name}"));
        }
        let without = |row: &&Row| seed.key.iter().any(|name| !row.contains_key(name));
        rows.iter().find(without).map(|row| {
            let row = serde_json::to_string(row).unwrap_or_default();
            format!("a row does not give its whole key ({}): {row}", seed.key.join(", "))
        })
    }
}

/// The table as the manifest names it: `name` or `schema.name`, quoted already or not.
pub fn regclass(table: &str) -> String {
    if table.contains('"') {
        return table.to_owned();
    }
    table.split('.').map(identifier).collect::<Vec<_>>().join(".")
}
