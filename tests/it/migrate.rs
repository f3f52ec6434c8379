//! `db:migrate`: each script once, whole or not at all, in an order that nobody can mistake.

use crate::support::{Database, Output, Project, Result};

crate::trials!(
    "migrate",
    a_syntax_error_leaves_nothing_and_is_placed,
    a_place_is_right_after_other_scripts_and_line_ends,
    the_failing_statement_of_many_is_found,
    an_error_inside_a_function_is_placed_at_its_statement,
    what_was_applied_before_a_failure_stays,
    files_that_disagree_with_the_history_are_refused,
    a_script_cannot_reach_into_the_next,
    to_and_dry_run_and_no_seed,
    a_failing_proof_is_a_finding,
    without_a_manifest_only_unproven,
    quiet_says_nothing,
    a_huge_script_needs_little_memory,
    line_ends_may_change,
);

const TABLES: &str = "SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";

/// Applies one script that fails.
#[track_caller]
fn failing(script: &str) -> Output {
    let (project, database) = (Project::empty().with("migrations/0001_a.sql", script), Database::plain());
    let output = project.on(&database, &["db:migrate", "--no-verify"]).expect(5);
    assert_eq!(database.value(TABLES), "", "something stayed");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.refinery_schema_history"), "0");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.migration"), "0");
    output.says("state: migrations/0001_a.sql has no effect; everything in it was rolled back").says("next: mend")
}

fn a_syntax_error_leaves_nothing_and_is_placed() -> Result {
    failing("CREATE TABLE a ();\nCREATE TABLE b ();\nCREATE TABEL c ();\nCREATE TABLE d ();\n")
        .says("statement 3 of 4 failed")
        .says("--> migrations/0001_a.sql:3:8")
        .says("3 | CREATE TABEL c ();\n  |        ^")
        .says("SQLSTATE 42601");
    Ok(())
}

fn a_place_is_right_after_other_scripts_and_line_ends() -> Result {
    failing("CREATE TABLE a ();\r\n-- größer 日本 🦀\r\nSELECT 'ä🦀', oops;\r\n")
        .says("--> migrations/0001_a.sql:3:14")
        .says("3 | SELECT 'ä🦀', oops;\n  |              ^");
    failing("CREATE TABLE a ();\n\tSELECT\toops;").says("0001_a.sql:2:9").says("2 | \tSELECT\toops;\n  | \t      \t^");
    failing("\u{feff}SELECT oops").says("0001_a.sql:1:8");
    let long = format!("CREATE TABLE a ();\nINSERT INTO b VALUES ({});", "'x', ".repeat(100_000));
    let said = failing(&long).says("0001_a.sql:2:");
    assert!(said.stderr.len() < 2_000, "{} bytes", said.stderr.len());
    Ok(())
}

fn the_failing_statement_of_many_is_found() -> Result {
    let rows: String = (1..=3_000).map(|n| format!("INSERT INTO a VALUES ({});\n", n % 2_900)).collect();
    failing(&format!("CREATE TABLE a (n int PRIMARY KEY);\n{rows}"))
        .says("statement 2902 of 3001 failed")
        .says("--> migrations/0001_a.sql:2902:1")
        .says("Key (n)=(1) already exists");
    Ok(())
}

fn an_error_inside_a_function_is_placed_at_its_statement() -> Result {
    failing("SELECT 1;\n\n-- It divides.\nDO $$\nBEGIN\n  PERFORM 1 / 0;\nEND $$;\nSELECT 2;")
        .says("statement 2 of 3 failed")
        .says("0001_a.sql:4:1")
        .says("inline_code_block line 3");
    Ok(())
}

fn what_was_applied_before_a_failure_stays() -> Result {
    let database = Database::plain();
    let project = Project::empty()
        .with("migrations/0001_a.sql", "CREATE TABLE a ()")
        .with("migrations/0002_b.sql", "CREATE TABLE b (); SELECT oops")
        .with("migrations/0003_c.sql", "CREATE TABLE c ()");
    let output = project.on(&database, &["db:migrate", "--no-verify", "--json"]).expect(5);
    output.says("applied before it and kept: migrations/0001_a.sql");
    assert_eq!(database.value(TABLES), "a");
    project.write("migrations/0002_b.sql", "CREATE TABLE b ()");
    let output = project.on(&database, &["db:migrate", "--no-verify", "--json"]).expect(0);
    let applied: Vec<String> =
        output.json()["result"]["applied"].as_array().unwrap().iter().map(|one| one["file"].to_string()).collect();
    assert_eq!(applied, ["\"migrations/0002_b.sql\"", "\"migrations/0003_c.sql\""]);
    assert_eq!(database.value(TABLES), "a,b,c");
    Ok(())
}

fn files_that_disagree_with_the_history_are_refused() -> Result {
    let database = Database::plain();
    let project = || {
        Project::empty()
            .with("migrations/0001_a.sql", "CREATE TABLE a ();\n")
            .with("migrations/0003_c.sql", "CREATE TABLE c ();\n")
    };
    project().on(&database, &["db:migrate", "--no-verify"]).expect(0);
    let new = ("migrations/0004_d.sql", "CREATE TABLE d ()");
    let edited = project().with("migrations/0001_a.sql", "CREATE TABLE a (n int);\n").with(new.0, new.1);
    let deleted = project().with(new.0, new.1);
    std::fs::remove_file(deleted.path().join("migrations/0001_a.sql")).unwrap();
    let renamed = project().with(new.0, new.1);
    let name = |name: &str| renamed.path().join("migrations").join(name);
    std::fs::rename(name("0001_a.sql"), name("0001_z.sql")).unwrap();
    let late = project().with("migrations/0002_b.sql", "CREATE TABLE b ()");
    for (project, kind, words) in [
        (&edited, "edited", "migrations/0001_a.sql was changed after it was applied"),
        (&deleted, "missing", "version 1 (a) is in the history, and its file is not there"),
        (&renamed, "renamed", "migrations/0001_z.sql was applied under the name `a`"),
        (&late, "out_of_order", "migrations/0002_b.sql is not applied, although version 3 is"),
    ] {
        for command in [&["db:migrate", "--no-verify"][..], &["db:migrate", "--dry-run"]] {
            project.on(&database, command).expect(4).says(words).says("state: nothing was changed").says("next: ");
        }
        let status = project.on(&database, &["db:status", "--json"]).expect(3).json();
        assert_eq!(status["result"]["obstacles"][0]["kind"], kind, "{status}");
        project.on(&database, &["db:status"]).expect(3).says(words);
    }
    assert_eq!(database.value(TABLES), "a,c");
    Ok(())
}

fn a_script_cannot_reach_into_the_next() -> Result {
    let database = Database::supabase();
    let project = Project::empty()
        .with("migrations/0001_a.sql", "CREATE TABLE a (n int); CREATE SCHEMA elsewhere; GRANT ALL ON SCHEMA elsewhere TO PUBLIC; GRANT ALL ON a TO PUBLIC")
        .with(
            "migrations/0002_leaves_things_behind.sql",
            "SET search_path = elsewhere; SET standard_conforming_strings = off; SET row_security = off;
             SET check_function_bodies = off; SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German';
             SELECT pg_catalog.set_config('search_path', '', false);
             CREATE TEMPORARY TABLE a (n int); SET ROLE authenticated",
        )
        .with("migrations/0003_is_as_if_alone.sql", "INSERT INTO a VALUES (3); CREATE TABLE c AS SELECT current_user AS me, current_setting('search_path') AS path, 'a\\b'::text AS text")
        .with("migrations/0004_other_session.sql", "SET LOCAL SESSION AUTHORIZATION 'anon'; SELECT 1")
        .with("migrations/0005_last.sql", "CREATE TABLE d AS SELECT session_user AS me");
    let output = project.on(&database, &["db:migrate", "--no-verify"]);
    // The role that scripts run as is no superuser, so only the superuser may take another's session.
    output.expect(4).says("0004_other_session.sql").says("permission denied to set session authorization");
    assert_eq!(database.value("SELECT n FROM public.a"), "3");
    assert_eq!(database.value("SELECT me || ' ' || text FROM public.c WHERE path <> 'elsewhere'"), "postgres a\\b");
    let url = database.url_as("supabase_admin");
    project.pgplumb(&["db:migrate", "--no-verify", "--url", &url]).expect(0);
    assert_eq!(database.value("SELECT me FROM public.d"), "supabase_admin");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.refinery_schema_history"), "5");
    assert_eq!(database.value("SELECT string_agg(DISTINCT applied_on ~ '^\\d{4}-\\d\\d-\\d\\dT' || '', '') FROM pgplumb.refinery_schema_history"), "true");
    Ok(())
}

fn to_and_dry_run_and_no_seed() -> Result {
    let database = Database::plain();
    let project = Project::empty()
        .with("migrations/0001_a.sql", "CREATE TABLE a (n int)")
        .with("migrations/0002_b.sql", "CREATE TABLE b ()")
        .with("seeds/0003_rows.sql", "INSERT INTO a VALUES (1)")
        .with("manifest.json", r#"{"schemas": {"public": {"tables": {"a": {}, "b": {}}}}}"#);
    let output = project.on(&database, &["db:migrate", "--dry-run", "--json"]).expect(0);
    assert_eq!(output.json()["result"]["would_apply"].as_array().unwrap().len(), 2);
    assert_eq!(output.json()["result"]["would_seed"][0], "seeds/0003_rows.sql");
    assert_eq!(database.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'pgplumb'"), "0");
    project.on(&database, &["db:migrate", "--to", "1", "--no-seed"]).expect(0);
    assert_eq!(database.value(TABLES), "a");
    project.on(&database, &["db:seed"]).expect(4).says("0002_b.sql is not applied yet");
    project.on(&database, &["db:migrate", "--no-seed"]).expect(0);
    assert_eq!((database.value(TABLES), database.value("SELECT count(*) FROM a")), ("a,b".into(), "0".into()));
    project.on(&database, &["db:status"]).expect(3).says("to seed      seeds/0003_rows.sql");
    project.on(&database, &["db:migrate"]).expect(0).says("✅ PASSED - Tables          2 of 2");
    project.on(&database, &["db:status"]).expect(0).says("nothing is pending");
    project.on(&database, &["db:migrate", "--dry-run"]).expect(0).says("nothing to apply");
    Ok(())
}

fn a_failing_proof_is_a_finding() -> Result {
    let database = Database::plain();
    let project = Project::empty()
        .with("migrations/0001_a.sql", "CREATE TABLE a (n int)")
        .with("manifest.json", r#"{"schemas": {"public": {"tables": {"b": {}}}}}"#);
    let output = project.on(&database, &["db:migrate"]).expect(3).says("❌ FAILED - Tables          0 of 1");
    output.says("table public.b");
    assert_eq!(database.value(TABLES), "a");
    Ok(())
}

fn without_a_manifest_only_unproven() -> Result {
    let database = Database::plain();
    let project = Project::empty().with("migrations/0001_a.sql", "CREATE TABLE a (n int)");
    project.on(&database, &["db:migrate"]).expect(2).says("there is no manifest.json").says("--no-verify");
    assert_eq!(database.value(TABLES), "");
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    Ok(())
}

fn quiet_says_nothing() -> Result {
    let database = Database::plain();
    let project = Project::empty().with("migrations/0001_a.sql", "CREATE TABLE a (n int)");
    let output = project.on(&database, &["db:migrate", "--no-verify", "--quiet"]).expect(0);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
    let output = project.on(&database, &["db:migrate", "--no-verify", "--quiet"]).expect(0);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
    Ok(())
}

fn a_huge_script_needs_little_memory() -> Result {
    let database = Database::plain();
    let filler = "x".repeat(200);
    let inserts: String = (1..=200_000).map(|n| format!("INSERT INTO a VALUES ({n}, '{filler}');\n")).collect();
    let rows: String = (1..=300_000).map(|n| format!("{n}\t{filler}\n")).collect();
    let project = Project::empty()
        .with("migrations/0001_a.sql", "CREATE TABLE a (n int, t text)")
        .with("migrations/0002_inserts.sql", &inserts)
        .with("seeds/0001_rows.sql", format!("COPY a FROM stdin;\n{rows}\\.\nINSERT INTO a VALUES (0);\n"));
    let url = database.url();
    // All address space that the program may take, code and threads included, for scripts of 43 and 62 megabytes.
    let script =
        format!("ulimit -v 100000; exec {} db:migrate --no-verify --url '{url}'", env!("CARGO_BIN_EXE_pgplumb"));
    let mut shell = std::process::Command::new("sh");
    Output::of(shell.args(["-c", &script]).current_dir(project.path())).expect(0);
    assert_eq!(database.value("SELECT count(*) FROM a"), "500001");
    Ok(())
}

fn line_ends_may_change() -> Result {
    let database = Database::plain();
    let project = Project::empty().with("migrations/0001_a.sql", "CREATE TABLE a (\n  n int\n);\n");
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    project.write("migrations/0001_a.sql", "\u{feff}CREATE TABLE a (  \r\n  n int\r\n);\r\n\r\n");
    project.on(&database, &["db:status"]).expect(0);
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0).says("nothing to apply");
    Ok(())
}
