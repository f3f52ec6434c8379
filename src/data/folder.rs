//! The data migrations of a project, in their order.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Script;
use crate::error::{Failure, did_you_mean};
use crate::migrate::names::{self, Part};

/// Reads all scripts of the folder `data/`, and refuses those that are none. A folder that is not there has none.
///
/// # Errors
/// Bad input, with the file.
pub fn read(project: &Path) -> Result<Vec<Script>> {
    let folder = project.join("data");
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut scripts: Vec<Script> = Vec::new();
    for entry in fs::read_dir(&folder).context("failed to read the folder data")? {
        let path = entry.context("failed to read the folder data")?.path();
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if file.starts_with('.') || file.ends_with('~') || file.to_lowercase().ends_with(".md") {
            continue;
        }
        let name = names::parse(&file).filter(|name| name.part == Part::Up).ok_or_else(|| {
            Failure::input(format!("data/{file} is not named as a script, so its place in the order is not known"))
                .next("name it `NNNN_what_it_does.sql`, or move it out of the folder")
        })?;
        scripts.push(Script::read(&path, &format!("data/{file}"), name.version, &name.tag)?);
    }
    scripts.sort_by_key(|script| script.version);
    let twice = scripts.windows(2).find(|pair| pair[0].version == pair[1].version);
    if let Some([one, other]) = twice {
        return Err(Failure::input(format!("{} and {} both have the version {}", one.path, other.path, one.version))
            .next("give the newer one a version of its own")
            .into());
    }
    Ok(scripts)
}

/// The scripts that are named by version, tag or file; all, if none is named.
///
/// # Errors
/// Bad input, where there is no such script.
pub fn choose<'a>(scripts: &'a [Script], names: &[String]) -> Result<Vec<&'a Script>> {
    if names.is_empty() {
        return Ok(scripts.iter().collect());
    }
    let is = |script: &Script, name: &str| {
        let name = name.strip_prefix("data/").unwrap_or(name);
        let name = name.strip_suffix(".sql").unwrap_or(name);
        let rest = script.tag.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_' || c == '-');
        script.tag == name || rest == name || name.parse() == Ok(script.version)
    };
    for name in names {
        if !scripts.iter().any(|script| is(script, name)) {
            let guess = did_you_mean(name, scripts.iter().map(|script| script.tag.as_str()));
            return Err(Failure::input(format!("there is no data migration `{name}`{guess}"))
                .next("`pgplumb data:status` lists them")
                .into());
        }
    }
    Ok(scripts.iter().filter(|script| names.iter().any(|name| is(script, name))).collect())
}

/// The script that is named.
///
/// # Errors
/// Bad input, where there is no such script.
pub fn one<'a>(scripts: &'a [Script], name: &str) -> Result<&'a Script> {
    let chosen = choose(scripts, &[name.to_owned()])?;
    chosen.into_iter().next().ok_or_else(|| Failure::input(format!("there is no data migration `{name}`")).into())
}
