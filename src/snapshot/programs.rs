//! Which `pg_dump` and `pg_restore` of those on this machine are right for a server.

use crate::db::local::{Clients, Places};
use crate::error::Failure;

/// Those that can dump a server of that major, the best first: the nearest major, since a dump of a newer one may say
/// what the server does not understand, and of it the newest minor.
pub fn fitting(found: &[Clients], major: u32) -> Vec<Clients> {
    let mut fit: Vec<Clients> =
        found.iter().filter(|clients| u32::from(clients.version.major) >= major).cloned().collect();
    fit.sort_by_key(|clients| (clients.version.major, std::cmp::Reverse(clients.version.minor)));
    fit
}

/// Why a server of that major cannot be dumped here.
pub fn missing(found: &[Clients], places: &Places, major: u32) -> Failure {
    let there: Vec<String> =
        found.iter().map(|clients| format!("{} in {}", clients.version.text, clients.folder.display())).collect();
    let there = if there.is_empty() { "there is none".to_owned() } else { format!("there is {}", there.join(", ")) };
    let (looked, next) = match &places.program_folder {
        Some(folder) => (
            format!("PGPLUMB_PG_BIN is {}", folder.display()),
            format!("set PGPLUMB_PG_BIN to a folder with pg_dump and pg_restore {major} or later, or unset it"),
        ),
        None => (
            "looked in pg_config's folder, PATH, /usr/lib/postgresql, Homebrew, Postgres.app".to_owned(),
            format!("install them (`apt-get install postgresql-client-{major}`, `brew install postgresql@{major}`)"),
        ),
    };
    let message = format!(
        "a snapshot of this server needs pg_dump and pg_restore {major} or later, and {there} ({looked}); what npm brings \
         has neither"
    );
    Failure::refused(message).state("nothing was changed").next(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::local::Version;

    fn clients(major: u16, minor: u16) -> Clients {
        let version = Version { major, minor, text: format!("{major}.{minor}") };
        Clients { folder: format!("/{major}").into(), version }
    }

    #[test]
    fn the_nearest_major_and_its_newest_minor_are_taken() {
        let found = [clients(18, 1), clients(15, 2), clients(15, 9), clients(14, 20)];
        let versions: Vec<String> = fitting(&found, 15).into_iter().map(|clients| clients.version.text).collect();
        assert_eq!(versions, ["15.9", "15.2", "18.1"]);
        assert!(fitting(&found, 19).is_empty());
    }
}
