//! Others in the way: sessions that take locks in the opposite order, long readers, sixteen runners at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use pgplumb::db::connect;

use super::scenarios::Scenario;
use super::stage::{Stage, finish};
use super::state::{State, told};
use crate::process::wait_until;
use crate::support::{Database, Output, Project, Result, block_on, superuser, trial};

/// How long a script waits for a lock unless it says otherwise: whoever comes behind it waits as long.
const LOCK_TIMEOUT: Duration = Duration::from_secs(3);

/// What a busy machine may add to that.
const MARGIN: Duration = Duration::from_secs(2);

/// How long the long reader reads.
const LONG: Duration = Duration::from_secs(7);

/// The tests of this module.
pub fn trials() -> Vec<Trial> {
    vec![
        trial("faults::locks::opposite_order", opposite_order),
        trial("faults::locks::readers_behind_a_script", readers_behind_a_script),
        trial("faults::runners::one_round", || runners(1)),
        trial("faults::runners::hundred_rounds", || runners(100)).with_ignored_flag(true),
    ]
}

/// Sets a flag when it goes, so that threads end also where a test fails.
pub struct Flag<'a>(pub &'a AtomicBool);

impl Drop for Flag<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs statements again and again until a flag is set; gives the longest time that they took.
fn repeat(database: &str, sql: &str, pause: Duration, ended: &AtomicBool) -> Duration {
    let mut longest = Duration::ZERO;
    block_on(async {
        let session = connect(&superuser(database), |_| ()).await.unwrap();
        while !ended.load(Ordering::Relaxed) {
            let begun = Instant::now();
            session.client.batch_execute(sql).await.unwrap();
            longest = longest.max(begun.elapsed());
            tokio::time::sleep(pause).await;
        }
        session.close().await;
    });
    longest
}

/// Runs until it is through, as the exit code asks for.
fn until_through(project: &Project, database: &Database) -> Vec<Output> {
    let mut failed = Vec::new();
    loop {
        let output = project.on(database, &["db:migrate", "--no-verify"]);
        if output.code == 0 {
            return failed;
        }
        let output = output.expect(8).says("state: ").says("next: run the command again");
        assert_eq!(database.value("SELECT count(*) FROM pgplumb.migration"), "0", "{output:?}");
        failed.push(output);
        assert!(failed.len() < 10, "it does not get through: {failed:?}");
    }
}

fn opposite_order() -> Result {
    let database = Database::plain();
    database
        .run("CREATE TABLE a (); CREATE TABLE b (); ALTER TABLE a OWNER TO postgres; ALTER TABLE b OWNER TO postgres");
    let script = "ALTER TABLE a ADD COLUMN x int; SELECT pg_sleep(0.4); ALTER TABLE b ADD COLUMN x int";
    let project = Project::empty().with("migrations/0001_both.sql", script);
    // The other one is patient, so it is the script that is stopped.
    let other = "BEGIN; SET LOCAL deadlock_timeout = '30s'; LOCK TABLE b; SELECT pg_sleep(0.3); LOCK TABLE a; COMMIT";
    let ended = AtomicBool::new(false);
    let failed = std::thread::scope(|scope| {
        let flag = Flag(&ended);
        let adversary = scope.spawn(|| repeat(database.name(), other, Duration::from_millis(100), &ended));
        let deadlocks = "SELECT deadlocks > 0 FROM pg_stat_database WHERE datname = current_database()";
        let first = project.on(&database, &["db:migrate", "--no-verify"]);
        assert!([0, 8].contains(&first.code), "{first:?}");
        wait_until(&database, deadlocks);
        drop(flag);
        adversary.join().unwrap();
        until_through(&project, &database)
    });
    eprintln!("{} further runs failed", failed.len());
    assert_eq!(
        database.value(
            "SELECT count(*) FROM pg_attribute WHERE attname = 'x' AND attrelid IN ('a'::regclass, 'b'::regclass)"
        ),
        "2"
    );
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.migration"), "1");
    Ok(())
}

fn readers_behind_a_script() -> Result {
    let database = Database::plain();
    database.run("CREATE TABLE busy (n int); ALTER TABLE busy OWNER TO postgres");
    let project = Project::empty().with("migrations/0001_busy.sql", "ALTER TABLE busy ADD COLUMN extra int");
    let ended = AtomicBool::new(false);
    let long = format!("BEGIN; SELECT count(*) FROM busy; SELECT pg_sleep({}); COMMIT", LONG.as_secs());
    let once = AtomicBool::new(false);
    let (longest, failed) = std::thread::scope(|scope| {
        let flag = Flag(&ended);
        scope.spawn(|| {
            let _flag = Flag(&once);
            block_on(async {
                let session = connect(&superuser(database.name()), |_| ()).await.unwrap();
                session.client.batch_execute(&long).await.unwrap();
            });
        });
        wait_until(
            &database,
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep')",
        );
        let query = "SELECT count(*) FROM busy";
        let readers: Vec<_> =
            (0..4).map(|_| scope.spawn(|| repeat(database.name(), query, Duration::from_millis(10), &ended))).collect();
        let failed = until_through(&project, &database);
        assert!(once.load(Ordering::Relaxed), "the script did not wait for the long reader");
        drop(flag);
        (readers.into_iter().map(|reader| reader.join().unwrap()).max().unwrap(), failed.len())
    });
    eprintln!("a reader behind the script waited {longest:?} at most; {failed} runs ended with 8");
    assert!(longest > Duration::from_millis(100), "no reader was behind the script");
    assert!(longest < LOCK_TIMEOUT + MARGIN, "a reader waited {longest:?}");
    Ok(())
}

fn runners(rounds: usize) -> Result {
    let scenario = Scenario::new("fifty_scripts").scripts(1..=50);
    let stage = Stage::set(&scenario);
    for _ in 0..rounds {
        let database = stage.template.copy();
        let runners: Vec<_> = (0..16).map(|_| stage.command(&database.url()).spawn().unwrap()).collect();
        let outputs: Vec<Output> = runners.into_iter().map(|runner| finish(runner).expect(0)).collect();
        let lines = |output: &Output| output.stderr.lines().filter(|line| line.starts_with("applied ")).count();
        assert_eq!(outputs.iter().map(lines).sum::<usize>(), 50);
        for output in outputs.iter().filter(|output| lines(output) > 0) {
            // One runner has the lock until it ends, so it does all the work.
            assert_eq!(told(&scenario, output, 0), Ok(50));
        }
        assert_eq!(State::of(&database).applied(&scenario, &stage.start), Ok(50));
    }
    Ok(())
}
