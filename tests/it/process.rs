//! Runs of the program that tests watch and disturb: signals, pipes, two at once.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Database, Output};

/// How long a test waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A run that is not over yet.
pub struct Running(Child);

impl Running {
    /// Starts a run.
    pub fn start(command: &mut Command) -> Self {
        Running(command.spawn().unwrap())
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.0.id().try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits for its end.
    pub fn finish(self) -> Output {
        self.0.wait_with_output().unwrap().into()
    }
}

/// Waits until `query` gives `t`.
pub fn wait_until(database: &Database, query: &str) {
    wait_for(query, || database.value(query) == "t");
}

/// Waits until something holds.
pub fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "it does not come to this: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The condition, in SQL, that a session of this database runs a statement with `words` in it.
pub fn runs(words: &str) -> String {
    format!(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND state = 'active' AND query LIKE '%{words}%')"
    )
}
