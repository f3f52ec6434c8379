//! How bad a finding is, which ones fail, and which ones somebody lets be.

use crate::support::{Database, Project, Result, fail};

crate::trials!(
    "levels",
    what_opens_the_database_is_dangerous,
    what_does_not_is_not,
    the_worst_comes_first_and_one_chooses_what_fails,
    accepted_findings_pass_and_leave_the_file_when_they_are_gone,
    what_must_be_absent_is_found,
);

const SCHEMA: &str = "
CREATE TABLE t (id int PRIMARY KEY, owner name);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
ALTER TABLE t FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON t FOR SELECT TO authenticated USING (owner = current_user);
CREATE POLICY narrow ON t AS RESTRICTIVE TO authenticated USING (id > 0);
CREATE VIEW v AS SELECT id FROM t;
CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1';
CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION g() FROM PUBLIC;
COMMENT ON TABLE t IS 'Rows';";

fn prepared() -> (Project, Database) {
    let (project, database) = (Project::empty(), Database::plain());
    database.run(SCHEMA);
    project.on(&database, &["db:manifest", "--from", "target"]).expect(0);
    (project, database)
}

/// The severities of what is found after a drift, on a copy.
fn found(project: &Project, database: &Database, drift: &str) -> Vec<String> {
    let copy = database.copy();
    copy.run(drift);
    let report = project.on(&copy, &["db:verify", "--json"]).expect(3).json();
    let findings = report["result"]["findings"].as_array().unwrap();
    findings.iter().map(|one| one["severity"].as_str().unwrap().to_owned()).collect()
}

fn all_are(severity: &str, drifts: &[&str]) -> Result {
    let (project, database) = prepared();
    for drift in drifts {
        let found = found(&project, &database, drift);
        if found.iter().any(|one| one != severity) {
            return fail(format!("{drift}: {found:?}"));
        }
    }
    Ok(())
}

fn what_opens_the_database_is_dangerous() -> Result {
    all_are(
        "danger",
        &[
            "ALTER TABLE t DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE t NO FORCE ROW LEVEL SECURITY",
            "CREATE POLICY extra ON t USING (true)",
            "ALTER POLICY own ON t USING (true)",
            "ALTER POLICY own ON t TO PUBLIC",
            "DROP POLICY narrow ON t",
            "GRANT SELECT ON t TO anon",
            "GRANT SELECT ON t TO PUBLIC",
            "GRANT SELECT (id) ON t TO anon",
            "GRANT EXECUTE ON FUNCTION g() TO PUBLIC",
            "ALTER FUNCTION g() SECURITY DEFINER",
            "ALTER FUNCTION f() RESET search_path",
            "ALTER TABLE t OWNER TO authenticated",
            "CREATE FUNCTION h() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO anon",
        ],
    )?;
    let (project, database) = prepared();
    if crate::support::cluster().major >= 15 {
        database.run("ALTER VIEW v SET (security_invoker = true)");
        project.on(&database, &["db:manifest", "--from", "target"]).expect(0);
        assert_eq!(found(&project, &database, "ALTER VIEW v RESET (security_invoker)"), ["danger"]);
    }
    Ok(())
}

fn what_does_not_is_not() -> Result {
    all_are(
        "error",
        &[
            "CREATE POLICY extra ON t AS RESTRICTIVE USING (true)",
            "DROP POLICY own ON t",
            "GRANT SELECT ON t TO authenticated",
            "CREATE FUNCTION h() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1'",
            "COMMENT ON TABLE t IS 'Other rows'",
            "CREATE TABLE extra ()",
            "DROP VIEW v",
        ],
    )
}

fn the_worst_comes_first_and_one_chooses_what_fails() -> Result {
    let (project, database) = prepared();
    database.run("COMMENT ON TABLE t IS NULL; ALTER TABLE t DISABLE ROW LEVEL SECURITY");
    let report = project.on(&database, &["db:verify", "--json"]).expect(3).json();
    let findings = report["result"]["findings"].as_array().unwrap();
    assert_eq!((findings[0]["severity"].as_str(), findings[1]["severity"].as_str()), (Some("danger"), Some("error")));
    project.on(&database, &["db:verify"]).expect(3).says("changed (DANGER)");
    database.run("ALTER TABLE t ENABLE ROW LEVEL SECURITY");
    project.on(&database, &["db:verify", "--fail-on", "danger"]).expect(0).says("✅ PASSED - Tables").says("comment");
    project.on(&database, &["db:verify", "--fail-on", "error"]).expect(3);
    let text = project.text("manifest.json").replace("\"unexpected\": \"fail\"", "\"unexpected\": \"warn\"");
    project.write("manifest.json", text);
    database.run("COMMENT ON TABLE t IS 'Rows'; CREATE TABLE extra ()");
    project.on(&database, &["db:verify"]).expect(0).says("unexpected (warning)");
    project.on(&database, &["db:verify", "--fail-on", "warning"]).expect(3);
    project.on(&database, &["db:verify", "--fail-on", "all"]).expect(2).says("info, warning, error, danger");
    Ok(())
}

fn accepted_findings_pass_and_leave_the_file_when_they_are_gone() -> Result {
    let (project, database) = prepared();
    database.run("CREATE TABLE extra (); COMMENT ON TABLE t IS 'Other rows'");
    let verify =
        |arguments: &[&str]| project.on(&database, &[&["db:verify", "--accept", "known.json"], arguments].concat());
    // A file that is not there is no leave to pass: in CI a wrong name would let everything be.
    verify(&[]).expect(3).says("known.json was not there and now has 2 findings");
    verify(&[]).expect(0).says("unexpected (accepted)");
    verify(&["--only", "tables"]).expect(0);
    database.run("COMMENT ON TABLE t IS 'Still other rows'");
    verify(&[]).expect(3).says("1 findings that known.json accepted are gone");
    assert!(!project.text("known.json").contains("comment"), "what is gone stays in the file");
    database.run("COMMENT ON TABLE t IS 'Rows'; DROP TABLE extra");
    verify(&[]).expect(0);
    database.run("CREATE TABLE extra ()");
    verify(&[]).expect(3);
    project.write("known.json", "{}");
    verify(&[]).expect(2).says("known.json is no file of accepted findings");
    Ok(())
}

fn what_must_be_absent_is_found() -> Result {
    let (project, database) = prepared();
    project.write(
        "manifest.json",
        r#"{"schemas": {"public": {"tables": {
            "old": "absent", "t": {"columns": {"id": "integer", "legacy": "absent"}, "policies": {"open": "absent"}}}}}}"#,
    );
    project.on(&database, &["db:verify"]).expect(0).says("✅ PASSED - Tables          2 of 2");
    for (drift, said) in [
        ("CREATE TABLE old ()", "table public.old"),
        ("ALTER TABLE t ADD COLUMN legacy int", "column public.t.legacy"),
        ("CREATE POLICY open ON t USING (true)", "policy public.t.open"),
    ] {
        let copy = database.copy();
        copy.run(drift);
        let output = project.on(&copy, &["db:verify"]).expect(3);
        output.says(said).says("unexpected");
    }
    Ok(())
}
