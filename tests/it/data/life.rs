//! The life of a data migration: begun, stopped, gone on with, proven, taken back, finalized.

use crate::process::{Running, wait_until};
use crate::support::Result;

use super::{BATCH, HEADER, REST, circuits, project, script, wrong};

crate::trials!(
    "data",
    rows_are_moved_in_batches_and_proven,
    a_run_goes_on_where_the_last_one_stopped,
    it_is_taken_back_as_it_was_and_can_be_moved_again,
    what_is_finalized_stays,
    a_proof_that_does_not_hold_is_a_finding_and_undo_is_offered,
    rows_behind_the_walk_are_found,
    workers_share_the_table,
    one_bad_row_is_named_and_can_be_left_out,
    a_run_is_paused_from_elsewhere,
    a_long_transaction_holds_the_run,
    a_query_holds_the_run_and_must_be_one_that_can_be_asked,
    a_script_that_runs_once_is_one_transaction,
    a_locked_row_is_waited_for,
);

/// The names of the states in `data:status --json`.
fn state(database: &crate::support::Database) -> String {
    database.value("SELECT state FROM pgplumb.data_migration")
}

fn rows_are_moved_in_batches_and_proven() -> Result {
    let (database, project) = (circuits(2500), project(&script()));
    project.on(&database, &["data:status"]).expect(3).says("not begun");
    project.on(&database, &["data:migrate"]).expect(0).says("done, 2500 rows");
    assert_eq!(wrong(&database), "0");
    project.on(&database, &["data:verify"]).expect(0);
    let status = project.on(&database, &["data:status", "--json"]).expect(0).json();
    assert_eq!(status["result"]["scripts"][0]["rows"], 2500);
    project.on(&database, &["data:migrate"]).expect(0).says("done already");
    Ok(())
}

fn a_run_goes_on_where_the_last_one_stopped() -> Result {
    let (database, project) = (circuits(2500), project(&script()));
    project.on(&database, &["data:migrate", "--max-batches", "3"]).expect(6).says("data:migrate 0001_split");
    let done: u32 = database.value("SELECT count(*) FROM name").parse().unwrap();
    assert!((100..2500).contains(&done), "{done}");
    assert_eq!(database.value("SELECT count(*) FROM circuit WHERE moved"), done.to_string());
    project.on(&database, &["data:status"]).expect(3).says("running");
    project.on(&database, &["data:migrate", "split"]).expect(0).says("done, 2500 rows");
    assert_eq!(wrong(&database), "0");
    Ok(())
}

fn it_is_taken_back_as_it_was_and_can_be_moved_again() -> Result {
    let (database, project) = (circuits(2500), project(&script()));
    let all = "SELECT md5(string_agg(c::text, ',' ORDER BY id)) FROM circuit c";
    let before = database.value(all);
    project.on(&database, &["data:migrate"]).expect(0);
    let confirm = ["data:rollback", "split", "--confirm", database.name(), "--max-batches", "3"];
    project.on(&database, &confirm[..2]).expect(4).says("--confirm");
    project.on(&database, &confirm).expect(6);
    assert_eq!(state(&database), "undoing");
    project.on(&database, &["data:migrate"]).expect(4).says("is being taken back");
    project.on(&database, &confirm[..4]).expect(0).says("taken back");
    assert_eq!((database.value(all), database.value("SELECT count(*) FROM name")), (before, "0".to_owned()));
    project.on(&database, &["data:migrate"]).expect(0).says("done, 2500 rows");
    assert_eq!(wrong(&database), "0");
    Ok(())
}

fn what_is_finalized_stays() -> Result {
    let (database, project) = (circuits(500), project(&script()));
    let finalize = ["data:finalize", "split", "--confirm", database.name()];
    project.on(&database, &finalize).expect(4).says("not begun");
    project.on(&database, &["data:migrate"]).expect(0);
    database.run("UPDATE name SET name = 'x' WHERE id = 0");
    project.on(&database, &finalize).expect(3).says("names are those of the documents");
    database.run("UPDATE name SET name = doc->>'name' FROM circuit WHERE name.id = 0 AND circuit.id = 0");
    project.on(&database, &finalize[..2]).expect(4).says("--confirm");
    project.on(&database, &finalize).expect(0);
    let columns = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'circuit'::regclass AND attname = 'moved'";
    assert_eq!(database.value(columns), "0");
    project.on(&database, &["data:rollback", "split", "--confirm", database.name()]).expect(4).says("finalized");
    project.on(&database, &["data:status"]).expect(0).says("finalized");
    Ok(())
}

fn a_proof_that_does_not_hold_is_a_finding_and_undo_is_offered() -> Result {
    let wrong = BATCH.replace("doc->>'name', v", "'x' || (doc->>'name'), v");
    let (database, project) = (circuits(300), project(&format!("{HEADER}{wrong}{REST}")));
    let failed = project.on(&database, &["data:migrate"]).expect(3);
    failed.says("names are those of the documents").says("data:rollback 0001_split");
    assert_eq!(state(&database), "moved");
    Ok(())
}

fn rows_behind_the_walk_are_found() -> Result {
    let (database, project) = (circuits(2500), project(&script()));
    project.on(&database, &["data:migrate", "--max-batches", "5"]).expect(6);
    database.run("INSERT INTO circuit VALUES (-999999, '{\"name\": \"late\", \"parameters\": {}}'), (1, '{\"name\": \"between\", \"parameters\": []}')");
    project.on(&database, &["data:migrate"]).expect(0).says("done, 2502 rows");
    assert_eq!(wrong(&database), "0");
    Ok(())
}

fn workers_share_the_table() -> Result {
    let (database, project) = (circuits(20_000), project(&script()));
    project.on(&database, &["data:migrate", "--parallel", "3", "--max-batches", "7"]).expect(6);
    assert_eq!(database.value("SELECT count(*) > 4 FROM pgplumb.data_range"), "t");
    project.on(&database, &["data:migrate", "--parallel", "3"]).expect(0).says("done, 20000 rows");
    assert_eq!(wrong(&database), "0");
    Ok(())
}

fn one_bad_row_is_named_and_can_be_left_out() -> Result {
    let (database, project) = (circuits(1000), project(&format!("{HEADER}{BATCH}")));
    database.run("UPDATE circuit SET doc = '{}' WHERE id = 3");
    let stopped = project.on(&database, &["data:migrate"]).expect(6);
    stopped.says("23502").says("the row with the key 3").says("--skip-row '3'");
    assert_eq!(database.value("SELECT count(*) FROM circuit WHERE NOT moved AND id < 3"), "0");
    let skip = ["data:migrate", "split", "--skip-row", "3", "--reason", "it has no name"];
    project.on(&database, &skip).expect(0).says("done, 999 rows, 1 left out");
    assert_eq!(
        database.value("SELECT string_agg(key::text || reason, ',') FROM pgplumb.data_skip"),
        "{3}it has no name"
    );
    assert_eq!(wrong(&database), "1");
    Ok(())
}

fn a_run_is_paused_from_elsewhere() -> Result {
    // Each batch is slow, so that the run lasts as long as it has to.
    let slow = BATCH.replace(
        "FROM batch;\nUPDATE",
        "FROM batch;\nUPDATE circuit SET v = circuit.v FROM batch, pg_sleep(0.2) WHERE circuit.id = batch.id;\nUPDATE",
    );
    let header = HEADER.replace("batch 100", "batch 10\n-- pgplumb: target-time 100ms");
    let (database, project) = (circuits(400), project(&format!("{header}{slow}")));
    project.on(&database, &["data:pause", "split"]).expect(4).says("has not begun");
    let url = database.url();
    let running = Running::start(&mut project.command(&["data:migrate", "--url", &url]));
    wait_until(&database, "SELECT to_regclass('name') IS NOT NULL AND count(*) > 0 FROM name");
    project.on(&database, &["data:pause", "split", "--reason", "lunch"]).expect(0);
    wait_until(&database, "SELECT held LIKE 'paused: lunch%' FROM pgplumb.data_migration");
    std::thread::sleep(std::time::Duration::from_millis(600));
    let rows = database.value("SELECT count(*) FROM name");
    std::thread::sleep(std::time::Duration::from_millis(1200));
    assert_eq!(database.value("SELECT count(*) FROM name"), rows);
    project.on(&database, &["data:status"]).expect(3).says("lunch");
    project.on(&database, &["data:migrate"]).expect(4).says("another runner is at work");
    project.on(&database, &["data:resume", "split"]).expect(0);
    wait_until(&database, &format!("SELECT count(*) > {rows} FROM name"));
    running.signal(rustix::process::Signal::INT);
    running.finish().expect(130);
    project.write("data/0001_split.sql", format!("{header}{slow}"));
    assert_eq!(database.value("SELECT count(*) FROM circuit c JOIN name USING (id) WHERE NOT moved"), "0");
    Ok(())
}

fn a_long_transaction_holds_the_run() -> Result {
    let header = format!("{HEADER}-- pgplumb: throttle long-transactions 1s\n-- pgplumb: target-time 50ms\n");
    let slow = BATCH.replace(
        "FROM batch;\nUPDATE",
        "FROM batch;\nUPDATE circuit SET v = circuit.v FROM batch, pg_sleep(0.1) WHERE circuit.id = batch.id;\nUPDATE",
    );
    let (database, project) = (circuits(1000), project(&format!("{header}{slow}")));
    let target = crate::support::superuser(database.name());
    let other = std::thread::spawn(move || {
        crate::support::block_on(async {
            let session = pgplumb::db::connect(&target, |_| ()).await.unwrap();
            session.client.batch_execute("BEGIN; SELECT pg_sleep(4); COMMIT").await.unwrap();
        });
    });
    wait_until(&database, &crate::process::runs("pg_sleep(4)"));
    std::thread::sleep(std::time::Duration::from_millis(1200));
    let moved = project.on(&database, &["data:migrate"]).expect(0);
    other.join().unwrap();
    moved.says("goes on for").says("0001_split.sql goes on");
    assert_eq!(wrong(&database), "0");
    Ok(())
}

fn a_query_holds_the_run_and_must_be_one_that_can_be_asked() -> Result {
    let header = |query: &str| {
        let header = HEADER.replace("batch 100", "batch 10");
        format!("{header}-- pgplumb: target-time 200ms\n-- pgplumb: throttle query {query}\n")
    };
    let slow = BATCH.replace(
        "FROM batch;\nUPDATE",
        "FROM batch;\nUPDATE circuit SET v = circuit.v FROM batch, pg_sleep(0.1) WHERE circuit.id = batch.id;\nUPDATE",
    );
    let (database, project) = (circuits(400), project(&format!("{}{slow}", header("SELECT nonsense"))));
    let failed = project.on(&database, &["data:migrate"]).expect(6);
    failed.says("nonsense").says("it could not be seen whether");
    database.run(
        "DROP TABLE pgplumb.data_range, pgplumb.data_skip, pgplumb.data_migration;
         TRUNCATE name, parameter; UPDATE circuit SET moved = false; CREATE TABLE hold (); INSERT INTO hold DEFAULT VALUES;
         ALTER TABLE hold OWNER TO postgres",
    );
    project.write("data/0001_split.sql", format!("{}{slow}", header("SELECT count(*) > 0 FROM hold")));
    let url = database.url();
    let running = Running::start(&mut project.command(&["data:migrate", "--url", &url]));
    let held = "SELECT to_regclass('pgplumb.data_migration') IS NOT NULL AND (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle') > 1";
    wait_until(&database, held);
    std::thread::sleep(std::time::Duration::from_millis(1500));
    database.run("DELETE FROM hold");
    running.finish().expect(0).says("the query of `throttle query` says so").says("0001_split.sql goes on");
    assert_eq!(wrong(&database), "0");
    Ok(())
}

fn a_script_that_runs_once_is_one_transaction() -> Result {
    let once = "-- pgplumb: section once\nINSERT INTO name SELECT id, doc->>'name', v FROM circuit;\nINSERT INTO parameter SELECT id, doc->'oops' FROM circuit WHERE 1 / (id - 3) IS NOT NULL;\n-- pgplumb: section verify\nSELECT count(*) = (SELECT count(*) FROM circuit) FROM name;\n-- pgplumb: section undo\nDELETE FROM name;\nDELETE FROM parameter;";
    let (database, project) = (circuits(100), project(once));
    project.on(&database, &["data:migrate"]).expect(5).says("division by zero").says("0001_split.sql:3");
    assert_eq!(database.value("SELECT count(*) FROM name"), "0");
    project.write("data/0001_split.sql", once.replace("id - 3", "id - 1"));
    project.on(&database, &["data:migrate"]).expect(0);
    assert_eq!(database.value("SELECT count(*) FROM name"), "100");
    project.on(&database, &["data:rollback", "1", "--confirm", database.name()]).expect(0);
    assert_eq!(database.value("SELECT count(*) FROM name"), "0");
    Ok(())
}

fn a_locked_row_is_waited_for() -> Result {
    let header = format!("{HEADER}-- pgplumb: lock_timeout 200ms\n");
    let (database, project) = (circuits(300), project(&format!("{header}{BATCH}{REST}")));
    let target = crate::support::superuser(database.name());
    let other = std::thread::spawn(move || {
        crate::support::block_on(async {
            let session = pgplumb::db::connect(&target, |_| ()).await.unwrap();
            let hold = "BEGIN; UPDATE circuit SET doc = '{\"name\": \"new\", \"parameters\": 1}' WHERE id = 0; SELECT pg_sleep(2); COMMIT";
            session.client.batch_execute(hold).await.unwrap();
        });
    });
    wait_until(&database, &crate::process::runs("pg_sleep(2)"));
    project.on(&database, &["data:migrate"]).expect(0);
    other.join().unwrap();
    assert_eq!((wrong(&database), database.value("SELECT name FROM name WHERE id = 0")), ("0".into(), "new".into()));
    Ok(())
}

pub fn a_snapshot_is_taken_before_rows_are_moved() -> Result {
    let (database, project) = (circuits(300), project(&script()));
    let snapshots = || std::fs::read_dir(project.path().join(".pgplumb/snapshots")).map_or(0, Iterator::count);
    project.as_superuser(&database, &["data:migrate", "--snapshot"]).expect(0);
    let taken = snapshots();
    assert!(taken > 0);
    project.as_superuser(&database, &["data:migrate", "--snapshot"]).expect(0).says("done already");
    assert_eq!(snapshots(), taken);
    Ok(())
}
