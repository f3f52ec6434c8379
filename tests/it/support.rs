//! What tests share: the server, databases of their own, projects on disk, and the real program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::{Failed, Trial};
use pgplumb::db::local::{self, Cluster, Places};
use pgplumb::db::{Target, connect};
use pgplumb::platform::{Databases, Platform};
use tempfile::TempDir;
use tokio_postgres::SimpleQueryMessage;

/// What a test returns.
pub type Result<T = ()> = std::result::Result<T, Failed>;

/// The tests of a module as trials: `trials!("cli", help_is_pinned, …)`.
#[macro_export]
macro_rules! trials {
    ($module:literal, $($test:ident),+ $(,)?) => {
        /// The tests of this module.
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            vec![$($crate::support::trial(concat!($module, "::", stringify!($test)), $test)),+]
        }
    };
}

/// The same for tests that are async: a list of trials.
#[macro_export]
macro_rules! async_trials {
    ($module:literal, $($test:ident),+ $(,)?) => {
        vec![$($crate::support::trial(
            concat!($module, "::", stringify!($test)),
            || $crate::support::block_on($test()),
        )),+]
    };
}

/// A test by its name.
pub fn trial(name: &str, test: impl FnOnce() -> Result + Send + 'static) -> Trial {
    Trial::test(name.to_owned(), test)
}

/// Whether the machine has a program that a test holds pgplumb against. A test that lacks one is reported as ignored.
pub fn has_program(name: &str) -> bool {
    std::env::split_paths(&variable("PATH").unwrap_or_default()).any(|folder| folder.join(name).is_file())
}

/// Fails with a message.
pub fn fail<T>(message: impl Into<String>) -> Result<T> {
    Err(Failed::from(message.into()))
}

/// The folder of the repository, whose root is the chat project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

struct Server {
    cluster: Cluster,
    places: Places,
    _folder: TempDir,
}

static SERVER: Mutex<Option<Server>> = Mutex::new(None);
static COUNTER: AtomicUsize = AtomicUsize::new(0);

/// The server of all tests; started by whoever comes first.
pub fn cluster() -> Cluster {
    let mut server = SERVER.lock().unwrap();
    server.get_or_insert_with(start_server).cluster.clone()
}

fn start_server() -> Server {
    let folder = tempfile::Builder::new().prefix("pgplumb-test-").tempdir().unwrap();
    open_to_all(folder.path());
    let places = places(folder.path());
    let cluster = block_on(local::ensure_running(&places, "supabase_admin", &|_| ())).unwrap();
    Server { cluster, places, _folder: folder }
}

/// Stops the server, if one was started.
pub fn stop_server() {
    if let Some(server) = SERVER.lock().unwrap().take() {
        block_on(local::stop(&server.places)).unwrap();
    }
}

/// Where a local cluster in `folder` keeps its things; what can be used again stays in the user's cache.
pub fn places(folder: &Path) -> Places {
    let path = std::env::split_paths(&variable("PATH").unwrap_or_default()).collect();
    let cache = if rustix::process::geteuid().is_root() {
        PathBuf::from("/var/cache/pgplumb")
    } else {
        PathBuf::from(variable("HOME").unwrap_or_default()).join(".cache/pgplumb")
    };
    let programs = variable("PGPLUMB_TEST_PG_BIN").map(PathBuf::from);
    Places {
        project: folder.to_owned(),
        cache,
        runtime: PathBuf::from("/tmp"),
        search_path: path,
        program_folder: programs,
        major: None,
        may_download: true,
    }
}

/// The value of an environment variable.
#[expect(clippy::disallowed_methods, reason = "tests stand outside of the program, and pass on what it needs")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The account that the server runs as must be able to enter the folders of tests that run as root.
pub fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs a future to its end.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A database that goes away with its value.
pub struct Database {
    name: String,
}

impl Database {
    /// An empty database, without a platform.
    pub fn plain() -> Self {
        Database::new(None)
    }

    /// A database with the Supabase platform.
    pub fn supabase() -> Self {
        Database::new(Some(Platform::Supabase))
    }

    fn new(platform: Option<Platform>) -> Self {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let cluster = cluster();
        // The roles belong to the cluster, so even a plain database has the one that scripts run as.
        block_on(async {
            Databases::new(&cluster, Some(Platform::Supabase)).ensure("test_platform").await.unwrap();
            match platform {
                Some(_) => Databases::new(&cluster, platform).scratch(&name).await.unwrap(),
                None => {
                    let create = format!("CREATE DATABASE {name} TEMPLATE template0 OWNER postgres");
                    run(&superuser("template1"), &create).await;
                }
            }
        });
        Database { name }
    }

    /// Another database that is as this one is now.
    pub fn copy(&self) -> Self {
        let name = format!("test_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let statement = format!("CREATE DATABASE {name} TEMPLATE {} OWNER postgres", self.name);
        block_on(run(&superuser("template1"), &statement));
        Database { name }
    }

    /// One that is there, for a thread of its own.
    pub fn named(name: &str) -> Self {
        Database { name: name.to_owned() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A connection string for the role that scripts run as.
    pub fn url(&self) -> String {
        self.url_as("postgres")
    }

    /// A connection string for another role.
    pub fn url_as(&self, role: &str) -> String {
        let folder = cluster().socket_folder;
        format!("postgresql:///{}?host={}&user={role}", self.name, folder.display())
    }

    /// Runs statements as the superuser.
    pub fn run(&self, sql: &str) {
        block_on(run(&superuser(&self.name), sql));
    }

    /// The rows of a query for the superuser, as text; NULL is an empty text.
    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        block_on(async {
            let session = connect(&superuser(&self.name), |_| ()).await.unwrap();
            let messages = session.client.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
            session.close().await;
            let row = |message: &SimpleQueryMessage| match message {
                SimpleQueryMessage::Row(row) => {
                    Some((0..row.len()).map(|at| row.get(at).unwrap_or_default().to_owned()).collect())
                }
                _ => None,
            };
            messages.iter().filter_map(row).collect()
        })
    }

    /// The one value of a query for the superuser.
    pub fn value(&self, sql: &str) -> String {
        self.rows(sql).first().and_then(|row| row.first()).cloned().unwrap_or_default()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let dropped = block_on(Databases::new(&cluster(), Some(Platform::Supabase)).drop(&self.name));
        if let Err(error) = dropped {
            eprintln!("{error:#}");
        }
    }
}

/// The target of a database for the superuser.
pub fn superuser(database: &str) -> Target {
    Databases::new(&cluster(), Some(Platform::Supabase)).superuser_target(database)
}

async fn run(target: &Target, sql: &str) {
    let session = connect(target, |_| ()).await.unwrap();
    session.client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    session.close().await;
}

/// A project on disk that goes away with its value, and its local cluster with it.
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// A project without a file.
    pub fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("pgplumb-project-").tempdir().unwrap();
        open_to_all(folder.path());
        Project { folder }
    }

    /// A copy of the chat project.
    pub fn chat() -> Self {
        Project::copy_of(root())
    }

    /// A copy of the project in a folder.
    pub fn copy_of(folder: &Path) -> Self {
        let project = Project::empty();
        for name in ["pgplumb.toml", "manifest.json", "migrations", "seeds", "data"] {
            copy(&folder.join(name), &project.path().join(name));
        }
        project
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into it.
    #[must_use]
    pub fn with(self, file: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(file, text);
        self
    }

    /// Writes a file into it.
    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The text of a file in it.
    pub fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.path().join(file)).unwrap()
    }

    /// A command line of the program in it, with nothing in its environment that names a target.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgplumb"));
        let keep = ["PATH", "LANG", "LC_ALL"].into_iter().filter_map(|name| Some((name, variable(name)?)));
        command.args(arguments).current_dir(self.path()).env_clear().envs(keep).env("HOME", self.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program in it.
    pub fn pgplumb(&self, arguments: &[&str]) -> Output {
        Output::of(&mut self.command(arguments))
    }

    /// Runs the program in it against a database, as its superuser.
    pub fn on_as_superuser(&self, database: &Database, arguments: &[&str]) -> Output {
        let url = database.url_as("supabase_admin");
        self.pgplumb(&[arguments, &["--url", &url]].concat())
    }

    /// Runs the program in it against a database.
    pub fn on(&self, database: &Database, arguments: &[&str]) -> Output {
        let url = database.url();
        self.pgplumb(&[arguments, &["--url", &url]].concat())
    }
}

impl Project {
    /// Runs the program in it against a database, as the superuser: before PostgreSQL 14 no other role can read all data.
    pub fn as_superuser(&self, database: &Database, arguments: &[&str]) -> Output {
        let url = database.url_as("supabase_admin");
        self.pgplumb(&[arguments, &["--url", &url]].concat())
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        if self.path().join(".pgplumb").exists() {
            self.pgplumb(&["local:stop"]);
        }
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else if from.exists() {
        std::fs::copy(from, to).unwrap();
    }
}

/// What a run of the program came to.
#[derive(Debug)]
pub struct Output {
    /// The exit code, or 128 and the signal.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Output {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Output::from(output)
    }

    /// Fails unless the exit code is `code`.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails unless standard output or standard error has `words` in it.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        let said = self.stdout.contains(words) || self.stderr.contains(words);
        assert!(said, "`{words}` is not said\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

impl From<std::process::Output> for Output {
    fn from(output: std::process::Output) -> Self {
        use std::os::unix::process::ExitStatusExt;
        let signal = || 128 + output.status.signal().unwrap_or(0);
        Output {
            code: output.status.code().unwrap_or_else(signal),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
