//! What happens in the middle of a run: signals, lost connections, timeouts, readers that go away.

use std::time::{Duration, Instant};

use pgplumb::db::connect;
use rustix::process::{Pid, Signal, kill_process};

use crate::process::{Running, runs, wait_until};
use crate::support::{Database, Output, Project, Result, block_on, superuser};

crate::trials!(
    "signals",
    an_interrupt_rolls_back_and_frees_the_lock,
    a_termination_does_the_same,
    a_signal_while_waiting_for_the_lock,
    a_signal_during_the_proof_is_no_finding,
    a_second_signal_ends_at_once,
    a_server_that_does_not_answer_is_left,
    a_backend_that_is_ended,
    a_commit_without_an_answer,
    a_statement_timeout_of_the_role,
    a_table_that_another_session_holds,
    a_reader_that_goes_away,
    no_standard_output,
);

const SLOW: &str = "CREATE TABLE a ();\nSELECT pg_sleep(60);\nCREATE TABLE b ();";

fn project(script: &str) -> Project {
    Project::empty().with("migrations/0001_a.sql", script)
}

fn start(project: &Project, database: &Database, arguments: &[&str]) -> Running {
    let url = database.url();
    Running::start(&mut project.command(&[arguments, &["--url", &url]].concat()))
}

/// Asserts that nothing of the script is there, and that the next run gets the lock at once.
fn nothing_stayed(database: &Database) {
    assert_eq!(database.value("SELECT count(*) FROM pg_class WHERE relname IN ('a', 'b') AND relkind = 'r'"), "0");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.refinery_schema_history"), "0");
    wait_until(
        database,
        "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    project("CREATE TABLE a ()").on(database, &["db:migrate", "--no-verify"]).expect(0);
}

fn signalled(signal: Signal, code: i32) -> Output {
    let (database, project) = (Database::plain(), project(SLOW));
    let running = start(&project, &database, &["db:migrate", "--no-verify", "--json"]);
    wait_until(&database, &runs("pg_sleep"));
    let begun = Instant::now();
    running.signal(signal);
    let output = running.finish().expect(code);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    nothing_stayed(&database);
    output.says("stopped by a signal").says("state: migrations/0001_a.sql has no effect").says("next: ")
}

fn an_interrupt_rolls_back_and_frees_the_lock() -> Result {
    assert_eq!(signalled(Signal::INT, 130).json()["outcome"], "interrupted");
    Ok(())
}

fn a_termination_does_the_same() -> Result {
    assert_eq!(signalled(Signal::TERM, 143).json()["outcome"], "terminated");
    Ok(())
}

fn a_signal_while_waiting_for_the_lock() -> Result {
    let (database, project) = (Database::plain(), project(SLOW));
    let first = start(&project, &database, &["db:migrate", "--no-verify"]);
    wait_until(&database, &runs("pg_sleep"));
    let second = start(&project, &database, &["db:migrate", "--no-verify"]);
    wait_until(
        &database,
        "SELECT count(*) = 4 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    std::thread::sleep(Duration::from_millis(200));
    let begun = Instant::now();
    second.signal(Signal::INT);
    second.finish().expect(130).says("waiting for another runner: pid ").says("state: nothing was changed");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    first.signal(Signal::INT);
    first.finish().expect(130);
    Ok(())
}

fn a_signal_during_the_proof_is_no_finding() -> Result {
    let (database, project) = (Database::plain(), project("CREATE TABLE a ()"));
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    let project =
        project.with("manifest.json", r#"{"rules": [{"name": "slow", "sql": "SELECT 1 FROM pg_sleep(60)"}]}"#);
    let running = start(&project, &database, &["db:verify"]);
    wait_until(&database, &runs("pg_sleep"));
    running.signal(Signal::INT);
    running.finish().expect(130).says("stopped by a signal");
    Ok(())
}

fn a_second_signal_ends_at_once() -> Result {
    let (database, project) = (Database::plain(), project(SLOW));
    let running = start(&project, &database, &["db:migrate", "--no-verify"]);
    wait_until(&database, &runs("pg_sleep"));
    let stuck = stop_backend(&database);
    let begun = Instant::now();
    running.signal(Signal::INT);
    std::thread::sleep(Duration::from_millis(300));
    running.signal(Signal::TERM);
    let output = running.finish().expect(130);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    output.says("state: the connection was dropped, so the server rolls back what was running");
    kill_process(stuck, Signal::CONT).unwrap();
    nothing_stayed(&database);
    Ok(())
}

fn a_server_that_does_not_answer_is_left() -> Result {
    let (database, project) = (Database::plain(), project(SLOW));
    let running = start(&project, &database, &["db:migrate", "--no-verify"]);
    wait_until(&database, &runs("pg_sleep"));
    let stuck = stop_backend(&database);
    let begun = Instant::now();
    running.signal(Signal::TERM);
    running.finish().expect(143).says("the connection was dropped");
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    kill_process(stuck, Signal::CONT).unwrap();
    nothing_stayed(&database);
    Ok(())
}

/// Stops the process of the session that sleeps, so that it does not even answer a cancel request.
fn stop_backend(database: &Database) -> Pid {
    let pid = database
        .value("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'");
    let pid = Pid::from_raw(pid.parse().unwrap()).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    pid
}

fn a_backend_that_is_ended() -> Result {
    let (database, project) = (Database::plain(), project(SLOW));
    let running = start(&project, &database, &["db:migrate", "--no-verify"]);
    wait_until(&database, &runs("pg_sleep"));
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()");
    let output = running.finish().expect(8).says("terminating connection due to administrator command");
    output
        .says("migrations/0001_a.sql:")
        .says("state: migrations/0001_a.sql has no effect")
        .says("next: run the command again");
    nothing_stayed(&database);
    Ok(())
}

fn a_commit_without_an_answer() -> Result {
    let database = Database::plain();
    // The trigger runs in the COMMIT itself.
    let project = project(
        "CREATE TABLE a (n int);
         CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END';
         CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON a INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait();
         INSERT INTO a VALUES (1)",
    );
    let running = start(&project, &database, &["db:migrate", "--no-verify"]);
    wait_until(
        &database,
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep')",
    );
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'");
    running
        .finish()
        .expect(8)
        .says("COMMIT was not answered; asking the server what became of it")
        .says("the server says that it was rolled back")
        .says("next: run the command again");
    nothing_stayed(&database);
    Ok(())
}

fn a_statement_timeout_of_the_role() -> Result {
    let (database, project) = (Database::plain(), project(SLOW));
    database.run(&format!("ALTER ROLE postgres IN DATABASE {} SET statement_timeout = '200ms'", database.name()));
    let output = project.on(&database, &["db:migrate", "--no-verify"]).expect(5);
    output
        .says("canceling statement due to statement timeout")
        .says("0001_a.sql:2:1")
        .says("next: raise statement_timeout");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.refinery_schema_history"), "0");
    Ok(())
}

fn a_table_that_another_session_holds() -> Result {
    let database = Database::plain();
    let first = project("CREATE TABLE held (n int);");
    first.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    // It holds the table and not the lock of runners, since it is no runner.
    let holder = std::thread::spawn({
        let target = superuser(database.name());
        move || {
            block_on(async {
                let session = connect(&target, |_| ()).await.unwrap();
                let sql = "SET application_name = importer; BEGIN; LOCK TABLE held; SELECT pg_sleep(60)";
                session.client.batch_execute(sql).await
            })
        }
    });
    wait_until(&database, &runs("pg_sleep"));
    let project = first.with(
        "migrations/0002_b.sql",
        "-- pgplumb: lock_timeout 300ms\n-- pgplumb: retry_for 0\nCREATE TABLE c ();\nALTER TABLE held ADD COLUMN m int;",
    );
    let output = project.on(&database, &["db:migrate", "--no-verify"]).expect(8);
    output
        .says("canceling statement due to lock timeout")
        .says("migrations/0002_b.sql:4:1")
        .says("held")
        .says("importer")
        .says("state: migrations/0002_b.sql has no effect")
        .says("next: run the command again");
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'importer'");
    assert!(holder.join().unwrap().is_err());
    assert_eq!(database.value("SELECT count(*) FROM pg_class WHERE relname = 'c'"), "0");
    Ok(())
}

fn a_reader_that_goes_away() -> Result {
    let (database, project) = (Database::plain(), project("CREATE TABLE a ()"));
    let pipe = |arguments: &str| {
        let program = env!("CARGO_BIN_EXE_pgplumb");
        let script = format!("{program} {arguments} --url '{}' | head -1; echo ${{PIPESTATUS[0]}}", database.url());
        Output::of(std::process::Command::new("bash").args(["-c", &script]).current_dir(project.path()))
    };
    let output = pipe("db:migrate --no-verify --json").expect(0);
    assert_eq!(output.stdout.lines().collect::<Vec<_>>(), ["{", "0"], "{output:?}");
    let output = pipe("db:status");
    assert_eq!(output.stdout.lines().last(), Some("0"), "{output:?}");
    assert!(!output.stderr.contains("panic"), "{output:?}");
    Ok(())
}

fn no_standard_output() -> Result {
    let (database, project) = (Database::plain(), project("CREATE TABLE a ()"));
    let program = env!("CARGO_BIN_EXE_pgplumb");
    for (redirect, code) in [(">&-", 0), (">&- 2>&-", 0)] {
        let script = format!("{program} db:migrate --no-verify --url '{}' {redirect}", database.url());
        let mut shell = std::process::Command::new("bash");
        let output = Output::of(shell.args(["-c", &script]).current_dir(project.path())).expect(code);
        assert!(!output.stderr.contains("panic"), "{output:?}");
    }
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.migration"), "1");
    Ok(())
}
