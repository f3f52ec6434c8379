//! `db:reset`: what it refuses, what it drops and what it leaves, through the real program.

use pgplumb::db::connect;

use crate::support::{Database, Output, Project, Result, block_on, superuser};

crate::trials!(
    "reset",
    a_database_must_be_named,
    the_chat_system_goes_and_comes_back,
    the_local_default_needs_no_question,
    a_disposable_database_needs_no_question_and_keeps_its_label,
    a_protected_database_is_never_reset,
    a_label_in_the_settings_protects_and_does_not_permit,
    a_dry_run_writes_nothing,
    every_sort_of_object_goes,
    names_of_all_sorts_go,
    circles_go,
    what_others_own_stays,
    what_others_built_on_it_blocks,
    extensions_stay,
    policies_on_platform_tables_go,
    unknown_objects_are_asked_about,
    without_a_manifest_nothing_is_known,
    a_history_table_elsewhere_goes_too,
    a_blocked_reset_names_who_holds_it,
    a_server_without_writes_and_one_without_the_platform_are_refused,
    a_history_out_of_reach_is_refused,
    ten_thousand_tables_go,
    three_thousand_partitions_go,
    a_reset_that_stops_part_way_can_be_run_again,
);

/// How many objects of users are left, outside of the platform, of extensions and of pgplumb.
const LEFT: &str = "
SELECT string_agg(i.type || ' ' || i.identity, ', ' ORDER BY i.type || ' ' || i.identity)
  FROM (
    SELECT 'pg_class'::regclass, oid, relnamespace FROM pg_class WHERE relkind NOT IN ('i', 'I', 't')
    UNION ALL SELECT 'pg_proc'::regclass, oid, pronamespace FROM pg_proc
    UNION ALL SELECT 'pg_type'::regclass, oid, typnamespace FROM pg_type t WHERE typrelid = 0
      AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
    UNION ALL SELECT 'pg_operator'::regclass, oid, oprnamespace FROM pg_operator
    UNION ALL SELECT 'pg_opfamily'::regclass, oid, opfnamespace FROM pg_opfamily
    UNION ALL SELECT 'pg_collation'::regclass, oid, collnamespace FROM pg_collation
    UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgnamespace FROM pg_ts_config
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictnamespace FROM pg_ts_dict
    UNION ALL SELECT 'pg_cast'::regclass, oid, 2200 FROM pg_cast
    UNION ALL SELECT 'pg_publication'::regclass, oid, 2200 FROM pg_publication WHERE pubname <> 'supabase_realtime'
    UNION ALL SELECT 'pg_event_trigger'::regclass, oid, 2200 FROM pg_event_trigger
    UNION ALL SELECT 'pg_foreign_server'::regclass, oid, 2200 FROM pg_foreign_server
    UNION ALL SELECT 'pg_namespace'::regclass, oid, oid FROM pg_namespace WHERE nspname <> 'public'
  ) o (class, oid, schema)
  JOIN pg_namespace n ON n.oid = o.schema, pg_identify_object(o.class, o.oid, 0) i
 WHERE o.oid >= 16384 AND n.nspname <> 'pgplumb' AND n.nspname !~ '^pg_'
   AND n.nspname NOT IN ('auth', 'storage', 'extensions', 'realtime', 'vault', 'graphql', 'graphql_public')
   AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = o.class AND e.objid = o.oid AND e.deptype = 'e')";

fn confirmed(project: &Project, database: &Database, arguments: &[&str]) -> Output {
    project.on(database, &[&["db:reset", "--confirm", database.name()], arguments].concat())
}

/// A project with one migration and a manifest that names tables of the schema public.
fn project(sql: &str, tables: &[&str]) -> Project {
    let tables: serde_json::Map<String, serde_json::Value> =
        tables.iter().map(|name| ((*name).to_owned(), serde_json::json!({}))).collect();
    let manifest = serde_json::json!({ "format": 1, "schemas": { "public": { "tables": tables } } });
    Project::empty().with("migrations/1_all.sql", sql).with("manifest.json", manifest.to_string())
}

fn migrated(project: &Project) -> Database {
    let database = Database::plain();
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    database
}

fn chat() -> (Project, Database) {
    let (project, database) = (Project::chat(), Database::supabase());
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    database.run("INSERT INTO auth.users (id, email) VALUES (gen_random_uuid(), 'a@example.com')");
    (project, database)
}

fn other_role(name: &str) -> String {
    let database = Database::plain();
    database.run(&format!("DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"));
    name.to_owned()
}

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

const SORTS: &str = "
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('fine'); CREATE TYPE pair AS (a int, b app.mood); CREATE TYPE span AS RANGE (subtype = float8);
CREATE FUNCTION positive(n int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT n > 0';
CREATE DOMAIN app.size AS int CHECK (positive(VALUE));
CREATE SEQUENCE numbers;
CREATE TABLE app.one (id serial PRIMARY KEY, n int DEFAULT nextval('numbers') CHECK (positive(n)), m app.mood, p pair, s span,
  moods app.mood[], spans span[], size app.size, g int GENERATED ALWAYS AS IDENTITY);
CREATE INDEX ON app.one (positive(n));
CREATE POLICY p ON app.one USING (positive(n));
CREATE TABLE two (one app.one, ones app.one[]) ; CREATE TABLE three (id int) INHERITS (two);
CREATE VIEW v AS SELECT m FROM app.one; CREATE MATERIALIZED VIEW mv AS SELECT * FROM v; CREATE INDEX ON mv (m);
CREATE FUNCTION of_view() RETURNS SETOF v LANGUAGE sql AS 'SELECT * FROM v';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t BEFORE UPDATE ON app.one FOR EACH ROW EXECUTE FUNCTION touch();
CREATE RULE r AS ON DELETE TO two DO ALSO SELECT positive(1);
CREATE PROCEDURE run(INOUT a int) LANGUAGE plpgsql AS 'BEGIN END';
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int); CREATE AGGREGATE every_row(*) (SFUNC = int8inc, STYPE = int8, INITCOND = 0);
CREATE FUNCTION mood_number(app.mood) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE CAST (app.mood AS int) WITH FUNCTION mood_number(app.mood);
CREATE FUNCTION same(pair, pair) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR === (LEFTARG = pair, RIGHTARG = pair, FUNCTION = same, COMMUTATOR = ===);
CREATE COLLATION german FROM \"C\"; CREATE TABLE spoken (word text COLLATE german);
CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple); CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION words ALTER MAPPING FOR word WITH plain;
CREATE STATISTICS st ON id, n FROM app.one;
CREATE PUBLICATION news FOR TABLE app.one;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC;
";

/// What only a superuser can make.
const SUPERUSER_SORTS: &str = "
CREATE AGGREGATE middle(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER noted ON ddl_command_start EXECUTE FUNCTION note();
CREATE OPERATOR CLASS pairs FOR TYPE pair USING hash AS OPERATOR 1 ===;
CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
CREATE USER MAPPING FOR PUBLIC SERVER nowhere; CREATE FOREIGN TABLE far (id int) SERVER nowhere;
";

fn every_sort_of_object_goes() -> Result {
    let project = project(SORTS, &["two"]);
    let database = migrated(&project);
    confirmed(&project, &database, &["--unknown", "drop", "--migrate"]).says("dropped");
    confirmed(&project, &database, &["--unknown", "drop"]).expect(0);
    assert_eq!(database.value(LEFT), "");
    let both = format!("{SORTS}{SUPERUSER_SORTS}");
    project.write("migrations/1_all.sql", both);
    let (url, database) = (database.url_as("supabase_admin"), database);
    project.pgplumb(&["db:migrate", "--no-verify", "--url", &url]).expect(0);
    project.pgplumb(&["db:reset", "--confirm", database.name(), "--unknown", "drop", "--url", &url]).expect(0);
    assert_eq!(database.value(LEFT), "");
    Ok(())
}

fn names_of_all_sorts_go() -> Result {
    let sql = "CREATE TABLE \"a\"\"b\" (id int PRIMARY KEY); CREATE TABLE \"line\nbreak; DROP\" (id int REFERENCES \"a\"\"b\");
               CREATE TABLE \"schläft\u{202e} \u{1F600}\" (id int); CREATE SCHEMA \"My.Schema\"; CREATE TYPE \"My.Schema\".\"T y\" AS ENUM ('a');
               CREATE FUNCTION \"My.Schema\".\"f(x)\"(\"My.Schema\".\"T y\"[]) RETURNS int LANGUAGE sql AS 'SELECT 1'";
    let project = project(sql, &["a\"b", "line\nbreak; DROP", "schläft\u{202e} \u{1F600}"]);
    let database = migrated(&project);
    let said = confirmed(&project, &database, &["--dry-run", "--unknown", "drop"]).expect(0).says("\\n");
    assert!(!said.stdout.contains('\u{202e}'));
    confirmed(&project, &database, &[]).expect(4).says("schema \"My.Schema\"");
    confirmed(&project, &database, &["--unknown", "drop"]).expect(0);
    assert_eq!(database.value(LEFT), "");
    Ok(())
}

fn circles_go() -> Result {
    let sql = "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY REFERENCES a);
               ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;
               CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree) PARTITION BY RANGE (id);
               CREATE TABLE tree_1 PARTITION OF tree FOR VALUES FROM (0) TO (10);
               CREATE TABLE tree_2 PARTITION OF tree FOR VALUES FROM (10) TO (20); INSERT INTO tree VALUES (1, NULL), (11, 1), (2, 11);
               CREATE TABLE c (id int); CREATE FUNCTION of_c(c) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
               ALTER TABLE c ADD CHECK (of_c(c) = 1)";
    let project = project(sql, &["a", "b", "c", "tree"]);
    let database = migrated(&project);
    let done = confirmed(&project, &database, &["--unknown", "drop", "--json"]).expect(0).json();
    assert_eq!(done["result"]["rows"]["count"], 3);
    assert_eq!(database.value(LEFT), "");
    Ok(())
}

fn what_others_own_stays() -> Result {
    let other = other_role("reset_other");
    let project = project("CREATE SCHEMA shared; CREATE TABLE a (id int); CREATE TABLE shared.b (id int)", &["a"]);
    let manifest =
        r#"{"format": 1, "schemas": {"public": {"tables": {"a": {}, "theirs": {}}}, "shared": {"tables": {"b": {}}}}}"#;
    project.write("manifest.json", manifest);
    let database = migrated(&project);
    database.run(&format!(
        "GRANT CREATE ON SCHEMA public, shared TO {other}; SET ROLE {other};
         CREATE TABLE theirs (id int); INSERT INTO theirs VALUES (1); CREATE VIEW their_view AS SELECT * FROM theirs;
         CREATE TABLE shared.theirs (id int)"
    ));
    let done = confirmed(&project, &database, &[]).expect(0);
    let done = done
        .says("table public.theirs (it belongs to reset_other)")
        .says("schema shared (it holds something that stays)");
    assert!(done.stderr.contains("view public.their_view"), "{}", done.stderr);
    assert_eq!(database.value(LEFT), "schema shared, table public.theirs, table shared.theirs, view public.their_view");
    assert_eq!(database.value("SELECT count(*) FROM theirs"), "1");
    confirmed(&project, &database, &[]).expect(0).says("there is nothing to drop");
    Ok(())
}

fn what_others_built_on_it_blocks() -> Result {
    let other = other_role("reset_builder");
    let project = project("CREATE TABLE a (id int PRIMARY KEY); CREATE TYPE t AS ENUM ('x')", &["a"]);
    project
        .write("manifest.json", r#"{"format": 1, "schemas": {"public": {"tables": {"a": {}}, "enums": {"t": {}}}}}"#);
    let database = migrated(&project);
    database.run(&format!(
        "GRANT ALL ON a TO {other}; GRANT CREATE ON SCHEMA public TO {other}; SET ROLE {other};
         CREATE VIEW their_view AS SELECT * FROM a; CREATE TABLE their_table (a int REFERENCES a, t t)"
    ));
    let before = database.rows(LEFT);
    let refused = confirmed(&project, &database, &["--unknown", "drop"]).expect(4);
    let refused = refused.says("view their_view needs table a").says("table their_table needs type t");
    refused.says("table their_table needs table a").says("nothing was changed");
    assert_eq!(database.rows(LEFT), before);
    database.run("DROP VIEW their_view; DROP TABLE their_table");
    confirmed(&project, &database, &[]).expect(0);
    Ok(())
}

fn extensions_stay() -> Result {
    let sql = "CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE SCHEMA tools; CREATE EXTENSION IF NOT EXISTS citext SCHEMA tools;
               CREATE TABLE a (t text, c tools.citext); CREATE INDEX ON a USING gin (t gin_trgm_ops)";
    let project = project(sql, &["a"]);
    let database = migrated(&project);
    confirmed(&project, &database, &[]).expect(0).says("schema tools (it holds something that stays)");
    assert_eq!(database.value(LEFT), "schema tools");
    let extensions = "SELECT string_agg(extname, ',' ORDER BY extname) FROM pg_extension WHERE oid >= 16384";
    assert_eq!(database.value(extensions), "citext,pg_trgm");
    assert_eq!(database.value("SELECT public.similarity('a', 'a')"), "1");
    Ok(())
}

fn policies_on_platform_tables_go() -> Result {
    let sql = "CREATE TABLE a (id int); CREATE POLICY mine ON storage.objects USING (true);
               CREATE POLICY other ON storage.buckets USING (true);
               CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
               CREATE TRIGGER seen AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION seen()";
    let manifest = r#"{"format": 1, "schemas": {"public": {"tables": {"a": {}}, "functions": {"seen()": {}}}, "storage": {"tables": {"objects": {"policies": {"mine": {}}}}},
                       "auth": {"tables": {"users": {"triggers": {"seen": {}}}}}}}"#;
    let project = Project::empty().with("migrations/1_all.sql", sql).with("manifest.json", manifest);
    project.write("pgplumb.toml", "platform = \"supabase\"");
    let database = Database::supabase();
    let platform =
        "SELECT (SELECT count(*) FROM pg_class WHERE relnamespace::regnamespace::text IN ('auth', 'storage')),
                           (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal), (SELECT count(*) FROM pg_proc)";
    let before = database.rows(platform);
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    confirmed(&project, &database, &["--unknown", "keep"]).expect(0);
    assert_eq!(database.value("SELECT string_agg(polname, ',') FROM pg_policy"), "other");
    database.run("DROP POLICY other ON storage.buckets");
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    confirmed(&project, &database, &[]).expect(4).says("1 object that").says("policy other on storage.buckets");
    confirmed(&project, &database, &["--unknown", "drop"]).expect(0);
    assert_eq!(database.value("SELECT string_agg(polname, ',') FROM pg_policy"), "");
    assert_eq!(database.rows(platform), before);
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

fn a_history_table_elsewhere_goes_too() -> Result {
    let project = project("CREATE TABLE a (id int)", &["a"]).with("pgplumb.toml", "history_table = \"public.history\"");
    let database = migrated(&project);
    confirmed(&project, &database, &[]).expect(0).says("dropped 1 table, with 0 rows, and the history");
    assert_eq!(database.value(LEFT), "");
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0).says("applied");
    Ok(())
}

/// Runs something while another session is in a transaction that began with `sql`.
fn while_held<T>(database: &Database, sql: &str, run: impl FnOnce() -> T) -> T {
    block_on(async {
        let session = connect(&superuser(database.name()), |_| ()).await.unwrap();
        session.client.batch_execute(&format!("BEGIN; {sql}")).await.unwrap();
        let result = run();
        session.close().await;
        result
    })
}

fn a_blocked_reset_names_who_holds_it() -> Result {
    let project = project("CREATE TABLE a (id int); CREATE TABLE b (id int)", &["a", "b"]);
    let database = migrated(&project);
    let reading = while_held(&database, "SELECT * FROM b", || confirmed(&project, &database, &[]));
    reading.expect(8).says("public.b, on which pid").says("AccessShareLock").says("nothing was changed");
    assert_eq!(database.value(LEFT), "table public.a, table public.b");
    let locked = while_held(&database, "LOCK TABLE a", || confirmed(&project, &database, &[]));
    locked.expect(8).says("public.a, on which pid").says("AccessExclusiveLock");
    confirmed(&project, &database, &[]).expect(0);
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

fn many_tables(database: &Database, count: usize) {
    // One transaction could not lock them all while it makes them either.
    database.run(&format!(
        "DO $$ BEGIN SET ROLE postgres;
           FOR i IN 1..{count} LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, body text)', i);
             IF i % 500 = 0 THEN COMMIT; SET ROLE postgres; END IF; END LOOP; END $$"
    ));
}

fn ten_thousand_tables_go() -> Result {
    let project = project("CREATE TABLE a (id int)", &["a"]);
    let database = migrated(&project);
    many_tables(&database, 10_000);
    let begun = std::time::Instant::now();
    confirmed(&project, &database, &["--unknown", "drop"]).expect(0).says("10001 tables");
    eprintln!("10,000 tables: {:?}", begun.elapsed());
    assert_eq!(database.value(LEFT), "");
    Ok(())
}

fn three_thousand_partitions_go() -> Result {
    let sql = "CREATE TABLE parts (id int PRIMARY KEY, body text) PARTITION BY RANGE (id);
               CREATE TABLE needs (id int REFERENCES parts)";
    let project = project(sql, &["parts", "needs"]);
    let database = migrated(&project);
    database.run(
        "DO $$ BEGIN SET ROLE postgres;
           FOR i IN 1..3000 LOOP
             EXECUTE format('CREATE TABLE parts_%s PARTITION OF parts FOR VALUES FROM (%s) TO (%s)', i, i, i + 1);
             IF i % 100 = 0 THEN COMMIT; SET ROLE postgres; END IF; END LOOP; END $$",
    );
    let begun = std::time::Instant::now();
    confirmed(&project, &database, &[]).expect(0).says("3002 tables");
    eprintln!("3,000 partitions: {:?}", begun.elapsed());
    assert_eq!(database.value(LEFT), "");
    Ok(())
}

fn a_reset_that_stops_part_way_can_be_run_again() -> Result {
    let project = project("CREATE TABLE a (id int)", &["a"]);
    let database = migrated(&project);
    many_tables(&database, 1_000);
    let stopped =
        while_held(&database, "SELECT * FROM t999", || confirmed(&project, &database, &["--unknown", "drop"]));
    stopped.expect(6).says("objects are gone").says("public.t999, on which pid").says("run the same command again");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.migration"), "1");
    confirmed(&project, &database, &["--unknown", "drop"]).expect(0);
    assert_eq!(database.value(LEFT), "");
    Ok(())
}
