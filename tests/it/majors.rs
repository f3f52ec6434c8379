//! A manifest that was written from one major holds on another, in both directions, for each major whose server programs
//! are on this machine.

use std::path::Path;

use libtest_mimic::Trial;

use crate::support::{Database, Project, Result, cluster, root, trial};

/// The majors that pgplumb supports.
const MAJORS: [u16; 6] = [13, 14, 15, 16, 17, 18];

/// A test for each major that is not the server's own.
pub fn trials() -> Vec<Trial> {
    let others = MAJORS.into_iter().filter(|major| *major != cluster().major);
    let make = |major| {
        trial(&format!("majors/{major}"), move || there_and_back(major)).with_ignored_flag(!is_installed(major))
    };
    others.map(make).collect()
}

fn is_installed(major: u16) -> bool {
    let prefix = format!("postgres-{major}.");
    let of_cache = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
    };
    Path::new(&format!("/usr/lib/postgresql/{major}/bin/postgres")).exists()
        || rustix::process::geteuid().is_root() && of_cache(Path::new("/var/cache/pgplumb"))
}

fn there_and_back(major: u16) -> Result {
    let sql = std::fs::read_to_string(root().join("tests/majors.sql")).unwrap();
    let other = Project::empty().with("migrations/1_all.sql", &sql);
    let other = other.with("pgplumb.toml", format!("[local]\nversion = {major}\n"));
    other.pgplumb(&["db:migrate", "--no-verify"]).expect(0);
    let here = Database::plain();
    here.run(&sql);
    other.pgplumb(&["db:manifest", "--from", "target", "--output", "there.json"]).expect(0);
    other.on(&here, &["db:manifest", "--from", "target", "--output", "here.json"]).expect(0);
    // Who owns things on two servers is not the same.
    for file in ["here.json", "there.json"] {
        let mut manifest: serde_json::Value = serde_json::from_str(&other.text(file)).unwrap();
        manifest["ignore"] = serde_json::json!(["owner"]);
        other.write(file, manifest.to_string());
    }
    other.on(&here, &["db:verify", "--manifest", "there.json", "--strict"]).expect(0);
    other.pgplumb(&["db:verify", "--manifest", "here.json", "--strict"]).expect(0);
    // And what really is another view is found.
    here.run("CREATE OR REPLACE VIEW v1 AS SELECT id, a, at AT TIME ZONE 'cet' AS z FROM t WHERE n > 1");
    other.on(&here, &["db:verify", "--manifest", "there.json"]).expect(3).says("view public.v1: definition");
    Ok(())
}
