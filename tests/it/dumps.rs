//! `pg_dump` is the judge of the cases: a finding stands where the dumps of the two databases differ, and where they are
//! alike only what a dump does not show.

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Trial;

use crate::cases;
use crate::support::{Database, Project, Result, cluster, fail, root, trial};

/// The cases about what no dump shows.
const NOT_DUMPED: [&str; 3] = ["the-database-properties", "role-settings-properties", "large-objects-privileges"];

/// A test for each case, if the server's own `pg_dump` is on this machine.
pub fn trials() -> Vec<Trial> {
    let program = program();
    let make = |folder: PathBuf| {
        let name = format!("dumps/{}", folder.file_name().unwrap().display());
        let ignored = program.is_none() || cases::is_too_new(&folder);
        let program = program.clone().unwrap_or_default();
        trial(&name, move || judge(&program, &folder)).with_ignored_flag(ignored)
    };
    let mut trials: Vec<Trial> = cases::folders().into_iter().map(make).collect();
    let (ignored, program) = (program.is_none(), program.clone().unwrap_or_default());
    let restored = move || a_restored_database_has_the_same_manifest(&program);
    trials.push(trial("dumps::a_restored_database_has_the_same_manifest", restored).with_ignored_flag(ignored));
    trials
}

fn a_restored_database_has_the_same_manifest(program: &Path) -> Result {
    let (database, restored) = (Database::plain(), Database::plain());
    database.run(&std::fs::read_to_string(root().join("tests/styles.sql")).unwrap());
    restored.run(&dump(program, &database));
    // A dump without data leaves materialised views without rows.
    restored.run(
        "DO $$ DECLARE v regclass; BEGIN
           FOR v IN SELECT oid FROM pg_class WHERE relkind = 'm' LOOP EXECUTE 'REFRESH MATERIALIZED VIEW ' || v; END LOOP;
         END $$",
    );
    let manifest = |database: &Database| {
        let project = Project::empty();
        project.on(database, &["db:manifest", "--from", "target"]).expect(0);
        project.text("manifest.json")
    };
    let (one, other) = (manifest(&database), manifest(&restored));
    if one == other {
        return Ok(());
    }
    fail(similar::TextDiff::from_lines(one.as_str(), other.as_str()).unified_diff().to_string())
}

fn program() -> Option<PathBuf> {
    let program = PathBuf::from(format!("/usr/lib/postgresql/{}/bin/pg_dump", cluster().major));
    program.exists().then_some(program)
}

fn judge(program: &Path, folder: &Path) -> Result {
    let name = folder.file_name().unwrap().to_str().unwrap();
    let dumps = ["a.sql", "b.sql"].map(|file| {
        let database = Database::plain();
        database.run(&cases::text(folder, file));
        dump(program, &database)
    });
    let found = !name.starts_with("noop-");
    // Grants, settings and storage options are dumped in the order in which they were given, which means nothing.
    let sorted = |dump: &str| {
        let mut words: Vec<String> = dump.split([' ', '\n', ',', '(', ')', ';']).map(str::to_owned).collect();
        words.retain(|word| !word.is_empty());
        words.sort();
        words
    };
    let differ = if found { dumps[0] != dumps[1] } else { sorted(&dumps[0]) != sorted(&dumps[1]) };
    match (differ, found) {
        (true, true) if NOT_DUMPED.contains(&name) => fail("a dump shows it after all"),
        (true, true) | (false, false) => Ok(()),
        (false, true) if NOT_DUMPED.contains(&name) => Ok(()),
        (true, false) => {
            let diff = similar::TextDiff::from_lines(dumps[0].as_str(), dumps[1].as_str());
            fail(format!("the dumps differ, and nothing is found\n{}", diff.unified_diff()))
        }
        (false, true) => fail("the dumps are alike, and something is found"),
    }
}

/// The dump, without the key in it that is another each time.
fn dump(program: &Path, database: &Database) -> String {
    let mut command = Command::new(program);
    let host = cluster().socket_folder;
    command.args(["--schema-only", "-U", "supabase_admin", "-h"]).arg(host).arg(database.name());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter(|line| !line.starts_with('\\')).map(|line| format!("{line}\n")).collect()
}
