//! What pgplumb writes from what it reads, read again, is equal: the catalog of each case, made in an empty database from
//! the CREATE texts alone, has no difference to the one that it was read from.

use std::path::Path;

use libtest_mimic::Trial;
use pgplumb::catalog::{self, Catalog};
use pgplumb::db::{connect, snapshot};
use pgplumb::manifest::{self, Layout};
use pgplumb::verify;

use crate::cases;
use crate::support::{Database, Result, block_on, fail, superuser, trial};

/// What CREATE cannot bring back: the state of a server's own parts, and what has no statement of its own.
const BEYOND: [(&str, &str); 0] = [];

/// A test for each case that this server can load.
pub fn trials() -> Vec<Trial> {
    let make = |folder: std::path::PathBuf| {
        let name = format!("fixpoint/{}", folder.file_name().unwrap().display());
        let ignored = cases::is_too_new(&folder);
        trial(&name, move || both(&folder)).with_ignored_flag(ignored)
    };
    cases::folders().into_iter().map(make).collect()
}

fn both(folder: &Path) -> Result {
    for file in ["a.sql", "b.sql"] {
        let database = Database::plain();
        database.run(&cases::text(folder, file));
        let read = of(&database);
        let made = Database::plain();
        let refused = make(&made, &read);
        let findings = differences(&read, &of(&made));
        if !findings.is_empty() {
            return fail(format!("{file}\n{}\nrefused: {refused:#?}", findings.join("\n")));
        }
    }
    Ok(())
}

/// The catalog of a database, without what belongs to the server.
fn of(database: &Database) -> Catalog {
    let mut catalog = block_on(async {
        let session = connect(&superuser(database.name()), |_| ()).await.unwrap();
        let catalog = snapshot::read(&session).await.unwrap();
        session.close().await;
        catalog
    });
    let of_server = ["pg_authid", "pg_database", "pg_db_role_setting", "pg_init_privs", "pg_largeobject"];
    catalog.retain(|object| !of_server.contains(&object.id.kind.class));
    catalog
}

fn make(database: &Database, wanted: &Catalog) -> Vec<catalog::Refusal> {
    block_on(async {
        let session = connect(&superuser(database.name()), |_| ()).await.unwrap();
        let refused = catalog::make(&session.client, &catalog::create_all(wanted)).await.unwrap();
        session.close().await;
        refused
    })
}

fn differences(wanted: &Catalog, there: &Catalog) -> Vec<String> {
    let layout = Layout { captured: serde_json::json!({}), ignore: &[], complete: &|_| true, rest: &[] };
    let manifest = manifest::parse(&manifest::write(wanted, &layout), "manifest.json").unwrap();
    let findings = verify::objects(&manifest, there).findings.into_iter();
    let within = findings.filter(|one| !BEYOND.contains(&(&one.kind, one.property.as_deref().unwrap_or_default())));
    within
        .map(|f| format!("{} {} {} {:?}: {} | {}", f.what, f.kind, f.object, f.property, f.expected, f.actual))
        .collect()
}
