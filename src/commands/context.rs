//! What every command works with: the project, the target, and where words go. Set-up is written here once.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use crate::cli::Options;
use crate::db::local::{self, Cluster, Places};
use crate::db::{Resolved, Session, Target, Wanted, connect, resolve};
use crate::error::{Failure, Outcome, with_state};
use crate::manifest::{self, Manifest};
use crate::output::Output;
use crate::platform::{self, Databases, LOCAL, Platform};
use crate::project::{Environment, Project};

/// How long a server may take to hear that nothing more comes.
const FAREWELL: Duration = Duration::from_millis(200);

/// What every command works with.
pub struct Context {
    /// The project.
    pub project: Project,
    /// Where words go.
    pub output: Output,
    wanted: Wanted,
    manifest: Option<PathBuf>,
    target: RefCell<Value>,
    /// The connections, which a signal must stop and the end must close.
    sessions: RefCell<Vec<Rc<Session>>>,
    interrupted: RefCell<Option<Outcome>>,
    scratches: Cell<u32>,
    /// Whether the target may be asked, in a transaction that is rolled back, what it makes of a text.
    asks_target: Cell<bool>,
    /// What belongs to a tool whose history was taken over, and so not to the project.
    set_aside: RefCell<BTreeSet<Vec<String>>>,
}

/// A target that a command is connected to.
pub struct Connected {
    /// The connection.
    pub session: Rc<Session>,
    /// Where it leads.
    pub target: Target,
    /// Whether it is the project's own local default.
    pub local: bool,
}

impl Context {
    /// Opens the project and reads what the command line says about the target. Nothing is connected yet.
    pub fn open(options: &Options, environment: Environment, output: &Output) -> Result<Self> {
        let folder = options.project.as_deref().unwrap_or(Path::new("."));
        let project = Project::open_in(folder, environment)?;
        let wanted = Wanted::new(options.url.clone(), options.env.clone(), BufReader::new(std::io::stdin()))?;
        Ok(Context {
            project,
            output: output.clone(),
            wanted,
            manifest: options.manifest.clone(),
            target: RefCell::default(),
            sessions: RefCell::default(),
            interrupted: RefCell::default(),
            scratches: Cell::default(),
            asks_target: Cell::default(),
            set_aside: RefCell::default(),
        })
    }

    /// Says something on standard error.
    pub fn say(&self, text: &str) {
        self.output.say(text);
    }

    /// Says something that only a curious reader wants.
    pub fn detail(&self, text: &str) {
        self.output.detail(text);
    }

    /// Whether the target may be asked what it makes of a text, instead of a scratch database.
    pub fn asks_target(&self) -> bool {
        self.asks_target.get()
    }

    /// Lets the target be asked what it makes of a text.
    pub fn ask_target(&self) {
        self.asks_target.set(true);
    }

    /// Leaves objects, and what stands in tables among them, out of what is the project's.
    pub fn set_aside(&self, paths: Vec<Vec<String>>) {
        self.set_aside.borrow_mut().extend(paths);
    }

    /// Whether an object was set aside. A schema is so by itself, without what stands in it.
    pub fn is_set_aside(&self, path: &[String]) -> bool {
        let is = |aside: &Vec<String>| path == aside || aside.len() > 1 && path.starts_with(aside);
        self.set_aside.borrow().iter().any(is)
    }

    /// The platform that the project is written for.
    pub fn platform(&self) -> Option<Platform> {
        self.project.settings.platform
    }

    /// Which database is meant; nothing is connected by it.
    pub fn resolved(&self) -> Result<Resolved> {
        resolve(&self.project, &self.wanted)
    }

    /// Connects to the target; the local default is started, and made, if need be.
    pub async fn connect(&self) -> Result<Connected> {
        self.connected().await.map_err(|error| with_state(error, "nothing was changed"))
    }

    async fn connected(&self) -> Result<Connected> {
        let (target, session, local) = match self.resolved()? {
            Resolved::Server(target) => {
                target.announce(&self.output);
                let session = self.session(&target).await?;
                (*target, session, false)
            }
            Resolved::Local => {
                let cluster = self.cluster().await?;
                let databases = Databases::new(&cluster, self.platform());
                let target = databases.target(LOCAL);
                let session = match self.session(&target).await {
                    Ok(session) => session,
                    // The first command after the cluster was made finds no database, or not even the role.
                    Err(_) => {
                        databases.ensure(LOCAL).await?;
                        self.session(&target).await?
                    }
                };
                (target, session, true)
            }
        };
        *self.target.borrow_mut() = target.value(Some(session.server_version_num));
        Ok(Connected { session, target, local })
    }

    /// Connects to a database of which the target is known already.
    pub async fn session(&self, target: &Target) -> Result<Rc<Session>> {
        let output = self.output.clone();
        let session = connect(target, move |notice| output.detail(&notice.to_string())).await?;
        let session = Rc::new(session);
        self.sessions.borrow_mut().push(Rc::clone(&session));
        Ok(session)
    }

    /// Lets go of a session that nobody uses any more: it ends with its last owner.
    pub fn release(&self, session: &Rc<Session>) {
        self.sessions.borrow_mut().retain(|kept| !Rc::ptr_eq(kept, session));
    }

    /// A name for a scratch database that no other command and no earlier use in this one has.
    pub fn scratch_name(&self) -> String {
        self.scratches.set(self.scratches.get() + 1);
        format!("pgplumb_scratch_{}_{}", std::process::id(), self.scratches.get())
    }

    /// The project's local cluster, running.
    pub async fn cluster(&self) -> Result<Cluster> {
        local::ensure_running(&self.places(), platform::superuser(self.platform()), &|text| self.say(text)).await
    }

    /// Where the local cluster may keep its things.
    pub fn places(&self) -> Places {
        places(&self.project.environment, &self.project.folder, self.project.settings.local.version)
    }

    /// The manifest's file, as people call it.
    pub fn manifest_path(&self) -> (PathBuf, String) {
        match &self.manifest {
            Some(path) => (path.clone(), path.display().to_string()),
            None => (self.project.manifest(), "manifest.json".to_owned()),
        }
    }

    /// The manifest.
    pub fn read_manifest(&self) -> Result<Manifest> {
        let (path, shown_as) = self.present_manifest()?;
        manifest::read(&path, &shown_as)
    }

    /// The manifest, read on a thread of its own: a large one takes as long as the server takes to answer.
    pub async fn read_manifest_aside(&self) -> Result<Manifest> {
        let (path, shown_as) = self.present_manifest()?;
        tokio::task::spawn_blocking(move || manifest::read(&path, &shown_as)).await?
    }

    fn present_manifest(&self) -> Result<(PathBuf, String)> {
        let (path, shown_as) = self.manifest_path();
        if !path.exists() {
            return Err(Failure::input(format!("there is no {shown_as}, so nothing can be proven"))
                .next("write one with `pgplumb db:manifest --from migrations`, or migrate with --no-verify")
                .into());
        }
        Ok((path, shown_as))
    }

    /// The target, as `--json` reports it; null as long as nothing is connected.
    pub fn target_value(&self) -> Value {
        self.target.borrow().clone()
    }

    /// Stops what runs in the database, because a signal came. What it was part of is rolled back.
    pub async fn interrupt(&self, outcome: Outcome) {
        *self.interrupted.borrow_mut() = Some(outcome);
        let sessions = self.sessions.borrow().clone();
        for session in sessions {
            let _ = session.cancel().await;
        }
    }

    /// Tells the servers that nothing more comes. One that is still busy is not waited for: it finds out by itself.
    pub async fn close(&self) {
        for session in self.sessions.take() {
            if let Ok(session) = Rc::try_unwrap(session) {
                let _ = tokio::time::timeout(FAREWELL, session.close()).await;
            }
        }
    }

    /// Waits, unless a signal comes.
    ///
    /// # Errors
    /// If a signal came.
    pub async fn pause(&self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        loop {
            self.check_interrupt()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            tokio::time::sleep(left.min(FAREWELL)).await;
        }
    }

    /// Fails if a signal came in the meantime; for the places where a command can stop cleanly.
    pub fn check_interrupt(&self) -> Result<()> {
        match *self.interrupted.borrow() {
            Some(outcome) => Err(Failure::new(outcome, "interrupted").into()),
            None => Ok(()),
        }
    }
}

fn places(environment: &Environment, project: &Path, major: Option<u32>) -> Places {
    // What root keeps in its own home cannot be entered by the account that the server runs as.
    let is_root = rustix::process::geteuid().is_root();
    let shared = || PathBuf::from("/var/cache/pgplumb");
    let own = environment.cache_folder().filter(|_| !is_root);
    Places {
        project: project.to_owned(),
        cache: own.unwrap_or_else(shared),
        runtime: environment.runtime_folder().filter(|_| !is_root).unwrap_or_else(|| PathBuf::from("/tmp")),
        search_path: environment.program_folders(),
        program_folder: environment.server_programs(),
        major: major.and_then(|major| u16::try_from(major).ok()),
        may_download: true,
    }
}
