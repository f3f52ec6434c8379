//! Finds another tool's history table by its name and its columns, and reads it. Nothing is changed by it.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::json;
use tokio_postgres::Client;

use super::{Row, TOOLS, Tool};
use crate::error::Failure;
use crate::sql::{identifier, literal, parts, unquoted};

/// Tables that look like a tool's history and belong to a hosted platform.
const PLATFORM: [&str; 5] = [
    "auth.schema_migrations",
    "_realtime.schema_migrations",
    "realtime.schema_migrations",
    "storage.migrations",
    "supabase_functions.migrations",
];

const UNREAD: &str = "the other tool's history could not be read";

/// What reads the rows as they are, whoever reads them: no row security hides one, no setting changes how they print.
const BEGIN: &str = "BEGIN READ ONLY; SET LOCAL search_path = ''; SET LOCAL row_security = off;
    SET LOCAL bytea_output = 'hex'; SET LOCAL DateStyle = 'ISO, YMD'";

/// Another tool's history.
pub struct Found {
    /// The table with its schema, quoted; empty where there is none to take over.
    pub table: String,
    /// Its rows.
    pub rows: Vec<Row>,
    /// What of the schema is that tool's own: names with those of their schema, and the schema if it is for nothing else.
    pub own: Vec<Vec<String>>,
}

/// A table that has the name.
struct Candidate {
    schema: String,
    table: String,
    columns: Vec<String>,
    /// Where its schema is in the search path.
    place: Option<i32>,
    /// Whether something beside it shows it to be another tool's.
    is_others: bool,
}

impl Candidate {
    fn name(&self) -> String {
        format!("{}.{}", identifier(&self.schema), identifier(&self.table))
    }

    fn is_platforms(&self) -> bool {
        PLATFORM.contains(&format!("{}.{}", self.schema, self.table).as_str())
    }

    /// Why it is not the tool's, in words.
    fn words(&self, tool: &Tool) -> String {
        let other = TOOLS.into_iter().find(|other| other.fits(&self.columns) && other.name != tool.name);
        let what = match other {
            _ if self.is_platforms() => "is the platform's own".to_owned(),
            _ if self.is_others => {
                format!("is another tool's, because {} is there too", tool.unless.unwrap_or_default())
            }
            _ if tool.fits(&self.columns) => "is not where that tool puts it".to_owned(),
            Some(other) => format!("looks like that of {}", other.name),
            None => format!("has the columns {}", self.columns.join(", ")),
        };
        format!("{} {what}", self.name())
    }
}

/// Finds the history of a tool and reads it; `table` is another place than that tool's usual one.
///
/// # Errors
/// Refused, naming what was looked for, if it is not there; and what the server said.
pub async fn find(client: &Client, tool: &Tool, table: Option<&str>) -> Result<Found> {
    if tool.table.is_empty() {
        return Ok(Found {
            table: String::new(),
            rows: vec![Row { original: json!({}), ..Row::default() }],
            own: Vec::new(),
        });
    }
    let wanted: Vec<String> =
        table.map_or_else(Vec::new, |table| parts(table, ".").into_iter().map(unquoted).collect());
    let (schema, name) = match wanted.as_slice() {
        [] => (tool.schema.map(str::to_owned), tool.table.to_owned()),
        [name] => (None, name.clone()),
        [schema, name] => (Some(schema.clone()), name.clone()),
        _ => return Err(Failure::input("--table names a table as `schema.table`").into()),
    };
    let candidates = candidates(client, tool, &name).await.context(UNREAD)?;
    let is_there = |candidate: &&Candidate| match &schema {
        Some(schema) => candidate.schema == *schema,
        None => candidate.place.is_some(),
    };
    let fits =
        |candidate: &&Candidate| tool.fits(&candidate.columns) && !candidate.is_others && !candidate.is_platforms();
    let found = candidates.iter().filter(is_there).filter(fits).min_by_key(|candidate| candidate.place);
    let Some(found) = found else { return Err(not_found(tool, schema.as_deref(), &name, &candidates).into()) };
    let own = own(client, tool, found).await.context(UNREAD)?;
    Ok(Found { table: found.name(), rows: read_again(client, tool, &found.name()).await?, own })
}

async fn candidates(client: &Client, tool: &Tool, name: &str) -> Result<Vec<Candidate>> {
    let query = format!(
        "SELECT n.nspname::text, c.relname::text,
                array_agg(a.attname || ' ' || t.typname ORDER BY a.attnum),
                array_position(pg_catalog.current_schemas(false), n.nspname),
                EXISTS (SELECT FROM pg_catalog.pg_class o WHERE o.relnamespace = n.oid AND o.relname = {})
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
           JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
          WHERE c.relname = {} AND c.relkind IN ('r', 'p', 'v')
          GROUP BY n.oid, n.nspname, c.relname ORDER BY 1",
        literal(tool.unless.unwrap_or_default()),
        literal(name)
    );
    let rows = client.query_typed(&query, &[]).await?;
    let candidates = rows.iter().map(|row| {
        Ok(Candidate {
            schema: row.try_get(0)?,
            table: row.try_get(1)?,
            columns: row.try_get(2)?,
            place: row.try_get(3)?,
            is_others: row.try_get(4)?,
        })
    });
    candidates.collect()
}

fn not_found(tool: &Tool, schema: Option<&str>, name: &str, candidates: &[Candidate]) -> Failure {
    let place = schema.map_or_else(|| "the search path".to_owned(), |schema| format!("the schema {schema}"));
    let columns = tool.columns.iter().map(|column| column.replace('|', " or ")).collect::<Vec<_>>().join(", ");
    let alone = if tool.alone { " and no other" } else { "" };
    let mut message =
        format!("there is no history of {}: no table {name} in {place} with the columns {columns}{alone}", tool.name);
    for candidate in candidates {
        let _ = write!(message, "\n{}", candidate.words(tool));
    }
    Failure::refused(message)
        .state("nothing was changed")
        .next("name its table with --table SCHEMA.TABLE, or the tool that wrote it with --from")
}

/// Reads the rows of a table that was found.
///
/// # Errors
/// What the server said.
pub async fn read_again(client: &Client, tool: &Tool, table: &str) -> Result<Vec<Row>> {
    let query = format!(
        "SELECT coalesce(r.version::text, ''), coalesce(r.name::text, ''), r.checksum::text,
                to_char(timezone('UTC', r.at::timestamptz), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), r.took::int8,
                r.trouble::text, to_jsonb(t)
           FROM {table} t CROSS JOIN LATERAL (SELECT {}) r ORDER BY {}",
        tool.row, tool.order
    );
    client.batch_execute(BEGIN).await.context(UNREAD)?;
    let rows = client.query_typed(&query, &[]).await.context(UNREAD);
    client.batch_execute("ROLLBACK").await.context(UNREAD)?;
    let row = |row: &tokio_postgres::Row| {
        Ok(Row {
            version: row.try_get(0)?,
            name: row.try_get(1)?,
            checksum: row.try_get(2)?,
            at: row.try_get(3)?,
            took_ms: row.try_get(4)?,
            trouble: row.try_get(5)?,
            original: row.try_get(6)?,
        })
    };
    rows?.iter().map(row).collect()
}

/// What is the tool's own: the table, what it keeps beside it, their sequences; and the schema, if nothing else is in it.
async fn own(client: &Client, tool: &Tool, found: &Candidate) -> Result<Vec<Vec<String>>> {
    let schema = literal(&found.schema);
    let tables =
        [found.table.as_str()].iter().chain(tool.beside).map(|name| literal(name)).collect::<Vec<_>>().join(", ");
    let query = format!(
        "WITH here AS (SELECT oid, nspname FROM pg_catalog.pg_namespace WHERE nspname = {schema}),
              tables AS (SELECT c.oid, c.relname FROM pg_catalog.pg_class c, here
                          WHERE c.relnamespace = here.oid AND c.relname IN ({tables}) AND c.relkind IN ('r', 'p', 'v')),
              own AS (SELECT oid, relname FROM tables UNION
                      SELECT s.oid, s.relname FROM pg_catalog.pg_depend d JOIN tables ON tables.oid = d.refobjid
                        JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
                       WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i'))
         SELECT relname::text FROM own UNION ALL
         SELECT NULL FROM here WHERE nspname <> 'public'
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = here.oid
                               AND c.relkind NOT IN ('i', 'I') AND c.oid NOT IN (SELECT oid FROM own))
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc WHERE pronamespace = here.oid)
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_type WHERE typnamespace = here.oid AND typtype IN ('d', 'e', 'r'))"
    );
    let rows = client.query_typed(&query, &[]).await?;
    let path = |name: Option<String>| [found.schema.clone()].into_iter().chain(name).collect();
    rows.iter().map(|row| Ok(path(row.try_get(0)?))).collect()
}
