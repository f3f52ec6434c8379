//! A scenario that is set up: its project on disk, and the database that each run gets a copy of.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::scenarios::Scenario;
use super::state::State;
use crate::support::{Database, Output, Project};

/// How long a run may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(100);

/// What runs of one scenario have in common.
pub struct Stage<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Its project.
    pub project: Project,
    /// Its database before the run.
    pub template: Database,
    /// What that shows.
    pub start: State,
}

impl<'a> Stage<'a> {
    /// Sets a scenario up.
    pub fn set(scenario: &'a Scenario) -> Self {
        let template = scenario.database();
        let start = State::of(&template);
        Stage { scenario, project: scenario.project(), template, start }
    }

    /// The command of the scenario, against a database.
    pub fn command(&self, url: &str) -> Command {
        self.project.command(&[self.scenario.command, &["--url", url]].concat())
    }

    /// Runs it to its end.
    pub fn run(&self, url: &str) -> Output {
        finish(self.command(url).spawn().unwrap())
    }

    /// How long an undisturbed run takes.
    pub fn usual(&self) -> Duration {
        let database = self.template.copy();
        let begun = Instant::now();
        self.run(&database.url()).expect(self.scenario.ends_with());
        begun.elapsed()
    }
}

/// Waits for the end of a run, and kills one that hangs.
pub fn finish(mut child: Child) -> Output {
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > PATIENCE {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.wait_with_output().unwrap().into()
}
