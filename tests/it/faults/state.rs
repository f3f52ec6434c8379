//! What a database shows after a run, and whether that is what the run said.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::scenarios::{Scenario, Step};
use crate::support::{Database, Output};

/// How long the server may take to notice that a run is dead, beyond the statement that it is at.
const NOTICED: Duration = Duration::from_secs(10);

/// The table that scripts leave their marks in.
pub const RAN: &str =
    "CREATE TABLE ran (id bigserial PRIMARY KEY, mark text NOT NULL); ALTER TABLE ran OWNER TO postgres;
    GRANT ALL ON SEQUENCE ran_id_seq TO postgres";

/// A database that can be asked.
pub trait Rows {
    /// The rows of statements, as text.
    fn rows(&self, sql: &str) -> Vec<Vec<String>>;
}

impl Rows for Database {
    fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        Database::rows(self, sql)
    }
}

/// What the history of a database says, and what its schema shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Whether pgplumb's schema is there.
    set_up: bool,
    /// The versions in the table that is refinery's, too.
    versions: Vec<String>,
    /// The versions in pgplumb's own table.
    own_versions: Vec<String>,
    /// The seeds with their checksums.
    seeds: BTreeMap<String, String>,
    /// The marks, in the order in which they were left.
    marks: Vec<String>,
    /// The tables of scripts.
    tables: Vec<String>,
    /// Indexes that a failed `CREATE INDEX CONCURRENTLY` left.
    invalid: Vec<String>,
}

const SCHEMA: &str = "SELECT 'mark', mark FROM public.ran ORDER BY id;
    SELECT 'table', relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 't\\_%' ORDER BY relname COLLATE \"C\";
    SELECT 'invalid', indexrelid::regclass::text FROM pg_index WHERE NOT (indisvalid AND indisready)";

const HISTORY: &str = "SELECT 'version', version::text FROM pgplumb.refinery_schema_history ORDER BY version;
    SELECT 'own version', version::text FROM pgplumb.migration ORDER BY version;
    SELECT name, checksum FROM pgplumb.seed";

impl State {
    /// Reads it.
    pub fn of(database: &impl Rows) -> Self {
        let set_up = database.rows("SELECT to_regclass('pgplumb.migration') IS NOT NULL")[0][0] == "t";
        let mut state = State { set_up, ..State::default() };
        let history = if state.set_up { database.rows(HISTORY) } else { Vec::new() };
        for mut row in database.rows(SCHEMA).into_iter().chain(history) {
            let (value, what) = (row.remove(1), row.remove(0));
            match what.as_str() {
                "mark" => state.marks.push(value),
                "table" => state.tables.push(value),
                "invalid" => state.invalid.push(value),
                "version" => state.versions.push(value),
                "own version" => state.own_versions.push(value),
                _ => drop(state.seeds.insert(what, value)),
            }
        }
        state
    }

    /// Whether the history has a step that it did not have `before`.
    fn has(&self, step: &Step, before: &State) -> bool {
        let (folder, name) = step.file.split_once('/').unwrap();
        let name = name.trim_end_matches(".sql");
        if folder == "seeds" {
            return self.seeds.get(name).is_some_and(|checksum| before.seeds.get(name) != Some(checksum));
        }
        let version = name.split_once('_').unwrap().0.trim_start_matches('0');
        self.versions.iter().any(|applied| applied == version)
    }

    /// How many steps are applied, if history and schema agree about it: each step's effects are there once, in order.
    pub fn applied(&self, scenario: &Scenario, before: &State) -> Result<usize, String> {
        if self.versions != self.own_versions {
            return Err("the two tables of the history differ".to_owned());
        }
        let count = scenario.steps.iter().take_while(|step| self.has(step, before)).count();
        if scenario.steps[count..].iter().any(|step| self.has(step, before)) {
            return Err("a script is in the history, although one before it is not".to_owned());
        }
        let mut marks = before.marks.clone();
        marks.extend(scenario.steps[..count].iter().flat_map(|step| step.marks.clone()));
        let next = scenario.steps.get(count).filter(|step| !step.transactional);
        match (self.marks.strip_prefix(marks.as_slice()), next) {
            (Some([]), _) => {}
            (Some(rest), Some(step)) if step.marks.starts_with(rest) => return Ok(count),
            _ => return Err(format!("the history has {count} of the scripts, and the schema shows other effects")),
        }
        let mut tables = before.tables.clone();
        tables.extend(scenario.steps[..count].iter().map(table));
        tables.sort();
        let partly = next.is_some_and(|step| self.tables.contains(&table(step)));
        if self.tables != tables && !partly {
            return Err(format!("the history has {count} of the scripts, and the tables are of others"));
        }
        if !self.invalid.is_empty() && next.is_none() {
            return Err("an index stayed invalid".to_owned());
        }
        Ok(count)
    }
}

/// The table that a step makes. One that leaves several marks names it after what they have in common.
fn table(step: &Step) -> String {
    let mark = step.marks[0].split(' ').next().unwrap();
    format!("t_{}", if step.transactional { mark } else { mark.trim_end_matches('a') })
}

/// What disturbed a run, as far as it decides about how the run may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A new connection gets through.
    Reachable,
    /// No connection gets through.
    Unreachable,
}

/// Holds what a run said against what the database shows; gives the number of steps that are applied. `start` is how
/// the database was when no step was applied, `previous` how it was before this run.
pub fn judge(
    scenario: &Scenario,
    reach: Reach,
    output: &Output,
    [start, previous, after]: [&State; 3],
) -> Result<usize, String> {
    words(output)?;
    let applied = after.applied(scenario, start)?;
    let told = told(scenario, output, previous.applied(scenario, start)?)?;
    let all = scenario.applies();
    if applied > all || (scenario.atomic && applied != 0 && applied != all) {
        return Err(format!("{applied} scripts are applied"));
    }
    let fits = match output.code {
        0 => applied == all && scenario.fails_after.is_none(),
        5 => applied == told && applied == all && scenario.fails_after.is_some(),
        6 => applied == told && scenario.steps.get(applied).is_some_and(|step| !step.transactional),
        7 => (applied == told || applied == told + 1) && reach == Reach::Unreachable,
        8 => applied == told && !partly(scenario, after, start, applied),
        _ => false,
    };
    if !fits {
        return Err(format!("exit {}, {told} scripts are told, {applied} are applied of {all}", output.code));
    }
    if output.code != 0 {
        state_is_true(scenario, output, applied, previous == after)?;
    }
    Ok(applied)
}

/// Whether a script that runs statement by statement has left something and is not done.
fn partly(scenario: &Scenario, after: &State, before: &State, applied: usize) -> bool {
    let marks: usize = scenario.steps[..applied].iter().map(|step| step.marks.len()).sum();
    after.marks.len() > before.marks.len() + marks
}

fn words(output: &Output) -> Result<(), String> {
    let said = format!("{}{}", output.stdout, output.stderr);
    if said.contains("panicked") {
        return Err("it panicked".to_owned());
    }
    let missing = ["state: ", "next: "].into_iter().find(|word| !said.lines().any(|line| line.starts_with(word)));
    match missing {
        Some(word) if output.code != 0 => Err(format!("exit {} without `{word}`, {}", output.code, error_of(output))),
        _ => Ok(()),
    }
}

/// What failed, without numbers: ports differ from run to run, and sorts of failures are told apart by these words.
fn error_of(output: &Output) -> String {
    let error = output.stderr.lines().find(|line| line.starts_with("error: ")).unwrap_or_default();
    error.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// How many steps are applied, as the lines of progress have it.
pub fn told(scenario: &Scenario, output: &Output, earlier: usize) -> Result<usize, String> {
    let mut told = earlier;
    for line in output.stderr.lines() {
        let Some(rest) = line.strip_prefix("applied ") else { continue };
        let file = rest.split_whitespace().next().unwrap_or_default();
        match scenario.steps.get(told) {
            Some(step) if step.file == file => told += 1,
            _ => return Err(format!("it says that it applied {file}, whose turn it is not")),
        }
    }
    Ok(told)
}

/// What is said about the state of the database must be so.
fn state_is_true(scenario: &Scenario, output: &Output, applied: usize, unchanged: bool) -> Result<(), String> {
    let line = output.stderr.lines().find(|line| line.starts_with("state: ")).unwrap_or_default();
    let without_effect = |step: &&Step| line.contains(&format!("{} has no effect", step.file));
    match scenario.steps[..applied].iter().find(without_effect) {
        Some(step) => Err(format!("{} is said to have no effect, and is applied", step.file)),
        None if line.contains("nothing was changed") && !unchanged => {
            Err("it says that nothing was changed, and something was".to_owned())
        }
        None => Ok(()),
    }
}

/// Waits until no session of a dead run is left in the database; gives how long that took.
pub fn wait_until_noticed(database: &Database) -> Result<Duration, String> {
    let begun = Instant::now();
    let query = "SELECT pid || ' ' || state || ' ' || left(query, 80) FROM pg_stat_activity
                  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    loop {
        let left = database.rows(query);
        match left.first() {
            None => return Ok(begun.elapsed()),
            Some(session) if begun.elapsed() > NOTICED => {
                return Err(format!("a session of the dead run is left after {NOTICED:?}: {session:?}"));
            }
            Some(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}
