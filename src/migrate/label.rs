//! What a database is for. It is written down in the database itself, where a wrong setting on one machine cannot
//! change it.

use anyhow::{Context, Result};
use tokio_postgres::Client;

use super::tables::SCHEMA;
use crate::project::Label;

const UNREAD: &str = "the label of the database could not be read";

/// The label that the database carries, if any.
pub async fn read_label(client: &Client) -> Result<Option<Label>> {
    let there = client.query_typed(&format!("SELECT to_regclass('{SCHEMA}.setting') IS NOT NULL"), &[]).await;
    let there = there.context(UNREAD)?;
    if !there.first().map(|row| row.try_get(0)).transpose()?.unwrap_or(false) {
        return Ok(None);
    }
    let rows = client.query_typed(&format!("SELECT value FROM {SCHEMA}.setting WHERE name = 'label'"), &[]).await;
    let rows = rows.context(UNREAD)?;
    let value: Option<String> = rows.first().map(|row| row.try_get(0)).transpose()?;
    Ok(value.as_deref().and_then(Label::of))
}

/// Writes a label down. A database that is protected stays so: taking that away is nobody's accident.
pub async fn write_label(client: &Client, label: Label) -> Result<()> {
    let statement = format!(
        "INSERT INTO {SCHEMA}.setting AS s (name, value) VALUES ('label', '{}')
         ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE s.value <> 'protected'",
        label.name()
    );
    client.batch_execute(&statement).await.context("the label could not be written")
}
