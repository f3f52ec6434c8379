//! The local default: a private PostgreSQL cluster per project, started on demand and left running between commands.

mod account;
mod clients;
mod download;
mod folders;
mod home;
mod initdb;
mod pins;
mod postmaster;
mod programs;
mod server;
mod socket;
mod unpack;

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::error::Failure;
use account::Account;
pub use account::last_lines;
pub use clients::{Clients, clients};
pub use folders::{Temporary, create as make_folder};
use home::Home;
use postmaster::Postmaster;
use programs::Programs;
pub use programs::Version;

/// Where things are on this machine, and which PostgreSQL is wanted.
#[derive(Clone, Debug)]
pub struct Places {
    /// The project's folder; `.pgplumb` below it is the state folder.
    pub project: PathBuf,
    /// The folder for what any project can use again: downloaded programs and initdb results.
    pub cache: PathBuf,
    /// A folder with a short path for sockets, such as `$XDG_RUNTIME_DIR` or `/tmp`.
    pub runtime: PathBuf,
    /// The folders of `PATH`.
    pub search_path: Vec<PathBuf>,
    /// The one folder to take the server programs from (`PGPLUMB_PG_BIN`).
    pub program_folder: Option<PathBuf>,
    /// The major that `local.version` pins.
    pub major: Option<u16>,
    /// Whether server programs that are not here may be downloaded.
    pub may_download: bool,
}

/// A cluster that accepts connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// The folder to give as host.
    pub socket_folder: PathBuf,
    /// The port, which is part of the socket's name.
    pub port: u16,
    /// The role that initdb made.
    pub superuser: String,
    /// The major of the server.
    pub major: u16,
    /// The data folder.
    pub data_folder: PathBuf,
}

/// One data folder of a project, running or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The major whose data it is.
    pub major: u16,
    /// The data folder.
    pub data_folder: PathBuf,
    /// The server's log.
    pub log: PathBuf,
    /// The process id of the server and its socket folder, while it runs.
    pub running: Option<(i32, PathBuf)>,
}

/// Gives the project's cluster, and makes and starts it first where needed. It is left running.
///
/// `superuser` is the name of the role that initdb makes. `say` gets a line before each step that takes a while.
/// Fails with bad input where there are no server programs, or where the server does not start.
pub async fn ensure_running(places: &Places, superuser: &str, say: &dyn Fn(&str)) -> Result<Cluster> {
    let account = Account::of_server()?;
    let home = Home::find(places, &account)?;
    if let Some(cluster) = answering(&home, places, superuser).await? {
        return Ok(cluster);
    }
    home.create()?;
    let _lock = home.lock(say).await?;
    if let Some(cluster) = answering(&home, places, superuser).await? {
        return Ok(cluster);
    }
    let programs = programs::choose(places, &account, home.wanted_major(places), say).await?;
    let account = prepare(&home, places, &programs, &account, superuser, say).await?;
    let major = programs.version.major;
    let postmaster = server::bring_up(&home, places, &programs, &account, superuser, say).await?;
    Ok(cluster(&home, major, superuser, postmaster))
}

/// Stops whatever servers the project runs. False if there was none.
pub async fn stop(places: &Places) -> Result<bool> {
    stop_those(places, |_| true).await
}

/// Stops the project's server of one major. False if there was none.
pub async fn stop_major(places: &Places, major: u16) -> Result<bool> {
    stop_those(places, |other| other == major).await
}

async fn stop_those(places: &Places, wanted: impl Fn(u16) -> bool) -> Result<bool> {
    let home = Home::find(places, &Account::of_server()?)?;
    let mut majors = home.majors();
    majors.retain(|major| wanted(*major));
    if majors.is_empty() {
        return Ok(false);
    }
    home.create()?;
    let _lock = home.lock(&|_| ()).await?;
    let mut stopped = false;
    for major in majors {
        stopped |= server::stop(&home.data(major)).await?;
    }
    Ok(stopped)
}

/// The folder beside a project's own clusters for those that only scratch databases are in.
pub fn beside(places: &Places) -> PathBuf {
    places.project.join(".pgplumb").join("scratch")
}

/// Says what the project has: one entry per data folder, the oldest major first.
pub async fn state(places: &Places) -> Result<Vec<State>> {
    let home = Home::find(places, &Account::of_server()?)?;
    let mut states = Vec::new();
    for major in home.majors() {
        let data_folder = home.data(major);
        let running = postmaster::running(&data_folder).await.map(|server| (server.pid, server.socket_folder));
        states.push(State { major, data_folder, log: home.log(major), running });
    }
    Ok(states)
}

/// Downloads the server programs of `major` into the cache, unless they are there, and gives their folder.
pub async fn install(places: &Places, major: u16, say: &dyn Fn(&str)) -> Result<PathBuf> {
    let account = Account::of_server()?;
    Ok(download::install(places, &account, major, say).await?.folder)
}

/// The cluster, if it runs already. Every command comes through here, so nothing is spawned.
async fn answering(home: &Home, places: &Places, superuser: &str) -> Result<Option<Cluster>> {
    let majors = match (places.major, &places.program_folder) {
        (Some(major), _) => vec![major],
        (None, Some(_)) => home.majors(),
        (None, None) => home.majors().pop().into_iter().collect(),
    };
    for major in majors {
        let data = home.data(major);
        let Some(postmaster) = postmaster::read(&data) else { continue };
        let of_programs = places.program_folder.as_ref().is_none_or(|folder| postmaster::started_from(&data, folder));
        if of_programs && postmaster.is_usable(&data).await {
            initdb::check_superuser(&data, superuser)?;
            return Ok(Some(cluster(home, major, superuser, postmaster)));
        }
    }
    Ok(None)
}

/// Sees to it that the data folder exists, and gives the account that it belongs to.
async fn prepare(
    home: &Home,
    places: &Places,
    programs: &Programs,
    account: &Account,
    superuser: &str,
    say: &dyn Fn(&str),
) -> Result<Account> {
    let data = home.data(programs.version.major);
    if !data.join("PG_VERSION").exists() {
        initdb::create(&data, &places.cache, programs, account, superuser, say).await?;
        return Ok(account.clone());
    }
    initdb::check_superuser(&data, superuser)?;
    let Some(owner) = account.owning(&data)? else {
        bail!(
            Failure::input(format!("the data folder {} belongs to another user", data.display()))
                .next("run pgplumb as that user, or remove the folder to begin a new local cluster")
        );
    };
    Ok(owner)
}

fn cluster(home: &Home, major: u16, superuser: &str, postmaster: Postmaster) -> Cluster {
    Cluster {
        socket_folder: postmaster.socket_folder,
        port: postmaster.port,
        superuser: superuser.to_owned(),
        major,
        data_folder: home.data(major),
    }
}
