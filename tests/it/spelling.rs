//! A person spells types and expressions otherwise than PostgreSQL prints them, and means the same.

use crate::support::{Database, Project, Result, fail};

crate::trials!(
    "spelling",
    what_people_write_means_what_postgresql_prints,
    another_meaning_is_still_found,
    what_postgresql_cannot_read_is_told_and_the_rest_still_read,
    nothing_is_left_behind,
    nothing_of_the_database_is_run_elsewhere,
    the_target_itself_can_be_asked,
    a_comparison_means_the_same,
    white_space_at_the_ends_of_lines_counts_only_where_postgresql_wrote_it,
    supabase_policies_can_be_written_as_in_its_documentation,
);

const SCHEMA: &str = "
CREATE TYPE mood AS ENUM ('ok', 'bad');
CREATE FUNCTION current_owner() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid';
CREATE FUNCTION add(a int, b varchar DEFAULT 'x') RETURNS varchar LANGUAGE sql AS $$ SELECT b || a $$;
CREATE TABLE chat (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title varchar(10) NOT NULL DEFAULT 'none',
  at timestamptz DEFAULT now(),
  status text NOT NULL CONSTRAINT status_known CHECK (status IN ('a', 'b')),
  owner uuid, feeling mood DEFAULT 'ok', price decimal(10, 2), n int4, half float8, flag bool,
  twice int GENERATED ALWAYS AS (n * 2) STORED);
CREATE TABLE line (chat_id int8 NOT NULL, CONSTRAINT line_chat FOREIGN KEY (chat_id) REFERENCES chat (id) ON DELETE CASCADE);
CREATE INDEX chat_title ON chat (lower(title), at DESC) WHERE status = 'a';
ALTER TABLE chat ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON chat FOR SELECT USING (current_owner() = owner);
CREATE POLICY put ON chat FOR INSERT TO authenticated WITH CHECK (owner IS NOT NULL AND status IN ('a', 'b'));
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.at := now();
  RETURN NEW;
END
$$;
CREATE TRIGGER touch BEFORE UPDATE ON chat FOR EACH ROW WHEN (OLD.title IS DISTINCT FROM NEW.title) EXECUTE FUNCTION touch();
CREATE VIEW titles AS SELECT id, title FROM chat WHERE status = 'a';
CREATE DOMAIN positive AS int DEFAULT 1 CONSTRAINT is_positive CHECK (VALUE > 0);";

const WRITTEN: &str = r#"{
  "schemas": { "public": {
    "tables": {
      "chat": {
        "columns": {
          "id": "int8", "title": { "type": "varchar(10)", "default": "'none'" }, "at": "timestamptz",
          "status": { "type": "text", "nullable": false }, "feeling": { "type": "mood", "default": "'ok'" },
          "price": "decimal(10,2)", "n": "int", "half": "float8", "flag": "bool", "twice": { "generated": "n*2" }
        },
        "constraints": { "chat_pkey": "primary key (id)", "status_known": "CHECK (status in ('a','b'))" },
        "indexes": { "chat_title": { "columns": ["lower(title)", "at desc"], "where": "status = 'a'" } },
        "policies": {
          "own": { "command": "select", "using": "current_owner() = owner" },
          "put": { "roles": ["authenticated"], "check": "owner is not null and status in ('a', 'b')" }
        },
        "triggers": { "touch": { "function": "touch()", "when": "old.title is distinct from new.title" } }
      },
      "line": { "constraints": { "line_chat": "FOREIGN KEY (chat_id) REFERENCES chat(id) ON DELETE CASCADE" } }
    },
    "views": { "titles": { "definition": "select id, title from chat where status = 'a'" } },
    "domains": { "positive": { "type": "int4", "constraints": { "is_positive": "check (value > 0)" } } },
    "functions": { "add(int,varchar)": { "returns": "varchar", "arguments": "a int, b varchar default 'x'" }, "gone(int)": "absent" }
  } }
}"#;

fn written() -> (Project, Database) {
    let (project, database) = (Project::empty(), Database::plain());
    database.run(SCHEMA);
    project.write("manifest.json", WRITTEN);
    (project, database)
}

fn what_people_write_means_what_postgresql_prints() -> Result {
    let (project, database) = written();
    project.on(&database, &["db:verify"]).expect(0).says("✅ PASSED - Tables          2 of 2");
    Ok(())
}

fn another_meaning_is_still_found() -> Result {
    let (project, database) = written();
    for (drift, object, property) in [
        ("ALTER TABLE chat ALTER price TYPE numeric(12, 2)", "public.chat.price", "type"),
        ("ALTER TABLE chat ALTER title SET DEFAULT 'some'", "public.chat.title", "default"),
        ("ALTER POLICY own ON chat USING (current_owner() = owner OR flag)", "public.chat.own", "using"),
        (
            "ALTER TABLE chat DROP CONSTRAINT status_known;
             ALTER TABLE chat ADD CONSTRAINT status_known CHECK (status IN ('a', 'b', 'c'))",
            "public.chat.status_known",
            "definition",
        ),
        (
            "CREATE OR REPLACE VIEW titles AS SELECT id, title FROM chat WHERE status = 'b'",
            "public.titles",
            "definition",
        ),
        (
            "DROP INDEX chat_title; CREATE INDEX chat_title ON chat (lower(title), at) WHERE status = 'a'",
            "public.chat.chat_title",
            "columns",
        ),
        (
            "DROP FUNCTION add; CREATE FUNCTION add(a int, b varchar DEFAULT 'x') RETURNS text LANGUAGE sql AS $$ SELECT b || a $$",
            "public.add(integer, character varying)",
            "returns",
        ),
    ] {
        let copy = database.copy();
        copy.run(drift);
        let report = project.on(&copy, &["db:verify", "--json"]).expect(3).json();
        let findings = report["result"]["findings"].as_array().unwrap();
        let right = findings.len() == 1 && findings[0]["object"] == object && findings[0]["property"] == property;
        if !right || !findings[0]["note"].is_null() {
            return fail(format!("{drift}: {findings:#?}"));
        }
    }
    Ok(())
}

fn what_postgresql_cannot_read_is_told_and_the_rest_still_read() -> Result {
    let (project, database) = written();
    let text = project.text("manifest.json").replace("current_owner() = owner", "current_ownr() = owner");
    project.write("manifest.json", text);
    let report = project.on(&database, &["db:verify", "--json"]).expect(3).json();
    let findings = report["result"]["findings"].as_array().unwrap();
    assert_eq!((findings.len(), &findings[0]["object"]), (1, &"public.chat.own".into()), "{findings:#?}");
    let note = findings[0]["note"].as_str().unwrap();
    assert!(note.contains("function current_ownr() does not exist"), "{note}");
    project
        .on(&database, &["db:verify"])
        .expect(3)
        .says("note: using of policy public.chat.own is compared as it is written");
    let text = project.text("manifest.json").replace("current_ownr() = owner", "owner = = owner)");
    project.write("manifest.json", text);
    let output = project.on(&database, &["db:verify"]).expect(3).says("syntax error at or near");
    assert_eq!(output.stdout.matches("note: ").count(), 1, "{}", output.stdout);
    Ok(())
}

fn a_comparison_means_the_same() -> Result {
    let (project, database) = written();
    let text = project.text("manifest.json").replace("add(int,varchar)", "add(integer, character varying)");
    project.write("manifest.json", text);
    project.on(&database, &["db:diff", "manifest", "target"]).expect(0);
    database.run("ALTER TABLE chat ALTER title SET DEFAULT 'some'");
    project.on(&database, &["db:diff", "manifest", "target"]).expect(3).says("public.chat.title: default");
    Ok(())
}

fn the_target_itself_can_be_asked() -> Result {
    let (project, database) = written();
    database.run("INSERT INTO chat (title, status, n) VALUES ('one', 'a', 1)");
    let dump = "SELECT string_agg(c::text, '|') || (SELECT count(*) FROM pg_class) || (SELECT string_agg(nspname, ',') FROM pg_namespace) FROM chat c";
    let before = database.value(dump);
    let url = database.url_as("supabase_admin");
    let verify = || project.pgplumb(&["db:verify", "--on-target", "--url", &url]);
    verify().expect(0);
    assert!(!project.path().join(".pgplumb").exists(), "a local server was made");
    database.run("ALTER POLICY own ON chat USING (owner IS NULL)");
    verify().expect(3).says("policy public.chat.own: using");
    // A role that may not rename schemas cannot ask, and says so.
    let role = format!("asking_{}", database.name());
    database.run(&format!("CREATE ROLE {role} LOGIN"));
    let asking = project.pgplumb(&["db:verify", "--on-target", "--url", &database.url_as(&role)]);
    asking.expect(3).says("must be owner of schema public");
    database.run(&format!("DROP ROLE {role}"));
    database.run("ALTER POLICY own ON chat USING (current_owner() = owner)");
    assert_eq!(database.value(dump), before);
    Ok(())
}

/// A materialised view runs what somebody put into the database; on the scratch database it stays without rows.
fn nothing_of_the_database_is_run_elsewhere() -> Result {
    let (project, database) = written();
    database.run(
        "CREATE FUNCTION spy() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'spy was run'; END $$;
         CREATE MATERIALIZED VIEW rows AS SELECT spy() AS n WITH NO DATA",
    );
    project.write(
        "manifest.json",
        r#"{"schemas": {"public": {"materialized_views": {"rows": {"definition": "select spy() as n", "populated": false}}}}}"#,
    );
    project.on(&database, &["db:verify"]).expect(0);
    database.run(
        "CREATE OR REPLACE FUNCTION spy() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
           IF current_database() LIKE 'pgplumb_scratch%' THEN RAISE EXCEPTION 'spy was run'; END IF; RETURN 1; END $$;
         REFRESH MATERIALIZED VIEW rows",
    );
    project.write("manifest.json", project.text("manifest.json").replace(", \"populated\": false", ""));
    project.on(&database, &["db:verify"]).expect(0);
    Ok(())
}

fn nothing_is_left_behind() -> Result {
    let (project, database) = written();
    project.on(&database, &["db:verify"]).expect(0);
    assert!(!project.path().join(".pgplumb/scratch/.pgplumb/postgres-0").exists());
    project.pgplumb(&["local:stop"]).expect(0).says("it was not running");
    assert_eq!(database.value("SELECT count(*) FROM pg_database WHERE datname LIKE 'pgplumb_scratch%'"), "0");
    Ok(())
}

fn white_space_at_the_ends_of_lines_counts_only_where_postgresql_wrote_it() -> Result {
    let (project, database) = written();
    let body = r#"{"schemas": {"public": {"functions": {"touch()": {"body": ["BEGIN  ", "  NEW.at := now();", "  RETURN NEW;\r", "END"]}}}}}"#;
    project.write("manifest.json", body);
    project.on(&database, &["db:verify"]).expect(0);
    project.write("manifest.json", body.replace("now()", "NULL"));
    project.on(&database, &["db:verify"]).expect(3);
    project.on(&database, &["db:manifest", "--from", "target", "--output", "captured.json"]).expect(0);
    database.run("CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'");
    project.on(&database, &["db:manifest", "--from", "target", "--output", "captured.json"]).expect(0);
    database.run("CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END '");
    project.on(&database, &["db:verify", "--manifest", "captured.json"]).expect(3);
    Ok(())
}

fn supabase_policies_can_be_written_as_in_its_documentation() -> Result {
    let (project, database) = (Project::chat(), Database::supabase());
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    project.write(
        "manifest.json",
        r#"{"schemas": {"public": {"tables": {"Chat": {
            "columns": {"id": "uuid", "visibility": {"type": "varchar(10)", "default": "'private'"}},
            "policies": {"Users can read own chats": {"command": "select", "using": "auth.uid() = user_id"}}}}}}}"#,
    );
    project.on(&database, &["db:verify"]).expect(0);
    Ok(())
}
