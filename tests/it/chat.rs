//! The chat system, run as its users would; and the behaviour that its SQL and the platform promise: each file of
//! `tests/chat` and `tests/platform` is one promise.

use libtest_mimic::Trial;
use pgplumb::db::connect;

use crate::support::{Database, Project, Result, block_on, fail, root, superuser, trial};

/// The tests of this module: those written here, and one for each file.
pub fn trials() -> Vec<Trial> {
    let mut trials = own();
    trials.extend(files("chat").into_iter().map(|(name, sql)| trial(&name, move || promise(&sql, true))));
    trials.extend(files("platform").into_iter().map(|(name, sql)| trial(&name, move || promise(&sql, false))));
    trials
}

fn own() -> Vec<Trial> {
    vec![
        trial(
            "chat::a_fresh_database_passes_and_a_second_run_changes_nothing",
            a_fresh_database_passes_and_a_second_run_changes_nothing,
        ),
        trial("chat::edits_made_in_the_product_survive_the_seeds", edits_made_in_the_product_survive_the_seeds),
    ]
}

fn files(folder: &str) -> Vec<(String, String)> {
    let mut files: Vec<_> =
        std::fs::read_dir(root().join("tests").join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "tests/{folder} has no file");
    let read = |path: std::path::PathBuf| {
        let name = format!("{folder}/{}", path.file_stem().unwrap().display());
        (name, std::fs::read_to_string(path).unwrap())
    };
    files.into_iter().map(read).collect()
}

/// A database with the chat system; made once, and copied for each test that changes something for good.
fn migrated() -> Database {
    let database = Database::supabase();
    Project::chat().on(&database, &["db:migrate", "--no-verify"]).expect(0);
    database
}

fn promise(sql: &str, on_chat: bool) -> Result {
    let database = if on_chat { migrated() } else { Database::supabase() };
    block_on(async {
        let session = connect(&superuser(database.name()), |_| ()).await.unwrap();
        let done = session.client.batch_execute(&format!("BEGIN; {sql}\n; ROLLBACK")).await;
        let done = done.map_err(|error| session.failure_of(&error, "the promise is broken").to_string());
        session.close().await;
        done.or_else(fail)
    })
}

fn a_fresh_database_passes_and_a_second_run_changes_nothing() -> Result {
    let (project, database) = (Project::chat(), Database::supabase());
    let first = project.on(&database, &["db:migrate"]).expect(0);
    for section in ["Tables", "Functions", "Indexes", "Triggers", "RLS Policies", "Seed Data"] {
        assert!(first.stdout.contains(&format!("✅ PASSED - {section}")), "{}", first.stdout);
    }
    let state = "SELECT (SELECT string_agg(a::text, '|' ORDER BY config_key) FROM admin_config a),
                        (SELECT string_agg(m::text, '|' ORDER BY model_id) FROM model_config m),
                        (SELECT string_agg(h::text, '|' ORDER BY version) FROM pgplumb.refinery_schema_history h)";
    let before = database.rows(state);
    project.on(&database, &["db:migrate"]).expect(0).says("nothing to apply");
    project.on(&database, &["db:seed", "--all"]).expect(0).says("5 of 5 seeds applied");
    assert_eq!(database.rows(state), before);
    Ok(())
}

fn edits_made_in_the_product_survive_the_seeds() -> Result {
    let (project, database) = (Project::chat(), migrated());
    database.run("UPDATE admin_config SET config_data = config_data || '{\"enabled\": false}' WHERE config_key = 'python_agent_openai'");
    database.run("UPDATE model_config SET is_default = true WHERE model_id = 'gpt-4o-mini'");
    project.on(&database, &["db:seed", "--all"]).expect(0);
    assert_eq!(
        database.value("SELECT config_data ->> 'enabled' FROM admin_config WHERE config_key = 'python_agent_openai'"),
        "false"
    );
    assert_eq!(
        database.value("SELECT string_agg(model_id, ',') FROM model_config WHERE provider = 'openai' AND is_default"),
        "gpt-4o-mini"
    );
    project.on(&database, &["db:verify"]).expect(0);
    Ok(())
}
