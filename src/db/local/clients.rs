//! Finding `pg_dump` and `pg_restore` on this machine, where the server programs are looked for.

use std::fs;
use std::path::{Path, PathBuf};

use super::Places;
use super::account::{self, Account, SHORT};
use super::programs::{Version, candidates, is_executable, parse_version};

/// A folder with `pg_dump` and `pg_restore` of one version that run here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clients {
    /// The folder.
    pub folder: PathBuf,
    /// The version that both report.
    pub version: Version,
}

/// Everything that is found: in the chosen folder, if there is one, else wherever server programs may be.
///
/// # Errors
/// If there is nobody to run programs as.
pub async fn clients(places: &Places) -> anyhow::Result<Vec<Clients>> {
    let account = Account::of_server()?;
    let folders = match &places.program_folder {
        Some(folder) => vec![std::path::absolute(folder)?],
        None => candidates(places).await,
    };
    let (mut found, mut seen) = (Vec::new(), Vec::new());
    for folder in folders {
        let Ok(program) = fs::canonicalize(folder.join("pg_dump")) else { continue };
        // Debian's wrapper in /usr/bin decides for itself which version it runs.
        if program.ends_with("pg_wrapper") || seen.contains(&program) {
            continue;
        }
        seen.push(program);
        found.extend(probe(&folder, &account).await);
    }
    Ok(found)
}

async fn probe(folder: &Path, account: &Account) -> Option<Clients> {
    let dump = version(folder, "pg_dump", account).await?;
    let restore = version(folder, "pg_restore", account).await?;
    (dump == restore).then(|| Clients { folder: folder.to_owned(), version: dump })
}

async fn version(folder: &Path, program: &str, account: &Account) -> Option<Version> {
    let file = folder.join(program);
    if !is_executable(&file) {
        return None;
    }
    let mut command = account.command(&file);
    command.arg("--version");
    let output = account::run(command, SHORT).await.ok().filter(|output| output.status.success())?;
    parse_version(program, &String::from_utf8_lossy(&output.stdout))
}
