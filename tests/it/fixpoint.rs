//! What pgplumb writes from what it reads, read again, is equal: the catalog of each case, made in an empty database from
//! the CREATE texts alone, has no difference to the one that it was read from.

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use pgplumb::catalog::{self, Catalog, Id};
use pgplumb::db::{Session, connect, snapshot};
use pgplumb::manifest::{self, Layout};
use pgplumb::verify;
use tokio_postgres::Client;

use crate::cases;
use crate::support::{Database, Project, Result, block_on, cluster, fail, superuser, trial};

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
    trials.push(trial("fixpoint::each_object_alone_comes_back", each_object_alone_comes_back));
    trials.push(trial("fixpoint::what_belongs_to_the_server_comes_back", what_belongs_to_the_server_comes_back));
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

/// What is missing alone, or with what goes away with it, comes back by its own statements.
fn each_object_alone_comes_back() -> Result {
    let database = Database::plain();
    database.run(include_str!("../styles.sql"));
    let wanted = of(&database);
    block_on(async {
        let session = connect(&superuser(database.name()), |_| ()).await.unwrap();
        let (mut tried, mut broken) = (0, Vec::new());
        // Until PostgreSQL 16 no statement adds an identity column to a table that has partitions.
        let can_be_made = |drop: &String| cluster().major >= 17 || !drop.ends_with("public.sale DROP COLUMN number");
        let drops = wanted.iter().filter_map(|object| catalog::drop(&wanted, object)).filter(can_be_made);
        for drop in drops.flat_map(|drop| [format!("{drop} CASCADE"), drop]) {
            session.client.batch_execute(&format!("BEGIN; {}", snapshot::PINNED)).await.unwrap();
            if let Some(findings) = back_again(&session, &wanted, &drop).await {
                tried += 1;
                broken.extend(findings.into_iter().map(|finding| format!("{drop}\n    {finding}")));
            }
            session.client.batch_execute("ROLLBACK").await.unwrap();
        }
        session.close().await;
        assert!(tried > 100, "{tried} of the objects can be dropped");
        if broken.is_empty() { Ok(()) } else { fail(broken.join("\n")) }
    })
}

/// Roles and subscriptions, each with everything that can be said of it, are made again after they are dropped. A
/// subscription has no connection string then and is not enabled.
fn what_belongs_to_the_server_comes_back() -> Result {
    let (role, other) = (format!("\"Made role {}\"", std::process::id()), format!("made_{}", std::process::id()));
    let database = Database::plain();
    let attributes =
        "CREATEROLE CREATEDB LOGIN NOINHERIT REPLICATION BYPASSRLS CONNECTION LIMIT 5 VALID UNTIL '2040-01-01'";
    let parameter = if cluster().major >= 15 { "GRANT SET ON PARAMETER log_min_messages TO" } else { "GRANT anon TO" };
    database.run(&format!(
        "CREATE ROLE {other}; CREATE ROLE {role} {attributes}; COMMENT ON ROLE {role} IS 'it''s'; {parameter} {role};
        ALTER ROLE {role} SET search_path = '', \"A, b\"; GRANT {other} TO {role} WITH ADMIN OPTION;
        CREATE SUBSCRIPTION {other} CONNECTION 'host=nowhere' PUBLICATION one, \"Two\" WITH (connect = false,
            enabled = false, slot_name = 'slot', synchronous_commit = 'local')"
    ));
    let names = [role.trim_matches('"'), other.as_str()];
    let read = || {
        let mut catalog = everything(&database);
        catalog.retain(|object| names.contains(&object.id.name()));
        catalog
    };
    let wanted = read();
    database.run(&format!("ALTER SUBSCRIPTION {other} SET (slot_name = NONE)"));
    database.run(&format!("DROP OWNED BY {role}"));
    wanted.iter().for_each(|object| database.run(&catalog::drop(&wanted, object).unwrap()));
    let refused = make(&database, &catalog::create_all(&wanted));
    let findings = differences(&wanted, &read());
    database.run(&format!("ALTER SUBSCRIPTION {other} SET (slot_name = NONE)"));
    database.run(&format!("DROP SUBSCRIPTION {other}"));
    database.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}; DROP ROLE {other}"));
    if findings.is_empty() { Ok(()) } else { fail(format!("{findings:#?} {refused:#?}")) }
}

/// What is not as it was when objects have been dropped and made again; nothing, if dropping changed others too.
async fn back_again(session: &Session, wanted: &Catalog, drop: &str) -> Option<Vec<String>> {
    session.client.batch_execute(drop).await.ok()?;
    let left = within(session).await;
    if differences(wanted, &left).iter().any(|finding| !finding.starts_with("missing")) {
        return None;
    }
    let is_gone = |id: &Id| wanted.get(id).is_some() && left.get(id).is_none();
    let gone = wanted.iter().filter(|object| is_gone(&object.id) && !object.id.parents().iter().any(is_gone));
    let mut statements: Vec<_> = gone.flat_map(|object| catalog::create(wanted, object)).collect();
    statements.sort_by_key(|statement| statement.stage);
    // After ALTER DOMAIN … DROP CONSTRAINT PostgreSQL can begin no savepoint until something else has been written.
    session.client.batch_execute("CREATE TABLE pg_temp.written ()").await.unwrap();
    session.client.batch_execute("SET LOCAL check_function_bodies = off").await.unwrap();
    let refused = settled(&session.client, statements.into_iter().map(|statement| statement.sql).collect()).await;
    let mut findings = differences(wanted, &within(session).await);
    // A column that is added is the last one, also where columns are told in their order.
    findings.retain(|finding| !finding.contains("Some(\"position\")") && !finding.contains(" statistics object "));
    findings.extend(refused.into_iter().map(|sql| format!("refused: {sql}")));
    Some(findings)
}

/// The catalog as the transaction that has begun sees it.
async fn within(session: &Session) -> Catalog {
    without_server(catalog::load(&session.client, session.server_version_num).await.unwrap())
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
        session.client.batch_execute("BEGIN").await.unwrap();
        let refused = settled(&session.client, drops).await;
        session.client.batch_execute("COMMIT").await.unwrap();
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

/// Runs statements in the transaction that has begun until none of those that are left can be run.
async fn settled(client: &Client, mut waiting: Vec<String>) -> Vec<String> {
    loop {
        let mut refused = Vec::new();
        let before = waiting.len();
        for sql in waiting {
            client.batch_execute("SAVEPOINT before").await.unwrap();
            if let Err(error) = client.batch_execute(&sql).await {
                client.batch_execute("ROLLBACK TO before").await.unwrap();
                // What is there came with something else.
                let is_there = error.as_db_error().is_some_and(|said| said.message().ends_with("already exists"));
                refused.extend((!is_there).then_some(sql));
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
    without_server(everything(database))
}

fn everything(database: &Database) -> Catalog {
    block_on(async {
        let session = connect(&superuser(database.name()), |_| ()).await.unwrap();
        let catalog = snapshot::read(&session).await.unwrap();
        session.close().await;
        catalog
    })
}

fn without_server(mut catalog: Catalog) -> Catalog {
    let of_server = ["pg_authid", "pg_database", "pg_db_role_setting", "pg_init_privs", "pg_largeobject"];
    catalog.retain(|object| !of_server.contains(&object.id.kind.class));
    catalog
}

fn make(database: &Database, statements: &[catalog::Statement]) -> Vec<catalog::Refusal> {
    block_on(async {
        let session = connect(&superuser(database.name()), |_| ()).await.unwrap();
        session.client.batch_execute("BEGIN").await.unwrap();
        let refused = catalog::make(&session.client, statements, "").await.unwrap();
        session.client.batch_execute("COMMIT").await.unwrap();
        let refused: Vec<catalog::Refusal> = refused.into_iter().filter(|refusal| !refusal.is_there).collect();
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
