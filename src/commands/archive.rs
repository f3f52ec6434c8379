//! Running `pg_dump` and `pg_restore`: which of them, with which environment, until they end or a signal comes.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process};

use super::Context;
use crate::db::local::{self, Clients};
use crate::db::secret::Secret;
use crate::db::{Place, Session, Target};
use crate::error::{Failure, Outcome};
use crate::snapshot;

/// How long a program may take to stop after a signal.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long to wait for a signal before looking again.
const LONG: Duration = Duration::from_secs(3600);

/// Where systems keep the root certificates that they trust.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Variables of a program's environment.
pub type Variables = Vec<(&'static str, Secret)>;

/// The programs of this machine that can dump a server of that major, the best first.
///
/// # Errors
/// Refused, if there are none.
pub async fn programs(context: &Context, major: u32) -> Result<Vec<Clients>> {
    let places = context.places();
    let found = local::clients(&places).await?;
    let fitting = snapshot::fitting(&found, major);
    if fitting.is_empty() {
        return Err(snapshot::missing(&found, &places, major).into());
    }
    Ok(fitting)
}

/// What leads a program to the server that a session is connected to.
pub fn variables(target: &Target, session: &Session) -> Variables {
    let mut variables = target.variables(&session.host);
    let bundle = BUNDLES.into_iter().find(|file| Path::new(file).is_file());
    for (name, value) in &mut variables {
        // Before version 16 libpq takes "system" for the name of a file.
        if let Some(bundle) = bundle.filter(|_| *name == "PGSSLROOTCERT" && value.expose() == "system") {
            *value = Secret::new(bundle);
        }
    }
    if matches!(session.host.place, Place::Network(..)) {
        variables.push(("PGCONNECT_TIMEOUT", Secret::new("30")));
    }
    variables
}

/// Runs a program to its end and gives what it wrote to standard output.
///
/// # Errors
/// What it said, if it failed; or that a signal came.
pub async fn run(
    context: &Context,
    clients: &Clients,
    program: &str,
    arguments: &[String],
    variables: &[(&'static str, Secret)],
) -> Result<String> {
    let path = clients.folder.join(program);
    let mut command = tokio::process::Command::new(&path);
    command.args(arguments).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C");
    command.envs(variables.iter().map(|(name, value)| (name, value.expose())));
    // A signal from the terminal is for us to pass on.
    command.process_group(0).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().with_context(|| format!("cannot run {}", path.display()))?;
    let pid = child.id().and_then(|pid| Pid::from_raw(pid.cast_signed()));
    let ended = child.wait_with_output();
    tokio::pin!(ended);
    let output = tokio::select! {
        output = &mut ended => output,
        stopped = interrupted(context) => {
            // It cancels what it has the server do, which to kill it would not.
            if let Some(pid) = pid {
                let _ = kill_process(pid, Signal::TERM);
            }
            let _ = tokio::time::timeout(PATIENCE, ended).await;
            return Err(stopped);
        }
    };
    let output = output.with_context(|| format!("cannot run {}", path.display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = local::last_lines(&String::from_utf8_lossy(&output.stderr));
    let outcome = if words.contains("lock timeout") { Outcome::Transient } else { Outcome::RolledBack };
    let why = if words.is_empty() { format!("it ended with {}", output.status) } else { words };
    Err(Failure::new(outcome, format!("{program} failed:\n{why}")).into())
}

/// Waits for a signal.
async fn interrupted(context: &Context) -> anyhow::Error {
    loop {
        if let Err(error) = context.pause(LONG).await {
            return error;
        }
    }
}
