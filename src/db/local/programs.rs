//! Finding PostgreSQL's server programs on this machine.

use std::cmp::Reverse;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::account::{self, Account, SHORT};
use super::{Places, download, folders};
use crate::error::Failure;

/// The oldest major that is used.
const OLDEST: u16 = 12;

/// Where packages put server programs: a parent, the start of a folder's name in it, and the way down from there.
const PACKAGES: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// A folder with `postgres` and `initdb` that run here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    /// The folder.
    pub folder: PathBuf,
    /// The version that `postgres` reports.
    pub version: Version,
}

/// A version of PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The major.
    pub major: u16,
    /// The minor; 0 for betas.
    pub minor: u16,
    /// As PostgreSQL writes it.
    pub text: String,
}

/// The programs to use: the chosen folder's, else the newest that are found, else downloaded ones.
///
/// `wanted` is the major that it must be. Fails with bad input, and says what there is.
pub async fn choose(places: &Places, account: &Account, wanted: Option<u16>, say: &dyn Fn(&str)) -> Result<Programs> {
    if let Some(folder) = &places.program_folder {
        return chosen(folder, account, wanted).await;
    }
    let mut found = find(places, account).await;
    let majors: Vec<String> = found.iter().map(|programs| programs.version.major.to_string()).collect();
    found.retain(|programs| wanted.is_none_or(|major| major == programs.version.major));
    if let Some(newest) = found.into_iter().next() {
        return Ok(newest);
    }
    let missing = match (wanted, majors.is_empty()) {
        (Some(major), false) => format!("PostgreSQL {major} is not on this machine, only {}", majors.join(", ")),
        (Some(major), true) => format!("PostgreSQL {major} is not on this machine"),
        (None, _) => "there are no PostgreSQL server programs on this machine".to_owned(),
    };
    if !places.may_download {
        bail!(Failure::input(missing));
    }
    say(&missing);
    let downloaded = download::install(places, account, wanted.unwrap_or(download::DEFAULT), say).await;
    downloaded.map_err(|error| match error.downcast::<Failure>() {
        Ok(failure) => Failure { message: format!("{missing}; {}", failure.message), ..failure }.into(),
        Err(error) => error.context(missing),
    })
}

/// The programs in `folder`, if they run and can be used.
pub async fn probe(folder: &Path, account: &Account) -> Option<Programs> {
    if !["postgres", "initdb"].iter().all(|name| is_executable(&folder.join(name))) {
        return None;
    }
    let mut command = account.command(&folder.join("postgres"));
    command.arg("--version");
    let output = account::run(command, SHORT).await.ok().filter(|output| output.status.success())?;
    let version = parse_version("postgres", &String::from_utf8_lossy(&output.stdout))?;
    (version.major >= OLDEST).then(|| Programs { folder: folder.to_owned(), version })
}

/// The executable file `name` on the search path.
pub fn on_path(places: &Places, name: &str) -> Option<PathBuf> {
    let files = places.search_path.iter().filter(|folder| folder.is_absolute()).map(|folder| folder.join(name));
    files.into_iter().find(|file| is_executable(file))
}

async fn chosen(folder: &Path, account: &Account, wanted: Option<u16>) -> Result<Programs> {
    let shown = folder.display();
    let Some(programs) = probe(&std::path::absolute(folder)?, account).await else {
        bail!(
            Failure::input(format!(
                "PGPLUMB_PG_BIN is {shown}, which has no `postgres` and `initdb` of PostgreSQL {OLDEST} or later \
                 that run here"
            ))
            .next("set PGPLUMB_PG_BIN to the folder with PostgreSQL's server programs, or unset it")
        );
    };
    let major = programs.version.major;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != major) {
        bail!(
            Failure::input(format!(
                "PGPLUMB_PG_BIN is {shown}, which is PostgreSQL {major}, but `local.version` is {wanted}"
            ))
            .next("change one of the two")
        );
    }
    Ok(programs)
}

/// Everything that is found, the newest first; of equal versions the one that the user is likelier to mean.
async fn find(places: &Places, account: &Account) -> Vec<Programs> {
    let mut found: Vec<Programs> = Vec::new();
    let mut seen = Vec::new();
    for folder in candidates(places).await {
        let Ok(program) = fs::canonicalize(folder.join("postgres")) else { continue };
        if !seen.contains(&program) {
            seen.push(program);
            found.extend(probe(&folder, account).await);
        }
    }
    found.sort_by_key(|programs| Reverse((programs.version.major, programs.version.minor)));
    found
}

/// The folders to look into.
pub async fn candidates(places: &Places) -> Vec<PathBuf> {
    let mut candidates = Vec::new();
    if let Some(program) = on_path(places, "pg_config") {
        let mut command = Command::new(program);
        command.arg("--bindir");
        let output = account::run(command, SHORT).await;
        candidates.extend(output.ok().map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())));
    }
    candidates.extend(places.search_path.iter().cloned());
    for (parent, start, below) in PACKAGES {
        candidates.extend(folders_in(Path::new(parent), start, below));
    }
    candidates.extend(folders_in(&places.cache, download::PREFIX, "bin"));
    candidates.retain(|folder| folder.is_absolute());
    candidates
}

fn folders_in(parent: &Path, start: &str, below: &str) -> Vec<PathBuf> {
    let names = folders::list(parent).into_iter();
    names.filter(|(name, _)| name.starts_with(start)).map(|(_, path)| path.join(below)).collect()
}

/// Whether it is a file that somebody may run.
pub fn is_executable(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// Reads what `program` says of itself: `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
pub fn parse_version(program: &str, line: &str) -> Option<Version> {
    let text = line.strip_prefix(program)?.strip_prefix(" (PostgreSQL) ")?.split_whitespace().next()?;
    let mut numbers = text.split(|character: char| !character.is_ascii_digit());
    let major = numbers.next()?.parse().ok()?;
    let minor = text.split_once('.').and_then(|(_, minor)| minor.parse().ok()).unwrap_or(0);
    Some(Version { major, minor, text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_in_all_spellings() {
        let read = |line| parse_version("postgres", line).map(|version| (version.major, version.minor, version.text));
        assert_eq!(read("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some((15, 18, "15.18".to_owned())));
        assert_eq!(read("postgres (PostgreSQL) 19beta1"), Some((19, 0, "19beta1".to_owned())));
        assert_eq!(read("postgres (PostgreSQL) 9.6.24"), Some((9, 0, "9.6.24".to_owned())));
        assert_eq!(read("postgres (EnterpriseDB) 15.18"), None);
    }

    #[tokio::test]
    async fn a_chosen_folder_must_be_right() {
        let folder = tempfile::tempdir().unwrap();
        let error = chosen(folder.path(), &Account::of_server().unwrap(), None).await.unwrap_err();
        assert!(error.to_string().contains("PGPLUMB_PG_BIN"), "{error}");
    }
}
