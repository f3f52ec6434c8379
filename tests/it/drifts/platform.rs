//! What a project has in the schemas of its platform is compared as everything else of it; what the platform itself has
//! there is its own affair.

use crate::support::{Database, Project, Result};

crate::trials!("drifts/platform", guests_in_its_schemas_drift, others_there_are_told_if_asked_for);

const GUESTS: &str = "
CREATE FUNCTION greet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER greet AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION greet();
CREATE INDEX by_data ON auth.users (raw_user_meta_data);
CREATE POLICY own ON storage.objects FOR SELECT USING (bucket_id = 'x');
CREATE TABLE auth.mine (id integer PRIMARY KEY, name text);
ALTER TABLE auth.users ADD COLUMN mine integer";

/// A statement, and the kind, object and property that must be found after it.
const DRIFTS: [(&str, &str); 10] = [
    ("DROP TRIGGER greet ON auth.users", "trigger auth.users.greet: missing"),
    ("ALTER TABLE auth.users DISABLE TRIGGER greet", "trigger auth.users.greet: enabled"),
    ("DROP INDEX auth.by_data", "index auth.users.by_data: missing"),
    ("DROP POLICY own ON storage.objects", "policy storage.objects.own: missing"),
    ("ALTER POLICY own ON storage.objects USING (true)", "policy storage.objects.own: using"),
    ("ALTER POLICY own ON storage.objects TO anon", "policy storage.objects.own: roles"),
    ("ALTER TABLE auth.users ALTER mine SET NOT NULL", "column auth.users.mine: nullable"),
    ("ALTER TABLE auth.mine ENABLE ROW LEVEL SECURITY", "row security auth.mine: enabled"),
    ("ALTER TABLE auth.mine ADD COLUMN more integer", "column auth.mine.more: unexpected"),
    ("DROP TABLE auth.mine", "table auth.mine: missing"),
];

fn project(database: &Database) -> Project {
    let project = Project::empty().with("pgplumb.toml", "platform = \"supabase\"");
    project.on_as_superuser(database, &["db:manifest", "--from", "target"]).expect(0);
    project.on_as_superuser(database, &["db:verify", "--strict"]).expect(0);
    project
}

fn found(project: &Project, database: &Database) -> Vec<String> {
    let report = project.on_as_superuser(database, &["db:verify", "--json"]).json();
    let findings = report["result"]["findings"].as_array().unwrap();
    let word = |finding: &serde_json::Value, key: &str| finding[key].as_str().map(str::to_owned);
    let words = |finding| {
        let what = word(finding, "property").or_else(|| word(finding, "finding"));
        format!("{} {}: {}", word(finding, "kind").unwrap(), word(finding, "object").unwrap(), what.unwrap())
    };
    findings.iter().map(words).collect()
}

fn guests_in_its_schemas_drift() -> Result {
    let database = Database::supabase();
    database.run(GUESTS);
    let project = project(&database);
    for (drift, wanted) in DRIFTS {
        let copy = database.copy();
        copy.run(drift);
        assert_eq!(found(&project, &copy), [wanted], "{drift}");
    }
    Ok(())
}

fn others_there_are_told_if_asked_for() -> Result {
    let database = Database::supabase();
    database.run(GUESTS);
    let project = project(&database);
    database.run("CREATE POLICY more ON storage.objects USING (true)");
    assert!(found(&project, &database).is_empty());
    let mut manifest: serde_json::Value = serde_json::from_str(&project.text("manifest.json")).unwrap();
    manifest["schemas"]["storage"]["tables"]["objects"]["unexpected"] = "fail".into();
    project.write("manifest.json", manifest.to_string());
    assert_eq!(found(&project, &database), ["policy storage.objects.more: unexpected"]);
    Ok(())
}
