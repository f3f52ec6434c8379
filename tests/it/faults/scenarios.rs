//! The projects that the wire is disturbed under. Each script leaves a mark that proves that it ran, and fails if it
//! runs twice.

use std::fmt::Write;

use super::state::RAN;
use crate::support::{Database, Project};

/// One script, in the order in which scripts are applied.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its file.
    pub file: String,
    /// What it leaves in the table `ran`, in order.
    pub marks: Vec<String>,
    /// Whether it runs in one transaction.
    pub transactional: bool,
}

/// A project, what its database has before, and what is to come of it.
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// What is applied before; its marks are not in `steps`.
    pub before: Vec<(String, String)>,
    /// The scripts of the project.
    pub files: Vec<(String, String)>,
    /// What is to be applied.
    pub steps: Vec<Step>,
    /// The command.
    pub command: &'static [&'static str],
    /// How many steps succeed before one that always fails.
    pub fails_after: Option<usize>,
    /// Whether all steps are applied together or not at all.
    pub atomic: bool,
}

/// The command of nearly all.
const MIGRATE: &[&str] = &["db:migrate", "--no-verify"];

/// A manifest that holds once all is applied.
const PROOF: &str = r#"{"rules": [{"name": "all", "sql": "SELECT 1 WHERE (SELECT count(*) FROM ran) <> 2"}]}"#;

impl Scenario {
    /// A scenario in which nothing was applied before.
    pub fn new(name: &'static str) -> Self {
        let (before, files, steps) = (Vec::new(), Vec::new(), Vec::new());
        Scenario { name, before, files, steps, command: MIGRATE, fails_after: None, atomic: false }
    }

    /// Adds a script that is to be applied; `body` stands in its middle.
    #[must_use]
    pub fn script(self, file: &str, mark: &str, body: &str) -> Self {
        self.text(file, &[mark], script(mark, body))
    }

    /// Adds scripts, each of which does little.
    #[must_use]
    pub fn scripts(self, numbers: std::ops::RangeInclusive<usize>) -> Self {
        numbers.fold(self, |scenario, number| {
            scenario.script(&format!("migrations/{number:04}_script.sql"), &number.to_string(), "")
        })
    }

    /// Adds a script that is written out, with the marks that it leaves.
    #[must_use]
    pub fn text(mut self, file: &str, marks: &[&str], text: String) -> Self {
        let transactional = !text.contains("no-transaction");
        let marks = marks.iter().map(|mark| (*mark).to_owned()).collect();
        self.steps.push(Step { file: file.to_owned(), marks, transactional });
        self.files.push((file.to_owned(), text));
        self
    }

    /// Adds a file that is no script.
    #[must_use]
    pub fn file(mut self, file: &str, text: &str) -> Self {
        self.files.push((file.to_owned(), text.to_owned()));
        self
    }

    /// Adds a script that always fails, and with it says that nothing after it is applied.
    #[must_use]
    pub fn failing(mut self, file: &str) -> Self {
        self.fails_after = Some(self.steps.len());
        self.script(file, "failing", "SELECT 1 / (SELECT count(*) FROM ran WHERE mark = 'no such mark');")
    }

    /// Says that everything until now is applied before the run.
    #[must_use]
    pub fn applied(mut self) -> Self {
        self.before.clone_from(&self.files);
        self.steps.clear();
        self
    }

    /// Another command.
    #[must_use]
    pub fn command(mut self, command: &'static [&'static str]) -> Self {
        self.command = command;
        self
    }

    /// Says that all steps are applied together.
    #[must_use]
    pub fn atomic(mut self) -> Self {
        self.atomic = true;
        self.command(&["db:migrate", "--no-verify", "--atomic"])
    }

    /// The project on disk.
    pub fn project(&self) -> Project {
        project(&self.files)
    }

    /// A database as it is before the run; runs get copies of it.
    pub fn database(&self) -> Database {
        let database = Database::plain();
        database.run(RAN);
        if !self.before.is_empty() {
            project(&self.before).on(&database, MIGRATE).expect(0);
        }
        database
    }

    /// How many steps an undisturbed run applies.
    pub fn applies(&self) -> usize {
        match self.fails_after {
            Some(_) if self.atomic => 0,
            Some(count) => count,
            None => self.steps.len(),
        }
    }

    /// The exit code of an undisturbed run.
    pub fn ends_with(&self) -> i32 {
        if self.fails_after.is_some() { 5 } else { 0 }
    }
}

fn project(files: &[(String, String)]) -> Project {
    files.iter().fold(Project::empty(), |project, (file, text)| project.with(file, text))
}

/// The text of a script that leaves a mark and a table.
fn script(mark: &str, body: &str) -> String {
    format!("CREATE TABLE t_{mark} (n int, text text);\n{body}\nINSERT INTO ran (mark) VALUES ('{mark}');\n")
}

fn copy(mark: &str, rows: usize, width: usize) -> String {
    let mut text = format!("COPY t_{mark} (n, text) FROM stdin;\n");
    for row in 0..rows {
        let _ = writeln!(text, "{row}\t{}", "x".repeat(width));
    }
    text + "\\.\n"
}

/// Statements that need several messages.
fn many_statements(mark: &str) -> String {
    let insert = |n| format!("INSERT INTO t_{mark} VALUES ({n}, '{}');\n", "x".repeat(9000));
    (0..16).map(insert).collect()
}

/// A constraint trigger that does its work in the COMMIT: it leaves a mark in a table that it finds by the name given.
fn work_in_commit(mark: &str, ran: &str) -> String {
    format!(
        "CREATE FUNCTION late_{mark}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           PERFORM pg_sleep(0.02); INSERT INTO {ran} (mark) VALUES ('{mark} late'); RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t_{mark} DEFERRABLE INITIALLY DEFERRED
           FOR EACH ROW EXECUTE FUNCTION late_{mark}();
         INSERT INTO t_{mark} VALUES (1);"
    )
}

/// The scenarios that the engine stands.
pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new("one_script").scripts(1..=1),
        Scenario::new("ten_scripts").scripts(1..=10),
        Scenario::new("many_statements").script("migrations/0001_many.sql", "1", &many_statements("1")).scripts(2..=2),
        Scenario::new("rows").scripts(1..=1).script("migrations/0002_rows.sql", "2", &copy("2", 50, 10)).scripts(3..=3),
        Scenario::new("many_rows").script("migrations/0001_rows.sql", "1", &copy("1", 3000, 1000)).scripts(2..=2),
        Scenario::new("seeds").scripts(1..=2).script("seeds/01_first.sql", "seed_1", "").script(
            "seeds/02_second.sql",
            "seed_2",
            &copy("seed_2", 3, 10),
        ),
        changed_seed(),
        Scenario::new("failing").scripts(1..=2).failing("migrations/0003_failing.sql").scripts(4..=5),
        Scenario::new("work_in_commit")
            .text("migrations/0001_late.sql", &["1", "1 late"], script("1", &work_in_commit("1", "public.ran")))
            .scripts(2..=2),
        Scenario::new("nothing_to_do").scripts(1..=3).script("seeds/01_first.sql", "seed_1", "").applied(),
        // The table of the history is made wider before the first script.
        Scenario::new("wide_versions")
            .scripts(1..=2)
            .applied()
            .script("migrations/20260101000000_script.sql", "3", "")
            .script("migrations/20260102000000_script.sql", "4", ""),
        concurrently(),
        Scenario::new("proof").scripts(1..=2).file("manifest.json", PROOF).command(&["db:migrate"]),
        // What a script puts off until the COMMIT runs with the settings that the script left, not with ours.
        Scenario::new("work_in_commit_by_search_path")
            .text("migrations/0001_late.sql", &["1", "1 late"], script("1", &work_in_commit("1", "ran")))
            .scripts(2..=2),
        Scenario::new("atomic").scripts(1..=4).script("seeds/01_first.sql", "seed_1", "").atomic(),
        Scenario::new("atomic_failing").scripts(1..=2).failing("migrations/0003_failing.sql").atomic(),
    ]
}

fn changed_seed() -> Scenario {
    let mut scenario = Scenario::new("changed_seed")
        .scripts(1..=1)
        .script("seeds/01_first.sql", "seed_1", "")
        .script("seeds/02_second.sql", "seed_2", "")
        .applied();
    scenario.files.retain(|(file, _)| file != "seeds/01_first.sql");
    scenario.script("seeds/01_first.sql", "seed_1_changed", "")
}

fn concurrently() -> Scenario {
    let text = "-- pgplumb: no-transaction\nCREATE TABLE t_2 (n int);\nINSERT INTO ran (mark) VALUES ('2a');\n\
                CREATE INDEX CONCURRENTLY t_2_n ON t_2 (n);\nINSERT INTO ran (mark) VALUES ('2b');\n\
                CREATE INDEX CONCURRENTLY t_2_m ON t_2 (n);\nINSERT INTO ran (mark) VALUES ('2c');\n";
    let file = "migrations/0002_indexes.sql";
    Scenario::new("concurrently").scripts(1..=1).text(file, &["2a", "2b", "2c"], text.to_owned()).scripts(3..=3)
}
