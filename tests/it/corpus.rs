//! Pairs of schemas from the suites of other tools, each with whether `pg_dump` sees a difference: a finding is wanted
//! exactly there. They are no part of the repository, so this runs only where `PGPLUMB_TEST_CORPUS` names their file.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::Trial;
use pgplumb::catalog::{self, Catalog};
use pgplumb::db::{Session, connect, snapshot};
use pgplumb::manifest::{self, Layout};
use pgplumb::verify;
use serde::Deserialize;

use crate::support::{Database, Result, block_on, fail, superuser, trial, variable};

const WORKERS: usize = 4;

#[derive(Deserialize)]
struct Pair {
    suite: String,
    name: String,
    a: String,
    b: String,
    pg_dump_differs: Option<bool>,
}

/// One test for all pairs.
pub fn trials() -> Vec<Trial> {
    vec![trial("corpus::findings_stand_where_dumps_differ", judge).with_ignored_flag(file().is_none())]
}

fn file() -> Option<PathBuf> {
    variable("PGPLUMB_TEST_CORPUS").map(PathBuf::from)
}

fn judge() -> Result {
    let pairs: Vec<Pair> = serde_json::from_slice(&std::fs::read(file().unwrap()).unwrap()).unwrap();
    let pairs: Vec<&Pair> = pairs.iter().filter(|pair| pair.pg_dump_differs.is_some()).collect();
    let (next, roles) = (AtomicUsize::new(0), Mutex::new(HashSet::new()));
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let database = Database::plain();
                while let Some(pair) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(why) = disagreement(&database, pair, &roles) {
                        wrong.lock().unwrap().push(format!("{} {}: {why}", pair.suite, pair.name));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    if wrong.is_empty() {
        return Ok(());
    }
    fail(format!("{} of {} pairs\n{}", wrong.len(), pairs.len(), wrong.join("\n")))
}

/// What is wrong about a pair, if anything.
fn disagreement(database: &Database, pair: &Pair, roles: &Mutex<HashSet<String>>) -> Option<String> {
    let (a, b) = match (read(database, &pair.a, roles), read(database, &pair.b, roles)) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(error), _) | (_, Err(error)) => return Some(format!("cannot be loaded: {error}")),
    };
    let layout = Layout { captured: serde_json::json!({}), ignore: &[], complete: &|_| true, rest: &[] };
    let text = manifest::write(&b, &layout);
    let expected = match manifest::parse(&text, "manifest.json") {
        Ok(expected) => expected,
        Err(error) => return Some(format!("the manifest cannot be read: {error:#}")),
    };
    let words = |catalog: &Catalog| {
        let findings = verify::objects(&expected, catalog).findings;
        findings
            .iter()
            .map(|f| format!("{} {} {} {}", f.what, f.kind, f.object, f.property.as_deref().unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    let itself = words(&b);
    if !itself.is_empty() {
        return Some(format!("differs from itself: {}", itself.join("; ")));
    }
    let found = words(&a);
    match pair.pg_dump_differs {
        Some(true) if found.is_empty() => Some("nothing is found".to_owned()),
        Some(false) if !found.is_empty() => Some(found.join("; ")),
        _ => None,
    }
}

/// The catalog after the statements, which are rolled back; what must not run in a transaction gets a database of its own.
fn read(database: &Database, sql: &str, roles: &Mutex<HashSet<String>>) -> std::result::Result<Catalog, String> {
    let mut last = String::new();
    for _ in 0..9 {
        match block_on(in_transaction(database.name(), sql)) {
            Ok(catalog) => return Ok(catalog),
            Err(error) => last = error,
        }
        let Some(role) = missing_role(&last) else { break };
        if roles.lock().unwrap().insert(role.clone()) {
            let create = format!("CREATE ROLE {}", pgplumb::sql::identifier(&role));
            let _ = block_on(alone(database.name(), &create));
        }
    }
    let own = Database::plain();
    block_on(async {
        alone(own.name(), sql).await.map_err(|error| format!("{last}; {error}"))?;
        in_transaction(own.name(), "").await
    })
}

fn missing_role(error: &str) -> Option<String> {
    let (_, rest) = error.split_once("role \"")?;
    rest.split_once("\" does not exist").map(|(role, _)| role.to_owned())
}

async fn alone(database: &str, sql: &str) -> std::result::Result<(), String> {
    let session = connect(&superuser(database), |_| ()).await.map_err(|error| format!("{error:#}"))?;
    let done = each(&session, sql).await;
    session.close().await;
    done
}

/// Runs statement by statement where some cannot be in the transaction that several at once are in.
async fn each(session: &Session, sql: &str) -> std::result::Result<(), String> {
    if session.client.batch_execute(sql).await.is_ok() {
        return Ok(());
    }
    for statement in sql.split(";\n") {
        session.client.batch_execute(statement).await.map_err(|error| said(&error))?;
    }
    Ok(())
}

async fn in_transaction(database: &str, sql: &str) -> std::result::Result<Catalog, String> {
    let session = connect(&superuser(database), |_| ()).await.map_err(|error| format!("{error:#}"))?;
    let read = async {
        let script = format!("BEGIN; {sql}\n;{}", snapshot::PINNED);
        session.client.batch_execute(&script).await.map_err(|error| said(&error))?;
        catalog::load(&session.client, session.server_version_num).await.map_err(|error| format!("{error:#}"))
    };
    let mut catalog = read.await;
    // Roles belong to the whole server, and the pairs make them as they go.
    let _ = catalog.as_mut().map(|catalog| catalog.retain(|object| object.id.kind.class != "pg_authid"));
    let _ = session.client.batch_execute("ROLLBACK").await;
    session.close().await;
    catalog
}

fn said(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}
