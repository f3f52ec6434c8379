//! `db:rehearse`: what each statement would lock and write anew, and the target stays as it is.

use std::path::Path;

use pgplumb::db::{Target, connect};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::process::{Running, wait_for};
use crate::support::{Database, Project, Result, block_on};

crate::trials!(
    "rehearse",
    locks_and_rewrites_are_told,
    statements_outside_of_transactions_are_watched_too,
    only_new_locks_are_told,
    rows_of_seeds_are_counted,
    a_failing_statement_ends_it,
    a_failing_proof_is_a_finding,
    a_role_that_may_only_read_can_run_it,
    what_cannot_be_copied_is_named,
    what_is_about_the_server_is_left_out,
    a_signal_leaves_no_database,
    nothing_pending_is_said,
    the_chat_project_is_rehearsed,
);

/// Everything that a rehearsal could have changed: definitions, files, history, roles and databases.
const STATE: &str = "SELECT (SELECT string_agg(concat_ws(' ', oid, relname, relfilenode, relnatts, relchecks, relacl), '|' ORDER BY oid)
            FROM pg_class WHERE oid >= 16384 AND relkind <> 't'),
    (SELECT string_agg(oid || ' ' || xmin, '|' ORDER BY oid) FROM pg_proc WHERE oid >= 16384),
    (SELECT count(*) || ' ' || max(version) FROM pgplumb.refinery_schema_history), (SELECT count(*) FROM pgplumb.seed)";

/// Two tables with rows, both known to the server.
fn target(project: &Project) -> Database {
    let database = Database::plain();
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    database.run("INSERT INTO one SELECT n, 'x' FROM generate_series(1, 20000) n; ANALYZE one");
    database
}

fn project() -> Project {
    Project::empty()
        .with("migrations/0001_a.sql", "CREATE TABLE one (n int PRIMARY KEY, t varchar(5)); CREATE TABLE two (n int)")
}

/// The statements of the first script.
fn statements(result: &Value) -> Vec<Value> {
    result["scripts"][0]["statements"].as_array().unwrap().clone()
}

/// The locks of a statement, as `relation MODE`.
fn locks(statement: &Value) -> Vec<String> {
    let lock = |lock: &Value| format!("{} {}", lock["relation"].as_str().unwrap(), lock["mode"].as_str().unwrap());
    statement["locks"].as_array().unwrap().iter().map(lock).collect()
}

fn rehearsed(project: &Project, database: &Database) -> Value {
    project.on(database, &["db:rehearse", "--json"]).expect(0).json()["result"].clone()
}

/// Each statement in a script of its own, so that each begins without a lock.
fn locks_and_rewrites_are_told() -> Result {
    let project = project();
    let database = target(&project);
    let before = database.rows(STATE);
    let cases: [(&str, &[&str], &[&str], bool); 7] = [
        ("ALTER TABLE one ALTER COLUMN n TYPE bigint", &["public.one ACCESS EXCLUSIVE"], &["public.one"], true),
        ("ALTER TABLE one ADD COLUMN more int DEFAULT 5", &["public.one ACCESS EXCLUSIVE"], &[], true),
        ("CREATE INDEX one_t ON one (t)", &["public.one SHARE"], &[], false),
        (
            "ALTER TABLE two ADD FOREIGN KEY (n) REFERENCES one",
            &["public.one SHARE ROW EXCLUSIVE", "public.two SHARE ROW EXCLUSIVE"],
            &[],
            false,
        ),
        ("ALTER TABLE two ALTER COLUMN n TYPE bigint", &["public.two ACCESS EXCLUSIVE"], &["public.two"], false),
        ("INSERT INTO two VALUES (1), (2)", &["public.two ROW EXCLUSIVE"], &[], false),
        ("TRUNCATE one, two", &["public.one ACCESS EXCLUSIVE", "public.two ACCESS EXCLUSIVE"], &[], true),
    ];
    for (number, (statement, expected, rewritten, heavy)) in (2..).zip(cases) {
        let project = project_with(&format!("000{number}_x.sql"), statement);
        let result = rehearsed(&project, &database);
        let told = &statements(&result)[0];
        let expected: Vec<&str> = expected.to_vec();
        let without_reading: Vec<String> =
            locks(told).into_iter().filter(|lock| !lock.ends_with("ACCESS SHARE")).collect();
        assert_eq!(without_reading, expected, "{statement}");
        assert_eq!((&told["rewritten"], &told["heavy"]), (&json!(rewritten), &json!(heavy)), "{statement}");
    }
    let project = project_with("0002_x.sql", "ALTER TABLE one ALTER COLUMN n TYPE bigint");
    let lock = &statements(&rehearsed(&project, &database))[0]["locks"][0];
    assert_eq!(lock["target_rows"], 20000);
    let output = project.on(&database, &["db:rehearse"]).expect(0);
    output
        .says("ACCESS EXCLUSIVE public.one")
        .says("written anew")
        .says("about 20 thousand rows")
        .says("! 1 statement keeps everybody from a table with rows")
        .says("times are those of empty tables");
    assert_eq!(database.rows(STATE), before);
    Ok(())
}

fn project_with(file: &str, statement: &str) -> Project {
    project().with(&format!("migrations/{file}"), statement)
}

fn statements_outside_of_transactions_are_watched_too() -> Result {
    let script = "CREATE INDEX CONCURRENTLY one_t ON one (t);\nVACUUM FULL two;\nDROP INDEX CONCURRENTLY one_t;\n
        INSERT INTO two VALUES (1);";
    let project = project();
    let database = target(&project);
    let project = project_with("0002_x.sql", script);
    let result = rehearsed(&project, &database);
    assert_eq!(result["scripts"][0]["one_by_one"], true);
    let told = statements(&result);
    assert!(locks(&told[0]).contains(&"public.one SHARE UPDATE EXCLUSIVE".to_owned()), "{result:#}");
    assert_eq!(
        (locks(&told[1])[0].as_str(), &told[1]["rewritten"]),
        ("public.two ACCESS EXCLUSIVE", &json!(["public.two"]))
    );
    assert!(locks(&told[2]).contains(&"public.one SHARE UPDATE EXCLUSIVE".to_owned()), "{result:#}");
    assert_eq!((locks(&told[3]), &told[3]["rows"]), (vec!["public.two ROW EXCLUSIVE".to_owned()], &json!(1)));
    Ok(())
}

fn only_new_locks_are_told() -> Result {
    let script = "SELECT count(*) FROM one;\nLOCK TABLE one IN SHARE MODE;\nSELECT count(*) FROM one;
        ALTER TABLE one ADD COLUMN a int;\nALTER TABLE one ALTER COLUMN n TYPE bigint; CREATE TABLE three (n int);
        ALTER TABLE three ADD COLUMN m int";
    let project = project();
    let database = target(&project);
    let told = statements(&rehearsed(&project_with("0002_x.sql", script), &database));
    let own = |statement: &Value| -> Vec<String> {
        locks(statement).into_iter().filter(|lock| lock.starts_with("public.one ")).collect()
    };
    let of: Vec<Vec<String>> = told.iter().map(own).collect();
    assert_eq!(
        of,
        [
            vec!["public.one ACCESS SHARE"],
            vec!["public.one SHARE"],
            vec![],
            vec!["public.one ACCESS EXCLUSIVE"],
            vec![],
            vec![],
            vec![],
        ]
    );
    assert_eq!(told[4]["rewritten"], json!(["public.one"]));
    assert_eq!(locks(&told[6]), Vec::<String>::new(), "nobody else sees a table of the same transaction");
    Ok(())
}

fn rows_of_seeds_are_counted() -> Result {
    let project = project()
        .with("seeds/0001_rows.sql", "INSERT INTO two VALUES (1), (2), (3);\nCOPY two FROM stdin;\n4\n5\n\\.\n")
        .with(
            "manifest.json",
            r#"{"schemas": {"public": {"tables": {"one": {}}}},
                "seeds": [{"table": "two", "key": ["n"], "rows": [{"n": 5}]}, {"table": "one", "key": ["n"], "rows": [{"n": -1}]}]}"#,
        );
    let database = Database::plain();
    project.on(&database, &["db:migrate", "--no-verify", "--no-seed"]).expect(0);
    database.run("INSERT INTO one VALUES (1)");
    let result = rehearsed(&project, &database);
    let rows: Vec<Value> = statements(&result).iter().map(|statement| statement["rows"].clone()).collect();
    assert_eq!(rows, [3, 2]);
    assert_eq!(result["verify"]["not_measured"], json!(["rows of one: the copy has none of those that are there"]));
    assert_eq!(database.value("SELECT count(*) FROM two"), "0");
    Ok(())
}

fn a_failing_statement_ends_it() -> Result {
    let project = project()
        .with("migrations/0002_x.sql", "INSERT INTO two VALUES (1);\nALTER TABLE two\n  ADD COLUMN n int;\nSELECT 1")
        .with("migrations/0003_y.sql", "CREATE TABLE three ()");
    let database = Database::plain();
    project.on(&database, &["db:migrate", "--no-verify", "--to", "1"]).expect(0);
    let before = database.rows(STATE);
    let output = project.on(&database, &["db:rehearse"]).expect(3);
    output
        .says("FAILED migrations/0002_x.sql: statement 2 of 3 failed")
        .says("--> migrations/0002_x.sql:2:1")
        .says("column \"n\" of relation \"two\" already exists")
        .says("it failed on a copy; the target was read and not touched");
    let result = project.on(&database, &["db:rehearse", "--json"]).expect(3).json()["result"].clone();
    let failure = &result["scripts"][0]["failure"];
    assert_eq!((&failure["sqlstate"], &failure["at"]), (&json!("42701"), &json!("migrations/0002_x.sql:2:1")));
    assert_eq!(statements(&result).len(), 1);
    assert_eq!((&result["scripts"][1], &result["verify"]), (&Value::Null, &Value::Null));
    project.on(&database, &["db:rehearse", "--to", "9"]).expect(2);
    assert_eq!(database.rows(STATE), before);
    // What only fails at the end of its transaction is told as well.
    let late = "ALTER TABLE two ADD PRIMARY KEY (n) DEFERRABLE INITIALLY DEFERRED; INSERT INTO two VALUES (1), (1)";
    project.write("migrations/0002_x.sql", late);
    project.on(&database, &["db:rehearse", "--to", "2"]).expect(3).says("it could not be committed").says("23505");
    Ok(())
}

fn a_failing_proof_is_a_finding() -> Result {
    let project = project().with("migrations/0002_x.sql", "CREATE TABLE three (n int)").with(
        "manifest.json",
        r#"{"schemas": {"public": {"tables": {"one": {}, "three": {"columns": {"n": "text"}}}}}}"#,
    );
    let database = Database::plain();
    project.on(&database, &["db:migrate", "--no-verify", "--to", "1"]).expect(0);
    project.on(&database, &["db:rehearse"]).expect(3).says("❌ FAILED - Tables").says("public.three.n");
    project.on(&database, &["db:rehearse", "--to", "2"]).expect(0);
    Ok(())
}

fn a_role_that_may_only_read_can_run_it() -> Result {
    let project = project().with("migrations/0002_x.sql", "ALTER TABLE one ADD COLUMN m int; CREATE TABLE three ()");
    let database = Database::plain();
    project.on(&database, &["db:migrate", "--no-verify", "--to", "1"]).expect(0);
    let role = format!("reader_{}", database.name());
    database.run(&format!(
        "CREATE ROLE {role} LOGIN; ALTER ROLE {role} SET default_transaction_read_only = on;
         GRANT USAGE ON SCHEMA pgplumb TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA pgplumb TO {role};
         REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    ));
    let before = database.rows(STATE);
    let output = project.pgplumb(&["db:rehearse", "--json", "--url", &database.url_as(&role)]);
    let done = database.rows(STATE) == before;
    database.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
    let result = output.expect(0).json()["result"].clone();
    assert!(done, "the target was changed");
    assert_eq!(
        (locks(&statements(&result)[0]), &result["run_as"]),
        (vec!["public.one ACCESS EXCLUSIVE".to_owned()], &json!("postgres"))
    );
    Ok(())
}

fn what_cannot_be_copied_is_named() -> Result {
    let project = project();
    let database = target(&project);
    // Only this server has the library's file under that name.
    database.run("CREATE FUNCTION odd() RETURNS int LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'");
    database.run("UPDATE pg_proc SET probin = '$libdir/nowhere' WHERE proname = 'odd'");
    let project = project_with("0002_x.sql", "CREATE TABLE three ()");
    let output = project.on(&database, &["db:rehearse"]).expect(0);
    output.says("The copy lacks what these make:\n  CREATE FUNCTION public.odd()").says("nowhere");
    Ok(())
}

fn what_is_about_the_server_is_left_out() -> Result {
    let project = project();
    let database = target(&project);
    let script = format!("ALTER DATABASE {} SET work_mem = '5MB'; CREATE ROLE made_by_rehearsal", database.name());
    let project = project_with("0002_x.sql", &script);
    for _ in 0..2 {
        let told = statements(&rehearsed(&project, &database));
        assert_eq!((&told[0]["left_out"], &told[1]["left_out"]), (&json!(true), &json!(false)));
    }
    Ok(())
}

/// On the project's own cluster, which is of the target's major because the target stands there too.
fn a_signal_leaves_no_database() -> Result {
    let project = project();
    project.pgplumb(&["db:migrate", "--no-verify"]).expect(0);
    project.write("migrations/0002_x.sql", "CREATE TABLE three ();\nSELECT pg_sleep(60)");
    let started = project.pgplumb(&["local:start", "--json"]).expect(0).json()["result"].clone();
    let url = started["url"].as_str().unwrap();
    let port =
        url.split("port=").nth(1).and_then(|rest| rest.split('&').next()).map_or(5432, |port| port.parse().unwrap());
    let target = Target::on_socket(Path::new(started["socket_folder"].as_str().unwrap()), port, "postgres", "local");
    let ask = |query: &str| {
        block_on(async {
            let session = connect(&target, |_| ()).await.unwrap();
            let row = session.client.query_typed_one(query, &[]).await.unwrap();
            session.close().await;
            row.try_get::<_, bool>(0).unwrap()
        })
    };
    let sleeps = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND datname LIKE 'pgplumb_scratch%')";
    let running = Running::start(&mut project.command(&["db:rehearse"]));
    wait_for("the statement runs", || ask(sleeps));
    running.signal(Signal::INT);
    running.finish().expect(130).says("stopped by a signal");
    assert!(ask("SELECT NOT EXISTS (SELECT FROM pg_database WHERE datname LIKE 'pgplumb_scratch%')"));
    Ok(())
}

fn nothing_pending_is_said() -> Result {
    let project = project();
    let database = target(&project);
    project.on(&database, &["db:rehearse"]).expect(0).says("nothing is pending");
    Ok(())
}

fn the_chat_project_is_rehearsed() -> Result {
    let (project, database) = (Project::chat(), Database::supabase());
    let before = database.value("SELECT count(*) || ' ' || max(oid) FROM pg_class");
    let output = project.on(&database, &["db:rehearse"]).expect(0);
    output
        .says("✅ PASSED - Tables          14 of 14")
        .says("✅ PASSED - Seed Data       30 of 30")
        .says("Run as postgres");
    assert_eq!(database.value("SELECT count(*) || ' ' || max(oid) FROM pg_class"), before);
    project.on(&database, &["db:migrate", "--to", "2", "--no-seed"]).expect(0);
    let result = rehearsed(&project, &database);
    assert_eq!((&result["verify"]["passed"], &result["not_copied"]), (&json!(true), &json!([])));
    assert_eq!(result["scripts"][0]["file"].as_str().unwrap().get(..15), Some("migrations/0003"));
    Ok(())
}
