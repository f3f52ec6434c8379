//! The project `examples/circuits` with every odd case in its legacy tables: `legacy.sql` is what was there before,
//! `live.sql` what users did before their rows were moved, `moved.txt` what must come of it.

mod outcomes;

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use crate::pinned;
use crate::support::{Database, Output, Project, Result, root, trial};

/// All rows of the legacy tables and how the tables are made, as text.
const LEGACY: &str = "
SELECT string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\") FROM (
  SELECT l::text FROM user_profiles_legacy l UNION ALL SELECT l::text FROM tagged_models_legacy l
  UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid IN ('user_profiles_legacy'::regclass, 'tagged_models_legacy'::regclass)) t (t)";

const SCRIPTS: [&str; 3] = ["0001_user_metadata", "0002_circuits", "0003_tagged_models"];

/// The tests of this module.
pub fn trials() -> Vec<Trial> {
    let mut trials = vec![
        trial("circuits::the_whole_way_there_and_back_and_to_the_end", the_whole_way_there_and_back_and_to_the_end),
        trial("circuits::the_size_of_batches_changes_nothing", the_size_of_batches_changes_nothing),
        trial("circuits::every_migration_can_run_twice", every_migration_can_run_twice),
        trial("circuits::steps_go_back_and_end_in_their_order", steps_go_back_and_end_in_their_order),
        trial("circuits::nothing_to_move_is_fine", nothing_to_move_is_fine),
        trial("circuits::a_million_rows", a_million_rows).with_ignored_flag(true),
    ];
    trials.extend(outcomes::trials());
    trials
}

fn folder() -> PathBuf {
    root().join("tests/it/circuits")
}

fn text(file: &str) -> String {
    std::fs::read_to_string(folder().join(file)).unwrap()
}

fn circuits() -> Project {
    Project::copy_of(&root().join("examples/circuits"))
}

/// A database as it was before, with the new tables beside the legacy ones.
fn prepared(project: &Project, legacy: &str) -> Database {
    let database = Database::supabase();
    project.on(&database, &["db:migrate", "--to", "0"]).expect(0);
    database.run(&text(legacy));
    project.on(&database, &["db:migrate"]).expect(0);
    database
}

/// The same, with the rows moved.
fn moved(project: &Project) -> Database {
    let database = prepared(project, "legacy.sql");
    database.run(&text("live.sql"));
    project.on(&database, &["data:migrate"]).expect(0);
    database
}

/// Runs a command that must be confirmed.
fn confirmed(project: &Project, database: &Database, command: &str, script: &str) -> Output {
    project.on(database, &[command, script, "--confirm", database.name()])
}

fn outcome(database: &Database) -> String {
    let lines = database.rows(&text("outcome.sql"));
    lines.iter().map(|row| format!("{}\n", row[0])).collect()
}

fn as_expected(database: &Database) -> Result {
    pinned::compare(&folder().join("moved.txt"), &outcome(database))
}

fn the_whole_way_there_and_back_and_to_the_end() -> Result {
    let project = circuits();
    let database = prepared(&project, "legacy.sql");
    database.run(&text("live.sql"));
    let (legacy, before) = (database.value(LEGACY), outcome(&database));
    project.on(&database, &["data:migrate"]).expect(0);
    as_expected(&database)?;
    project.on(&database, &["data:verify"]).expect(0);
    project.on(&database, &["db:verify"]).expect(0);
    assert_eq!(database.value(LEGACY), legacy);

    for script in SCRIPTS.iter().rev() {
        confirmed(&project, &database, "data:rollback", script).expect(0);
    }
    assert_eq!(database.value(LEGACY), legacy);
    assert_eq!(outcome(&database), before);

    project.on(&database, &["data:migrate"]).expect(0);
    as_expected(&database)?;
    for script in SCRIPTS {
        confirmed(&project, &database, "data:finalize", script).expect(0);
    }
    as_expected(&database)?;
    let left = "SELECT count(*) FROM pg_class WHERE relname LIKE '%legacy%'";
    assert_eq!(database.value(left), "0");
    // Rows that had nowhere to go are whole in the report.
    let orphan = "SELECT kept ->> 'circuit_parameters' FROM circuit_migration_report WHERE step = 'circuit' AND rule = 'no user'";
    assert_eq!(database.value(orphan), r#"{"left": "behind"}"#);
    project.on(&database, &["db:verify"]).expect(0);
    Ok(())
}

fn the_size_of_batches_changes_nothing() -> Result {
    let project = circuits();
    for script in SCRIPTS {
        let file = format!("data/{script}.sql");
        let text = project.text(&file);
        let small =
            text.replace("-- pgplumb: after", "-- pgplumb: batch 1\n-- pgplumb: target-time 1ms\n-- pgplumb: after");
        assert_ne!(text, small);
        project.write(&file, small);
    }
    let database = moved(&project);
    as_expected(&database)?;
    // What a batch reports has the time of its transaction.
    let batches = "SELECT bool_and(batches > 5) FROM (
                     SELECT count(DISTINCT moved_at) AS batches FROM circuit_migration_report GROUP BY step) b";
    assert_eq!(database.value(batches), "t");
    for script in SCRIPTS.iter().rev() {
        confirmed(&project, &database, "data:rollback", script).expect(0);
    }
    assert_eq!(database.value("SELECT count(*) FROM circuit_migration_report"), "0");
    assert_eq!(database.value("SELECT count(*) FROM circuit_configurations"), "1");
    Ok(())
}

fn every_migration_can_run_twice() -> Result {
    let project = circuits();
    let database = prepared(&project, "legacy.sql");
    let legacy = database.value(LEGACY);
    let files = migrations(&project.path().join("migrations"));
    let twice =
        || files.iter().for_each(|file| database.run(&format!("SET ROLE postgres; {file}; {file}; RESET ROLE")));
    twice();
    assert_eq!(database.value(LEGACY), legacy);
    project.on(&database, &["db:verify"]).expect(0);
    project.on(&database, &["data:migrate"]).expect(0);
    for script in SCRIPTS {
        confirmed(&project, &database, "data:finalize", script).expect(0);
    }
    // Nor do the legacy tables come back when they are gone.
    twice();
    assert_eq!(database.value("SELECT count(*) FROM pg_class WHERE relname LIKE '%legacy%'"), "0");
    project.on(&database, &["db:verify"]).expect(0);
    Ok(())
}

fn migrations(folder: &Path) -> Vec<String> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

fn steps_go_back_and_end_in_their_order() -> Result {
    let project = circuits();
    let database = moved(&project);
    let before = outcome(&database);
    confirmed(&project, &database, "data:rollback", SCRIPTS[1]).expect(6).says("roll back 0003_tagged_models first");
    confirmed(&project, &database, "data:rollback", SCRIPTS[0]).expect(6).says("0002_circuits first");
    assert_eq!(outcome(&database), before);
    let database = moved(&project);
    let refused = confirmed(&project, &database, "data:finalize", SCRIPTS[2]);
    assert_ne!(refused.code, 0);
    refused.says("finalize 0001_user_metadata and 0002_circuits first");
    assert_eq!(outcome(&database), before);
    assert_eq!(database.value("SELECT count(*) FROM tagged_models_legacy"), "15");
    Ok(())
}

/// A project that never had the legacy tables has them empty, and gets rid of them in the same way.
fn nothing_to_move_is_fine() -> Result {
    let (project, database) = (circuits(), Database::supabase());
    project.on(&database, &["db:migrate"]).expect(0);
    project.on(&database, &["data:migrate"]).expect(0);
    for script in SCRIPTS {
        confirmed(&project, &database, "data:finalize", script).expect(0);
    }
    project.on(&database, &["db:verify"]).expect(0);
    Ok(())
}

fn a_million_rows() -> Result {
    let project = circuits();
    let database = prepared(&project, "many.sql");
    project.on(&database, &["data:migrate"]).expect(0);
    project.on(&database, &["data:verify"]).expect(0);
    project.on(&database, &["db:verify"]).expect(0);
    for script in SCRIPTS.iter().rev() {
        confirmed(&project, &database, "data:rollback", script).expect(0);
    }
    assert_eq!(database.value("SELECT count(*) FROM user_profiles"), "0");
    Ok(())
}
