//! The `-- pgplumb: …` lines of a data migration: which rows it walks, at what pace, and what holds it.

use std::time::Duration;

use crate::error::{Failure, did_you_mean};
use crate::sql::{duration, parts};

/// The directives at the top of a script.
const HEADER: [&str; 11] = [
    "over",
    "key",
    "where",
    "quiescent",
    "batch",
    "target-time",
    "after",
    "parallel",
    "throttle",
    "lock_timeout",
    "section",
];

/// Those that stand beneath the line of a section.
const IN_SECTION: [&str; 7] = ["section", "rule", "each-row", "over", "key", "where", "quiescent"];

/// Which rows are walked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// The table, as it is written in SQL.
    pub over: Option<String>,
    /// The columns of the key, as they are written in SQL.
    pub key: Vec<String>,
    /// The condition that a row meets as long as it is to be done.
    pub filter: Option<String>,
    /// Nobody adds rows meanwhile, so that one walk is enough.
    pub quiescent: bool,
}

/// At what a run is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// How far a standby may be behind.
    pub lag: Option<Duration>,
    /// How many sessions may wait for our locks.
    pub lock_waits: Option<u32>,
    /// How long another transaction may go on.
    pub long_transactions: Option<Duration>,
    /// A query that says true when the run is to be held.
    pub query: Option<String>,
}

/// What stands at the top of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Which rows are walked.
    pub walk: Walk,
    /// The rows of the first batch.
    pub batch: u32,
    /// How long a batch may take.
    pub target_time: Duration,
    /// The migration that must be applied.
    pub after: Option<i64>,
    /// How many workers walk at the same time.
    pub parallel: u32,
    /// How long a batch waits for a lock.
    pub lock_timeout: Duration,
    /// At what the run is held.
    pub throttle: Throttle,
}

impl Default for Header {
    fn default() -> Self {
        let minutes = |minutes: u64| Some(Duration::from_secs(60 * minutes));
        let lag = Some(Duration::from_secs(10));
        Header {
            walk: Walk::default(),
            batch: 1000,
            target_time: Duration::from_millis(500),
            after: None,
            parallel: 1,
            lock_timeout: Duration::from_secs(2),
            throttle: Throttle { lag, lock_waits: Some(5), long_transactions: minutes(30), query: None },
        }
    }
}

impl Walk {
    /// Takes a directive of a walk; false if it is none.
    pub fn take(&mut self, name: &str, value: &str) -> Result<bool, Failure> {
        match name {
            "over" => self.over = Some(some(name, value)?),
            "key" => self.key = columns(value)?,
            // A long condition goes on in further lines.
            "where" => match &mut self.filter {
                Some(filter) => *filter = format!("{filter}\n{}", some(name, value)?),
                None => self.filter = Some(some(name, value)?),
            },
            "quiescent" => self.quiescent = true,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Header {
    /// Takes a directive of the top of a script.
    pub fn take(&mut self, name: &str, value: &str) -> Result<(), Failure> {
        if self.walk.take(name, value)? {
            return Ok(());
        }
        match name {
            "batch" => self.batch = count(name, value)?,
            "parallel" => self.parallel = count(name, value)?,
            "target-time" => self.target_time = time(name, value)?,
            "lock_timeout" => self.lock_timeout = time(name, value)?,
            "after" => self.after = Some(value.parse().map_err(|_| wrong(name, value, "after 0005"))?),
            "throttle" => self.throttle.take(value)?,
            _ => return Err(unknown(name, &HEADER)),
        }
        Ok(())
    }
}

impl Throttle {
    fn take(&mut self, value: &str) -> Result<(), Failure> {
        let (name, limit) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
        let limit = limit.trim();
        let is_off = limit == "off";
        match name {
            "lag" => self.lag = if is_off { None } else { Some(time("throttle lag", limit)?) },
            "lock-waits" => self.lock_waits = if is_off { None } else { Some(count("throttle lock-waits", limit)?) },
            "long-transactions" => {
                self.long_transactions = if is_off { None } else { Some(time("throttle long-transactions", limit)?) };
            }
            "query" => self.query = Some(some("throttle query", limit)?),
            _ => return Err(unknown(name, &["lag", "lock-waits", "long-transactions", "query"])),
        }
        Ok(())
    }
}

/// That a directive does not stand where it may.
pub fn misplaced(name: &str) -> Failure {
    unknown(name, &IN_SECTION)
}

/// The columns of a list such as `a, "B"`.
pub fn columns(value: &str) -> Result<Vec<String>, Failure> {
    let columns: Vec<String> = parts(value, ",").into_iter().map(|column| column.trim().to_owned()).collect();
    if columns.iter().any(String::is_empty) {
        return Err(wrong("key", value, "key id"));
    }
    Ok(columns)
}

/// A value that must not be left out.
pub fn some(name: &str, value: &str) -> Result<String, Failure> {
    if value.is_empty() {
        return Err(Failure::input(format!("`{name}` says nothing")).next("write its value on the same line"));
    }
    Ok(value.trim_end_matches(';').to_owned())
}

fn count(name: &str, value: &str) -> Result<u32, Failure> {
    let number = value.replace('_', "").parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| wrong(name, value, &format!("{name} 4")))
}

fn time(name: &str, value: &str) -> Result<Duration, Failure> {
    let time = duration(value).filter(|time| !time.is_zero());
    time.ok_or_else(|| wrong(name, value, &format!("{name} 500ms")))
}

fn wrong(name: &str, value: &str, example: &str) -> Failure {
    Failure::input(format!("`{value}` is no value of `{name}`")).next(format!("write it as `-- pgplumb: {example}`"))
}

fn unknown(name: &str, known: &[&'static str]) -> Failure {
    let guess = did_you_mean(name, known.iter().copied());
    let known = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Failure::input(format!("the directive `{name}` means nothing here{guess}"))
        .next(format!("use one of {known}, or delete the line"))
}
