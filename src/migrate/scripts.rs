//! The scripts of a project's folders: which files are there, in what order, and which are no scripts at all.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::error::{Failure, did_you_mean};
use crate::sql::{self, Source};

/// One SQL file of a project, and what its name says.
#[derive(Clone, Debug)]
pub struct Script {
    /// The number at the beginning of its name.
    pub version: i64,
    /// The rest of the name, in the letters that refinery admits.
    pub name: String,
    /// The file's name within its folder, without `.sql`.
    pub tag: String,
    /// Where it lies within the project, and its text. Of a file with an up and a down part, only the up part is here.
    pub source: Source,
}

/// What a file name says, or nothing if it is not the name of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    version: i64,
    name: String,
    tag: String,
    down: bool,
}

/// Reads the scripts of `folder` (`migrations`, `seeds`) in their order. `order` names the files where their names do
/// not give the order; a folder that is not there has no scripts.
///
/// # Errors
/// With the file's name: one that is no script, that cannot be read, or whose version another one has.
pub fn read(project: &Path, folder: &str, order: &[String], versions_are_unique: bool) -> Result<Vec<Script>> {
    let root = project.join(folder);
    if !root.exists() {
        return Ok(Vec::new());
    }
    let mut scripts = Vec::new();
    for file in list(&root, folder)? {
        let name = parse(&file).ok_or_else(|| misnamed(folder, &file))?;
        if !name.down {
            let shown_as = format!("{folder}/{file}");
            let source = up_part(sql::read(&root.join(&file), &shown_as)?);
            scripts.push(Script { version: name.version, name: name.name, tag: name.tag, source });
        }
    }
    scripts.sort_by(|one, other| (one.version, &one.tag).cmp(&(other.version, &other.tag)));
    if versions_are_unique {
        unique(&scripts)?;
    }
    match journal(&root, folder)? {
        Some(tags) => arrange(scripts, &tags, &format!("{folder}/meta/_journal.json")),
        None if !order.is_empty() => arrange(scripts, order, "pgplumb.toml"),
        None => Ok(scripts),
    }
}

/// The names of the files that must be scripts. Hidden files, editors' backups and Markdown are none of ours.
fn list(root: &Path, folder: &str) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root).with_context(|| format!("failed to read the folder {folder}"))? {
        let entry = entry.with_context(|| format!("failed to read the folder {folder}"))?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|name| Failure::input(format!("the name of the file {folder}/{} is not UTF-8", name.display())))?;
        let kind = entry.file_type().with_context(|| format!("failed to look at {folder}/{name}"))?;
        if name.starts_with('.') || name.ends_with('~') || name.to_lowercase().ends_with(".md") {
            continue;
        }
        if kind.is_dir() {
            if entry.path().join("migration.sql").exists() {
                files.push(format!("{name}/migration.sql"));
            } else if name != "meta" {
                return Err(misnamed(folder, &name).into());
            }
        } else if name != "migration_lock.toml" {
            files.push(name);
        }
    }
    files.sort();
    Ok(files)
}

/// `0001_tables.sql`, `01-users.sql`, `V1__users.sql`, `20240808120000_x.up.sql`, `20240808120000_x/migration.sql`.
fn parse(file: &str) -> Option<Name> {
    let tag = file.strip_suffix("/migration.sql").or_else(|| file.strip_suffix(".sql"))?;
    let (stem, down) = match (tag.strip_suffix(".up"), tag.strip_suffix(".down")) {
        (Some(stem), _) => (stem, false),
        (None, Some(stem)) => (stem, true),
        (None, None) => (tag, false),
    };
    let (digits, rest) = match stem.strip_prefix('V').and_then(|stem| stem.split_once("__")) {
        Some(versioned) => versioned,
        None => {
            let end = stem.find(|c: char| !c.is_ascii_digit())?;
            (&stem[..end], stem[end..].strip_prefix(['_', '-'])?)
        }
    };
    if rest.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let word = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '_' };
    Some(Name { version: digits.parse().ok()?, name: rest.chars().map(word).collect(), tag: tag.to_owned(), down })
}

fn misnamed(folder: &str, file: &str) -> Failure {
    Failure::input(format!("{folder}/{file} is not named as a script, so its place in the order is not known"))
        .next("name it `NNNN_what_it_does.sql` (or `VNN__what.sql`), or move it out of the folder")
}

fn unique(scripts: &[Script]) -> Result<()> {
    for pair in scripts.windows(2) {
        if pair[0].version == pair[1].version {
            let (one, other) = (&pair[0].source.path, &pair[1].source.path);
            return Err(Failure::input(format!("{one} and {other} both have the version {}", pair[0].version))
                .next("give the newer one a version of its own")
                .into());
        }
    }
    Ok(())
}

/// Of a file with `-- migrate:up` and `-- migrate:down` lines, the part that goes up, at its place in the file.
fn up_part(mut source: Source) -> Source {
    let is_mark = |line: &str, mark: &str| {
        let comment = line.trim().strip_prefix("--").map(str::trim_start);
        comment.is_some_and(|comment| comment == mark || comment.starts_with(&format!("{mark} ")))
    };
    if source.text.lines().any(|line| is_mark(line, "migrate:up")) {
        let down = source.text.split_inclusive('\n').scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        });
        let down = down.into_iter().find(|(_, line)| is_mark(line, "migrate:down")).map(|(start, _)| start);
        source.text.truncate(down.unwrap_or(source.text.len()));
    }
    source
}

#[derive(Deserialize)]
struct Journal {
    entries: Vec<JournalEntry>,
}

#[derive(Deserialize)]
struct JournalEntry {
    tag: String,
}

/// The tags of Drizzle's `meta/_journal.json` in their order, if there is one.
fn journal(root: &Path, folder: &str) -> Result<Option<Vec<String>>> {
    let path = root.join("meta/_journal.json");
    if !path.exists() {
        return Ok(None);
    }
    let shown_as = format!("{folder}/meta/_journal.json");
    let text = std::fs::read_to_string(&path).with_context(|| format!("failed to read {shown_as}"))?;
    let journal: Journal = serde_json::from_str(&text)
        .map_err(|error| Failure::input(format!("{shown_as} is not a journal that Drizzle writes: {error}")))?;
    Ok(Some(journal.entries.into_iter().map(|entry| entry.tag).collect()))
}

/// Puts the scripts in the order that a list gives; the list names exactly the files that are there.
fn arrange(scripts: Vec<Script>, order: &[String], list: &str) -> Result<Vec<Script>> {
    let mut by_tag: HashMap<String, Script> = scripts.into_iter().map(|script| (script.tag.clone(), script)).collect();
    let known: Vec<String> = by_tag.keys().cloned().collect();
    let mut arranged = Vec::with_capacity(order.len());
    for name in order {
        let tag = name.strip_suffix(".sql").unwrap_or(name);
        let script = by_tag.remove(tag).ok_or_else(|| {
            let guess = did_you_mean(tag, known.iter().map(String::as_str));
            Failure::input(format!("{list} names `{name}`, and there is no such script{guess}"))
        })?;
        arranged.push(script);
    }
    match by_tag.into_values().next() {
        None => Ok(arranged),
        Some(left) => {
            Err(Failure::input(format!("{list} does not name {}, so its place is not known", left.source.path))
                .next(format!("add `{}` to {list}", left.tag))
                .into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(file: &str) -> Option<(i64, String, bool)> {
        parse(file).map(|name| (name.version, name.name, name.down))
    }

    #[test]
    fn every_style_of_name_is_read() {
        assert_eq!(name("0001_tables.sql"), Some((1, "tables".to_owned(), false)));
        assert_eq!(name("01-user-profiles.sql"), Some((1, "user_profiles".to_owned(), false)));
        assert_eq!(name("V12__add_invoice.sql"), Some((12, "add_invoice".to_owned(), false)));
        assert_eq!(name("20240808120000_x.up.sql"), Some((20_240_808_120_000, "x".to_owned(), false)));
        assert_eq!(name("20240808120000_x.down.sql"), Some((20_240_808_120_000, "x".to_owned(), true)));
        assert_eq!(name("20240808_init/migration.sql"), Some((20_240_808, "init".to_owned(), false)));
    }

    #[test]
    fn names_without_a_version_or_a_name_are_not_scripts() {
        for file in ["tables.sql", "0001.sql", "0001_.sql", "V__x.sql", "V1_x.sql", "0001_tables.sq", "0001tables.sql"]
        {
            assert_eq!(name(file), None, "{file}");
        }
    }

    #[test]
    fn the_down_part_is_not_run_on_the_way_up() {
        let text = "-- migrate:up\ncreate table a ();\n-- migrate:down\ndrop table a;\n".to_owned();
        let source = up_part(Source { path: "migrations/1_a.sql".to_owned(), text });
        assert_eq!(source.text, "-- migrate:up\ncreate table a ();\n");
    }
}
