//! `db:verify`: every way in which a database is not what the manifest says is found, and named.

use crate::support::{Database, Output, Project, Result};

crate::trials!(
    "verify",
    an_untouched_database_passes,
    each_change_is_found,
    changed_bodies_are_shown_line_by_line,
    what_admins_edit_is_told_and_passes,
    rows_that_nobody_expects_are_told_and_counted,
    sections_can_be_chosen,
    reports_have_three_forms,
    a_report_for_ci_points_at_the_manifest_and_cannot_be_broken_out_of,
    names_are_escaped,
    a_role_that_only_reads_can_verify,
    a_role_that_only_reads_cannot_migrate,
    what_cannot_be_read_is_no_pass,
    options_that_a_role_may_not_see_are_not_measured,
    a_schema_that_changes_while_it_is_read_is_never_half_an_answer,
);

/// A project with one of everything, its database, and the manifest that pgplumb writes of it.
fn shop() -> (Project, Database) {
    let database = Database::plain();
    let project = Project::empty()
        .with(
            "migrations/0001_shop.sql",
            "CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL);
             CREATE TABLE invoice (
               id int PRIMARY KEY, customer_id int CONSTRAINT invoice_customer_fkey REFERENCES customer,
               total numeric NOT NULL DEFAULT 0, note text, CONSTRAINT total_is_positive CHECK (total >= 0));
             CREATE INDEX invoice_customer ON invoice (customer_id);
             CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN
               NEW.note := 'touched';
               RETURN NEW;
             END $$;
             CREATE TRIGGER touch BEFORE UPDATE ON invoice FOR EACH ROW EXECUTE FUNCTION touch();
             ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
             CREATE POLICY own ON invoice FOR SELECT USING (customer_id = 1);
             GRANT SELECT ON customer, invoice TO PUBLIC;",
        )
        .with("seeds/0002_customers.sql", "INSERT INTO customer VALUES (1, 'Ann'), (2, 'Bob')");
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    project.on(&database, &["db:manifest", "--from", "target"]).expect(0);
    let mut manifest: serde_json::Value = serde_json::from_str(&project.text("manifest.json")).unwrap();
    manifest["seeds"] = serde_json::json!([
        { "table": "customer", "key": ["id"], "values": "info",
          "rows": [{ "id": 1, "name": "Ann" }, { "id": 2, "name": "Bob" }] },
    ]);
    manifest["rules"] = serde_json::json!([
        { "name": "each total is below 1000", "sql": "SELECT id, total FROM invoice WHERE total >= 1000" },
    ]);
    project.write("manifest.json", manifest.to_string());
    (project, database)
}

fn an_untouched_database_passes() -> Result {
    let (project, database) = shop();
    let output = project.on(&database, &["db:verify", "--json"]).expect(0).json();
    assert_eq!(output["result"]["passed"], true);
    assert_eq!(output["result"]["findings"], serde_json::json!([]));
    assert_eq!(output["target"]["database"], database.name());
    project.on(&database, &["db:verify"]).expect(0).says("✅ PASSED - Tables          2 of 2");
    Ok(())
}

fn each_change_is_found() -> Result {
    let (project, database) = shop();
    for (change, finding, what) in [
        ("DROP TABLE customer CASCADE", "table", "missing"),
        ("ALTER TABLE invoice ALTER total TYPE int", "column", "changed"),
        ("ALTER TABLE customer ALTER name DROP NOT NULL", "column", "changed"),
        ("ALTER TABLE invoice ALTER total SET DEFAULT 1", "column", "changed"),
        ("ALTER TABLE invoice DROP COLUMN note CASCADE", "column", "missing"),
        ("ALTER TABLE invoice ADD COLUMN extra int", "column", "unexpected"),
        ("CREATE TABLE extra ()", "table", "unexpected"),
        ("DROP INDEX invoice_customer", "index", "missing"),
        ("DROP INDEX invoice_customer; CREATE INDEX invoice_customer ON invoice (customer_id, id)", "index", "changed"),
        ("CREATE INDEX extra ON invoice (total)", "index", "unexpected"),
        ("DROP FUNCTION touch CASCADE", "function", "missing"),
        ("ALTER TABLE invoice DISABLE TRIGGER touch", "trigger", "changed"),
        ("DROP TRIGGER touch ON invoice", "trigger", "missing"),
        ("ALTER POLICY own ON invoice USING (true)", "policy", "changed"),
        ("DROP POLICY own ON invoice", "policy", "missing"),
        ("CREATE POLICY extra ON invoice USING (true)", "policy", "unexpected"),
        ("ALTER TABLE invoice DISABLE ROW LEVEL SECURITY", "row security", "changed"),
        ("ALTER TABLE invoice DROP CONSTRAINT total_is_positive", "constraint", "missing"),
        (
            "ALTER TABLE invoice DROP CONSTRAINT total_is_positive;
             ALTER TABLE invoice ADD CONSTRAINT total_is_positive CHECK (total >= 0) NOT VALID",
            "constraint",
            "changed",
        ),
        ("DELETE FROM customer WHERE id = 2", "row", "missing"),
        ("INSERT INTO invoice VALUES (1, 1, 1000)", "rule", "broken"),
        ("CREATE TYPE extra AS ENUM ('a')", "enum", "unexpected"),
        ("CREATE SEQUENCE extra", "sequence", "unexpected"),
        ("CREATE VIEW extra AS SELECT 1", "view", "unexpected"),
        ("CREATE SCHEMA extra", "schema", "unexpected"),
    ] {
        let copy = database.copy();
        copy.run(change);
        let output = project.on(&copy, &["db:verify", "--json"]).expect(3).json();
        let findings = output["result"]["findings"].as_array().unwrap();
        let found = findings.iter().any(|one| one["kind"] == finding && one["finding"] == what && one["fails"] == true);
        assert!(found, "{change}: no {what} {finding} in {findings:#?}");
    }
    Ok(())
}

fn changed_bodies_are_shown_line_by_line() -> Result {
    let (project, database) = shop();
    database.run(
        "CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN
               NEW.note := 'changed';
               RETURN NEW;
             END $$",
    );
    let output = project.on(&database, &["db:verify"]).expect(3);
    output.says("-               NEW.note := 'touched';").says("+               NEW.note := 'changed';");
    let output = project.on(&database, &["db:verify", "--color", "always"]).expect(3);
    output.says("\u{1b}[32m+               NEW.note := 'changed';");
    Ok(())
}

fn rows_that_nobody_expects_are_told_and_counted() -> Result {
    let (project, database) = shop();
    database.run("INSERT INTO customer SELECT n, 'x' FROM generate_series(11, 40) n");
    project.on(&database, &["db:verify"]).expect(0);
    for (unexpected, code) in [("warn", 0), ("fail", 3)] {
        let mut manifest: serde_json::Value = serde_json::from_str(&project.text("manifest.json")).unwrap();
        manifest["seeds"][0]["unexpected"] = unexpected.into();
        project.write("manifest.json", manifest.to_string());
        let output = project.on(&database, &["db:verify"]).expect(code).says("row customer 11");
        output.says("rows customer and 10 more");
    }
    Ok(())
}

fn what_admins_edit_is_told_and_passes() -> Result {
    let (project, database) = shop();
    database.run("UPDATE customer SET name = 'Anne' WHERE id = 1");
    project
        .on(&database, &["db:verify"])
        .expect(0)
        .says("changed (info)")
        .says("Anne")
        .says("✅ PASSED - Seed Data       2 of 2");
    let text = project.text("manifest.json").replace("\"info\"", "\"exact\"");
    project.write("manifest.json", text);
    project.on(&database, &["db:verify"]).expect(3).says("❌ FAILED - Seed Data       1 of 2");
    Ok(())
}

fn sections_can_be_chosen() -> Result {
    let (project, database) = shop();
    database.run("DROP INDEX invoice_customer");
    project.on(&database, &["db:verify", "--only", "tables,policies"]).expect(0);
    let output = project.on(&database, &["db:verify", "--only", "indexes"]).expect(3);
    assert!(!output.stdout.contains("PASSED"), "{output:?}");
    project.on(&database, &["db:verify", "--only", "tabels"]).expect(2).says("(did you mean `tables`?)").says("next: ");
    // A complete manifest without views says that there are none; another one says nothing.
    project.on(&database, &["db:verify", "--only", "views"]).expect(0);
    project.write("manifest.json", r#"{"schemas": {"public": {"tables": {"invoice": {}}}}}"#);
    project.on(&database, &["db:verify", "--only", "views"]).expect(2).says("nothing about that").says("next: ");
    Ok(())
}

fn reports_have_three_forms() -> Result {
    let (project, database) = shop();
    database.run("ALTER POLICY own ON invoice USING (note = 'a|b')");
    let output = project.on(&database, &["db:verify", "--format", "json"]).expect(3).json();
    assert_eq!((&output["passed"], &output["findings"][0]["kind"]), (&false.into(), &"policy".into()));
    let output = project.on(&database, &["db:verify", "--format", "markdown"]).expect(3);
    output.says("| ❌ FAILED | RLS Policies |").says("a\\|b");
    project.on(&database, &["db:verify", "--format", "yaml"]).expect(2).says("table, json, markdown");
    Ok(())
}

fn names_are_escaped() -> Result {
    let (project, database) = shop();
    database.run("CREATE TABLE \"a\u{1b}[31mred\n::add-mask::x\" (\"\u{202e}n\" int)");
    database.run("CREATE TABLE \"b|`c\" ()");
    for format in ["table", "markdown", "json"] {
        let output = project.on(&database, &["db:verify", "--format", format]).expect(3);
        for raw in ["\u{1b}[31m", "\u{202e}", "\n::"] {
            assert!(!output.stdout.contains(raw), "{format}: {output:?}");
        }
    }
    project.on(&database, &["db:verify"]).expect(3).says("\\u{1b}[31mred");
    let hostile =
        Project::empty().with("migrations/0001_a.sql", "DO $$ BEGIN RAISE E'\\x1b[31m\\n::add-mask::x'; END $$");
    let output = hostile.on(&Database::plain(), &["db:migrate", "--no-verify", "--verbose"]).expect(5);
    assert!(!output.stderr.contains('\u{1b}') && !output.stderr.contains("\n::"), "{output:?}");
    Ok(())
}

/// Runs a command as a role that may only connect and read.
fn as_reader(project: &Project, database: &Database, role: &str, command: &[&str]) -> Output {
    let url = database.url_as(role);
    project.pgplumb(&[command, &["--url", &url]].concat())
}

fn a_role_that_only_reads_can_verify() -> Result {
    let (project, database) = shop();
    let role = format!("reader_{}", database.name());
    database
        .run(&format!("CREATE ROLE {role} LOGIN BYPASSRLS; ALTER ROLE {role} SET default_transaction_read_only = on"));
    as_reader(&project, &database, &role, &["db:verify"]).expect(0).says("✅ PASSED - Seed Data       2 of 2");
    as_reader(&project, &database, &role, &["db:status"]).expect(4).says("permission denied for schema pgplumb");
    database.run(&format!(
        "GRANT USAGE ON SCHEMA pgplumb TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA pgplumb TO {role}"
    ));
    as_reader(&project, &database, &role, &["db:status"]).expect(0).says("nothing is pending");
    drop_role(&database, &role);
    Ok(())
}

fn a_role_that_only_reads_cannot_migrate() -> Result {
    let database = Database::plain();
    let role = format!("reader_{}", database.name());
    database.run(&format!("CREATE ROLE {role} LOGIN"));
    let project = Project::empty().with("migrations/0001_a.sql", "CREATE TABLE a ()");
    let migrate = ["db:migrate", "--no-verify"];
    as_reader(&project, &database, &role, &migrate)
        .expect(4)
        .says("the history could not be set up")
        .says("permission denied for database")
        .says("state: nothing was changed")
        .says("next: ");
    database.run(&format!(
        "ALTER ROLE {role} SET default_transaction_read_only = on; GRANT CREATE ON DATABASE {} TO {role}",
        database.name()
    ));
    as_reader(&project, &database, &role, &migrate)
        .expect(4)
        .says("read-only transaction")
        .says("state: nothing was changed");
    drop_role(&database, &role);
    Ok(())
}

fn what_cannot_be_read_is_no_pass() -> Result {
    let (project, database) = shop();
    let role = format!("blind_{}", database.name());
    database.run(&format!("CREATE ROLE {role} LOGIN; CREATE TABLE closed (n int); CREATE SCHEMA hidden; CREATE TABLE hidden.t (n int); CREATE TABLE filtered (n int); ALTER TABLE filtered ENABLE ROW LEVEL SECURITY; GRANT SELECT ON filtered TO {role}"));
    let manifest = serde_json::json!({
        "seeds": [
            { "table": "closed", "key": ["n"], "rows": [{ "n": 1 }] },
            { "table": "hidden.t", "key": ["n"], "rows": [{ "n": 1 }] },
            { "table": "filtered", "key": ["n"], "rows": [] },
            { "table": "filtered", "key": ["nn"], "rows": [{ "nn": 1 }] },
            { "table": "no_such_table", "key": ["n"], "rows": [{ "n": 1 }] },
        ],
        "rules": [
            { "name": "unreadable", "sql": "SELECT * FROM hidden.t" },
            { "name": "filtered", "sql": "SELECT * FROM filtered" },
            { "name": "wrong", "sql": "SELEC 1" },
            { "name": "two", "sql": "SELECT 1 WHERE false) AS r; DROP TABLE customer; --" },
            { "name": "writes", "sql": "WITH gone AS (DELETE FROM customer RETURNING *) SELECT * FROM gone" },
        ],
    });
    project.write("manifest.json", manifest.to_string());
    let output = as_reader(&project, &database, &role, &["db:verify", "--json"]).expect(3).json();
    let findings = output["result"]["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 10, "{findings:#?}");
    assert!(
        findings.iter().all(|finding| finding["finding"] == "not measured" && finding["fails"] == true),
        "{findings:#?}"
    );
    let output = as_reader(&project, &database, &role, &["db:verify"]).expect(3);
    output.says("may not read it").says("permission denied for schema hidden").says("row security hides rows");
    drop_role(&database, &role);
    Ok(())
}

fn drop_role(database: &Database, role: &str) {
    database.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

fn a_report_for_ci_points_at_the_manifest_and_cannot_be_broken_out_of() -> Result {
    let database = Database::plain();
    database.run("CREATE TABLE t (id int, \"a\n::error::b<\" int)");
    let project = Project::empty();
    project.on(&database, &["db:manifest", "--from", "target"]).expect(0);
    database
        .run("ALTER TABLE t ALTER COLUMN id TYPE bigint; ALTER TABLE t ALTER COLUMN \"a\n::error::b<\" TYPE bigint");
    let github = project.on(&database, &["db:verify", "--format", "github"]).expect(3).stdout;
    assert_eq!(github.lines().count(), 2, "{github}");
    let text = project.text("manifest.json");
    let line = text.lines().position(|line| line.contains("\"id\"")).unwrap() + 1;
    let expected = format!(
        "::error file=manifest.json,line={line},title=changed column::public.t.id type: expected integer, there is bigint"
    );
    assert!(github.contains(&expected), "{github}");
    let junit = project.on(&database, &["db:verify", "--format", "junit"]).expect(3).stdout;
    assert!(junit.contains("<testsuite name=\"Tables\" tests=\"3\" failures=\"2\">"), "{junit}");
    assert!(junit.contains("&lt;") && !junit.contains("b<"), "{junit}");
    Ok(())
}

/// Definitions are printed as they are when they are asked for, so a change between two answers could show half of each.
fn a_schema_that_changes_while_it_is_read_is_never_half_an_answer() -> Result {
    let database = Database::plain();
    let tables: Vec<String> = (0..300)
        .map(|n| format!("CREATE TABLE app.t_{n} (id int PRIMARY KEY, n int DEFAULT app.one() CHECK (n > app.one()))"))
        .collect();
    database.run(&format!(
        "CREATE SCHEMA app; CREATE FUNCTION app.one() RETURNS int LANGUAGE sql AS 'SELECT 1'; {}",
        tables.join(";")
    ));
    let project = Project::empty();
    project.on(&database, &["db:manifest", "--from", "target"]).expect(0);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let name = database.name().to_owned();
    let whole = std::thread::scope(|scope| {
        scope.spawn(|| {
            let database = Database::named(&name);
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                database.run("ALTER SCHEMA app RENAME TO other");
                std::thread::sleep(std::time::Duration::from_millis(150));
                database.run("ALTER SCHEMA other RENAME TO app");
                std::thread::sleep(std::time::Duration::from_millis(150));
            }
            std::mem::forget(database);
        });
        let whole: Vec<bool> = (0..12).map(|_| is_whole(&project.on(&database, &["db:verify", "--json"]))).collect();
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        whole
    });
    assert!(whole.iter().all(|whole| *whole), "{whole:?}");
    Ok(())
}

/// Whether an answer is about one state: all is as it should be, or the schema is called otherwise and nothing else is
/// wrong, or no answer could be given.
fn is_whole(output: &Output) -> bool {
    let findings = output.json()["result"]["findings"].as_array().cloned().unwrap_or_default();
    match output.code {
        0 | 8 => true,
        3 => findings.iter().all(|finding| finding["kind"] == "schema"),
        _ => false,
    }
}

fn options_that_a_role_may_not_see_are_not_measured() -> Result {
    let (project, database) = (Project::empty(), Database::plain());
    let role = format!("outside_{}", database.name());
    database.run(&format!(
        "CREATE ROLE {role} LOGIN; CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
         CREATE USER MAPPING FOR postgres SERVER s OPTIONS (user 'ann')"
    ));
    project.pgplumb(&["db:manifest", "--from", "target", "--url", &database.url_as("supabase_admin")]).expect(0);
    let verify = |arguments: &[&str]| as_reader(&project, &database, &role, &[&["db:verify"], arguments].concat());
    verify(&[]).expect(0).says("not measured: 1 options of user mappings that this role may not see");
    verify(&["--strict"]).expect(3);
    database.run("DROP USER MAPPING FOR postgres SERVER s");
    verify(&[]).expect(3).says("user mapping s.postgres");
    drop_role(&database, &role);
    Ok(())
}
