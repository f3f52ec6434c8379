//! Starting and stopping the server of a data folder.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::sleep;
use tokio_postgres::NoTls;

use super::account::{Account, last_lines};
use super::home::Home;
use super::postmaster::{self, Phase, Postmaster};
use super::programs::Programs;
use super::{Places, socket};
use crate::error::{Failure, Outcome};

/// The longest that a start may take.
pub const START: Duration = Duration::from_secs(60);

/// The longest that a stop may take.
pub const STOP: Duration = Duration::from_secs(60);

/// Between two looks at a server that starts or stops.
pub const PAUSE: Duration = Duration::from_millis(5);

/// Gives a server on the data folder that accepts connections: the one that is there, or a new one.
pub async fn bring_up(
    home: &Home,
    places: &Places,
    programs: &Programs,
    account: &Account,
    superuser: &str,
    say: &dyn Fn(&str),
) -> Result<Postmaster> {
    let major = programs.version.major;
    let (data, log) = (home.data(major), home.log(major));
    if let Some(present) = settled(&data, &log).await? {
        if present.is_usable(&data).await {
            return Ok(present);
        }
        // Its folder was moved or its socket was removed; only a new start gives it a new address.
        stop(&data).await?;
    }
    say(&format!("starting the local PostgreSQL {major} cluster"));
    let stale = postmaster::stale_pid(&data).await;
    let runtime = if account.can_enter(&places.runtime) { &places.runtime } else { Path::new("/tmp") };
    socket::sweep(runtime, account).await;
    let folder = socket::create(runtime, &data, account).await?;
    let begin = Instant::now();
    loop {
        let mut child = spawn(programs, account, &data, &folder, &log, stale)?;
        match wait_for(&data, &log, Some(&mut child), begin).await? {
            Some(postmaster) => {
                greet(&postmaster, superuser).await?;
                return Ok(postmaster);
            }
            // Backends can outlive a server that was killed, but only for a moment.
            None if read(&log).contains("is still in use") && begin.elapsed() < START => sleep(20 * PAUSE).await,
            None => bail!(
                Failure::input(format!(
                    "the local PostgreSQL {major} did not start; its log ends with:\n{}",
                    read(&log)
                ))
                .next(format!(
                    "mend what the log {} says; if the data is broken, remove {} and begin a new cluster",
                    log.display(),
                    data.display()
                ))
            ),
        }
    }
}

/// Stops the server of `data` as soon as its transactions are rolled back. False if there was none.
pub async fn stop(data: &Path) -> Result<bool> {
    let Some(running) = postmaster::running(data).await else {
        return Ok(false);
    };
    interrupt(running.pid)?;
    let begin = Instant::now();
    while postmaster::running(data).await.is_some() {
        if begin.elapsed() > STOP {
            bail!(
                Failure::new(
                    Outcome::Transient,
                    format!(
                        "the local PostgreSQL (process {}) did not stop within {} seconds",
                        running.pid,
                        STOP.as_secs()
                    )
                )
                .next(format!("close what is connected to it, or end it with `kill -QUIT {}`", running.pid))
            );
        }
        sleep(PAUSE).await;
    }
    socket::remove(&running.socket_folder);
    Ok(true)
}

/// Tells a server to disconnect everybody and shut down.
pub fn interrupt(pid: i32) -> Result<()> {
    let Some(pid) = Pid::from_raw(pid) else { return Ok(()) };
    match kill_process(pid, Signal::INT) {
        Err(rustix::io::Errno::SRCH) => Ok(()),
        result => result.with_context(|| format!("cannot stop process {}", pid.as_raw_nonzero())),
    }
}

/// The server that is there, once it has made up its mind whether it runs.
async fn settled(data: &Path, log: &Path) -> Result<Option<Postmaster>> {
    let begin = Instant::now();
    match postmaster::running(data).await {
        None => Ok(None),
        Some(present) if present.phase == Phase::Ready => Ok(Some(present)),
        Some(_) => wait_for(data, log, None, begin).await,
    }
}

/// Starts a server in a process group of its own, so that Ctrl-C in our terminal is not for it.
///
/// postgres refuses to start if the process in a `postmaster.pid` lives, be it a zombie or a stranger. It makes an
/// exception for the process id in `PG_GRANDPARENT_PID`, and still checks for backends that outlived their server.
fn spawn(
    programs: &Programs,
    account: &Account,
    data: &Path,
    socket_folder: &Path,
    log: &Path,
    stale: Option<i32>,
) -> Result<Child> {
    let output = create_log(log)?;
    let errors = output.try_clone().with_context(|| format!("cannot write {}", log.display()))?;
    let program = programs.folder.join("postgres");
    let mut command = account.command(&program);
    command.arg("-D").arg(data).arg("-k").arg(socket_folder).arg("-p").arg(socket::PORT.to_string());
    command.args(["-c", "listen_addresses=", "-c", "logging_collector=off", "-c", "log_destination=stderr"]);
    if let Some(pid) = stale {
        command.env("PG_GRANDPARENT_PID", pid.to_string());
    }
    command.stdout(output).stderr(errors).process_group(0);
    command.spawn().with_context(|| format!("cannot run {}", program.display()))
}

/// Waits until the server accepts connections; nothing if it ended instead.
async fn wait_for(
    data: &Path,
    log: &Path,
    mut child: Option<&mut Child>,
    begin: Instant,
) -> Result<Option<Postmaster>> {
    loop {
        let ended = match &mut child {
            Some(child) => child.try_wait().context("cannot watch the server")?.is_some(),
            None => postmaster::running(data).await.is_none(),
        };
        if ended {
            return Ok(None);
        }
        let ready = postmaster::running(data).await.filter(|server| server.phase == Phase::Ready);
        if ready.is_some() {
            return Ok(ready);
        }
        if begin.elapsed() > START {
            bail!(
                Failure::new(
                    Outcome::Transient,
                    format!(
                        "the local PostgreSQL is not ready after {} seconds; its log ends with:\n{}",
                        START.as_secs(),
                        read(log)
                    )
                )
                .next("wait a little and run the command again")
            );
        }
        sleep(PAUSE).await;
    }
}

/// Makes sure that one can really work with the server.
async fn greet(postmaster: &Postmaster, superuser: &str) -> Result<()> {
    let mut config = tokio_postgres::Config::new();
    config.host_path(&postmaster.socket_folder).port(postmaster.port).user(superuser).dbname("postgres");
    config.connect_timeout(START);
    match tokio::time::timeout(START, config.connect(NoTls)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error).context("cannot connect to the local cluster that was just started"),
        Err(_) => bail!(Failure::new(Outcome::Transient, "the local cluster that was just started does not answer")),
    }
}

/// One log per start is enough; what it says about statements is for its owner only.
fn create_log(log: &Path) -> Result<File> {
    // A log of another owner cannot be truncated, but it can be replaced.
    let _ = fs::remove_file(log);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(log);
    file.with_context(|| format!("cannot create {}", log.display()))
}

fn read(log: &Path) -> String {
    last_lines(&String::from_utf8_lossy(&fs::read(log).unwrap_or_default()))
}
