//! Data migrations that cannot be done right are refused before anything is changed, with the place and the way out.

use crate::support::Result;

use super::{BATCH, HEADER, circuits, project, script};

crate::trials!(
    "data",
    scripts_are_refused_with_the_place,
    tables_and_keys_are_refused_with_the_way_out,
    a_precondition_stops_it,
    an_edited_script_does_not_go_on,
    nothing_takes_back_what_has_no_undo,
    rows_that_stay_to_be_done_are_an_error,
    a_migration_must_come_first,
    a_migration_waits_for_a_data_migration,
);

fn scripts_are_refused_with_the_place() -> Result {
    let database = circuits(10);
    let batch = |text: &str| format!("{HEADER}-- pgplumb: section batch\n{text}\n");
    for (text, code, words) in [
        ("SELECT 1;".to_owned(), 2, "outside of every section"),
        (HEADER.to_owned(), 2, "has no section `batch`"),
        (batch("UPDATE circuit SET moved = true;"), 2, "does not use the relation `batch`"),
        (
            batch("UPDATE circuit c SET v = 1, ID = c.id + 1 FROM batch WHERE c.id = batch.id;"),
            2,
            "changes id, the key",
        ),
        (batch("UPDATE circuit SET moved = true FROM batch;\nCOMMIT;"), 2, "0001_split.sql:7:1"),
        (
            batch("UPDATE circuit SET moved = tru FROM batch WHERE circuit.id = batch.id;"),
            2,
            "column \"tru\" does not exist",
        ),
        (format!("{HEADER}{BATCH}-- pgplumb: section undoo\nSELECT 1;"), 2, "did you mean `undo`"),
        (format!("{HEADER}-- pgplumb: paralel 2\n{BATCH}"), 2, "did you mean `parallel`"),
        (format!("{HEADER}{BATCH}-- pgplumb: section verify\nSELECT nonsense FROM name;"), 2, "nonsense"),
        (format!("{HEADER}{BATCH}-- pgplumb: section finalize\nDROP TABEL circuit;"), 2, "syntax error"),
        (HEADER.replace("-- pgplumb: where NOT moved\n", "") + BATCH, 2, "quiescent"),
        (HEADER.replace("-- pgplumb: over circuit\n", "") + BATCH, 2, "which table is walked"),
    ] {
        project(&text).on(&database, &["data:migrate"]).expect(code).says(words);
    }
    assert_eq!(database.value("SELECT to_regclass('pgplumb.data_migration') IS NULL"), "t");
    project(&script()).on(&database, &["data:migrate", "spilt"]).expect(2).says("did you mean");
    crate::support::Project::empty().on(&database, &["data:migrate"]).expect(2).says("no data migration");
    Ok(())
}

fn tables_and_keys_are_refused_with_the_way_out() -> Result {
    let database = circuits(10);
    database.run("ALTER TABLE circuit ADD COLUMN word text NOT NULL DEFAULT '', ADD COLUMN loose int; CREATE INDEX ON circuit (word)");
    for (from, to, words) in [
        ("over circuit", "over nowhere", "there is no such table"),
        ("key id", "key idd", "did you mean `id`"),
        ("key id", "key loose", "can be NULL"),
        ("key id", "key word", "CREATE UNIQUE INDEX CONCURRENTLY ON public.circuit (word)"),
        ("key id", "key word, id", "CREATE INDEX CONCURRENTLY ON public.circuit (word, id)"),
    ] {
        project(&script().replace(from, to)).on(&database, &["data:migrate"]).expect(4).says(words);
    }
    Ok(())
}

fn a_precondition_stops_it() -> Result {
    let database = circuits(10);
    database.run("DELETE FROM circuit");
    let refused = project(&script()).on(&database, &["data:migrate"]).expect(4);
    refused.says("precondition").says("nothing was changed");
    Ok(())
}

fn an_edited_script_does_not_go_on() -> Result {
    let (database, project) = (circuits(1000), project(&script()));
    project.on(&database, &["data:migrate", "--max-batches", "1"]).expect(6);
    project.write("data/0001_split.sql", script().replace("'name', v", "'name', 7"));
    project.on(&database, &["data:migrate"]).expect(4).says("was edited after it had begun").says("100 rows are done");
    project.on(&database, &["data:status"]).expect(3).says("edited");
    Ok(())
}

fn nothing_takes_back_what_has_no_undo() -> Result {
    let (database, project) = (circuits(10), project(&format!("{HEADER}{BATCH}")));
    project.on(&database, &["data:migrate"]).expect(0);
    project
        .on(&database, &["data:rollback", "split", "--confirm", database.name()])
        .expect(4)
        .says("no section `undo`");
    Ok(())
}

fn rows_that_stay_to_be_done_are_an_error() -> Result {
    let forgets = BATCH.replace("UPDATE circuit SET moved = true FROM", "UPDATE circuit SET v = 1 FROM");
    let (database, project) = (circuits(1000), project(&format!("{HEADER}{forgets}")));
    project.on(&database, &["data:migrate"]).expect(6).says("still meets the condition of `where`");
    assert_eq!(database.value("SELECT count(*) FROM name"), "0");
    Ok(())
}

fn a_migration_must_come_first() -> Result {
    let database = circuits(10);
    let project =
        project(&format!("-- pgplumb: after 7\n{}", script())).with("migrations/0007_x.sql", "CREATE TABLE x ();");
    project.on(&database, &["data:migrate"]).expect(4).says("comes after the migration 7");
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    project.on(&database, &["data:migrate"]).expect(0);
    Ok(())
}

fn a_migration_waits_for_a_data_migration() -> Result {
    let database = circuits(10);
    let needs = "-- pgplumb: requires data 0001\nCREATE TABLE y ();";
    let project = project(&script())
        .with("migrations/0001_x.sql", "CREATE TABLE x ();")
        .with("migrations/0002_y.sql", needs)
        .with("migrations/0003_z.sql", "CREATE TABLE z ();");
    let waits = project.on(&database, &["db:migrate", "--no-verify"]).expect(3);
    waits.says("0002_y.sql waits for the data migration 0001_split").says("pgplumb data:migrate 0001_split");
    assert_eq!(
        database.rows("SELECT to_regclass('x') IS NULL, to_regclass('y') IS NULL, to_regclass('z') IS NULL"),
        [["f", "t", "t"]]
    );
    project.on(&database, &["db:migrate", "--no-verify", "--dry-run"]).says("waits for");
    project.on(&database, &["data:migrate"]).expect(0);
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    assert_eq!(database.value("SELECT to_regclass('z') IS NULL"), "f");
    project.write("migrations/0004_w.sql", needs.replace("0001", "0009"));
    project.on(&database, &["db:migrate", "--no-verify"]).expect(2).says("no data migration `9`");
    Ok(())
}
