//! Making a data folder: a copy of an initdb result that is kept in the cache.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::account::{self, Account};
use super::folders::{self, Temporary};
use super::programs::Programs;
use crate::error::Failure;

const LIMIT: Duration = Duration::from_secs(300);

/// Locales for classes and cases of letters, the best first. Not every machine has each.
const CTYPES: [&str; 3] = ["C.UTF-8", "en_US.UTF-8", "C"];

/// Sorting is by code point, so the same everywhere. Nothing depends on the locale of whoever runs pgplumb.
const OPTIONS: [&str; 7] = [
    "--encoding=UTF8",
    "--locale=C",
    "--text-search-config=english",
    "--auth-local=trust",
    "--auth-host=reject",
    "--no-sync",
    "--pgdata",
];

/// From 17 on PostgreSQL has classes and cases of letters of its own.
const BUILTIN: [&str; 2] = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"];

/// Added to `postgresql.conf` once, so that what a person changes there stays.
const SETTINGS: &str = "
# pgplumb: this cluster is for development and may be made again at any time, so it is fast rather than safe:
# its data survives a crash of the server, but not one of the machine.
fsync = off
full_page_writes = off
# Publications and replication slots can be tried.
wal_level = logical
# One cluster per project should stay small, in memory and on disk.
shared_buffers = 64MB
max_wal_size = 256MB
";

/// The file in a data folder that says which role initdb made.
const SUPERUSER: &str = "pgplumb.superuser";

/// Makes the data folder `data`, whole or not at all.
pub async fn create(
    data: &Path,
    cache: &Path,
    programs: &Programs,
    account: &Account,
    superuser: &str,
    say: &dyn Fn(&str),
) -> Result<()> {
    let template = template(cache, programs, account, superuser, say).await?;
    let temporary = Temporary::new(data.parent().unwrap_or(data))?;
    let copied = temporary.path.join("data");
    copy(&template, &copied, account)?;
    folders::settle(&copied, data)
}

/// Refuses to go on with a data folder whose superuser has another name.
pub fn check_superuser(data: &Path, superuser: &str) -> Result<()> {
    let path = data.join(SUPERUSER);
    let found = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    if found != superuser {
        bail!(
            Failure::input(format!(
                "the local cluster was made with the superuser `{found}`, but now it should be \
                 `{superuser}`, as after a change of `platform`"
            ))
            .next(format!("pgplumb local:stop, then remove {} to begin a new cluster", data.display()))
        );
    }
    Ok(())
}

/// The initdb result in the cache, made first where it is missing.
async fn template(
    cache: &Path,
    programs: &Programs,
    account: &Account,
    superuser: &str,
    say: &dyn Fn(&str),
) -> Result<PathBuf> {
    let version = &programs.version;
    let uid = account.uid.to_string();
    let mut parts =
        vec![programs.folder.as_os_str().as_bytes(), superuser.as_bytes(), uid.as_bytes(), SETTINGS.as_bytes()];
    parts.extend(OPTIONS.iter().chain(&BUILTIN).chain(&CTYPES).map(|option| option.as_bytes()));
    let place = cache.join(format!("initdb-{}-{}", version.text, folders::fingerprint(&parts)));
    if place.is_dir() {
        return Ok(place);
    }
    say(&format!("preparing PostgreSQL {} (once)", version.text));
    let temporary = Temporary::new(cache)?;
    if !account.can_enter(&temporary.path) {
        bail!(Failure::input(format!("the server's account cannot enter the cache folder {}", cache.display())).next(
            "choose a cache folder that every user can enter, such as /var/cache/pgplumb, or run pgplumb as a user \
                 that is not root"
        ));
    }
    let made = temporary.path.join("data");
    initialise(&made, programs, account, superuser).await?;
    folders::settle(&made, &place)?;
    Ok(place)
}

async fn initialise(data: &Path, programs: &Programs, account: &Account, superuser: &str) -> Result<()> {
    let mut failure = String::new();
    for ctype in CTYPES {
        fs::create_dir(data).with_context(|| format!("cannot create {}", data.display()))?;
        account.give(data)?;
        let mut command = account.command(&programs.folder.join("initdb"));
        command.args(OPTIONS).arg(data).arg("--username").arg(superuser).arg("--lc-ctype").arg(ctype);
        if programs.version.major >= 17 {
            command.args(BUILTIN);
        }
        let output = account::run(command, LIMIT).await?;
        if output.status.success() {
            return finish(data, account, superuser);
        }
        failure = account::words(&output);
        fs::remove_dir_all(data).with_context(|| format!("cannot remove {}", data.display()))?;
        if !failure.contains("invalid locale") {
            break;
        }
    }
    let program = programs.folder.join("initdb");
    bail!(
        Failure::input(format!("{} failed:\n{failure}", program.display()))
            .next("mend what it says, or choose other programs with PGPLUMB_PG_BIN")
    );
}

fn finish(data: &Path, account: &Account, superuser: &str) -> Result<()> {
    let path = data.join("postgresql.conf");
    let file = OpenOptions::new().append(true).open(&path);
    file.and_then(|mut file| file.write_all(SETTINGS.as_bytes()))
        .with_context(|| format!("cannot write {}", path.display()))?;
    let note = data.join(SUPERUSER);
    fs::write(&note, superuser).with_context(|| format!("cannot write {}", note.display()))?;
    account.give(&note)
}

/// Copies a folder of folders and plain files with their modes; the copy belongs to the account.
fn copy(from: &Path, to: &Path, account: &Account) -> Result<()> {
    let failed = || format!("cannot copy {} to {}", from.display(), to.display());
    if from.is_dir() {
        fs::create_dir(to).with_context(failed)?;
        for entry in fs::read_dir(from).with_context(failed)? {
            let name = entry.with_context(failed)?.file_name();
            copy(&from.join(&name), &to.join(&name), account)?;
        }
        fs::set_permissions(to, fs::Permissions::from_mode(0o700)).with_context(failed)?;
    } else {
        fs::copy(from, to).with_context(failed)?;
    }
    account.give(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_superuser_is_an_error_that_says_what_to_do() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join(SUPERUSER), "postgres").unwrap();
        assert!(check_superuser(data.path(), "postgres").is_ok());
        let error = check_superuser(data.path(), "supabase_admin").unwrap_err().to_string();
        assert!(error.contains("`postgres`") && error.contains("local:stop"), "{error}");
    }
}
