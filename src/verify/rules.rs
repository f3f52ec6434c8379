//! Data rules: queries that must return no rows.

use anyhow::Result;
use serde_json::Value;
use tokio_postgres::Client;

use super::{Finding, Verification};
use crate::catalog::Section;
use crate::db::objection;
use crate::diff::Severity;
use crate::manifest::Rule;

/// How many breaking rows are shown; the others are counted.
const SHOWN: usize = 5;

/// Runs every rule, each in a savepoint, so that one that cannot run does not keep the others from being asked.
pub async fn check(client: &Client, rules: &[Rule], verification: &mut Verification) -> Result<()> {
    for rule in rules {
        client.batch_execute("SAVEPOINT pgplumb_rule").await?;
        let (what, actual) = match broken(client, &rule.sql).await {
            Ok(None) => {
                count(verification, true);
                client.batch_execute("RELEASE SAVEPOINT pgplumb_rule").await?;
                continue;
            }
            Ok(Some(rows)) => ("broken", rows),
            Err(error) => match objection(&error) {
                Some(said) => ("not measured", said.message().to_owned()),
                None => return Err(error.into()),
            },
        };
        client.batch_execute("ROLLBACK TO SAVEPOINT pgplumb_rule").await?;
        count(verification, false);
        verification.findings.push(Finding {
            section: Section::Seeds,
            severity: Severity::Error,
            accepted: false,
            count: 1,
            kind: "rule".to_owned(),
            object: rule.name.clone(),
            path: vec![rule.name.clone()],
            what,
            property: None,
            expected: Value::from("no rows"),
            actual: Value::from(actual),
            fix: Vec::new(),
            note: None,
        });
    }
    Ok(())
}

fn count(verification: &mut Verification, good: bool) {
    verification.lines.entry(Section::Seeds).or_default().also.entry("rules").or_default().add(good);
}

/// The rows that break a rule, a line each, or nothing. The rule's query stands inside ours, so that it can be nothing
/// but a query.
async fn broken(client: &Client, sql: &str) -> Result<Option<String>, tokio_postgres::Error> {
    let sql = sql.trim().trim_end_matches(';');
    let query = format!("SELECT to_jsonb(r), count(*) OVER () FROM (\n{sql}\n) AS r LIMIT {SHOWN}");
    let rows = client.query_typed(&query, &[]).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let count: i64 = first.try_get(1)?;
    let mut lines = rows
        .iter()
        .map(|row| Ok(row.try_get::<_, Value>(0)?.to_string()))
        .collect::<Result<Vec<_>, tokio_postgres::Error>>()?;
    let rest = usize::try_from(count).unwrap_or(usize::MAX).saturating_sub(lines.len());
    if rest > 0 {
        lines.push(format!("and {rest} more"));
    }
    Ok(Some(lines.join("\n")))
}
