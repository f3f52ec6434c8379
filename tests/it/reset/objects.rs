//! What a reset drops, and what it leaves.

use super::{LEFT, confirmed, migrated, other_role, project};
use crate::support::{Database, Project, Result};

crate::trials!(
    "reset",
    every_sort_of_object_goes,
    a_captured_manifest_names_all_of_its_kinds,
    names_of_all_sorts_go,
    circles_go,
    what_others_own_stays,
    what_others_built_on_it_blocks,
    extensions_stay,
    policies_on_platform_tables_go,
    a_history_table_elsewhere_goes_too,
);

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

fn a_captured_manifest_names_all_of_its_kinds() -> Result {
    // No manifest can name these yet, so a person is asked about them.
    let unnamed = ["AGGREGATE", "OPERATOR", "COLLATION", "TEXT SEARCH", "PUBLICATION"];
    let named: Vec<&str> = SORTS
        .split(';')
        .filter(|part| !unnamed.iter().any(|word| part.trim().contains(word) || part.contains("german")))
        .collect();
    let project = Project::empty().with("migrations/1_all.sql", named.join(";"));
    let database = migrated(&project);
    project.on(&database, &["db:manifest", "--from", "target"]).expect(0);
    confirmed(&project, &database, &[]).expect(0);
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

fn a_history_table_elsewhere_goes_too() -> Result {
    let project = project("CREATE TABLE a (id int)", &["a"]).with("pgplumb.toml", "history_table = \"public.history\"");
    let database = migrated(&project);
    confirmed(&project, &database, &[]).expect(0).says("dropped 1 table, with 0 rows, and the history");
    assert_eq!(database.value(LEFT), "");
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0).says("applied");
    Ok(())
}
