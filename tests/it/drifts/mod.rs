//! One database with something of everything (`tests/drifts/base.sql`), and in the other files there what can happen to
//! it, one thing a block: each drift must be found and named by its kind, object and property, and nothing else; what
//! changes nothing must not be found. Most blocks run in a transaction that is rolled back.

mod block;
mod platform;
mod settings;

use std::path::PathBuf;
use std::sync::OnceLock;

use libtest_mimic::Trial;
use pgplumb::catalog;
use pgplumb::db::{Session, connect, snapshot};
use pgplumb::manifest::{self, Manifest};
use pgplumb::verify::{self, Finding};

use crate::support::{Database, Project, Result, block_on, cluster, fail, root, superuser, trial};
use block::{Block, blocks};

/// The files that are no drifts.
const OTHERS: [&str; 4] = ["base", "database", "roles", "settings"];

/// The rows that the manifest asks for beside the objects.
const SEEDS: &str = r#"{ "seeds": [{ "table": "app.settings", "key": ["name"], "unexpected": "fail", "rows": [
    { "name": "currency", "value": "EUR", "sort": 1 }, { "name": "language", "value": "de", "sort": 2 },
    { "name": "tax", "value": "19", "sort": 3 }] }] }"#;

/// A test for each file, and those of the settings.
pub fn trials() -> Vec<Trial> {
    let of_file = |path: PathBuf| {
        let name = path.file_stem()?.to_str()?.to_owned();
        let wanted = !OTHERS.contains(&name.as_str());
        wanted.then(|| trial(&format!("drifts/{name}"), move || plant(&read(&name))))
    };
    let entries = std::fs::read_dir(root().join("tests/drifts")).unwrap();
    let mut trials: Vec<Trial> = entries.filter_map(|entry| of_file(entry.unwrap().path())).collect();
    trials.extend(settings::trials());
    trials.extend(platform::trials());
    trials
}

/// The blocks of a file that are for the server's major.
fn read(name: &str) -> Vec<Block> {
    blocks(&text(name)).into_iter().filter(|block| block.fits(cluster().major)).collect()
}

fn text(name: &str) -> String {
    let path = root().join(format!("tests/drifts/{name}.sql"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn script(name: &str) -> String {
    read(name).into_iter().map(|block| block.sql + ";\n").collect()
}

/// The database before any drift, and its manifest.
struct Base {
    database: Database,
    manifest: String,
}

/// The same for all tests.
fn base() -> &'static Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(|| {
        let database = Database::plain();
        database.run(&script("roles"));
        database.run(&script("base"));
        database.run(&script("database"));
        let project = Project::empty().with("manifest.json", SEEDS);
        project.on_as_superuser(&database, &["db:manifest", "--from", "target"]).expect(0);
        project.on_as_superuser(&database, &["db:verify", "--strict"]).expect(0);
        Base { database, manifest: project.text("manifest.json") }
    })
}

impl Base {
    /// Another database that is as this one. What a database is given beside its objects is not copied by the server.
    fn copy(&self) -> Database {
        let copy = self.database.copy();
        copy.run(&script("database"));
        copy
    }

    fn manifest(&self) -> Manifest {
        manifest::parse(&self.manifest, "manifest.json").unwrap()
    }
}

/// Runs each block against a copy of the base, and compares what is found with what the block says.
fn plant(blocks: &[Block]) -> Result {
    let manifest = base().manifest();
    let (alone, others): (Vec<&Block>, Vec<&Block>) = blocks.iter().partition(|block| block.alone);
    let mut wrong: Vec<String> = found(&base().copy(), &manifest, &others);
    for block in alone {
        let own = base().copy();
        block.statements().for_each(|statement| own.run(statement));
        wrong.extend(found(&own, &manifest, &[&Block { sql: String::new(), ..block.clone() }]));
    }
    if wrong.is_empty() { Ok(()) } else { fail(format!("{} of {}\n{}", wrong.len(), blocks.len(), wrong.join("\n"))) }
}

/// What is wrong about the findings after each block, which is rolled back. All are on one connection, because what a
/// connection reads first is slow.
fn found(database: &Database, manifest: &Manifest, blocks: &[&Block]) -> Vec<String> {
    block_on(async {
        let session = connect(&superuser(database.name()), |_| ()).await.unwrap();
        let mut wrong = Vec::new();
        for block in blocks {
            let mut wanted = block.wanted.clone();
            wanted.sort();
            match verified(&session, manifest, &block.sql).await {
                Ok(found) if found == wanted => {}
                Ok(found) => wrong.push(format!("line {}:\n  wanted {wanted:#?}\n  found {found:#?}", block.line)),
                Err(error) => wrong.push(format!("line {}: {error}", block.line)),
            }
            session.client.batch_execute("ROLLBACK").await.unwrap();
        }
        session.close().await;
        wrong
    })
}

async fn verified(session: &Session, manifest: &Manifest, sql: &str) -> std::result::Result<Vec<String>, String> {
    let failed = |error: tokio_postgres::Error| format!("{error:?}");
    let explained = |error: anyhow::Error| format!("{error:?}");
    session.client.batch_execute(&format!("BEGIN; {sql}\n;{}", snapshot::PINNED)).await.map_err(failed)?;
    let mut actual = catalog::load(&session.client, session.server_version_num).await.map_err(explained)?;
    // Roles that nothing names are nobody's affair, as for the program.
    actual.retain(|object| object.id.kind.class != "pg_authid" || manifest.expected.get(&object.id).is_some());
    let mut verification = verify::objects(manifest, &actual);
    verify::complete(&session.client, manifest, &mut verification).await.map_err(explained)?;
    let mut found: Vec<String> = verification.findings.iter().map(words).collect();
    found.extend(verification.not_measured.iter().map(|what| format!("not measured: {what}")));
    found.sort();
    Ok(found)
}

/// A finding as the blocks name it.
fn words(finding: &Finding) -> String {
    let what = finding.property.as_deref().unwrap_or(finding.what);
    format!("{} {}: {what}", finding.kind, finding.object)
}
