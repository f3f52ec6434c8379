//! Disturbs runs at the messages of the protocol: at a few that a seed chooses, or at every one until a run gets through.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use libtest_mimic::Trial;

use super::proxy::{Direction, Fault, Placement, Plan, Proxy, Seen};
use super::random::Random;
use super::scenarios::{Scenario, scenarios};
use super::stage::Stage;
use super::state::{Reach, State, judge, wait_until_noticed};
use crate::support::{Output, Result, fail, trial};

/// How many disturbed runs of a scenario are enough between two looks at all of them.
const SAMPLE: usize = 6;

/// How many runs of one scenario are disturbed at once; most of them wait for a stall to end.
const AT_ONCE: usize = 4;

/// How many sorts of failures are told.
const TOLD: usize = 20;

const DIRECTIONS: [Direction; 2] = [Direction::ToServer, Direction::ToClient];
const PLACEMENTS: [Placement; 2] = [Placement::Before, Placement::After];

fn faults(stall: Duration) -> [Fault; 4] {
    [Fault::Cut, Fault::Reset, Fault::Stall(stall), Fault::Gone]
}

/// The tests of this module: each scenario as a sample, and as an ignored trial at every message.
pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (number, scenario) in scenarios().into_iter().enumerate() {
        let name = |how: &str| format!("faults::{how}::{}", scenario.name);
        let (sampled, every) = (name("sample"), name("every_message"));
        trials.push(trial(&sampled, move || sample(&scenario)));
        let again = move || scenarios().swap_remove(number);
        trials.push(trial(&every, move || every_message(&again())).with_ignored_flag(true));
    }
    trials
}

impl Stage<'_> {
    /// Runs undisturbed through the proxy, and gives how many messages that takes.
    fn undisturbed(&self) -> Seen {
        let database = self.template.copy();
        let proxy = Proxy::start(None);
        let output = self.run(&proxy.url(database.name())).expect(self.scenario.ends_with());
        let after = State::of(&database);
        let applied = judge(self.scenario, Reach::Reachable, &output, [&self.start, &self.start, &after]);
        assert_eq!(applied, Ok(self.scenario.applies()), "{after:?}\n{output:?}");
        proxy.seen()
    }

    /// Disturbs one run, and looks at what it left; then at a run after it. Gives whether it was disturbed.
    fn disturbed(&self, plan: Plan) -> std::result::Result<Option<Ran>, Broken> {
        let database = self.template.copy();
        let proxy = Proxy::start(Some(plan));
        let output = self.run(&proxy.url(database.name()));
        let told = |seen: &Seen, why: String, output: &Output| {
            let at = seen.disturbed_at.clone().unwrap_or_default();
            let untouched = seen.disturbed_at.is_none();
            Broken { untouched, example: format!("{plan:?} `{at}`\n{}", output.stderr), sort: why }
        };
        let noticed = wait_until_noticed(&database).map_err(|why| told(&proxy.seen(), why, &output))?;
        let seen = proxy.seen();
        drop(proxy);
        let reach = if matches!(plan.fault, Fault::Gone) { Reach::Unreachable } else { Reach::Reachable };
        let after = State::of(&database);
        let applied = judge(self.scenario, reach, &output, [&self.start, &self.start, &after]);
        applied.map_err(|why| told(&seen, why, &output))?;
        if seen.disturbed_at.is_none() {
            return Ok(None);
        }
        let next = self.run(&database.url());
        let end = State::of(&database);
        let applied = judge(self.scenario, Reach::Reachable, &next, [&self.start, &after, &end]);
        if next.code != self.scenario.ends_with() || applied != Ok(self.scenario.applies()) {
            return Err(told(&seen, format!("the run after it: exit {}, {applied:?}", next.code), &next));
        }
        Ok(Some(Ran { code: output.code, noticed }))
    }
}

/// What a disturbed run came to.
struct Ran {
    code: i32,
    noticed: Duration,
}

/// A run that was not as it must be.
struct Broken {
    /// Whether it was not even disturbed.
    untouched: bool,
    sort: String,
    example: String,
}

/// What many disturbed runs came to.
#[derive(Default)]
struct Tally {
    runs: usize,
    codes: BTreeMap<i32, usize>,
    longest: Duration,
    /// The failures of each sort: how many, and the first of them.
    failures: BTreeMap<String, (usize, String)>,
}

impl Tally {
    /// Counts a run; gives whether it got through undisturbed.
    fn add(&mut self, ran: std::result::Result<Option<Ran>, Broken>) -> bool {
        self.runs += 1;
        match ran {
            Ok(None) => return true,
            Ok(Some(ran)) => {
                *self.codes.entry(ran.code).or_default() += 1;
                self.longest = self.longest.max(ran.noticed);
            }
            Err(broken) => {
                self.failures.entry(broken.sort).or_insert((0, broken.example)).0 += 1;
                return broken.untouched;
            }
        }
        false
    }

    fn end(self, scenario: &Scenario) -> Result {
        let (name, runs, codes, longest) = (scenario.name, self.runs, self.codes, self.longest);
        let summary =
            format!("{name}: {runs} runs, exit codes {codes:?}, dead sessions gone after {longest:?} at most");
        eprintln!("{summary}");
        if self.failures.is_empty() {
            return Ok(());
        }
        let told =
            self.failures.iter().take(TOLD).map(|(sort, (count, example))| format!("{count} x {sort}: {example}"));
        fail(format!("{summary}\n{}", told.collect::<Vec<_>>().join("\n")))
    }
}

fn sample(scenario: &Scenario) -> Result {
    let stage = Stage::set(scenario);
    let seen = stage.undisturbed();
    let mut random = Random::of(scenario.name);
    let mut tally = Tally::default();
    for _ in 0..SAMPLE {
        let direction = random.one(&DIRECTIONS);
        let count = if direction == Direction::ToServer { seen.to_server } else { seen.to_client };
        let fault = random.one(&faults(Duration::from_millis(500)));
        let number = 1 + random.below(count);
        tally.add(stage.disturbed(Plan { direction, number, placement: random.one(&PLACEMENTS), fault }));
    }
    tally.end(scenario)
}

fn every_message(scenario: &Scenario) -> Result {
    let stage = Stage::set(scenario);
    stage.undisturbed();
    let mut sequences = Vec::new();
    for fault in faults(Duration::from_secs(1)) {
        for direction in DIRECTIONS {
            sequences.extend(PLACEMENTS.map(|placement| (direction, placement, fault)));
        }
    }
    let (sequences, tally) = (Mutex::new(sequences), Mutex::new(Tally::default()));
    let work = || {
        loop {
            let next = sequences.lock().unwrap().pop();
            let Some((direction, placement, fault)) = next else { break };
            for number in 1.. {
                let ran = stage.disturbed(Plan { direction, number, placement, fault });
                if tally.lock().unwrap().add(ran) {
                    break;
                }
            }
        }
    };
    std::thread::scope(|scope| (0..AT_ONCE).for_each(|_| drop(scope.spawn(work))));
    tally.into_inner().unwrap().end(scenario)
}
