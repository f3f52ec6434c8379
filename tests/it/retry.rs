//! Scripts that do not get their locks: tried again whole, each time naming who is in the way, and not for ever.

use crate::process::{Running, runs, wait_for, wait_until};
use crate::support::{Database, Project, Result, block_on, superuser};

crate::trials!(
    "retry",
    a_script_waits_in_short_tries_until_the_table_is_free,
    the_budget_comes_to_an_end,
    a_deadlock_is_tried_again,
    a_conflict_of_serializable_transactions_is_tried_again,
    an_error_of_the_script_is_not_tried_again,
    a_signal_ends_the_tries,
);

const SLEEPS: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'importer' AND datname = current_database() AND wait_event = 'PgSleep')";

/// A session that does something in a transaction, and then keeps it open.
fn importer(database: &Database, sql: &str) -> std::thread::JoinHandle<()> {
    let target = superuser(database.name());
    let sql = format!("SET application_name = importer; BEGIN; {sql}; SELECT pg_sleep(600)");
    let importer = std::thread::spawn(move || {
        block_on(async {
            let session = pgplumb::db::connect(&target, |_| ()).await.unwrap();
            let _ = session.client.batch_execute(&sql).await;
        });
    });
    wait_until(database, SLEEPS);
    importer
}

fn end_importer(database: &Database, importer: std::thread::JoinHandle<()>) {
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'importer' AND datname = current_database()");
    importer.join().unwrap();
}

fn held() -> (Database, Project) {
    let database = Database::plain();
    database.run("CREATE TABLE held (n int); ALTER TABLE held OWNER TO postgres");
    let project = Project::empty().with(
        "migrations/0001_a.sql",
        "-- pgplumb: lock_timeout 700ms\nCREATE TABLE a ();\nALTER TABLE held ADD COLUMN m int;",
    );
    (database, project)
}

fn start(project: &Project, database: &Database, arguments: &[&str]) -> Running {
    let url = database.url();
    Running::start(&mut project.command(&[&["db:migrate", "--no-verify"], arguments, &["--url", &url]].concat()))
}

/// How often the server broke a wait for a lock off.
fn waits(database: &Database) -> String {
    database.value("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'held'::regclass)")
}

fn a_script_waits_in_short_tries_until_the_table_is_free() -> Result {
    let (database, project) = held();
    let importer = importer(&database, "LOCK TABLE held");
    let running = start(&project, &database, &[]);
    for wanted in ["t", "f", "t"] {
        wait_for("the script waits, and lets others through between its tries", || waits(&database) == wanted);
    }
    end_importer(&database, importer);
    let output = running.finish().expect(0).says("applied migrations/0001_a.sql");
    let tries = output.stderr.matches("canceling statement due to lock timeout); try ").count();
    let named = output.stderr.matches("in the way: pid ").count();
    assert!(tries >= 1 && named == tries && output.stderr.contains("importer"), "{output:?}");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.migration"), "1");
    Ok(())
}

fn the_budget_comes_to_an_end() -> Result {
    let (database, project) = held();
    let importer = importer(&database, "LOCK TABLE held");
    let output = project.on(&database, &["db:migrate", "--no-verify", "--retry-for", "2s"]).expect(8);
    output
        .says(" tries)")
        .says("in the way: pid ")
        .says("importer")
        .says("state: migrations/0001_a.sql has no effect")
        .says("next: run the command again");
    let once = project.on(&database, &["db:migrate", "--no-verify", "--retry-for", "0"]).expect(8);
    assert!(!once.stderr.contains("try 2"), "{once:?}");
    project.on(&database, &["db:migrate", "--retry-for", "soon"]).expect(2).says("30s or 5min");
    end_importer(&database, importer);
    assert_eq!(database.value("SELECT to_regclass('a') IS NULL"), "t");
    Ok(())
}

fn a_deadlock_is_tried_again() -> Result {
    let database = Database::plain();
    database.run("CREATE TABLE one (n int); CREATE TABLE two (n int); ALTER TABLE one OWNER TO postgres; ALTER TABLE two OWNER TO postgres");
    let project = Project::empty().with(
        "migrations/0001_a.sql",
        "-- pgplumb: lock_timeout 10s\nLOCK TABLE one;\nSELECT pg_sleep(1);\nALTER TABLE two ADD COLUMN m int;",
    );
    let running = start(&project, &database, &[]);
    wait_until(&database, &runs("pg_sleep"));
    // It takes the tables the other way about, and is the more patient of the two.
    let target = superuser(database.name());
    let other = std::thread::spawn(move || {
        block_on(async {
            let session = pgplumb::db::connect(&target, |_| ()).await.unwrap();
            let sql = "SET deadlock_timeout = '60s'; BEGIN; LOCK TABLE two; LOCK TABLE one; COMMIT";
            session.client.batch_execute(sql).await.unwrap();
        });
    });
    running.finish().expect(0).says("deadlock detected); try 2 in ").says("applied migrations/0001_a.sql");
    other.join().unwrap();
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.migration"), "1");
    Ok(())
}

fn a_conflict_of_serializable_transactions_is_tried_again() -> Result {
    let database = Database::plain();
    database.run("CREATE TABLE t (n int); INSERT INTO t VALUES (1); ALTER TABLE t OWNER TO postgres");
    let project = Project::empty().with(
        "migrations/0001_a.sql",
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\nSELECT * FROM t;\nSELECT pg_sleep(1);\nUPDATE t SET n = n + 1;",
    );
    let running = start(&project, &database, &[]);
    wait_until(&database, &runs("pg_sleep"));
    database.run("UPDATE t SET n = 10");
    running.finish().expect(0).says("could not serialize access due to concurrent update); try 2 in ");
    assert_eq!(database.value("SELECT n FROM t"), "11");
    Ok(())
}

fn an_error_of_the_script_is_not_tried_again() -> Result {
    let database = Database::plain();
    let project = Project::empty().with("migrations/0001_a.sql", "SELECT oops");
    let output = project.on(&database, &["db:migrate", "--no-verify"]).expect(5);
    assert!(!output.stderr.contains("try 2"), "{output:?}");
    Ok(())
}

fn a_signal_ends_the_tries() -> Result {
    let (database, project) = held();
    let importer = importer(&database, "LOCK TABLE held");
    let running = start(&project, &database, &[]);
    for wanted in ["t", "f"] {
        wait_for("the script waits, and then pauses", || waits(&database) == wanted);
    }
    running.signal(rustix::process::Signal::INT);
    running.finish().expect(130).says("stopped by a signal").says("has no effect");
    end_importer(&database, importer);
    Ok(())
}
