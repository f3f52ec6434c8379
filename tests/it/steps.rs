//! Scripts with statements that run in no transaction: each recorded, resumed at the exact statement, and no broken
//! index taken for a built one.

use rustix::process::Signal;

use crate::process::{Running, runs, wait_until};
use crate::support::{Database, Output, Project, Result, block_on, superuser};

crate::trials!(
    "steps",
    an_index_is_built_concurrently_between_other_statements,
    a_failed_index_is_dropped_and_built_again_at_its_place,
    an_invalid_index_of_that_name_is_never_taken_for_built,
    a_killed_run_goes_on_at_the_statement_that_was_cut_off,
    what_was_done_before_it_was_written_down_is_recognised,
    a_statement_that_was_run_must_stay_as_it_was,
    a_call_in_doubt_is_for_its_author_to_settle,
    what_a_session_had_set_is_set_again,
    a_changed_role_does_not_keep_progress_from_being_written,
    timeouts_do_not_break_an_index_off,
    rows_of_copy_and_seeds_run_one_by_one_too,
    other_tools_words_for_no_transaction,
    atomic_is_one_transaction_or_none,
);

const MIGRATE: [&str; 2] = ["db:migrate", "--no-verify"];

fn project(script: &str) -> Project {
    Project::empty().with("migrations/0001_a.sql", script)
}

fn valid(database: &Database, index: &str) -> String {
    database.value(&format!("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('{index}')"))
}

/// Asserts that the script is applied, and that nothing is left of its steps.
fn applied(database: &Database) {
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.refinery_schema_history"), "1");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.statement"), "0");
}

fn an_index_is_built_concurrently_between_other_statements() -> Result {
    let database = Database::plain();
    let project = project(
        "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\nCREATE INDEX CONCURRENTLY i ON t (a);\nINSERT INTO t VALUES (2);\nVACUUM t;",
    );
    project
        .on(&database, &MIGRATE)
        .expect(0)
        .says("migrations/0001_a.sql runs statement by statement: it has a statement that cannot run in a transaction");
    assert_eq!((valid(&database, "i").as_str(), database.value("SELECT count(*) FROM t").as_str()), ("t", "2"));
    applied(&database);
    project.on(&database, &MIGRATE).expect(0).says("nothing to apply");
    Ok(())
}

fn a_failed_index_is_dropped_and_built_again_at_its_place() -> Result {
    let database = Database::plain();
    let project = project(
        "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1), (1);\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);\nINSERT INTO t VALUES (2);",
    );
    project
        .on(&database, &MIGRATE)
        .expect(6)
        .says("statement 3 of 4 failed")
        .says("0001_a.sql:3:1")
        .says("left behind: public.i, an index that is not valid; the next run drops it")
        .says("state: 2 of 4 statements of migrations/0001_a.sql are done and recorded")
        .says("it goes on at statement 3");
    assert_eq!(valid(&database, "i"), "f");
    project.on(&database, &["db:status"]).expect(3).says("unfinished   migrations/0001_a.sql: 2 statements are done");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.refinery_schema_history"), "0");
    database.run("DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)");
    project.on(&database, &MIGRATE).expect(0).says("dropped public.i, an index that was never finished");
    assert_eq!((valid(&database, "i").as_str(), database.value("SELECT count(*) FROM t").as_str()), ("t", "2"));
    applied(&database);
    Ok(())
}

fn an_invalid_index_of_that_name_is_never_taken_for_built() -> Result {
    let database = Database::plain();
    database.run(
        "CREATE TABLE t (a int); CREATE INDEX i ON t (a); CREATE TABLE other (a int); CREATE INDEX j ON other (a);
                  UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('i'::regclass, 'j'::regclass);
                  ALTER TABLE t OWNER TO postgres; ALTER TABLE other OWNER TO postgres",
    );
    project("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)")
        .on(&database, &MIGRATE)
        .expect(0)
        .says("dropped public.i");
    assert_eq!(valid(&database, "i"), "t");
    // The index of another table is nobody's to drop, and the statement built nothing.
    let output = project("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)")
        .with("migrations/0002_b.sql", "CREATE INDEX CONCURRENTLY IF NOT EXISTS j ON t (a)")
        .on(&database, &MIGRATE);
    output.expect(6).says("migrations/0002_b.sql: statement 1 left an index that is not valid");
    assert_eq!(valid(&database, "j"), "f");
    Ok(())
}

/// A session that holds a snapshot until it is ended, for which a concurrent index waits.
fn holder(database: &Database, sql: &str) -> std::thread::JoinHandle<()> {
    let (target, sql) =
        (superuser(database.name()), format!("SET application_name = holder; BEGIN; {sql}; SELECT pg_sleep(600)"));
    let holder = std::thread::spawn(move || {
        block_on(async {
            let session = pgplumb::db::connect(&target, |_| ()).await.unwrap();
            let _ = session.client.batch_execute(&sql).await;
        });
    });
    wait_until(database, &runs("pg_sleep"));
    holder
}

fn release(database: &Database, holder: std::thread::JoinHandle<()>) {
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holder' AND datname = current_database()");
    holder.join().unwrap();
}

fn start(project: &Project, database: &Database, arguments: &[&str]) -> Running {
    let url = database.url();
    Running::start(&mut project.command(&[&MIGRATE, arguments, &["--url", &url]].concat()))
}

fn a_killed_run_goes_on_at_the_statement_that_was_cut_off() -> Result {
    let database = Database::plain();
    database.run("CREATE TABLE t (a int); ALTER TABLE t OWNER TO postgres");
    let project =
        project("INSERT INTO t VALUES (1);\nCREATE INDEX CONCURRENTLY i ON t (a);\nINSERT INTO t VALUES (2);");
    let holder = holder(&database, "LOCK TABLE t IN ROW EXCLUSIVE MODE");
    let running = start(&project, &database, &[]);
    wait_until(&database, &runs("CREATE INDEX CONCURRENTLY"));
    running.signal(Signal::KILL);
    running.finish();
    project.on(&database, &["db:status"]).expect(3).says("1 statements are done, and number 2 was begun");
    // The server must have noticed that its client is gone.
    wait_until(
        &database,
        "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND datname = current_database())",
    );
    release(&database, holder);
    project
        .on(&database, &MIGRATE)
        .expect(0)
        .says("migrations/0001_a.sql: statement 2 was begun and did not come to its end; it is run again");
    assert_eq!((valid(&database, "i").as_str(), database.value("SELECT count(*) FROM t").as_str()), ("t", "2"));
    applied(&database);
    Ok(())
}

fn what_was_done_before_it_was_written_down_is_recognised() -> Result {
    let database = Database::plain();
    database.run(
        "CREATE TABLE t (a int); CREATE INDEX old ON t (a); CREATE TABLE p (a int) PARTITION BY LIST (a);
         CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p DEFAULT; DROP TABLE p2;
         ALTER TABLE t OWNER TO postgres; ALTER TABLE p OWNER TO postgres; ALTER TABLE p1 OWNER TO postgres",
    );
    let detach = if database.value("SELECT current_setting('server_version_num')::int >= 140000") == "t" {
        "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;"
    } else {
        "VACUUM p;"
    };
    let project = project(&format!(
        "CREATE INDEX CONCURRENTLY i ON t (a);\nDROP INDEX CONCURRENTLY old;\n{detach}\nVACUUM t;\nSELECT oops;"
    ));
    project.on(&database, &MIGRATE).expect(6).says("statement 5 of 5 failed");
    // As if the run had been killed between the end of each statement and the row that says so.
    database.run("UPDATE pgplumb.statement SET done = false");
    let done = project.on(&database, &MIGRATE).expect(6);
    let done = done.says("statement 1 was begun before, and is done").says("statement 2 was begun before, and is done");
    done.says("statement 4 was begun and did not come to its end; it is run again").says("statement 5 of 5 failed");
    Ok(())
}

fn a_statement_that_was_run_must_stay_as_it_was() -> Result {
    let database = Database::plain();
    let text = "CREATE TABLE t (a int);\nVACUUM t;\nSELECT oops;";
    let project = project(text);
    project.on(&database, &MIGRATE).expect(6);
    project.write("migrations/0001_a.sql", text.replace("(a int)", "(a bigint)"));
    project
        .on(&database, &MIGRATE)
        .expect(4)
        .says("statement 1 of migrations/0001_a.sql was changed after it was run")
        .says("0001_a.sql:1:1")
        .says("begin anew: DELETE FROM pgplumb.statement WHERE script = 'migrations/0001_a.sql'");
    project.write("migrations/0001_a.sql", text.replace("oops", "1"));
    project.on(&database, &MIGRATE).expect(0);
    applied(&database);
    Ok(())
}

fn a_call_in_doubt_is_for_its_author_to_settle() -> Result {
    for (choice, count) in [("done", "0"), ("again", "1")] {
        let database = Database::plain();
        database.run("CREATE TABLE t (a int); ALTER TABLE t OWNER TO postgres;
            CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(coalesce(current_setting(''app.sleep'', true), ''60'')::int); COMMIT; INSERT INTO t VALUES (1); END'");
        let project = project("-- pgplumb: no-transaction\nSELECT 1;\nCALL p();\nSELECT 2;");
        let running = start(&project, &database, &[]);
        wait_until(&database, &runs("CALL p"));
        running.signal(Signal::KILL);
        running.finish();
        wait_until(
            &database,
            "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'CALL p%' AND datname = current_database())",
        );
        database.run(&format!("ALTER DATABASE {} SET app.sleep = '0'", database.name()));
        project
            .on(&database, &MIGRATE)
            .expect(4)
            .says("statement 2 was begun, and nothing tells whether it came to its end")
            .says("--in-doubt done");
        project.on(&database, &[&MIGRATE[..], &["--in-doubt", choice]].concat()).expect(0);
        assert_eq!(database.value("SELECT count(*) FROM t"), count, "{choice}");
        applied(&database);
    }
    Ok(())
}

fn what_a_session_had_set_is_set_again() -> Result {
    let database = Database::plain();
    let project = project(
        "CREATE SCHEMA app;\nSET search_path = app;\nCREATE TABLE t (a int);\nINSERT INTO t VALUES (1), (1);\nCREATE UNIQUE INDEX CONCURRENTLY i ON t (a);\nINSERT INTO t VALUES (3);",
    );
    project.on(&database, &MIGRATE).expect(6).says("statement 5 of 6 failed");
    database.run("UPDATE app.t SET a = 2 WHERE ctid = (SELECT min(ctid) FROM app.t)");
    project.on(&database, &MIGRATE).expect(0).says("dropped app.i");
    assert_eq!(valid(&database, "app.i"), "t");
    assert_eq!(database.value("SELECT count(*) FROM app.t"), "3");
    Ok(())
}

fn a_changed_role_does_not_keep_progress_from_being_written() -> Result {
    let database = Database::plain();
    database.run("GRANT anon TO postgres; GRANT CREATE, USAGE ON SCHEMA public TO anon");
    let project = project(
        "SET ROLE anon;\nCREATE TABLE t (a int);\nCREATE INDEX CONCURRENTLY i ON t (a);\nSET default_transaction_read_only = on;",
    );
    project.on(&database, &MIGRATE).expect(0);
    assert_eq!(database.value("SELECT tableowner FROM pg_tables WHERE tablename = 't'"), "anon");
    applied(&database);
    Ok(())
}

fn timeouts_do_not_break_an_index_off() -> Result {
    let database = Database::plain();
    database.run(&format!(
        "CREATE TABLE t (a int); ALTER TABLE t OWNER TO postgres;
         ALTER ROLE postgres IN DATABASE {} SET statement_timeout = '500ms'",
        database.name()
    ));
    let project =
        project("-- pgplumb: no-transaction\nSELECT 1;\nCREATE INDEX CONCURRENTLY i ON t (a);\nSELECT pg_sleep(5);");
    let holder = holder(&database, "LOCK TABLE t IN ROW EXCLUSIVE MODE");
    let running = start(&project, &database, &[]);
    wait_until(&database, &runs("CREATE INDEX CONCURRENTLY"));
    std::thread::sleep(std::time::Duration::from_secs(4));
    release(&database, holder);
    // The timeout of the role holds again for what comes after.
    let output: Output = running.finish().expect(6);
    output.says("statement 3 of 3 failed").says("statement timeout");
    assert_eq!(valid(&database, "i"), "t");
    Ok(())
}

fn rows_of_copy_and_seeds_run_one_by_one_too() -> Result {
    let database = Database::plain();
    let project = project("CREATE TABLE t (a int);\nCOPY t FROM stdin;\n1\n2\n\\.\nVACUUM t;")
        .with("seeds/0001_s.sql", "INSERT INTO t VALUES (3);\nVACUUM ANALYZE t;");
    project.on(&database, &MIGRATE).expect(0);
    assert_eq!(database.value("SELECT count(*) FROM t"), "3");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.seed"), "1");
    applied(&database);
    project.on(&database, &MIGRATE).expect(0).says("nothing to apply");
    Ok(())
}

fn other_tools_words_for_no_transaction() -> Result {
    for (file, text) in [
        ("0001_a.sql", "-- no-transaction\nCALL p();"),
        ("0001_a.sql", "-- migrate:up transaction:false\nCALL p();\n-- migrate:down\nSELECT oops;"),
        ("0001_a.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nCALL p();\n-- +goose Down\nSELECT oops;"),
        ("2024-01-01-000000_a/up.sql", "CALL p();"),
        ("V1__a.sql", "CALL p();"),
    ] {
        let database = Database::plain();
        database.run("CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'");
        let project = Project::empty().with(&format!("migrations/{file}"), text);
        if file.contains("up.sql") {
            project.write("migrations/2024-01-01-000000_a/metadata.toml", "run_in_transaction = false\n");
            project.write("migrations/2024-01-01-000000_a/down.sql", "SELECT oops;");
        }
        if file.starts_with('V') {
            project.write("migrations/V1__a.sql.conf", "executeInTransaction=false\n");
        }
        project.on(&database, &MIGRATE).expect(0);
        applied(&database);
    }
    let database = Database::plain();
    database.run("CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'");
    project("CALL p();").on(&database, &MIGRATE).expect(5).says("invalid transaction termination");
    Ok(())
}

fn atomic_is_one_transaction_or_none() -> Result {
    let database = Database::plain();
    let atomic = ["db:migrate", "--no-verify", "--atomic"];
    let project = project("CREATE TABLE a (n int); SET search_path = nowhere; SET ROLE anon")
        .with("migrations/0002_b.sql", "CREATE TABLE b (n int); SELECT oops;")
        .with("seeds/0001_s.sql", "INSERT INTO b VALUES (1)");
    database.run("GRANT anon TO postgres");
    project
        .on(&database, &atomic)
        .expect(5)
        .says("0002_b.sql:1:32")
        .says("state: no script of this run has an effect; all of them were rolled back");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.refinery_schema_history"), "0");
    assert_eq!(database.value("SELECT to_regclass('a') IS NULL"), "t");
    project.write("migrations/0002_b.sql", "CREATE TABLE b (n int); INSERT INTO public.a VALUES (1)");
    let output = project.on(&database, &[&atomic[..], &["--json"]].concat()).expect(0).json();
    assert_eq!(output["result"]["applied"].as_array().unwrap().len(), 2);
    assert_eq!(output["result"]["seeds"].as_array().unwrap().len(), 1);
    assert_eq!(database.value("SELECT count(DISTINCT xmin::text) FROM pgplumb.migration"), "1");
    project.write("migrations/0003_c.sql", "VACUUM a");
    project.on(&database, &atomic).expect(2).says("--atomic: migrations/0003_c.sql cannot share a transaction");
    Ok(())
}
