//! Several runners at once: each script is applied exactly once, and nobody fails because of the others.

use crate::process::{Running, runs, wait_until};
use crate::support::{Database, Output, Project, Result};

crate::trials!("concurrency", the_second_runner_waits_and_has_nothing_to_do, eight_runners_apply_each_script_once);

fn the_second_runner_waits_and_has_nothing_to_do() -> Result {
    let database = Database::plain();
    let project = Project::empty().with("migrations/0001_a.sql", "CREATE TABLE a (); SELECT pg_sleep(1)");
    let url = database.url();
    let migrate = || Running::start(&mut project.command(&["db:migrate", "--no-verify", "--url", &url]));
    let first = migrate();
    wait_until(&database, &runs("pg_sleep"));
    let second = migrate().finish().expect(0).says("waiting for another runner: pid ").says("nothing to apply");
    assert!(!second.stderr.contains("applied"), "{second:?}");
    first.finish().expect(0).says("applied migrations/0001_a.sql");
    Ok(())
}

fn eight_runners_apply_each_script_once() -> Result {
    let database = Database::plain();
    let project = Project::empty().with("migrations/0001_a.sql", "CREATE TABLE applied (n int)");
    for n in 2..=10 {
        project.write(&format!("migrations/{n:04}_x.sql"), format!("INSERT INTO applied VALUES ({n})"));
    }
    let url = database.url();
    let start = || Running::start(&mut project.command(&["db:migrate", "--no-verify", "--url", &url, "--json"]));
    let runners: Vec<Running> = (0..8).map(|_| start()).collect();
    let outputs: Vec<Output> = runners.into_iter().map(|runner| runner.finish().expect(0)).collect();
    let applied: usize =
        outputs.iter().map(|output| output.json()["result"]["applied"].as_array().unwrap().len()).sum();
    assert_eq!(applied, 10);
    assert_eq!(database.value("SELECT count(*) = 9 AND count(DISTINCT n) = 9 FROM applied"), "t");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.refinery_schema_history"), "10");
    Ok(())
}
