//! What a reset refuses, and what it asks for.

use super::{LEFT, chat, confirmed, migrated, other_role, project};
use crate::support::{Database, Project, Result};

crate::trials!(
    "reset",
    a_database_must_be_named,
    the_chat_system_goes_and_comes_back,
    the_local_default_needs_no_question,
    a_disposable_database_needs_no_question_and_keeps_its_label,
    a_protected_database_is_never_reset,
    a_label_in_the_settings_protects_and_does_not_permit,
    a_dry_run_writes_nothing,
    unknown_objects_are_asked_about,
    without_a_manifest_nothing_is_known,
    a_server_without_writes_and_one_without_the_platform_are_refused,
    a_history_out_of_reach_is_refused,
);

fn a_database_must_be_named() -> Result {
    let (project, database) = chat();
    let before = database.rows(LEFT);
    let name = format!("--confirm {}", database.name());
    let refused = project.on(&database, &["db:reset"]).expect(4).says(&name).says("nothing was changed");
    assert!(refused.stderr.contains("tables") && refused.stderr.contains(" rows"), "{}", refused.stderr);
    project.on(&database, &["db:reset", "--yes"]).expect(4).says(&name);
    project.on(&database, &["db:reset", "--confirm", "postgres"]).expect(4).says("--confirm names postgres");
    project.on(&database, &["db:reset", "--confirm", ""]).expect(4);
    assert_eq!(database.rows(LEFT), before);
    Ok(())
}

fn the_chat_system_goes_and_comes_back() -> Result {
    let (project, database) = chat();
    database.run("CREATE POLICY \"anyone\" ON storage.objects FOR SELECT USING (public.get_user_role() = 'admin')");
    confirmed(&project, &database, &[]).expect(4).says("policy anyone on storage.objects").says("--unknown drop");
    let done = confirmed(&project, &database, &["--unknown", "drop", "--json"]).expect(0);
    let result = &done.json()["result"];
    assert_eq!(result["rows"]["exact"], true, "{result}");
    assert_eq!(result["dropped"]["trigger"], serde_json::json!(["on_auth_user_deleted on auth.users"]));
    assert_eq!(result["dropped"]["policy"], serde_json::json!(["anyone on storage.objects"]));
    assert_eq!(database.value(LEFT), "");
    assert_eq!(database.value("SELECT count(*) FROM auth.users"), "1");
    assert_eq!(database.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'pgplumb'"), "0");
    confirmed(&project, &database, &[]).expect(0).says("there is nothing to drop");
    project.on(&database, &["db:migrate"]).expect(0);
    let again = confirmed(&project, &database, &["--migrate", "--json"]).expect(0);
    assert_eq!(again.json()["result"]["migrate"]["applied"].as_array().unwrap().len(), 5);
    project.on(&database, &["db:verify"]).expect(0);
    Ok(())
}

fn the_local_default_needs_no_question() -> Result {
    let project = Project::chat();
    project.pgplumb(&["db:migrate"]).expect(0);
    project.pgplumb(&["db:reset", "--confirm", "postgres"]).expect(4);
    project.pgplumb(&["db:reset", "--migrate"]).expect(0).says("dropped").says("✅ PASSED - Tables");
    project.pgplumb(&["db:reset"]).expect(0).says("and the history of migrations");
    project.pgplumb(&["db:reset"]).expect(0).says("there is nothing to drop");
    Ok(())
}

fn a_disposable_database_needs_no_question_and_keeps_its_label() -> Result {
    let (project, database) = chat();
    project.on(&database, &["db:migrate", "--label", "disposable"]).expect(0);
    database.run("SET ROLE postgres; CREATE TABLE public.unknown (id int)");
    project.on(&database, &["db:reset"]).expect(0).says("it keeps the label");
    assert_eq!(database.value(LEFT), "");
    assert_eq!(database.value("SELECT value FROM pgplumb.setting"), "disposable");
    project.on(&database, &["db:reset"]).expect(0).says("there is nothing to drop");
    project.on(&database, &["db:migrate"]).expect(0);
    project.on(&database, &["db:status"]).expect(0).says("disposable");
    Ok(())
}

fn a_protected_database_is_never_reset() -> Result {
    let (project, database) = chat();
    project.on(&database, &["db:migrate", "--label", "protected"]).expect(0);
    let before = database.rows(LEFT);
    confirmed(&project, &database, &["--unknown", "drop", "--yes"]).expect(4).says("labelled protected");
    confirmed(&project, &database, &["--dry-run"]).expect(4);
    assert_eq!(database.rows(LEFT), before);
    Ok(())
}

fn a_label_in_the_settings_protects_and_does_not_permit() -> Result {
    let project = project("CREATE TABLE a (id int)", &["a"]);
    let database = migrated(&project);
    let settings = |label: &str| format!("[env.it]\nurl = \"{}\"\nlabel = \"{label}\"\n", database.url());
    project.write("pgplumb.toml", settings("protected"));
    project.pgplumb(&["db:reset", "--env", "it", "--confirm", database.name()]).expect(4).says("labelled protected");
    project.write("pgplumb.toml", settings("disposable"));
    let command = format!("pgplumb db:reset --env it --confirm {}", database.name());
    project.pgplumb(&["db:reset", "--env", "it"]).expect(4).says(&command);
    project.pgplumb(&["db:reset", "--env", "it", "--confirm", database.name()]).expect(0);
    Ok(())
}

fn a_dry_run_writes_nothing() -> Result {
    let (project, database) = chat();
    let before = database.rows(LEFT);
    let said = project.on(&database, &["db:reset", "--dry-run"]).expect(0);
    let order: Vec<&str> = said.stdout.lines().collect();
    let place = |line: &str| order.iter().position(|said| *said == line).unwrap_or_else(|| panic!("{line}: {order:?}"));
    let trigger = place("would drop trigger on_auth_user_deleted on auth.users");
    assert!(trigger < place("would drop function public.handle_auth_user_deletion()"));
    assert!(place("would drop table public.\"Message_v2\"") < place("would drop table public.\"Chat\""));
    assert_eq!(order.last(), Some(&"would drop schema pgplumb"));
    let json = project.on(&database, &["db:reset", "--dry-run", "--json"]).expect(0).json();
    assert_eq!(json["result"]["order"].as_array().unwrap().len(), order.len());
    assert_eq!(database.rows(LEFT), before);
    Ok(())
}

fn unknown_objects_are_asked_about() -> Result {
    let project = project("CREATE TABLE a (id int PRIMARY KEY)", &["a"]);
    let database = migrated(&project);
    database.run(
        "SET ROLE postgres; CREATE SCHEMA side; CREATE TABLE side.kept (id int); INSERT INTO side.kept VALUES (1)",
    );
    let refused = confirmed(&project, &database, &[]).expect(4).says("2 objects").says("table side.kept");
    refused.says("--unknown drop").says("--unknown keep").says("nothing was changed");
    assert_eq!(database.value("SELECT to_regclass('a')"), "a");
    confirmed(&project, &database, &["--unknown", "keep"])
        .expect(0)
        .says("table side.kept (the manifest does not name it)");
    assert_eq!(database.value(LEFT), "schema side, table side.kept");
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    database.run("SET ROLE postgres; ALTER TABLE side.kept ADD FOREIGN KEY (id) REFERENCES a NOT VALID");
    confirmed(&project, &database, &["--unknown", "keep"]).expect(4).says("table side.kept needs table a");
    confirmed(&project, &database, &["--unknown", "drop"]).expect(0);
    assert_eq!(database.value(LEFT), "");
    Ok(())
}

fn without_a_manifest_nothing_is_known() -> Result {
    let project =
        Project::empty().with("migrations/1_all.sql", "CREATE TABLE a (id int); INSERT INTO a VALUES (1), (2)");
    let database = migrated(&project);
    project.on(&database, &["db:reset"]).expect(4).says("1 table, with 2 rows");
    confirmed(&project, &database, &[]).expect(4).says("there is no manifest").says("--unknown drop");
    confirmed(&project, &database, &["--unknown", "keep"]).expect(4);
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.migration"), "1");
    confirmed(&project, &database, &["--unknown", "drop"]).expect(0);
    assert_eq!(database.value(LEFT), "");
    Ok(())
}

fn a_server_without_writes_and_one_without_the_platform_are_refused() -> Result {
    let project = project("CREATE TABLE a (id int)", &["a"]);
    let database = migrated(&project);
    database.run(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name()));
    confirmed(&project, &database, &[]).expect(4).says("takes no writes");
    let plain = Database::plain();
    confirmed(&Project::chat(), &plain, &[]).expect(4).says("lacks");
    Ok(())
}

fn a_history_out_of_reach_is_refused() -> Result {
    let other = other_role("reset_reader");
    let project = project("CREATE TABLE a (id int)", &["a"]);
    let database = migrated(&project);
    let url = database.url_as(&other);
    let reset = ["db:reset", "--confirm", database.name(), "--url", &url];
    project.pgplumb(&reset).expect(4).says("nothing was changed");
    database.run(&format!("GRANT USAGE ON SCHEMA pgplumb TO {other}; GRANT SELECT ON pgplumb.setting TO {other}"));
    project.pgplumb(&reset).expect(4).says("the history of migrations belongs to postgres");
    Ok(())
}
