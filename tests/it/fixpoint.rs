//! What pgplumb writes from what it reads, read again, is equal: the catalog of each case, made in an empty database from
//! the CREATE texts alone, has no difference to the one that it was read from.

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use pgplumb::catalog::{self, Catalog};
use pgplumb::db::{connect, snapshot};
use pgplumb::manifest::{self, Layout};
use pgplumb::verify;
use tokio_postgres::Client;

use crate::cases;
use crate::support::{Database, Project, Result, block_on, fail, superuser, trial};

/// What CREATE cannot bring back: the state of a server's own parts, and what has no statement of its own.
const BEYOND: [(&str, &str); 5] = [
    // An extension belongs to the role that makes it, and no ALTER EXTENSION gives it another owner.
    ("extension", "owner"),
    // Of passwords, keys and the like only that they are there is read, so they cannot be given again.
    ("foreign-data wrapper", "options"),
    ("user mapping", "options"),
    // Only a CREATE INDEX CONCURRENTLY that fails leaves an invalid index.
    ("index", "valid"),
    // Triggers of a foreign key are disabled by their names, which the server makes up from its own numbers.
    ("constraint", "enforced"),
];

/// A test for each case that this server can load, and those written here.
pub fn trials() -> Vec<Trial> {
    let make = |folder: PathBuf| {
        let name = folder.file_name().unwrap().display().to_string();
        let ignored = cases::is_too_new(&folder);
        trial(&format!("fixpoint/{name}"), move || both(&folder)).with_ignored_flag(ignored)
    };
    let mut trials: Vec<Trial> = cases::folders().into_iter().map(make).collect();
    trials.push(trial("fixpoint::the_chat_project", the_chat_project));
    trials.push(trial("fixpoint::a_schema_of_every_style", a_schema_of_every_style));
    trials
}

fn both(folder: &Path) -> Result {
    for file in ["a.sql", "b.sql"] {
        let database = Database::plain();
        database.run(&cases::text(folder, file));
        let read = of(&database);
        let done = is_made(&read, &Database::plain()).and_then(|()| all_dropped(&database));
        done.or_else(|error| fail(format!("{file}\n{error:?}")))?;
    }
    Ok(())
}

/// Makes a catalog in a database and holds what is there then against what is wanted.
fn is_made(wanted: &Catalog, database: &Database) -> Result {
    let there = catalog::create_all(&of(database));
    let mut statements = catalog::create_all(wanted);
    statements.retain(|statement| !there.contains(statement));
    let refused = make(database, &statements);
    let findings = differences(wanted, &of(database));
    match findings.is_empty() && refused.is_empty() {
        true => Ok(()),
        false => fail(format!("{}\nrefused: {refused:#?}", findings.join("\n"))),
    }
}

/// The chat system has no more than its texts say: made on the platform alone it is the same.
fn the_chat_project() -> Result {
    let (database, platform) = (Database::supabase(), Database::supabase());
    Project::chat().on(&database, &["db:migrate", "--no-verify"]).expect(0);
    is_made(&of(&database), &platform)
}

fn a_schema_of_every_style() -> Result {
    let database = Database::plain();
    database.run(include_str!("../styles.sql"));
    let read = of(&database);
    is_made(&read, &Database::plain())?;
    all_dropped(&database)
}

/// Takes everything away, each object by its own statement, as soon as nothing depends on it.
fn all_dropped(database: &Database) -> Result {
    let read = of(database);
    let mut drops: Vec<String> = read.iter().rev().filter_map(|object| catalog::drop(&read, object)).collect();
    // A type and the functions that make its values depend on one another.
    let types = read.iter().filter(|object| ["base type", "range type"].contains(&object.id.kind.name));
    drops.extend(types.map(|object| format!("DROP TYPE IF EXISTS {} CASCADE", object.id.qualified())));
    let refused = block_on(async {
        let session = connect(&superuser(database.name()), |_| ()).await.unwrap();
        let refused = settled(&session.client, drops).await;
        session.close().await;
        refused
    });
    let mut left = of(database);
    left.retain(|object| !(object.id.path == ["public"] || NEVER_DROPPED.contains(&object.id.kind.name)));
    match left.is_empty() {
        true => Ok(()),
        false => fail(format!("{:#?}\nrefused: {refused:#?}", left.iter().map(|one| &one.id).collect::<Vec<_>>())),
    }
}

/// Runs statements until none of those that are left can be run.
async fn settled(client: &Client, mut waiting: Vec<String>) -> Vec<String> {
    loop {
        let mut refused = Vec::new();
        let before = waiting.len();
        for sql in waiting {
            if client.batch_execute(&sql).await.is_err() {
                refused.push(sql);
            }
        }
        if refused.len() == before {
            return refused;
        }
        waiting = refused;
    }
}

/// What goes away with something else, or is only a property of what cannot be dropped.
const NEVER_DROPPED: [&str; 2] = ["default privileges", "system object"];

/// The catalog of a database, without what belongs to the server.
fn of(database: &Database) -> Catalog {
    let mut catalog = block_on(async {
        let session = connect(&superuser(database.name()), |_| ()).await.unwrap();
        let catalog = snapshot::read(&session).await.unwrap();
        session.close().await;
        catalog
    });
    let of_server = ["pg_authid", "pg_database", "pg_db_role_setting", "pg_init_privs", "pg_largeobject"];
    catalog.retain(|object| !of_server.contains(&object.id.kind.class));
    catalog
}

fn make(database: &Database, statements: &[catalog::Statement]) -> Vec<catalog::Refusal> {
    block_on(async {
        let session = connect(&superuser(database.name()), |_| ()).await.unwrap();
        let refused = catalog::make(&session.client, statements, "''").await.unwrap();
        session.close().await;
        refused
    })
}

fn differences(wanted: &Catalog, there: &Catalog) -> Vec<String> {
    let layout = Layout { captured: serde_json::json!({}), ignore: &[], complete: &|_| true, rest: &[] };
    let manifest = manifest::parse(&manifest::write(wanted, &layout), "manifest.json").unwrap();
    let findings = verify::objects(&manifest, there).findings.into_iter();
    let within = findings.filter(|one| !BEYOND.contains(&(&one.kind, one.property.as_deref().unwrap_or_default())));
    within
        .map(|f| format!("{} {} {} {:?}: {} | {}", f.what, f.kind, f.object, f.property, f.expected, f.actual))
        .collect()
}
