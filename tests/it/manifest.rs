//! Manifests that people get wrong: refused with the place, and one that checks nothing is no pass.

use crate::support::{Database, Output, Project, Result};

crate::trials!(
    "manifest",
    broken_json_is_placed,
    a_manifest_that_checks_nothing_is_refused,
    unknown_keys_are_guessed,
    wrong_types_are_named,
    keys_given_twice_are_refused,
    deep_nesting_is_refused,
    names_may_hold_anything,
    it_is_read_before_anything_is_changed,
    a_manifest_elsewhere,
);

/// Verifies an empty database against a manifest that must be refused.
#[track_caller]
fn refused(manifest: impl AsRef<[u8]>) -> Output {
    let project = Project::empty().with("manifest.json", manifest);
    // Nothing is connected before the manifest is read, so no server is needed.
    project.pgplumb(&["db:verify", "--json", "--url", "postgres://ann@127.0.0.1:1/shop"]).expect(2)
}

fn broken_json_is_placed() -> Result {
    refused("{\n  \"schemas\": {\n    \"public\": { \"tables\": { \"a\": {}, } }\n  }\n}").says("--> manifest.json:3:");
    refused("{\n  \"schemas\": {").says("--> manifest.json:2:");
    refused("{\"schemas\": {\"é日本\": oops}}").says("--> manifest.json:1:21").says("^");
    refused("{} {}").says("--> manifest.json:1:4");
    refused(b"\xff\xfe{\0}\0".as_slice()).says("UTF-8");
    Ok(())
}

fn a_manifest_that_checks_nothing_is_refused() -> Result {
    for nothing in
        ["{}", "{\"format\": 1}", "{\"unexpected\": \"fail\"}", "{\"schemas\": {}}", "{\"seeds\": [], \"rules\": []}"]
    {
        refused(nothing).says("checks nothing").says("next: ");
    }
    refused("").says("manifest.json:1:1");
    refused("[]").says("manifest.json:1:");
    refused("null");
    refused("{\"seeds\": [{\"table\": \"a\", \"key\": [\"n\"], \"rows\": []}]}").says("checks nothing");
    Ok(())
}

fn unknown_keys_are_guessed() -> Result {
    refused("{\n \"shemas\": {}}").says("(did you mean `schemas`?)").says("manifest.json:2:");
    refused("{\"schemas\": {\"a\": {\"tables\": {\"t\": {\"columns\": {\"c\": {\"tpye\": \"int\"}}}}}}}")
        .says("(did you mean `type`?)");
    refused("{\"seeds\": [{\"tabel\": \"a\"}]}").says("(did you mean `table`?)");
    refused("{\"rules\": [{\"nam\": \"a\"}]}").says("(did you mean `name`?)");
    refused("{\"unexpected\": \"fial\"}").says("(did you mean `fail`?)");
    Ok(())
}

fn wrong_types_are_named() -> Result {
    refused("{\"format\": 2}").says("format 2 is not known");
    refused("{\"format\": \"1\"}").says("format");
    refused("{\"schemas\": []}").says("schemas");
    refused("{\"schemas\": {\"a\": {\"tables\": {\"t\": 1}}}}").says("an object in braces for the table");
    refused("{\"rules\": {\"name\": \"a\"}}").says("a sequence");
    refused("{\"rules\": [{\"name\": \"a\"}]}").says("`sql`");
    Ok(())
}

fn keys_given_twice_are_refused() -> Result {
    refused("{\"schemas\": {\"a\": {}, \"a\": {}}}").says("the schema `a` stands here twice");
    refused("{\"format\": 1, \"format\": 1}").says("`format` stands here twice");
    refused("{\"rules\": [{\"name\": \"a\", \"name\": \"b\", \"sql\": \"\"}]}").says("duplicate field `name`");
    Ok(())
}

fn deep_nesting_is_refused() -> Result {
    let deep = "[".repeat(100_000);
    for around in [
        deep.clone(),
        format!("{{\"rules\": {deep}"),
        format!("{{\"captured\": {deep}"),
        "{\"schemas\":".repeat(100_000),
    ] {
        let output = refused(around);
        assert!(output.stderr.len() < 3_000, "{} bytes are said", output.stderr.len());
    }
    Ok(())
}

fn names_may_hold_anything() -> Result {
    let database = Database::plain();
    let name = "a\"b'c\\d\n::e \u{1b}[31m.f";
    let quoted = name.replace('"', "\"\"");
    let project = Project::empty().with(
        "migrations/0001_a.sql",
        format!("CREATE TABLE \"{quoted}\" (\"{quoted}\" int PRIMARY KEY); INSERT INTO \"{quoted}\" VALUES (1)"),
    );
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    project.on(&database, &["db:manifest", "--from", "target"]).expect(0);
    let mut manifest: serde_json::Value = serde_json::from_str(&project.text("manifest.json")).unwrap();
    manifest["seeds"] = serde_json::json!([{ "table": format!("\"{quoted}\""), "key": [name], "rows": [{ name: 1 }] }]);
    project.write("manifest.json", manifest.to_string());
    project.on(&database, &["db:verify"]).expect(0).says("✅ PASSED - Seed Data       1 of 1");
    Ok(())
}

fn it_is_read_before_anything_is_changed() -> Result {
    let database = Database::plain();
    let project = Project::empty().with("migrations/0001_a.sql", "CREATE TABLE a ()").with("manifest.json", "{ oops");
    project.on(&database, &["db:migrate"]).expect(2).says("manifest.json:1:3");
    assert_eq!(database.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'pgplumb'"), "0");
    Ok(())
}

fn a_manifest_elsewhere() -> Result {
    let database = Database::plain();
    database.run("CREATE TABLE a ()");
    let project = Project::empty().with("other/wanted.json", r#"{"schemas": {"public": {"tables": {"a": {}}}}}"#);
    project.on(&database, &["db:verify", "--manifest", "other/wanted.json"]).expect(0);
    project.on(&database, &["db:verify"]).expect(2).says("there is no manifest.json").says("next: ");
    project.on(&database, &["db:verify", "--manifest", "no.json"]).expect(2).says("there is no no.json");
    Ok(())
}
