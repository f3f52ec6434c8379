//! Drift of what belongs to the whole server, so that two databases of one server cannot differ in it; and what no kind
//! reads.

use std::process;

use crate::support::{Database, Project, Result, cluster, fail};

crate::trials!(
    "whole_server",
    roles_drift,
    unused_roles_are_nobodys_affair,
    what_is_not_read_is_named,
    subscriptions_drift
);

/// Each drift is seen, by its property; what undoes it makes the database pass again.
fn drifts(database: &Database, object: &str, drifts: &[(&str, String, String)]) -> Result {
    let project = Project::empty();
    project.on(database, &["db:manifest", "--from", "target"]).expect(0);
    for (property, drift, undo) in drifts {
        project.on(database, &["db:verify"]).expect(0);
        database.run(drift);
        let report = project.on(database, &["db:verify", "--json"]).expect(3).json();
        let findings = report["result"]["findings"].as_array().unwrap();
        let seen = findings.iter().any(|finding| finding["object"] == object && finding["property"] == *property);
        if !seen || findings.len() != 1 {
            return fail(format!("{property}: {findings:?}"));
        }
        database.run(undo);
    }
    Ok(())
}

fn roles_drift() -> Result {
    let (role, other) = (format!("role_{}", process::id()), format!("other_{}", process::id()));
    let database = Database::plain();
    database.run(&format!("CREATE ROLE {role}; CREATE ROLE {other}; CREATE TABLE t (); GRANT SELECT ON t TO {role}"));
    let alter = |words: &str| format!("ALTER ROLE {role} {words}");
    let flags = [
        ("superuser", "SUPERUSER"),
        ("login", "LOGIN"),
        ("create_role", "CREATEROLE"),
        ("create_database", "CREATEDB"),
        ("replication", "REPLICATION"),
        ("bypass_row_security", "BYPASSRLS"),
    ];
    let mut all: Vec<(&str, String, String)> =
        flags.iter().map(|(property, word)| (*property, alter(word), alter(&format!("NO{word}")))).collect();
    all.extend([
        ("inherit", alter("NOINHERIT"), alter("INHERIT")),
        ("connection_limit", alter("CONNECTION LIMIT 5"), alter("CONNECTION LIMIT -1")),
        ("valid_until", alter("VALID UNTIL '2040-01-01'"), alter("VALID UNTIL 'infinity'")),
        ("settings", alter("SET work_mem = '8MB'"), alter("RESET work_mem")),
        ("member_of", format!("GRANT {other} TO {role}"), format!("REVOKE {other} FROM {role}")),
        ("comment", format!("COMMENT ON ROLE {role} IS 'x'"), format!("COMMENT ON ROLE {role} IS NULL")),
    ]);
    if cluster().major >= 15 {
        let verb = |words: &str| words.replace("?", "SET ON PARAMETER log_min_messages");
        all.push(("parameters", verb(&format!("GRANT ? TO {role}")), verb(&format!("REVOKE ? FROM {role}"))));
    }
    let done = drifts(&database, &role, &all);
    database.run(&format!("DROP TABLE t; DROP ROLE {role}; DROP ROLE {other}"));
    done
}

fn unused_roles_are_nobodys_affair() -> Result {
    let role = format!("unused_{}", process::id());
    let database = Database::plain();
    let project = Project::empty();
    database.run(&format!("CREATE ROLE {role}; CREATE TABLE t ()"));
    project.on(&database, &["db:manifest", "--from", "target"]).expect(0);
    assert!(!project.text("manifest.json").contains(&role));
    database.run(&format!("DROP ROLE {role}; CREATE ROLE {role}_2"));
    project.on(&database, &["db:verify"]).expect(0);
    database.run(&format!("DROP ROLE {role}_2"));
    Ok(())
}

fn what_is_not_read_is_named() -> Result {
    let database = Database::plain();
    let project = Project::empty();
    project.on(&database, &["db:manifest", "--from", "target"]).expect(0);
    project.on(&database, &["db:verify", "--strict"]).expect(0);
    database.run(
        "SET allow_system_table_mods = on; CREATE FUNCTION pg_catalog.own() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    );
    project.on(&database, &["db:verify"]).expect(0).says("not measured: 1 objects in schemas of the system");
    project.on(&database, &["db:verify", "--format", "markdown"]).expect(0).says("Not measured: 1 objects");
    project.on(&database, &["db:verify", "--strict"]).expect(3);
    Ok(())
}

fn subscriptions_drift() -> Result {
    let database = Database::plain();
    let name = format!("subscription_{}", process::id());
    let options = "WITH (connect = false, enabled = false, slot_name = NONE)";
    database.run(&format!(
        "CREATE SUBSCRIPTION {name} CONNECTION 'host=nowhere password=hidden' PUBLICATION one {options}"
    ));
    let alter = |words: &str| format!("ALTER SUBSCRIPTION {name} {words}");
    let publications = |names: &str| alter(&format!("SET PUBLICATION {names} WITH (refresh = false)"));
    let mut all = vec![
        ("publications", publications("one, two"), publications("one")),
        ("slot", alter("SET (slot_name = 'other')"), alter("SET (slot_name = NONE)")),
        (
            "comment",
            format!("COMMENT ON SUBSCRIPTION {name} IS 'x'"),
            format!("COMMENT ON SUBSCRIPTION {name} IS NULL"),
        ),
    ];
    if cluster().major >= 15 {
        let set = |words: &str| alter(&format!("SET ({words})"));
        all.push(("options", set("binary = true"), set("binary = false")));
        all.push(("synchronous_commit", set("synchronous_commit = local"), set("synchronous_commit = off")));
    } else {
        all.retain(|(property, ..)| *property != "comment");
    }
    let done = drifts(&database, &name, &all);
    database.run(&format!("DROP SUBSCRIPTION {name}"));
    done
}
