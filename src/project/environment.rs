//! The process environment, read once, so that everything else is a function of this value.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The variables of the process and the name of its user. It has no `Debug`, because variables hold passwords.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    user: Option<String>,
}

impl Environment {
    /// Reads the environment of this process.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn read() -> Self {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        let variables = std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect();
        Environment { variables, user: whoami::username().ok() }
    }

    /// An environment of exactly these variables, with `user` as the operating system's name of the user.
    pub fn of<'a>(user: &str, variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Environment { variables, user: Some(user.to_owned()) }
    }

    /// The value of a variable; an empty one counts as not set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The operating system's name of the user.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The user's home folder.
    pub fn home(&self) -> Option<PathBuf> {
        self.path("HOME")
    }

    /// Where programs are looked for, in order.
    pub fn program_folders(&self) -> Vec<PathBuf> {
        self.get("PATH").map(|path| std::env::split_paths(path).collect()).unwrap_or_default()
    }

    /// The folder of PostgreSQL's server programs, where the user names one.
    pub fn server_programs(&self) -> Option<PathBuf> {
        self.path("PGPLUMB_PG_BIN")
    }

    /// pgplumb's own folder in the user's cache.
    pub fn cache_folder(&self) -> Option<PathBuf> {
        let caches = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
        let folder = self.path("XDG_CACHE_HOME").or_else(|| Some(self.home()?.join(caches)));
        folder.map(|folder| folder.join("pgplumb"))
    }

    /// The user's folder for sockets and other things that a restart may delete.
    pub fn runtime_folder(&self) -> Option<PathBuf> {
        self.path("XDG_RUNTIME_DIR")
    }

    /// Whether the user wants no colour (<https://no-color.org>).
    pub fn no_color(&self) -> bool {
        self.get("NO_COLOR").is_some()
    }

    /// Whether this runs in continuous integration.
    pub fn ci(&self) -> bool {
        self.get("CI").is_some_and(|value| value != "false" && value != "0")
    }

    /// The service files of libpq that may be there, the user's own first.
    pub fn service_files(&self) -> Vec<PathBuf> {
        let own = self.path("PGSERVICEFILE").or_else(|| self.in_home(".pg_service.conf"));
        let common = self.path("PGSYSCONFDIR").unwrap_or_else(|| PathBuf::from("/etc/postgresql-common"));
        own.into_iter().chain([common.join("pg_service.conf")]).collect()
    }

    /// The password file of libpq.
    pub fn password_file(&self) -> Option<PathBuf> {
        self.path("PGPASSFILE").or_else(|| self.in_home(".pgpass"))
    }

    /// The file of root certificates that libpq takes unless told otherwise, if it is there.
    pub fn root_certificates(&self) -> Option<PathBuf> {
        self.in_home(".postgresql/root.crt").filter(|file| file.is_file())
    }

    /// A path as a person would write it, with `~` for the home folder.
    pub fn short(&self, path: &Path) -> String {
        let inside = self.home().and_then(|home| path.strip_prefix(home).ok().map(Path::to_path_buf));
        inside.map_or_else(|| path.display().to_string(), |inside| format!("~/{}", inside.display()))
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from)
    }

    fn in_home(&self, name: &str) -> Option<PathBuf> {
        self.home().map(|home| home.join(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_variables_are_not_set_and_paths_are_shortened() {
        let environment = Environment::of("ann", [("HOME", "/home/ann"), ("CI", "false"), ("NO_COLOR", "")]);
        assert!(!environment.ci() && !environment.no_color());
        assert_eq!(environment.short(Path::new("/home/ann/.pgpass")), "~/.pgpass");
        assert_eq!(environment.short(Path::new("/etc/x")), "/etc/x");
        assert_eq!(environment.cache_folder(), Some(PathBuf::from("/home/ann/.cache/pgplumb")));
    }
}
