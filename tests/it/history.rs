//! The truth about the history: what was edited, renamed, deleted or came late, and the ways out that are kept with a
//! reason.

use crate::support::{Database, Project, Result};

crate::trials!(
    "history",
    an_edit_is_shown_as_a_difference_and_can_be_accepted,
    an_edit_that_the_script_itself_accepts,
    a_renamed_script_can_be_accepted,
    a_deleted_file_can_be_accepted,
    a_deleted_row_is_noticed,
    a_renumbered_script_is_not_applied_twice,
    a_late_script_by_every_policy,
    an_acceptance_needs_a_reason_and_an_obstacle,
    repeatable_scripts_are_applied_when_they_change,
    a_history_of_an_earlier_version_is_brought_up_to_date,
    a_script_that_changes_while_it_waits,
);

const MIGRATE: [&str; 2] = ["db:migrate", "--no-verify"];

fn two() -> (Project, Database) {
    let (project, database) = (
        Project::empty()
            .with("migrations/0001_a.sql", "CREATE TABLE a ();\nCREATE TABLE b ();\n")
            .with("migrations/0003_c.sql", "CREATE TABLE c ();\n"),
        Database::plain(),
    );
    project.on(&database, &MIGRATE).expect(0);
    (project, database)
}

fn accept(project: &Project, database: &Database, version: &str) {
    project
        .on(database, &["db:status", "--accept", version, "--reason", "it's \"agreed\" with ann"])
        .expect(0)
        .says("accepted: ");
    project.on(database, &MIGRATE).expect(0).says("nothing to apply");
    assert_eq!(
        database.value("SELECT reason || accepted_by FROM pgplumb.acceptance"),
        "it's \"agreed\" with annpostgres"
    );
}

fn rename(project: &Project, from: &str, to: &str) {
    let folder = project.path().join("migrations");
    std::fs::rename(folder.join(from), folder.join(to)).unwrap();
}

fn an_edit_is_shown_as_a_difference_and_can_be_accepted() -> Result {
    let (project, database) = two();
    project.write("migrations/0001_a.sql", "CREATE TABLE a (n int);\r\nCREATE TABLE b ();\r\n");
    let difference = "--- migrations/0001_a.sql (as applied)\n+++ migrations/0001_a.sql\n@@ -1,2 +1,2 @@\n-CREATE TABLE a ();\n+CREATE TABLE a (n int);\n CREATE TABLE b ();";
    project.on(&database, &MIGRATE).expect(4).says(difference).says("db:status --accept 1 --reason WHY");
    project.on(&database, &["db:status"]).expect(3).says(difference);
    accept(&project, &database, "1");
    assert_eq!(database.value("SELECT what FROM pgplumb.acceptance WHERE before <> after"), "edited");
    project.write("migrations/0001_a.sql", "CREATE TABLE a (n bigint);\n");
    project
        .on(&database, &MIGRATE)
        .expect(4)
        .says("-CREATE TABLE a (n int);\n-CREATE TABLE b ();\n+CREATE TABLE a (n bigint);");
    Ok(())
}

fn an_edit_that_the_script_itself_accepts() -> Result {
    let (project, database) = two();
    let checksum = database.value("SELECT checksum FROM pgplumb.migration WHERE version = 1");
    project.write(
        "migrations/0001_a.sql",
        format!("-- pgplumb: also-accepts {checksum}\nCREATE TABLE IF NOT EXISTS a ();"),
    );
    project.on(&database, &["db:status"]).expect(0).says("nothing is pending");
    project.write("migrations/0001_a.sql", format!("-- pgplumb: also-accepts {}\nCREATE TABLE a ();", "0".repeat(64)));
    project.on(&database, &MIGRATE).expect(4).says("was changed after it was applied");
    Ok(())
}

fn a_renamed_script_can_be_accepted() -> Result {
    let (project, database) = two();
    rename(&project, "0001_a.sql", "0001_better.sql");
    project.on(&database, &MIGRATE).expect(4).says("migrations/0001_better.sql was applied under the name `a`");
    accept(&project, &database, "1");
    assert_eq!(database.value("SELECT name FROM pgplumb.refinery_schema_history WHERE version = 1"), "better");
    Ok(())
}

fn a_deleted_file_can_be_accepted() -> Result {
    let (project, database) = two();
    std::fs::remove_file(project.path().join("migrations/0001_a.sql")).unwrap();
    project.on(&database, &MIGRATE).expect(4).says("version 1 (a) is in the history, and its file is not there");
    accept(&project, &database, "1");
    Ok(())
}

fn a_deleted_row_is_noticed() -> Result {
    let (project, database) = two();
    database.run("DELETE FROM pgplumb.refinery_schema_history WHERE version = 1");
    project.on(&database, &MIGRATE).expect(4).says("somebody deleted its row from the history table");
    accept(&project, &database, "1");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.refinery_schema_history"), "2");
    Ok(())
}

fn a_renumbered_script_is_not_applied_twice() -> Result {
    let (project, database) = two();
    rename(&project, "0003_c.sql", "0005_c.sql");
    project
        .on(&database, &MIGRATE)
        .expect(4)
        .says("migrations/0005_c.sql was applied as version 3 (c)")
        .says("give migrations/0005_c.sql the version 3 again");
    let status = project.on(&database, &["db:status", "--json"]).expect(3).json();
    assert_eq!(status["result"]["obstacles"][0]["kind"], "renumbered");
    assert_eq!(status["result"]["pending"].as_array().unwrap().len(), 0, "{status}");
    Ok(())
}

fn a_late_script_by_every_policy() -> Result {
    for (setting, option, code, words) in [
        ("", None, 4, "migrations/0002_b.sql is not applied, although version 3 is"),
        ("order = \"warn\"\n", None, 0, "although version 3 is; it is applied all the same"),
        ("order = \"allow\"\n", None, 0, "applied migrations/0002_b.sql"),
        ("order = \"warn\"\n", Some("strict"), 4, "although version 3 is"),
        ("", Some("allow"), 0, "applied migrations/0002_b.sql"),
    ] {
        let (project, database) = two();
        let project = project.with("migrations/0002_b.sql", "CREATE TABLE late ()").with("pgplumb.toml", setting);
        let option: Vec<&str> = option.map(|order| ["--order", order]).into_iter().flatten().collect();
        project.on(&database, &[&MIGRATE[..], &option].concat()).expect(code).says(words);
        let late = database.value("SELECT string_agg(version::text, ',') FROM pgplumb.migration WHERE out_of_order");
        assert_eq!(late, if code == 0 { "2" } else { "" });
    }
    Project::empty().with("pgplumb.toml", "order = \"loose\"").pgplumb(&["db:status"]).expect(2).says("pgplumb.toml");
    Ok(())
}

fn an_acceptance_needs_a_reason_and_an_obstacle() -> Result {
    let (project, database) = two();
    project.on(&database, &["db:status", "--accept", "1"]).expect(2).says("--reason");
    let output = project.on(&database, &["db:status", "--accept", "1", "--reason", "x"]);
    output.expect(2).says("nothing of that version stands in the way");
    Ok(())
}

fn repeatable_scripts_are_applied_when_they_change() -> Result {
    let database = Database::plain();
    let project = Project::empty()
        .with("migrations/V1__t.sql", "CREATE TABLE t (n int)")
        .with("migrations/R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT n FROM t");
    project.on(&database, &MIGRATE).expect(0).says("applied migrations/R__view.sql");
    project.on(&database, &MIGRATE).expect(0).says("nothing to apply");
    project.write("migrations/R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT n, n + 1 AS m FROM t");
    project.on(&database, &["db:status"]).expect(3).says("to seed      migrations/R__view.sql");
    project.on(&database, &MIGRATE).expect(0).says("applied migrations/R__view.sql");
    assert_eq!(database.value("SELECT count(*) FROM pg_attribute WHERE attrelid = 'v'::regclass"), "2");
    Ok(())
}

fn a_history_of_an_earlier_version_is_brought_up_to_date() -> Result {
    let (project, database) = two();
    database.run(
        "DROP TABLE pgplumb.acceptance, pgplumb.statement, pgplumb.adoption;
         ALTER TABLE pgplumb.migration DROP COLUMN script, DROP COLUMN out_of_order",
    );
    project.on(&database, &["db:status"]).expect(0).says("nothing is pending");
    project.write("migrations/0001_a.sql", "CREATE TABLE a (n int);");
    project.on(&database, &MIGRATE).expect(4).says("was changed after it was applied");
    accept(&project, &database, "1");
    project.write("migrations/0004_d.sql", "CREATE TABLE d ()");
    project.on(&database, &MIGRATE).expect(0);
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.migration WHERE script IS NULL"), "1");
    Ok(())
}

fn a_script_that_changes_while_it_waits() -> Result {
    use crate::process::{Running, runs, wait_until};
    let database = Database::plain();
    let project = Project::empty()
        .with("migrations/0001_a.sql", "SELECT pg_sleep(2)")
        .with("migrations/0002_b.sql", "CREATE TABLE b ()");
    let url = database.url();
    let running = Running::start(&mut project.command(&[&MIGRATE[..], &["--url", &url]].concat()));
    wait_until(&database, &runs("pg_sleep"));
    project.write("migrations/0002_b.sql", "DROP TABLE everything");
    running
        .finish()
        .expect(2)
        .says("migrations/0002_b.sql was changed while pgplumb was at work")
        .says("applied before it and kept");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.migration"), "1");
    Ok(())
}
