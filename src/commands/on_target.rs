//! Has the target itself print what a manifest spells otherwise, in a transaction that is rolled back: its schemas are put
//! aside for the transaction's own eyes, and what the texts can name is made anew under their names.

use std::collections::BTreeSet;

use anyhow::Result;

use super::Context;
use crate::catalog::{self, Catalog};
use crate::db::{Session, snapshot};
use crate::platform;
use crate::sql::identifier;
use crate::verify::{self, Spelling};

/// What the server prints for the texts, and those that were refused, each with what it said. `path` is where names
/// without a schema are looked up.
///
/// # Errors
/// What the server said, such as that the role may not rename schemas.
pub async fn printed(
    context: &Context,
    session: &Session,
    path: &str,
    actual: &Catalog,
    spellings: &[Spelling],
) -> Result<(Catalog, Vec<(Spelling, String)>)> {
    let catalog = verify::overlaid(actual, spellings);
    let statements = verify::statements(&catalog, spellings);
    let client = session.second().await?;
    client.batch_execute(&format!("BEGIN;{}", aside(context, &catalog))).await?;
    let refusals = catalog::make(&client, &statements, path).await?;
    client.batch_execute(snapshot::PINNED).await?;
    let printed = catalog::load(&client, session.server_version_num).await?;
    client.batch_execute("ROLLBACK").await?;
    let failed = verify::refused(&catalog, &printed, spellings, &refusals);
    Ok((printed, failed))
}

/// Renames the project's own schemas. No other session sees or waits for that, unless it changes the schemas themselves.
fn aside(context: &Context, catalog: &Catalog) -> String {
    let schemas: BTreeSet<&str> =
        catalog.iter().filter(|object| object.id.path.len() > 1).map(|object| object.id.path[0].as_str()).collect();
    let own = schemas.into_iter().filter(|name| !platform::owns(context.platform(), name));
    let rename = |(at, name)| format!("ALTER SCHEMA {} RENAME TO pgplumb_aside_{at};", identifier(name));
    own.enumerate().map(rename).collect()
}
