//! How fast pgplumb is beside `psql` and `pg_dump`, and how much memory it takes, measured in one run on servers of
//! its own. It prints ratios and asserts nothing: `cargo bench` · `PGPLUMB_BENCH_TABLES=5000 cargo bench`.
//!
//! | variable | what it sizes | without it |
//! |---|---|---|
//! | `PGPLUMB_BENCH_SCRIPTS` | scripts of `db:migrate`; with 0 only schemas are measured | 1000 |
//! | `PGPLUMB_BENCH_MANY` | scripts of the run that shows whether time grows with their number; 0 leaves it out | 4000 |
//! | `PGPLUMB_BENCH_SEED_MB` | rows of COPY in one seed; 0 leaves it out | 50 |
//! | `PGPLUMB_BENCH_ROWS` | rows of a data migration; 0 leaves it out | 1000000 |
//! | `PGPLUMB_BENCH_SNAPSHOT_MB` | rows of the database that is dumped; 0 leaves it out | 50 |
//! | `PGPLUMB_BENCH_TABLES` | tables of the schema that is proven | 1000 |

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot go on stops, and prints what it measured"
)]

mod generate;
mod measure;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use measure::{Run, median, say, say_memory, time, watch};
use pgplumb::db::local::{self, Cluster, Places};

const ROUNDS: usize = 5;

/// How often what takes long is measured.
const LONG_ROUNDS: usize = 3;

/// As many scripts share one transaction at most: a server keeps a lock for each relation that they make.
const TOGETHER: usize = 1000;

fn main() {
    let scripts = number("PGPLUMB_BENCH_SCRIPTS", 1000);
    if scripts > 0 {
        let few = on_new_server(|bench| {
            let few = bench.each_alone(scripts, ROUNDS);
            bench.nothing_to_do(&few);
            few
        });
        on_new_server(|bench| bench.all_together(scripts.min(TOGETHER)));
        let many = number("PGPLUMB_BENCH_MANY", 4000);
        if many > scripts {
            grows(&few, &on_new_server(|bench| bench.each_alone(many, LONG_ROUNDS)));
        }
        let size = number("PGPLUMB_BENCH_SEED_MB", 50);
        if size > 0 {
            on_new_server(|bench| bench.seed(size));
        }
    }
    let rows = number("PGPLUMB_BENCH_ROWS", 1_000_000);
    if rows > 0 {
        on_new_server(|bench| bench.moves(rows));
    }
    let size = number("PGPLUMB_BENCH_SNAPSHOT_MB", 50);
    if size > 0 {
        on_new_server(|bench| bench.snapshot(size));
    }
    on_new_server(|bench| bench.verify(number("PGPLUMB_BENCH_TABLES", 1000)));
}

/// Measures on a server that nothing has been done to: the catalogs of earlier databases, which it would vacuum
/// meanwhile, are not there.
fn on_new_server<T>(measure: impl FnOnce(&Bench) -> T) -> T {
    let folder = tempfile::Builder::new().prefix("pgplumb-bench-").tempdir().unwrap();
    open_to_all(folder.path());
    let places = places(folder.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cluster = runtime.block_on(local::ensure_running(&places, "postgres", &|_| ())).unwrap();
    let measured = measure(&Bench { cluster, folder: folder.path().to_owned() });
    runtime.block_on(local::stop(&places)).unwrap();
    measured
}

struct Bench {
    cluster: Cluster,
    folder: PathBuf,
}

/// What was migrated, and how long that took pgplumb and `psql`.
struct Migrated {
    count: usize,
    project: PathBuf,
    database: String,
    ours: Duration,
    theirs: Duration,
}

impl Bench {
    /// Scripts, each in a transaction of its own, beside one `psql` session that does the same.
    fn each_alone(&self, count: usize, rounds: usize) -> Migrated {
        let scripts = generate::scripts(count);
        let project = self.project(&format!("scripts_{count}"), &scripts);
        let mut flat =
            "CREATE TABLE applied (version int PRIMARY KEY, name text, at timestamptz DEFAULT now());\n".to_owned();
        for (name, sql) in &scripts {
            let version: u32 = name[..6].parse().unwrap();
            flat += &format!("BEGIN;\n{sql}\nINSERT INTO applied VALUES ({version}, '{name}');\nCOMMIT;\n");
        }
        let file = self.file(&format!("flat_{count}.sql"), &flat);
        let (ours, theirs) = self.in_turn(
            &format!("alone_{count}"),
            rounds,
            |name| self.pgplumb(&project, name, &["db:migrate", "--no-verify", "-q"]),
            |name| self.psql_command(name, &["-q", "-v", "ON_ERROR_STOP=1", "-f", &file]),
        );
        let what = format!("db:migrate of {count} scripts");
        say(&what, &times(&ours), "one psql session, a transaction each", &times(&theirs));
        say_memory(&format!("  memory of {what}"), peak(&ours), "psql", peak(&theirs));
        let (ours, theirs) = (median(&times(&ours)), median(&times(&theirs)));
        Migrated { count, project, database: format!("alone_{count}_0_0"), ours, theirs }
    }

    /// Scripts that share one transaction, beside `psql -1` of all of them in one file.
    fn all_together(&self, count: usize) {
        let scripts = generate::scripts(count);
        let project = self.project("together", &scripts);
        let file = self.file("together.sql", &scripts.iter().map(|(_, sql)| sql.as_str()).collect::<String>());
        let (ours, theirs) = self.in_turn(
            "together",
            ROUNDS,
            |name| self.pgplumb(&project, name, &["db:migrate", "--no-verify", "--atomic", "-q"]),
            |name| self.psql_command(name, &["-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", &file]),
        );
        let what = format!("db:migrate --atomic of {count} scripts");
        say(&what, &times(&ours), "psql -1 of them in one file", &times(&theirs));
        say_memory(&format!("  memory of {what}"), peak(&ours), "psql", peak(&theirs));
    }

    /// One seed of many rows, beside `psql` that loads the same file; and its memory beside that of a tenth of it.
    fn seed(&self, megabytes: usize) {
        let table = "CREATE TABLE load (id bigint PRIMARY KEY, name text NOT NULL, at timestamptz, note text);\n";
        let load = |name: &str, megabytes: f64| {
            let project = self.project(name, &[("000001_load.sql".to_owned(), table.to_owned())]);
            std::fs::create_dir_all(project.join("seeds")).unwrap();
            let seed = project.join("seeds/000001_load.sql");
            generate::rows(&seed, megabytes);
            let (table, seed) = (project.join("migrations/000001_load.sql"), seed.to_str().unwrap().to_owned());
            let table = table.to_str().unwrap().to_owned();
            self.in_turn(
                name,
                LONG_ROUNDS,
                |name| self.pgplumb(&project, name, &["db:migrate", "--no-verify", "-q"]),
                |name| {
                    let files = ["-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", &table, "-f", &seed];
                    self.psql_command(name, &files)
                },
            )
        };
        #[expect(clippy::cast_precision_loss, reason = "nobody loads that much")]
        let size = megabytes as f64;
        let (small, _) = load("seed_small", size / 10.0);
        let (ours, theirs) = load("seed_large", size);
        let what = format!("a seed of {megabytes} MB");
        say(&what, &times(&ours), "psql", &times(&theirs));
        say_memory(&format!("  memory of {what}"), peak(&ours), "psql", peak(&theirs));
        say_memory(&format!("  memory of {what}"), peak(&ours), "the tenth part of it", peak(&small));
    }

    /// Documents that are divided into two tables in batches, by one worker and by two, beside the same in one transaction.
    fn moves(&self, rows: usize) {
        let (load, script, whole) = generate::moves(rows);
        let project = self.project("moves", &[]);
        std::fs::create_dir_all(project.join("data")).unwrap();
        std::fs::write(project.join("data/0001_move.sql"), script).unwrap();
        let (load, whole) = (self.file("load.sql", &load), self.file("whole.sql", &whole));
        let run = |database: &str, command: Command| {
            self.psql("postgres", &["-c", &format!("CREATE DATABASE {database}")]);
            self.psql(database, &["-q", "-v", "ON_ERROR_STOP=1", "-f", &load]);
            watch(command)
        };
        let (mut one, mut two, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..LONG_ROUNDS {
            let name = |who: &str| format!("moves_{who}_{round}");
            let (ours, both, their) = (name("one"), name("two"), name("psql"));
            theirs.push(run(&their, self.psql_command(&their, &["-q", "-v", "ON_ERROR_STOP=1", "-f", &whole])));
            one.push(run(&ours, self.pgplumb(&project, &ours, &["data:migrate", "-q"])));
            two.push(run(&both, self.pgplumb(&project, &both, &["data:migrate", "-q", "--parallel", "2"])));
        }
        let what = format!("data:migrate of {rows} rows");
        say(&what, &times(&one), "one transaction in psql", &times(&theirs));
        say(&format!("{what}, two workers"), &times(&two), "one transaction in psql", &times(&theirs));
        say_memory(&format!("  memory of {what}"), peak(&one), "psql", peak(&theirs));
    }

    /// A dump beside `pg_dump -Fc` of the same database, and the dump with its proof.
    fn snapshot(&self, megabytes: usize) {
        let project = self.project("snapshot", &[]);
        #[expect(clippy::cast_precision_loss, reason = "nobody loads that much")]
        generate::rows(&project.join("rows.sql"), megabytes as f64);
        self.psql("postgres", &["-c", "CREATE DATABASE dumped"]);
        let table = "CREATE TABLE load (id bigint PRIMARY KEY, name text NOT NULL, at timestamptz, note text)";
        self.psql("dumped", &["-q", "-c", table]);
        self.psql("dumped", &["-q", "-v", "ON_ERROR_STOP=1", "-f", project.join("rows.sql").to_str().unwrap()]);
        let file = self.folder.join("theirs.dump");
        let (mut dumps, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..LONG_ROUNDS {
            dumps.push(time(self.pgplumb(&project, "dumped", &["db:snapshot", "--no-check", "-q"])));
            theirs.push(time(self.command("pg_dump", "dumped", &["-Fc", "-f", file.to_str().unwrap()])));
        }
        let proven: Vec<Duration> =
            (0..LONG_ROUNDS).map(|_| time(self.pgplumb(&project, "dumped", &["db:snapshot", "-q"]))).collect();
        say(&format!("db:snapshot --no-check of {megabytes} MB"), &dumps, "pg_dump -Fc", &theirs);
        say(&format!("db:snapshot of {megabytes} MB, proven"), &proven, "pg_dump -Fc", &theirs);
    }

    /// Runs two commands in turn, each on a new database. None is dropped meanwhile: a server makes relations far slower
    /// after that.
    fn in_turn(
        &self,
        name: &str,
        rounds: usize,
        ours: impl Fn(&str) -> Command,
        theirs: impl Fn(&str) -> Command,
    ) -> (Vec<Run>, Vec<Run>) {
        let (mut our_runs, mut their_runs) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            // Who goes first changes, so that neither always meets the colder server.
            for turn in 0..2 {
                let database = format!("{name}_{round}_{turn}");
                self.psql("postgres", &["-c", &format!("CREATE DATABASE {database}")]);
                if (round + turn) % 2 == 0 {
                    our_runs.push(watch(ours(&database)));
                } else {
                    their_runs.push(watch(theirs(&database)));
                }
            }
        }
        (our_runs, their_runs)
    }

    fn project(&self, name: &str, scripts: &[(String, String)]) -> PathBuf {
        let project = self.folder.join(name);
        std::fs::create_dir_all(project.join("migrations")).unwrap();
        for (name, sql) in scripts {
            std::fs::write(project.join("migrations").join(name), sql).unwrap();
        }
        project
    }

    fn file(&self, name: &str, text: &str) -> String {
        let file = self.folder.join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    }

    /// A second run, which finds nothing to do, beside the shortest thing that `psql` can do.
    fn nothing_to_do(&self, migrated: &Migrated) {
        let Migrated { project, database, .. } = migrated;
        let psql: Vec<Duration> = rounds(|| time(self.psql_command("postgres", &["-c", "SELECT 1"])));
        let migrate = rounds(|| time(self.pgplumb(project, database, &["db:migrate", "--no-verify", "-q"])));
        let status = rounds(|| time(self.pgplumb(project, database, &["db:status", "-q"])));
        say("db:migrate with nothing to do", &migrate, "psql -c 'SELECT 1'", &psql);
        say("db:status", &status, "psql -c 'SELECT 1'", &psql);
    }

    /// The whole proof of a large schema beside `pg_dump --schema-only` of it.
    fn verify(&self, tables: usize) {
        let project = self.folder.join("schema");
        std::fs::create_dir_all(&project).unwrap();
        let file = self.folder.join("schema.sql");
        std::fs::write(&file, generate::schema(tables)).unwrap();
        self.psql("postgres", &["-c", "CREATE DATABASE large"]);
        self.psql("large", &["-q", "-v", "ON_ERROR_STOP=1", "-f", file.to_str().unwrap()]);
        self.psql("large", &["-q", "-c", "VACUUM ANALYZE"]);
        let manifest = rounds(|| time(self.pgplumb(&project, "large", &["db:manifest", "--from", "target"])));
        let verify = rounds(|| time(self.pgplumb(&project, "large", &["db:verify", "-q"])));
        let dump = rounds(|| time(self.command("pg_dump", "large", &["--schema-only"])));
        say(&format!("db:verify of {tables} tables"), &verify, "pg_dump --schema-only", &dump);
        say(&format!("db:manifest of {tables} tables"), &manifest, "pg_dump --schema-only", &dump);
    }

    fn pgplumb(&self, project: &Path, database: &str, arguments: &[&str]) -> Command {
        let url = format!("postgresql:///{database}?host={}&user=postgres", self.cluster.socket_folder.display());
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgplumb"));
        command.args(arguments).args(["--url", &url]).current_dir(project);
        command
    }

    fn psql_command(&self, database: &str, arguments: &[&str]) -> Command {
        self.command("psql", database, &[&["-X"], arguments].concat())
    }

    fn psql(&self, database: &str, arguments: &[&str]) {
        time(self.psql_command(database, arguments));
    }

    fn command(&self, program: &str, database: &str, arguments: &[&str]) -> Command {
        // Debian's `psql` is a wrapper that costs 20 ms, so the program itself is taken where it lies there.
        let own = PathBuf::from(format!("/usr/lib/postgresql/{}/bin/{program}", self.cluster.major));
        let mut command = Command::new(if own.exists() { own } else { PathBuf::from(program) });
        command
            .args(["-h", self.cluster.socket_folder.to_str().unwrap(), "-U", "postgres", "-d", database])
            .args(arguments);
        command
    }
}

fn rounds(measure: impl Fn() -> Duration) -> Vec<Duration> {
    (0..ROUNDS).map(|_| measure()).collect()
}

/// Prints how the time for one script grows with their number, for pgplumb and for `psql`: 1 is not at all. The ratio of
/// the two is pgplumb's own share, whatever else the machine did meanwhile.
fn grows(few: &Migrated, many: &Migrated) {
    #[expect(clippy::cast_precision_loss, reason = "nobody has that many")]
    let each = |took: Duration, of: &Migrated| took.as_secs_f64() / of.count as f64;
    let ours = each(many.ours, many) / each(few.ours, few);
    let theirs = each(many.theirs, many) / each(few.theirs, few);
    let what = format!("time for a script, of {} beside of {}", many.count, few.count);
    println!("{what:<46} {ours:>9.2}       {:<46} {theirs:>9.2}       ratio {:.2}", "psql", ours / theirs);
}

fn times(runs: &[Run]) -> Vec<Duration> {
    runs.iter().map(|run| run.took).collect()
}

fn peak(runs: &[Run]) -> Option<u64> {
    runs.iter().filter_map(|run| run.peak).max()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark takes its size from the environment")]
fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark stands outside of the program")]
fn places(folder: &Path) -> Places {
    Places {
        project: folder.to_owned(),
        cache: folder.join("cache"),
        runtime: PathBuf::from("/tmp"),
        search_path: std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect(),
        program_folder: None,
        major: None,
        may_download: true,
    }
}

fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}
