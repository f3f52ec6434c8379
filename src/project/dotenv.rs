//! The connection string in a `.env` file, read as data: nothing is put into the environment or taken from it.

use std::path::Path;

use anyhow::{Result, bail};

use crate::db::secret::Secret;
use crate::error::Failure;

/// The files that are looked into and the variables that are read from them, first wins.
const FILES: [&str; 2] = [".env.local", ".env"];
const NAMES: [&str; 2] = ["DATABASE_URL", "POSTGRES_URL"];

/// A connection string that a `.env` file holds.
#[derive(Clone, Debug)]
pub struct DotenvUrl {
    /// The connection string.
    pub url: Secret,
    /// The name of its variable.
    pub name: &'static str,
    /// The name of the file.
    pub file: &'static str,
}

/// Looks for a connection string in the `.env` files of `folder`.
pub fn find(folder: &Path) -> Result<Option<DotenvUrl>> {
    for file in FILES {
        let Some(text) = super::read(&folder.join(file))? else { continue };
        let variables = parse(file, &text)?;
        for name in NAMES {
            let mut values = variables.iter().filter(|(known, value)| known == name && !value.expose().is_empty());
            let Some((_, url)) = values.next() else { continue };
            if values.next().is_some() {
                bail!(Failure::input(format!("{file} sets {name} more than once")).next("keep one of them"));
            }
            return Ok(Some(DotenvUrl { url: url.clone(), name, file }));
        }
    }
    Ok(None)
}

fn parse(file: &str, text: &str) -> Result<Vec<(String, Secret)>> {
    refuse_expansion(file, text)?;
    // The parser takes a space at the very end for an open value.
    dotenvy::from_read_iter(format!("{}\n", text.trim_end()).as_bytes())
        .map(|item| match item {
            Ok((name, value)) => Ok((name, Secret::new(value))),
            Err(error) => bail!(
                Failure::input(format!("{file}{} is not of the form NAME=value", line_of(&error, text)))
                    .next("put a value with spaces or special characters in 'single quotes'")
            ),
        })
        .collect()
}

/// `dotenvy` would replace `$NAME` from the process environment and so silently change a password that holds a `$`.
fn refuse_expansion(file: &str, text: &str) -> Result<()> {
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_start();
        let Some((name, value)) = line.strip_prefix("export ").unwrap_or(line).split_once('=') else { continue };
        if NAMES.contains(&name.trim()) && value.contains('$') && !value.trim_start().starts_with('\'') {
            bail!(
                Failure::input(format!("{file}:{number} has a `$` in {}, and variables are not expanded", name.trim()))
                    .next("write %24 for a `$` in a password, or put the whole value in 'single quotes'")
            );
        }
    }
    Ok(())
}

/// Where in the file it went wrong, as `:LINE`. The text of the line stays unsaid, because it may be a secret.
fn line_of(error: &dotenvy::Error, text: &str) -> String {
    let dotenvy::Error::LineParse(wrong, _) = error else { return String::new() };
    // The parser gives sometimes the line and sometimes its value only.
    let first = wrong.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let number = text.lines().position(|line| !line.trim_start().starts_with('#') && line.contains(first));
    number.map(|number| format!(":{}", number + 1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(local: &str, common: &str) -> Result<Option<DotenvUrl>> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env.local"), local).unwrap();
        std::fs::write(folder.path().join(".env"), common).unwrap();
        find(folder.path())
    }

    #[test]
    fn the_local_file_and_database_url_come_first() {
        let url = found("POSTGRES_URL='a'\n", "DATABASE_URL=b\n").unwrap().unwrap();
        assert_eq!((url.url.expose(), url.name, url.file), ("a", "POSTGRES_URL", ".env.local"));
        let url = found("", "# x\nPOSTGRES_URL=a\nexport DATABASE_URL=\"b\"\n").unwrap().unwrap();
        assert_eq!((url.url.expose(), url.name, url.file), ("b", "DATABASE_URL", ".env"));
        assert!(found("DATABASE_URL=\n", "").unwrap().is_none());
    }

    #[test]
    fn a_wrong_line_is_named_by_its_number_alone() {
        let error = found("A=1\nDATABASE_URL=canary canary\n", "").unwrap_err().to_string();
        assert!(error.starts_with(".env.local:2 is not of the form") && !error.contains("canary"), "{error}");
        let error = found("DATABASE_URL=postgres://u:can$ary@h/d\n", "").unwrap_err().to_string();
        assert!(error.starts_with(".env.local:1 has a `$`") && !error.contains("ary@"), "{error}");
        assert_eq!(found("DATABASE_URL='pa$word'", "").unwrap().unwrap().url.expose(), "pa$word");
        assert!(found("DATABASE_URL=a\nDATABASE_URL=b\n", "").is_err());
    }
}
