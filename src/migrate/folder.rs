//! The scripts of a project's folders: which files are there, in what order, and which are no scripts at all.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::names::{self, IN_FOLDER, Name, Part};
use super::{Kind, Script};
use crate::error::{Failure, did_you_mean};

/// Files of other tools that lie beside scripts and are none.
const BESIDE: [&str; 2] = ["migration_lock.toml", "atlas.sum"];

/// The scripts of a folder.
#[derive(Clone, Debug, Default)]
pub struct Scripts {
    /// Those that are applied once, in their order.
    pub once: Vec<Script>,
    /// Those that are applied again when their text changes: `R__name.sql`.
    pub repeatable: Vec<Script>,
}

/// Reads the scripts of `folder` (`migrations`, `seeds`) in their order. `order` names the files where their names do
/// not give the order; a folder that is not there has no scripts.
///
/// # Errors
/// With the file's name: one that is no script, that cannot be read, or whose version another one has.
pub fn read(project: &Path, folder: &str, kind: Kind, order: &[String]) -> Result<Scripts> {
    let root = project.join(folder);
    if !root.exists() {
        return Ok(Scripts::default());
    }
    let mut files = Vec::new();
    for file in list(&root, folder)? {
        files.push((names::parse(&file).ok_or_else(|| misnamed(folder, &file))?, file));
    }
    let mut scripts = Scripts::default();
    for (name, file) in &files {
        match role(name, &files) {
            Part::Up => scripts.once.push(script(&root, folder, kind, name, file)?),
            Part::Repeatable => scripts.repeatable.push(script(&root, folder, Kind::Seed, name, file)?),
            Part::Down | Part::Undo => {}
        }
    }
    for (name, file) in &files {
        if matches!(role(name, &files), Part::Down | Part::Undo) {
            take_back(&mut scripts.once, script(&root, folder, kind, name, file)?)?;
        }
    }
    scripts.once.sort_by(|one, other| (one.version, &one.tag).cmp(&(other.version, &other.tag)));
    if kind == Kind::Migration {
        unique(&scripts.once)?;
    }
    scripts.once = match journal(&root, folder)? {
        Some(entries) => arrange(
            scripts.once,
            &entries.into_iter().map(|(tag, _)| tag).collect::<Vec<_>>(),
            &format!("{folder}/meta/_journal.json"),
        )?,
        None if !order.is_empty() => arrange(scripts.once, order, "pgplumb.toml")?,
        None => scripts.once,
    };
    Ok(scripts)
}

/// What a file is, given the others: `U1__x.sql` takes something back only where there is a `V1__…`.
fn role(name: &Name, files: &[(Name, String)]) -> Part {
    let is_alone = || !files.iter().any(|(other, _)| other.version == name.version && other.part == Part::Up);
    if name.part == Part::Undo && is_alone() { Part::Up } else { name.part }
}

fn script(root: &Path, folder: &str, kind: Kind, name: &Name, file: &str) -> Result<Script> {
    let path = root.join(file);
    let mut script = Script::read(&path, &format!("{folder}/{file}"), kind, (name.version, &name.name, &name.tag))?;
    script.no_transaction |= is_off(&path.with_extension("sql.conf"), "executeInTransaction")?
        || is_off(&path.with_file_name("metadata.toml"), "run_in_transaction")?;
    Ok(script)
}

/// Whether another tool's settings beside a script turn something off.
fn is_off(path: &Path, name: &str) -> Result<bool> {
    if !path.is_file() {
        return Ok(false);
    }
    let text = fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
    let mut settings = text.lines().filter_map(|line| line.split_once('='));
    Ok(settings.any(|(setting, value)| setting.trim() == name && value.trim() == "false"))
}

/// Gives a script what takes it back.
fn take_back(scripts: &mut [Script], down: Script) -> Result<()> {
    let file = down.path().to_owned();
    let Some(up) = scripts.iter_mut().find(|up| up.version == down.version) else {
        return Err(Failure::input(format!("{file} takes back a script that is not there"))
            .next("put the script that goes up beside it, or move it out of the folder")
            .into());
    };
    if let Some(other) = up.down.replace(down.up) {
        return Err(Failure::input(format!("{file} and {} both take back {}", other.shown_as, up.path()))
            .next("keep one of the two")
            .into());
    }
    Ok(())
}

/// The names of the files that must be scripts. Hidden files, editors' backups and Markdown are none of ours.
fn list(root: &Path, folder: &str) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root).with_context(|| format!("failed to read the folder {folder}"))? {
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
            let inner = || IN_FOLDER.into_iter().filter(|(inner, _)| entry.path().join(inner).exists());
            if inner().next().is_none() && name != "meta" {
                return Err(misnamed(folder, &name).into());
            }
            files.extend(inner().map(|(inner, _)| format!("{name}/{inner}")));
        } else if !BESIDE.contains(&name.as_str()) && !name.ends_with(".sql.conf") {
            files.push(name);
        }
    }
    files.sort();
    Ok(files)
}

fn misnamed(folder: &str, file: &str) -> Failure {
    Failure::input(format!("{folder}/{file} is not named as a script, so its place in the order is not known"))
        .next("name it `NNNN_what_it_does.sql` (or `VNN__what.sql`), or move it out of the folder")
}

fn unique(scripts: &[Script]) -> Result<()> {
    for pair in scripts.windows(2) {
        if pair[0].version == pair[1].version {
            let (one, other) = (pair[0].path(), pair[1].path());
            return Err(Failure::input(format!("{one} and {other} both have the version {}", pair[0].version))
                .next("give the newer one a version of its own")
                .into());
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Journal {
    entries: Vec<JournalEntry>,
}

#[derive(Deserialize)]
struct JournalEntry {
    tag: String,
    #[serde(default)]
    when: i64,
}

/// The tags of Drizzle's `meta/_journal.json` in their order, each with its time in milliseconds, if there is one.
///
/// # Errors
/// Bad input, if it is no such journal.
pub fn journal(root: &Path, folder: &str) -> Result<Option<Vec<(String, i64)>>> {
    let path = root.join("meta/_journal.json");
    if !path.exists() {
        return Ok(None);
    }
    let shown_as = format!("{folder}/meta/_journal.json");
    let text = fs::read_to_string(&path).with_context(|| format!("failed to read {shown_as}"))?;
    let journal: Journal = serde_json::from_str(&text)
        .map_err(|error| Failure::input(format!("{shown_as} is not a journal that Drizzle writes: {error}")))?;
    Ok(Some(journal.entries.into_iter().map(|entry| (entry.tag, entry.when)).collect()))
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
        Some(left) => Err(Failure::input(format!("{list} does not name {}, so its place is not known", left.path()))
            .next(format!("add `{}` to {list}", left.tag))
            .into()),
    }
}
