//! How fast pgplumb is beside `psql` and `pg_dump`, measured in one run on one server of its own. It prints ratios and
//! asserts nothing: `cargo bench` · `PGPLUMB_BENCH_TABLES=5000 cargo bench`. With `PGPLUMB_BENCH_SCRIPTS=0` only what has to
//! do with schemas is measured.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot go on stops, and prints what it measured"
)]

mod generate;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pgplumb::db::local::{self, Cluster, Places};

const ROUNDS: usize = 5;

fn main() {
    let folder = tempfile::Builder::new().prefix("pgplumb-bench-").tempdir().unwrap();
    open_to_all(folder.path());
    let places = places(folder.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cluster = runtime.block_on(local::ensure_running(&places, "postgres", &|_| ())).unwrap();
    let bench = Bench { cluster, folder: folder.path().to_owned() };
    if number("PGPLUMB_BENCH_SCRIPTS", 1000) > 0 {
        bench.migrate();
        bench.nothing_to_do();
    }
    bench.verify(number("PGPLUMB_BENCH_TABLES", 1000));
    runtime.block_on(local::stop(&places)).unwrap();
}

struct Bench {
    cluster: Cluster,
    folder: PathBuf,
}

impl Bench {
    /// 1,000 scripts, each in a transaction of its own, beside one `psql` session that does the same.
    fn migrate(&self) {
        let scripts = generate::scripts(number("PGPLUMB_BENCH_SCRIPTS", 1000));
        let project = self.folder.join("scripts");
        std::fs::create_dir_all(project.join("migrations")).unwrap();
        let mut flat =
            "CREATE TABLE applied (version int PRIMARY KEY, name text, at timestamptz DEFAULT now());\n".to_owned();
        for (name, sql) in &scripts {
            std::fs::write(project.join("migrations").join(name), sql).unwrap();
            let version: u32 = name[..6].parse().unwrap();
            flat += &format!("BEGIN;\n{sql}\nINSERT INTO applied VALUES ({version}, '{name}');\nCOMMIT;\n");
        }
        let file = self.folder.join("flat.sql");
        std::fs::write(&file, flat).unwrap();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            // Who goes first changes, so that neither always meets the colder server.
            for turn in 0..2 {
                let name = format!("migrate_{round}_{turn}");
                self.psql("postgres", &["-c", &format!("CREATE DATABASE {name}")]);
                if (round + turn) % 2 == 0 {
                    ours.push(time(self.pgplumb(&project, &name, &["db:migrate", "--no-verify", "-q"])));
                } else {
                    let file = file.to_str().unwrap();
                    theirs.push(time(self.psql_command(&name, &["-q", "-v", "ON_ERROR_STOP=1", "-f", file])));
                }
            }
        }
        say(
            &format!("db:migrate of {} scripts", scripts.len()),
            &ours,
            "one psql session, a transaction each",
            &theirs,
        );
    }

    /// A second run, which finds nothing to do, beside the shortest thing that `psql` can do.
    fn nothing_to_do(&self) {
        let project = self.folder.join("scripts");
        let psql: Vec<Duration> = rounds(|| time(self.psql_command("postgres", &["-c", "SELECT 1"])));
        let last = format!("migrate_{}_0", ROUNDS - 1);
        let migrate = rounds(|| time(self.pgplumb(&project, &last, &["db:migrate", "--no-verify", "-q"])));
        let status = rounds(|| time(self.pgplumb(&project, &last, &["db:status", "-q"])));
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

fn time(mut command: Command) -> Duration {
    let begun = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(status.success(), "{:?} ended with {status}", command.get_program());
    begun.elapsed()
}

fn say(what: &str, ours: &[Duration], beside: &str, theirs: &[Duration]) {
    let (ours, theirs) = (median(ours), median(theirs));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("{what:<40} {:>8.1} ms   {beside:<40} {:>8.1} ms   ratio {ratio:.2}", ms(ours), ms(theirs));
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
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
