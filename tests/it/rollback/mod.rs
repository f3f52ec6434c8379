//! `db:rollback`: back by the down scripts, each whole or not at all, and what they leave behind is found.

use crate::support::{Database, Output, Project, Result};

crate::trials!(
    "rollback",
    down_scripts_of_every_style_run,
    by_steps_and_to_a_version,
    the_order_is_that_in_which_they_were_applied,
    a_down_script_that_fails_leaves_nothing,
    without_a_down_script_nothing_runs,
    a_database_must_be_named,
    a_protected_database_is_never_rolled_back,
    a_disposable_database_needs_no_question,
    only_what_goes_must_be_as_it_was_applied,
    what_a_down_script_forgets_is_found,
    what_a_down_script_takes_too_much_is_found,
    other_objects_are_left_alone,
    what_cannot_be_built_without_it_is_known_before,
    statements_on_their_own_are_taken_back_and_resume,
    the_plan_of_a_large_change_leads_back,
);

const TABLES: &str = "SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
const APPLIED: &str = "SELECT string_agg(version::text, ',' ORDER BY version) FROM pgplumb.refinery_schema_history";

/// Three tables, each by a migration that can be taken back.
fn project() -> Project {
    ["a", "b", "c"].iter().zip(1..).fold(Project::empty(), |project, (name, number)| {
        project
            .with(&format!("migrations/000{number}_{name}.up.sql"), format!("CREATE TABLE {name} (n int)"))
            .with(&format!("migrations/000{number}_{name}.down.sql"), format!("DROP TABLE {name}"))
    })
}

fn migrated(project: &Project) -> Database {
    let database = Database::plain();
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    database
}

/// Rolls back, with the database named.
fn back(project: &Project, database: &Database, options: &[&str]) -> Output {
    project.on(database, &[&["db:rollback", "--confirm", database.name()], options].concat())
}

fn undone(output: &Output) -> Vec<String> {
    let undone = output.json()["result"]["undone"].as_array().unwrap().clone();
    undone.iter().map(|one| one["file"].as_str().unwrap().to_owned()).collect()
}

fn down_scripts_of_every_style_run() -> Result {
    let styles: [&[(&str, &str)]; 6] = [
        &[("1_a.up.sql", "CREATE TABLE a ()"), ("1_a.down.sql", "DROP TABLE a")],
        &[("1_a.sql", "CREATE TABLE a ()"), ("1_a.down.sql", "DROP TABLE a")],
        &[("V1__a.sql", "CREATE TABLE a ()"), ("U1__a.sql", "DROP TABLE a")],
        &[("2024-08-08-120000_a/up.sql", "CREATE TABLE a ()"), ("2024-08-08-120000_a/down.sql", "DROP TABLE a")],
        &[("1_a.sql", "-- migrate:up\nCREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;\n")],
        &[("1_a.sql", "-- +goose Up\nCREATE TABLE a ();\n-- +goose Down\nDROP TABLE a;\n")],
    ];
    for files in styles {
        let add = |project: Project, (name, text): &(&str, &str)| project.with(&format!("migrations/{name}"), text);
        let project = files.iter().fold(Project::empty(), add);
        let database = migrated(&project);
        assert_eq!(database.value(TABLES), "a", "{files:?}");
        back(&project, &database, &["--steps", "1", "--no-verify"]).expect(0);
        assert_eq!((database.value(TABLES), database.value(APPLIED)), (String::new(), String::new()), "{files:?}");
        project.on(&database, &["db:status"]).expect(3).says("pending      migrations/");
        project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
        assert_eq!(database.value(TABLES), "a", "{files:?}");
    }
    Ok(())
}

fn by_steps_and_to_a_version() -> Result {
    let project = project();
    let database = migrated(&project);
    project.on(&database, &["db:rollback"]).expect(2).says("--to");
    back(&project, &database, &["--to", "7"]).expect(2).says("--to 7: that version is not applied");
    back(&project, &database, &["--steps", "4"]).expect(2).says("--steps 4: 3 migrations are applied");
    back(&project, &database, &["--to", "3"]).expect(0).says("nothing to take back");
    let would = back(&project, &database, &["--to", "1", "--dry-run"]).expect(0);
    assert_eq!(
        would.stdout,
        "would run migrations/0003_c.down.sql\nwould run migrations/0002_b.down.sql\nand take away 2 tables, with 0 rows\n"
    );
    assert_eq!(database.value(TABLES), "a,b,c");
    let output = back(&project, &database, &["--steps", "1", "--json"]).expect(0);
    assert_eq!(undone(&output), ["migrations/0003_c.down.sql"]);
    assert_eq!(output.json()["result"]["verify"]["findings"], serde_json::json!([]));
    assert_eq!((database.value(TABLES), database.value(APPLIED)), ("a,b".into(), "1,2".into()));
    back(&project, &database, &["--to", "0"]).expect(0).says("2 migrations are taken back");
    assert_eq!((database.value(TABLES), database.value(APPLIED)), (String::new(), String::new()));
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.migration"), "0");
    back(&project, &database, &["--to", "0"]).expect(0).says("nothing to take back");
    Ok(())
}

fn the_order_is_that_in_which_they_were_applied() -> Result {
    let project = project();
    let (up, down) = (project.text("migrations/0002_b.up.sql"), project.text("migrations/0002_b.down.sql"));
    for file in ["0002_b.up.sql", "0002_b.down.sql"] {
        std::fs::remove_file(project.path().join("migrations").join(file)).unwrap();
    }
    let database = migrated(&project);
    project.write("migrations/0002_b.up.sql", up);
    project.write("migrations/0002_b.down.sql", down);
    project.on(&database, &["db:migrate", "--no-verify", "--order", "allow"]).expect(0);
    let output = back(&project, &database, &["--steps", "1", "--json"]).expect(0);
    assert_eq!(undone(&output), ["migrations/0002_b.down.sql"]);
    project.on(&database, &["db:migrate", "--no-verify", "--order", "allow"]).expect(0);
    let output = back(&project, &database, &["--to", "1", "--json"]).expect(0);
    assert_eq!(undone(&output), ["migrations/0002_b.down.sql", "migrations/0003_c.down.sql"]);
    assert_eq!(database.value(APPLIED), "1");
    Ok(())
}

fn a_down_script_that_fails_leaves_nothing() -> Result {
    let project = project().with("migrations/0002_b.down.sql", "DROP TABLE b;\nDROP TABLE oops");
    let database = migrated(&project);
    let output = back(&project, &database, &["--to", "0", "--no-verify"]).expect(5);
    output
        .says("--> migrations/0002_b.down.sql:2:1")
        .says("migrations/0002_b.down.sql has no effect")
        .says("taken back before it, and so it stays: migrations/0003_c.down.sql");
    assert_eq!((database.value(TABLES), database.value(APPLIED)), ("a,b".into(), "1,2".into()));
    Ok(())
}

fn without_a_down_script_nothing_runs() -> Result {
    let project = project();
    std::fs::remove_file(project.path().join("migrations/0002_b.down.sql")).unwrap();
    let database = migrated(&project);
    let words = "nothing takes back migrations/0002_b.up.sql: it has no down script";
    back(&project, &database, &["--to", "1"]).expect(4).says(words).says("nothing was changed");
    assert_eq!((database.value(TABLES), database.value(APPLIED)), ("a,b,c".into(), "1,2,3".into()));
    back(&project, &database, &["--to", "2", "--no-verify"]).expect(0);
    Ok(())
}

fn a_database_must_be_named() -> Result {
    let project = project();
    let database = migrated(&project);
    database.run("INSERT INTO c VALUES (1), (2)");
    let refused = project.on(&database, &["db:rollback", "--to", "2"]).expect(4);
    refused
        .says("  migrations/0003_c.down.sql\nand take away 1 table, with 2 rows")
        .says("state: nothing was changed")
        .says(&format!("pgplumb db:rollback --url … --to 2 --confirm {}", database.name()));
    project.on(&database, &["db:rollback", "--to", "2", "--yes"]).expect(4);
    let wrong = project.on(&database, &["db:rollback", "--to", "2", "--confirm", "postgres"]);
    wrong.expect(4).says("--confirm names postgres");
    assert_eq!((database.value(TABLES), database.value(APPLIED)), ("a,b,c".into(), "1,2,3".into()));
    Ok(())
}

fn a_protected_database_is_never_rolled_back() -> Result {
    let project = project();
    let database = migrated(&project);
    project.on(&database, &["db:migrate", "--no-verify", "--label", "protected"]).expect(0);
    back(&project, &database, &["--steps", "1"]).expect(4).says("no option rolls back a protected database");
    assert_eq!(database.value(APPLIED), "1,2,3");
    Ok(())
}

fn a_disposable_database_needs_no_question() -> Result {
    let project = project();
    let database = migrated(&project);
    project.on(&database, &["db:migrate", "--no-verify", "--label", "disposable"]).expect(0);
    project.on(&database, &["db:rollback", "--steps", "1", "--no-verify"]).expect(0);
    assert_eq!(database.value(APPLIED), "1,2");
    Ok(())
}

fn only_what_goes_must_be_as_it_was_applied() -> Result {
    let project = project();
    let database = migrated(&project);
    project.write("migrations/0001_a.up.sql", "CREATE TABLE a (n int, edited int)");
    back(&project, &database, &["--to", "2", "--no-verify"]).expect(0);
    let words = "0001_a.up.sql was changed after it was applied";
    back(&project, &database, &["--to", "0", "--no-verify"]).expect(4).says(words);
    assert_eq!(database.value(APPLIED), "1,2");
    Ok(())
}

fn what_a_down_script_forgets_is_found() -> Result {
    let project = project()
        .with("migrations/0004_d.sql", "CREATE INDEX a_n ON a (n); ALTER TABLE b ADD COLUMN more int")
        .with("migrations/0004_d.down.sql", "ALTER TABLE b DROP COLUMN more");
    let database = migrated(&project);
    let output = back(&project, &database, &["--to", "3"]).expect(3);
    output.says("❌ FAILED - Indexes").says("public.a_n").says("DROP INDEX public.a_n");
    assert_eq!(database.value(APPLIED), "1,2,3");
    Ok(())
}

fn what_a_down_script_takes_too_much_is_found() -> Result {
    let project = project()
        .with("migrations/0004_d.sql", "ALTER TABLE b ADD COLUMN more int")
        .with("migrations/0004_d.down.sql", "ALTER TABLE b DROP COLUMN more, DROP COLUMN n; DROP TABLE c");
    let database = migrated(&project);
    let output = back(&project, &database, &["--to", "3", "--json"]).expect(3);
    let findings = output.json()["result"]["verify"]["findings"].as_array().unwrap().clone();
    let found: Vec<String> = findings.iter().map(|one| format!("{} {}", one["finding"], one["object"])).collect();
    assert_eq!(found, ["\"missing\" \"public.c\"", "\"missing\" \"public.b.n\""]);
    Ok(())
}

fn other_objects_are_left_alone() -> Result {
    let project = project();
    let database = migrated(&project);
    database.run("CREATE TABLE by_hand (n int); CREATE INDEX by_hand_too ON a (n)");
    back(&project, &database, &["--to", "2"]).expect(0);
    Ok(())
}

fn what_cannot_be_built_without_it_is_known_before() -> Result {
    let project = Project::empty()
        .with("migrations/0003_c.sql", "CREATE TABLE c (n int PRIMARY KEY)")
        .with("migrations/0003_c.down.sql", "DROP TABLE c CASCADE");
    let database = migrated(&project);
    project.write("migrations/0002_b.sql", "CREATE TABLE b (n int REFERENCES c)");
    project.on(&database, &["db:migrate", "--no-verify", "--order", "allow"]).expect(0);
    let refused = back(&project, &database, &["--to", "2"]).expect(4);
    refused.says("cannot be built").says("migrations/0002_b.sql:1:1").says("nothing was taken back");
    assert_eq!(database.value(APPLIED), "2,3");
    back(&project, &database, &["--to", "2", "--no-verify"]).expect(0);
    Ok(())
}

fn statements_on_their_own_are_taken_back_and_resume() -> Result {
    let project = project()
        .with(
            "migrations/0004_d.sql",
            "CREATE INDEX CONCURRENTLY one ON a (n);\nCREATE INDEX CONCURRENTLY two ON b (n);",
        )
        .with("migrations/0004_d.down.sql", "DROP INDEX CONCURRENTLY one;\nDROP INDEX CONCURRENTLY two;");
    let database = migrated(&project);
    database.run("DROP INDEX two");
    let stopped = back(&project, &database, &["--to", "3", "--no-verify"]).expect(6);
    stopped.says("1 of 2 statements of migrations/0004_d.down.sql are done and recorded");
    assert_eq!(database.value(APPLIED), "1,2,3,4");
    database.run("SET ROLE postgres; CREATE INDEX two ON b (n)");
    back(&project, &database, &["--to", "3"]).expect(0);
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.statement"), "0");
    assert_eq!(database.value("SELECT count(*) FROM pg_class WHERE relname IN ('one', 'two')"), "0");
    Ok(())
}

/// Columns, policies, triggers, a table and a function are added to tables that were there, and go again in the one
/// order that works; what was there before stays.
fn the_plan_of_a_large_change_leads_back() -> Result {
    let base = "CREATE TABLE public.simulation_runs (
                  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), org_id uuid NOT NULL, status varchar);
                CREATE TABLE public.organization_members (org_id uuid, user_id uuid, status text);
                ALTER TABLE public.simulation_runs ENABLE ROW LEVEL SECURITY;
                INSERT INTO public.simulation_runs (org_id, status) VALUES (gen_random_uuid(), 'done')";
    let project = Project::empty()
        .with("pgplumb.toml", "platform = \"supabase\"\n")
        .with("migrations/0001_base.sql", base)
        .with("migrations/0002_datasets.sql", include_str!("plan_up.sql"))
        .with("migrations/0002_datasets.down.sql", include_str!("plan_down.sql"));
    let database = Database::supabase();
    project.on(&database, &["db:migrate", "--no-verify", "--to", "1"]).expect(0);
    let read = |file: &str| {
        project.on(&database, &["db:manifest", "--from", "target", "--output", file]).expect(0);
        project.text(file)
    };
    let before = read("before.json");
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    assert_ne!(before, read("between.json"));
    back(&project, &database, &["--to", "1"]).expect(0).says("✅ PASSED - RLS Policies");
    assert_eq!(before, read("after.json"));
    assert_eq!(database.value("SELECT string_agg(status, ',') FROM public.simulation_runs"), "done");
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    Ok(())
}
