//! What programs read: one JSON document for each command, and where the target came from.

use serde_json::Value;

use crate::support::{Database, Output, Project, Result};

crate::trials!(
    "documents",
    every_command_prints_one_document,
    every_failure_is_one_document,
    the_first_place_that_names_a_target_wins,
    broken_connection_strings_are_not_shown,
);

const KEYS: [&str; 6] = ["command", "error", "exit_code", "outcome", "result", "target"];

/// The one document on standard output, with the shape that is documented.
#[track_caller]
fn document(output: &Output, command: &str) -> Value {
    let document = output.json();
    let mut keys: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, KEYS);
    assert_eq!(document["command"], command);
    assert_eq!(document["exit_code"], output.code);
    document
}

fn every_command_prints_one_document() -> Result {
    let database = Database::plain();
    let project = Project::empty()
        .with("migrations/0001_a.sql", "CREATE TABLE a (n int)")
        .with("seeds/0002_b.sql", "INSERT INTO a VALUES (1)")
        .with("manifest.json", r#"{"schemas": {"public": {"tables": {"a": {}}}}}"#);
    for (arguments, code, key) in [
        (&["db:status"][..], 3, "pending"),
        (&["db:migrate", "--dry-run"], 0, "would_apply"),
        (&["db:migrate"], 0, "applied"),
        (&["db:seed", "--all"], 0, "seeds"),
        (&["db:verify"], 0, "findings"),
        (&["db:verify", "--format", "markdown"], 0, "findings"),
        (&["db:status"], 0, "applied"),
        (&["db:manifest", "--from", "target"], 0, ""),
    ] {
        let output = project.on(&database, &[arguments, &["--json"]].concat()).expect(code);
        let document = document(&output, arguments[0]);
        assert_eq!(document["error"], Value::Null);
        let target = &document["target"];
        assert_eq!((&target["database"], &target["user"]), (&database.name().into(), &"postgres".into()));
        assert!(
            target["server_version"].is_number() && !target["host"].is_null() && !target["port"].is_null(),
            "{target}"
        );
        assert!(key.is_empty() || !document["result"][key].is_null(), "{document:#}");
    }
    Ok(())
}

fn every_failure_is_one_document() -> Result {
    let database = Database::plain();
    let project = Project::empty().with("migrations/0001_a.sql", "CREATE TABLE a (n int);\nSELECT oops;");
    let output = project.on(&database, &["db:migrate", "--no-verify", "--json"]).expect(5);
    let error = document(&output, "db:migrate")["error"].clone();
    assert_eq!(error["location"]["file"], "migrations/0001_a.sql");
    assert_eq!((&error["location"]["line"], &error["location"]["column"]), (&2.into(), &8.into()));
    assert_eq!(error["server"]["sqlstate"], "42703");
    assert!(error["state"].is_string() && error["next"].is_string(), "{error:#}");
    let output = project.on(&database, &["db:verify", "--json"]).expect(2);
    assert_eq!(document(&output, "db:verify")["outcome"], "bad_input");
    let output = project.pgplumb(&["db:seed", "--json", "-C", "nowhere"]).expect(2);
    assert_eq!(document(&output, "db:seed")["target"], Value::Null);
    let output = project.pgplumb(&["db:status", "--json", "--env", "nowhere"]).expect(2);
    assert_eq!(document(&output, "db:status")["outcome"], "bad_input");
    Ok(())
}

fn the_first_place_that_names_a_target_wins() -> Result {
    let databases: Vec<Database> = (0..6).map(|_| Database::plain()).collect();
    let url = |at: usize| databases[at].url();
    let settings = format!("[env.staging]\nurl = \"{}\"\n", url(1));
    let project = Project::empty()
        .with("migrations/0001_a.sql", "SELECT 1")
        .with("pgplumb.toml", settings)
        .with(".env.local", format!("# local\nPOSTGRES_URL='{}'\n", url(4)))
        .with(".env", format!("DATABASE_URL='{}'\n", url(5)));
    let variables = [("DATABASE_URL", url(2)), ("POSTGRES_URL", url(3))];
    let option = url(0);
    for (arguments, variables, database, source) in [
        (&["--url", &option][..], &variables[..], 0, "--url"),
        (&["--env", "staging"], &variables, 1, "env.staging"),
        (&[], &variables, 2, "DATABASE_URL"),
        (&[], &variables[1..], 3, "POSTGRES_URL"),
        (&[], &[], 4, ".env.local"),
    ] {
        let mut command = project.command(&[&["db:status"][..], arguments].concat());
        let output = Output::of(command.envs(variables.iter().cloned())).expect(3);
        let line = output.stdout.lines().find(|line| line.starts_with("database")).unwrap_or_default();
        assert!(line.contains(databases[database].name()) && line.contains(source), "{source}: {}", output.stdout);
    }
    std::fs::remove_file(project.path().join(".env.local")).unwrap();
    project.pgplumb(&["db:status"]).expect(3).says(databases[5].name()).says(".env)");
    Ok(())
}

fn broken_connection_strings_are_not_shown() -> Result {
    let project = Project::empty().with("migrations/0001_a.sql", "SELECT 1");
    for url in
        ["postgres://ann:cAnArY@[::1/db", "postgres://ann:cAn@ArY#x@h:port/db", "cAnArY", "mysql://ann:cAnArY@h/db"]
    {
        for (arguments, variables) in [(&["--url", url][..], None), (&[], Some(("DATABASE_URL", url)))] {
            let mut command = project.command(&[&["db:status", "--json", "--verbose"][..], arguments].concat());
            let output = Output::of(command.envs(variables)).expect(2).says("next");
            assert!(!format!("{output:?}").contains("ArY"), "{output:?}");
        }
        project.write(".env", format!("DATABASE_URL={url}\n"));
        let output = project.pgplumb(&["db:status", "--json"]).expect(2);
        assert!(!format!("{output:?}").contains("ArY"), "{output:?}");
        std::fs::remove_file(project.path().join(".env")).unwrap();
    }
    Ok(())
}
