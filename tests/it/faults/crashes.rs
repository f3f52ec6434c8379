//! A server that crashes, and is started again, at times that a seed chooses in a run.

use std::cell::Cell;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use super::random::Random;
use super::scenarios::Scenario;
use super::server::Server;
use super::stage::finish;
use super::state::{RAN, Reach, Rows, State, judge};
use crate::support::{Result, trial};

/// The tests of this module.
pub fn trials() -> Vec<Trial> {
    vec![
        trial("faults::crashes::two", || crashes(2)),
        trial("faults::crashes::hundred", || crashes(100)).with_ignored_flag(true),
    ]
}

/// A database of the server.
struct Own<'a> {
    server: &'a Server,
    name: String,
}

impl Rows for Own<'_> {
    fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        self.server.rows(&self.name, sql)
    }
}

impl<'a> Own<'a> {
    fn new(server: &'a Server, number: usize) -> Self {
        let own = Own { server, name: format!("own_{number}") };
        server.rows("postgres", &format!("CREATE DATABASE {}", own.name));
        own.rows(RAN);
        own
    }
}

impl Drop for Own<'_> {
    fn drop(&mut self) {
        self.server.rows("postgres", &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn crashes(count: usize) -> Result {
    let scenario = Scenario::new("crashes").scripts(1..=30);
    let (project, server, mut random) = (scenario.project(), Server::start(), Random::of("crashes"));
    let run = |own: &Own<'_>| {
        let url = server.url(&own.name);
        project.command(&[scenario.command, &["--url", &url]].concat()).spawn().unwrap()
    };
    let usual = Cell::new(Duration::ZERO);
    {
        let (own, begun) = (Own::new(&server, 0), Instant::now());
        finish(run(&own)).expect(0);
        usual.set(begun.elapsed());
    }
    let mut done = 0;
    for number in 1.. {
        if done >= count {
            break;
        }
        let own = Own::new(&server, number);
        let start = State::of(&own);
        let mut previous = start.clone();
        loop {
            let child = run(&own);
            std::thread::sleep(random.time(usual.get()));
            server.crash();
            let output = finish(child);
            let after = State::of(&own);
            // The server is gone for as long as it starts, so nobody can promise to ask it.
            judge(&scenario, Reach::Unreachable, &output, [&start, &previous, &after])
                .map_err(|why| format!("{why}\n{after:?}\n{}", output.stderr))?;
            if output.code == 0 {
                break;
            }
            done += 1;
            previous = after;
        }
        let end = State::of(&own);
        assert_eq!(end.applied(&scenario, &start), Ok(scenario.applies()));
    }
    Ok(())
}
