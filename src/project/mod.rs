//! The project on disk: its folder, its settings, and the only reader of the environment.

mod dotenv;
mod environment;
mod settings;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

pub use dotenv::DotenvUrl;
pub use environment::Environment;
pub use settings::{EnvironmentSettings, Label, Local, Order, Platform, Settings};

use crate::error::Failure;

/// The name of the file that holds a project's settings.
pub const SETTINGS_FILE: &str = "pgplumb.toml";

/// A project: a folder with scripts, a manifest and settings, and the environment that pgplumb was started in.
#[derive(Clone)]
pub struct Project {
    /// The folder, absolute.
    pub folder: PathBuf,
    /// What `pgplumb.toml` says; where there is none, the defaults.
    pub settings: Settings,
    /// The environment of the process.
    pub environment: Environment,
}

impl Project {
    /// Opens the project in `folder`, for a process that was started in `environment`.
    pub fn open_in(folder: &Path, environment: Environment) -> Result<Self> {
        if !folder.is_dir() {
            let next = "give the project's folder with -C";
            bail!(Failure::input(format!("there is no folder {}", folder.display())).next(next));
        }
        let folder = folder.canonicalize().with_context(|| format!("cannot open the folder {}", folder.display()))?;
        let settings = match read(&folder.join(SETTINGS_FILE))? {
            Some(text) => settings::parse(SETTINGS_FILE, &text)?,
            None => Settings::default(),
        };
        Ok(Project { folder, settings, environment })
    }

    /// The manifest, unless `--manifest` names another.
    pub fn manifest(&self) -> PathBuf {
        self.folder.join("manifest.json")
    }

    /// The connection string in `.env.local` or `.env`, if one of them has one.
    pub fn dotenv_url(&self) -> Result<Option<DotenvUrl>> {
        dotenv::find(&self.folder)
    }
}

/// The text of a file, or nothing where there is no such file.
pub(crate) fn read(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            bail!(Failure::input(format!("{} is not UTF-8 text", path.display())).next("save it as UTF-8"))
        }
        Err(error) => bail!(Failure::input(format!("cannot read {}: {}", path.display(), error.kind()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_settings_is_a_project_and_a_missing_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let project = Project::open_in(folder.path(), Environment::default()).unwrap();
        assert_eq!(project.settings.history_table, "pgplumb.refinery_schema_history");
        let missing = Project::open_in(&folder.path().join("no"), Environment::default());
        assert!(missing.err().unwrap().to_string().starts_with("there is no folder"));
    }

    #[test]
    fn utf_16_is_refused_with_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(SETTINGS_FILE), b"\xff\xfep\0l\0").unwrap();
        let error = Project::open_in(folder.path(), Environment::default()).err().unwrap();
        assert!(error.to_string().contains("is not UTF-8 text"));
    }
}
