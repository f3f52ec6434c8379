//! Runs that are killed, and runs whose server process is ended, at times that a seed chooses, until one gets through.

use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use super::random::Random;
use super::scenarios::Scenario;
use super::stage::{Stage, finish};
use super::state::{Reach, State, judge, told, wait_until_noticed};
use crate::process::{runs, wait_until};
use crate::support::{Database, Result, cluster, fail, trial};

/// How long the lock of a killed run may stay. The promise is 2 seconds; a machine that is busy gets more.
const FREED: Duration = Duration::from_secs(5);

/// The tests of this module.
pub fn trials() -> Vec<Trial> {
    vec![
        trial("faults::kills::sample", || kills(10)),
        trial("faults::kills::thousand", || kills(1000)).with_ignored_flag(true),
        trial("faults::ended_backends::sample", || ended_backends(10)),
        trial("faults::ended_backends::many", || ended_backends(500)).with_ignored_flag(true),
        // The server looks after its client since PostgreSQL 14.
        trial("faults::kills::the_lock_of_a_killed_run_is_freed", the_lock_of_a_killed_run_is_freed)
            .with_ignored_flag(cluster().major < 14),
    ]
}

/// Thirty scripts, of which some keep the server busy for a moment.
fn thirty_scripts() -> Scenario {
    (1..=30).fold(Scenario::new("thirty_scripts"), |scenario, number: usize| {
        let body = if number.is_multiple_of(5) { "SELECT pg_sleep(0.02);" } else { "" };
        scenario.script(&format!("migrations/{number:04}_script.sql"), &number.to_string(), body)
    })
}

/// The condition that no session of the database holds an advisory lock; there is no other than that of a runner.
pub const FREE: &str = "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// Waits until the lock of a runner is free; gives how long that took.
fn wait_until_free(database: &Database) -> Result<Duration> {
    let begun = Instant::now();
    while database.value(FREE) != "t" {
        if begun.elapsed() > FREED {
            return fail(format!("the lock of a dead run is not free after {FREED:?}"));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(begun.elapsed())
}

fn kills(count: usize) -> Result {
    let scenario = thirty_scripts();
    let stage = Stage::set(&scenario);
    let (usual, mut random) = (stage.usual(), Random::of("kills"));
    let (mut done, mut longest, mut hurried) = (0, Duration::ZERO, true);
    while done < count {
        // Every other time the next run comes at once, while the server still works for the dead one.
        hurried = !hurried;
        let database = stage.template.copy();
        let mut previous = stage.start.clone();
        loop {
            let mut child = stage.command(&database.url()).spawn().unwrap();
            std::thread::sleep(random.time(usual));
            child.kill().unwrap();
            let output = finish(child);
            if output.code == 0 {
                break;
            }
            assert_eq!(output.code, 128 + 9, "{output:?}");
            done += 1;
            if hurried {
                continue;
            }
            longest = longest.max(wait_until_free(&database)?);
            wait_until_noticed(&database)?;
            let after = State::of(&database);
            let earlier = previous.applied(&scenario, &stage.start)?;
            let (applied, told) = (after.applied(&scenario, &stage.start)?, told(&scenario, &output, earlier)?);
            assert!(applied == told || applied == told + 1, "{told} are told, {applied} applied: {output:?}");
            previous = after;
        }
        through(&stage, &database)?;
    }
    eprintln!("{done} kills within {usual:?}: the lock was free after {longest:?} at most");
    Ok(())
}

/// One more run has nothing to do, and everything is there once.
fn through(stage: &Stage<'_>, database: &Database) -> Result {
    stage.run(&database.url()).expect(0).says("nothing to apply");
    let applied = State::of(database).applied(stage.scenario, &stage.start)?;
    assert_eq!(applied, stage.scenario.applies());
    Ok(())
}

/// Ends every session of the program in a database, and no other.
const END: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'pgplumb%' AND pid <> pg_backend_pid() AND usename = 'postgres'";

fn ended_backends(count: usize) -> Result {
    let scenario = thirty_scripts();
    let stage = Stage::set(&scenario);
    let (usual, mut random) = (stage.usual(), Random::of("ended backends"));
    let (mut done, mut rounds) = (0, 0);
    while done < count {
        rounds += 1;
        assert!(rounds < 4 * count, "only {done} of {rounds} runs could be disturbed");
        let database = stage.template.copy();
        let mut previous = stage.start.clone();
        loop {
            let child = stage.command(&database.url()).spawn().unwrap();
            std::thread::sleep(random.time(usual));
            let ended = database.rows(END).len();
            let output = finish(child);
            wait_until_noticed(&database)?;
            let after = State::of(&database);
            judge(&scenario, Reach::Reachable, &output, [&stage.start, &previous, &after])
                .map_err(|why| format!("{ended} sessions were ended: {why}\n{}", output.stderr))?;
            done += ended.min(1);
            if output.code == 0 {
                break;
            }
            previous = after;
        }
        through(&stage, &database)?;
    }
    Ok(())
}

/// The server finds out about a dead client only when it next speaks to it, unless it is told to look.
fn the_lock_of_a_killed_run_is_freed() -> Result {
    let scenario = Scenario::new("busy").script("migrations/0001_busy.sql", "1", "SELECT pg_sleep(12);");
    let stage = Stage::set(&scenario);
    let database = stage.template.copy();
    let mut child = stage.command(&database.url()).spawn().unwrap();
    wait_until(&database, &runs("pg_sleep"));
    child.kill().unwrap();
    finish(child);
    let took = wait_until_free(&database)?;
    eprintln!("the lock of a run that was killed at a long statement was free after {took:?}");
    Ok(())
}
