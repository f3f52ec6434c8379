//! When a script is tried again: never for long, never in step with others, and only what was rolled back whole.

use std::time::{Duration, Instant};

use crate::error::Failure;

/// A lock that was not to be had in time, a deadlock, a conflict of serializable transactions.
const WORTH_A_RETRY: [&str; 3] = ["55P03", "40P01", "40001"];

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(10);

/// The tries of one script.
pub struct Retry {
    begun: Instant,
    budget: Duration,
    tries: u32,
}

impl Retry {
    /// Tries that begin within `budget` from now.
    pub fn within(budget: Duration) -> Self {
        Retry { begun: Instant::now(), budget, tries: 0 }
    }

    /// How long to wait before the script is tried again, after a failure that left nothing behind; nothing if it is
    /// not to be tried again.
    pub fn pause(&mut self, failure: &Failure) -> Option<Duration> {
        let worth = failure.server.as_ref().is_some_and(|said| WORTH_A_RETRY.contains(&said.sqlstate.as_str()));
        let pause = jittered((FIRST * 2u32.saturating_pow(self.tries)).min(LONGEST));
        self.tries += 1;
        (worth && self.begun.elapsed() + pause < self.budget).then_some(pause)
    }

    /// How many tries there were.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// How much time is left for tries.
    pub fn left(&self) -> Duration {
        self.budget.saturating_sub(self.begun.elapsed())
    }
}

/// Between half and the whole of a pause: two runners that blocked each other must not meet again.
fn jittered(pause: Duration) -> Duration {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let part = now.subsec_nanos().wrapping_mul(2_654_435_761) ^ std::process::id();
    pause / 2 + (pause / 2).mul_f64(f64::from(part) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Outcome, ServerError};

    fn failed(sqlstate: &str) -> Failure {
        let said = ServerError { sqlstate: sqlstate.to_owned(), ..ServerError::default() };
        Failure::new(Outcome::Transient, "x").server(said)
    }

    #[test]
    fn pauses_grow_up_to_a_limit() {
        let mut retry = Retry::within(Duration::from_secs(3600));
        let pauses: Vec<Duration> = (0..12).map(|_| retry.pause(&failed("55P03")).unwrap_or_default()).collect();
        assert!(pauses[0] <= FIRST && pauses[0] >= FIRST / 2, "{pauses:?}");
        assert!(pauses[3] >= FIRST * 4 && pauses[3] <= FIRST * 8, "{pauses:?}");
        assert!(pauses[11] <= LONGEST && pauses[11] >= LONGEST / 2, "{pauses:?}");
    }

    #[test]
    fn only_what_may_pass_is_tried_again_and_not_beyond_the_budget() {
        assert!(Retry::within(LONGEST).pause(&failed("42P01")).is_none());
        assert!(Retry::within(LONGEST).pause(&Failure::input("x")).is_none());
        assert!(Retry::within(Duration::ZERO).pause(&failed("40P01")).is_none());
        assert!(Retry::within(LONGEST).pause(&failed("40001")).is_some());
    }
}
