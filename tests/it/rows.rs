//! Seed rows: compared in sets, as the table's own types, with those that are missing, that differ and that are too many.

use crate::support::{Database, Project, Result};

crate::trials!(
    "rows",
    values_are_compared_as_the_server_means_them,
    rows_that_are_too_many_are_told_where_asked,
    only_some_are_shown_and_the_others_counted,
    many_rows_are_compared_in_sets,
    rows_that_make_no_sense_are_told,
    what_would_mend_a_row_mends_it,
);

fn seeded(rows: &str, more: &str) -> Project {
    let seed = format!(r#"{{"seeds": [{{"table": "t", "key": ["id"], {more} "rows": {rows}}}]}}"#);
    Project::empty().with("manifest.json", seed)
}

fn values_are_compared_as_the_server_means_them() -> Result {
    let database = Database::plain();
    database.run(
        "CREATE TABLE t (id int PRIMARY KEY, n numeric, j jsonb, o json, at timestamptz, p point, l text[], e text);
         INSERT INTO t VALUES (1, 1.0, '{\"a\": 1, \"b\": [1.50]}', '{\"b\":2,\"a\":1}', '2026-01-01 00:00+00', '(1,2)', '{x,y}', NULL)",
    );
    let row = r#"[{"id": 1, "n": 1, "j": {"b": [1.5], "a": 1}, "o": {"a": 1, "b": 2}, "at": "2026-01-01T01:00:00+01:00",
        "p": "(1,2)", "l": ["x", "y"], "e": null}]"#;
    seeded(row, "").as_superuser(&database, &["db:verify"]).expect(0);
    for (from, to) in [("\"n\": 1", "\"n\": 2"), ("1.5", "1.6"), ("(1,2)", "(2,1)"), ("null", "\"\"")] {
        seeded(&row.replace(from, to), "").as_superuser(&database, &["db:verify"]).expect(3).says("changed");
    }
    Ok(())
}

fn rows_that_are_too_many_are_told_where_asked() -> Result {
    let database = Database::plain();
    database.run("CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    let rows = r#"[{"id": 1, "name": "a"}]"#;
    seeded(rows, "").as_superuser(&database, &["db:verify"]).expect(0);
    seeded(rows, r#""unexpected": "warn","#)
        .as_superuser(&database, &["db:verify"])
        .expect(0)
        .says("unexpected (warning)");
    let report =
        seeded(rows, r#""unexpected": "fail","#).as_superuser(&database, &["db:verify", "--json"]).expect(3).json();
    let findings = report["result"]["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2);
    assert_eq!((&findings[0]["object"], &findings[0]["actual"]["name"]), (&"t 2".into(), &"b".into()));
    database.run("DELETE FROM t WHERE id > 1");
    seeded(rows, r#""unexpected": "fail","#).as_superuser(&database, &["db:verify"]).expect(0);
    seeded("[]", r#""unexpected": "fail","#).as_superuser(&database, &["db:verify"]).expect(2).says("checks nothing");
    Ok(())
}

fn only_some_are_shown_and_the_others_counted() -> Result {
    let database = Database::plain();
    database.run(
        "CREATE TABLE t (id int PRIMARY KEY, name text);
         INSERT INTO t SELECT n, 'x' FROM generate_series(1, 300) n WHERE n % 2 = 0",
    );
    let rows: Vec<String> = (1..=100).map(|n| format!(r#"{{"id": {n}, "name": "y"}}"#)).collect();
    let project = seeded(&format!("[{}]", rows.join(",")), r#""unexpected": "fail","#);
    let report = project.as_superuser(&database, &["db:verify", "--json"]).expect(3).json();
    let findings = report["result"]["findings"].as_array().unwrap();
    for (what, more) in [("missing", 30), ("changed", 30), ("unexpected", 80)] {
        let of: Vec<_> = findings.iter().filter(|one| one["finding"] == what).collect();
        assert_eq!(of.len(), 21, "{what}");
        assert_eq!(of[20]["object"], format!("t and {more} more"), "{what}");
    }
    let sections = report["result"]["sections"].as_array().unwrap();
    let seeds = sections.iter().find(|section| section["name"] == "Seed Data").unwrap();
    assert_eq!((&seeds["expected"], &seeds["good"]), (&100.into(), &0.into()));
    Ok(())
}

fn many_rows_are_compared_in_sets() -> Result {
    let database = Database::plain();
    database.run("CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t SELECT n, 'row ' || n FROM generate_series(1, 30000) n");
    let rows: Vec<String> = (1..=30_000).map(|n| format!(r#"{{"id": {n}, "name": "row {n}"}}"#)).collect();
    let project = seeded(&format!("[{}]", rows.join(",")), r#""unexpected": "fail","#);
    project.as_superuser(&database, &["db:verify"]).expect(0).says("30000 of 30000");
    database
        .run("UPDATE t SET name = 'other' WHERE id = 29999; DELETE FROM t WHERE id = 7; INSERT INTO t VALUES (0, '')");
    let report = project.as_superuser(&database, &["db:verify", "--json"]).expect(3).json();
    let findings = report["result"]["findings"].as_array().unwrap();
    let told: Vec<_> =
        findings.iter().map(|one| (one["finding"].as_str().unwrap(), one["object"].as_str().unwrap())).collect();
    assert_eq!(told, [("missing", "t 7"), ("changed", "t 29999"), ("unexpected", "t 0")]);
    Ok(())
}

fn rows_that_make_no_sense_are_told() -> Result {
    let database = Database::plain();
    database.run("CREATE TABLE t (id int PRIMARY KEY, name text)");
    seeded("[1]", "").as_superuser(&database, &["db:verify"]).expect(2).says("row 1 of `rows` must be an object");
    seeded("{}", "").as_superuser(&database, &["db:verify"]).expect(2).says("`rows` must be a list");
    seeded(r#"[{"name": "a"}]"#, "")
        .as_superuser(&database, &["db:verify"])
        .expect(3)
        .says("does not give its whole key (id)");
    seeded(r#"[{"id": 1, "nam": "a"}]"#, "")
        .as_superuser(&database, &["db:verify"])
        .expect(3)
        .says("it has no column nam");
    seeded(r#"[{"id": "one"}]"#, "")
        .as_superuser(&database, &["db:verify"])
        .expect(3)
        .says("not measured")
        .says("invalid input");
    Ok(())
}

fn what_would_mend_a_row_mends_it() -> Result {
    let database = Database::plain();
    database.run("CREATE TABLE t (id int PRIMARY KEY, l text[], j jsonb); INSERT INTO t VALUES (1, '{a}', '1')");
    let rows = r#"[{"id": 1, "l": ["x"], "j": {"it's": "\\"}}, {"id": 2, "l": null, "j": []}]"#;
    let project = seeded(rows, "");
    let report = project.as_superuser(&database, &["db:verify", "--json"]).expect(3).json();
    for finding in report["result"]["findings"].as_array().unwrap() {
        for fix in finding["fix"].as_array().unwrap() {
            database.run(fix.as_str().unwrap());
        }
    }
    project.as_superuser(&database, &["db:verify"]).expect(0);
    Ok(())
}
