//! What comes back, what is refused, and what stays as it was.

use std::os::unix::fs::PermissionsExt;

use super::{files, migrated, restore, snapshot};
use crate::support::{Database, Project, Result, root};

crate::trials!(
    "snapshot",
    rows_of_odd_types_come_back,
    every_kind_of_object_comes_back,
    what_stands_on_the_platforms_tables_comes_back,
    a_restore_that_fails_changes_nothing,
    more_than_fits_one_transaction_is_restored,
    a_restore_is_guarded,
    what_the_snapshot_does_not_have_is_not_dropped_unasked,
    what_is_no_snapshot_is_refused,
    without_its_record_a_dump_is_not_proven,
    the_label_stays_with_the_database,
    what_others_own_is_left_out_and_left_alone,
);

const ODD: &str = r#"
CREATE TYPE mood AS ENUM ('low', 'high');
CREATE DOMAIN small AS int CHECK (VALUE < 10);
CREATE TYPE pair AS (a int, b text);
CREATE SCHEMA "odd Schema";
CREATE TABLE "odd Schema"."a ""Table""" (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, j jsonb, b bytea, l text[], r int4range, n numeric, t timestamptz,
  m mood, s small, p pair, v tsvector, i inet, d interval, x bit(3), u uuid, e text, twice numeric GENERATED ALWAYS AS (n * 2) STORED);
INSERT INTO "odd Schema"."a ""Table""" (j, b, l, r, n, t, m, s, p, v, i, d, x, u, e) VALUES
  ('{"a": [1, null]}', '\x00ff0a', '{a,NULL,"b c"}', '[1,5)', 'NaN', 'infinity', 'low', 3, '(1,"x,y")', 'a:1 b', '10.0.0.1/8', '1 mon -2 days', '101', '00000000-0000-0000-0000-000000000001', E'tab\t line\n \\. -- migrate:down'),
  (NULL, '', '{}', 'empty', 1e30, '-infinity', 'high', NULL, NULL, '', '::1', '0', '000', NULL, '');
CREATE TABLE parted (n int, name text) PARTITION BY LIST (n);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
INSERT INTO parted VALUES (1, 'one'), (2, 'two'), (2, 'zwei');
CREATE TABLE base (n int);
CREATE TABLE child () INHERITS (base);
INSERT INTO child VALUES (7);
"#;

const TEXT: &str = r#"SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM "odd Schema"."a ""Table""" t"#;

fn chat() -> (Project, Database) {
    let (project, database) = (Project::chat(), Database::supabase());
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    database.run("INSERT INTO auth.users (id, email) VALUES ('00000000-0000-0000-0000-000000000001', 'a@example.com')");
    database.run("INSERT INTO \"Chat\" (id, user_id, title) SELECT gen_random_uuid(), id, 'hello' FROM auth.users");
    (project, database)
}

fn rows_of_odd_types_come_back() -> Result {
    let (project, database) = migrated(ODD);
    let before = database.value(TEXT);
    let taken = project.on(&database, &["db:snapshot", "--json"]).expect(0).json();
    let result = &taken["result"];
    assert_eq!(result["tables"]["\"odd Schema\".\"a \"\"Table\"\"\""], 2);
    assert_eq!((&result["tables"]["public.base"], &result["tables"]["public.child"]), (&0.into(), &1.into()));
    assert_eq!(result["tables"]["public.parted_2"], 2);
    assert_eq!(result["checked"], true);
    let file = result["file"].as_str().unwrap();
    assert!(result["restore"].as_str().unwrap().starts_with("pgplumb db:restore --url … .pgplumb/snapshots/"));
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o077, 0, "others may read it");
    assert_eq!(files(&project).len(), 2, "{:?}", files(&project));
    database.run(r#"DELETE FROM parted; DROP TABLE "odd Schema"."a ""Table"""; INSERT INTO base VALUES (1)"#);
    let output = project.on(&database, &["db:restore", file, "--confirm", database.name()]).expect(0);
    output.says("restored ").says("; counted");
    assert_eq!(database.value(TEXT), before);
    assert_eq!(
        database.value("SELECT string_agg(tableoid::regclass || name, ',' ORDER BY name) FROM parted"),
        "parted_1one,parted_2two,parted_2zwei"
    );
    assert_eq!(database.value("SELECT count(*) FROM ONLY base"), "0");
    database.run(r#"INSERT INTO "odd Schema"."a ""Table""" (s) VALUES (1)"#);
    project.on(&database, &["db:status"]).expect(0);
    assert_eq!(files(&project).len(), 2, "{:?}", files(&project));
    Ok(())
}

fn every_kind_of_object_comes_back() -> Result {
    let (project, database) = (Project::empty(), Database::plain());
    // All of it is of one role, because what others own is left out.
    let styles = std::fs::read_to_string(root().join("tests/styles.sql")).unwrap();
    let own = r#"ALTER TABLE "Odd.(schema)"."Table ""quoted"" with.dots" OWNER TO supabase_admin"#;
    database.run(&format!(
        "{styles};
{own}"
    ));
    let manifest = || {
        project.on_as_superuser(&database, &["db:manifest", "--from", "target"]).expect(0);
        let text = project.text("manifest.json");
        std::fs::remove_file(project.path().join("manifest.json")).unwrap();
        text
    };
    let before = manifest();
    project.on_as_superuser(&database, &["db:snapshot", "--output", "a.dump"]).expect(0);
    let arguments = ["db:restore", "a.dump", "--confirm", database.name(), "--unknown", "drop"];
    project.on_as_superuser(&database, &arguments).expect(0);
    assert_eq!(before, manifest());
    Ok(())
}

fn what_stands_on_the_platforms_tables_comes_back() -> Result {
    let (project, database) = chat();
    snapshot(&project, &database);
    database.run("TRUNCATE \"Chat\" CASCADE");
    restore(&project, &database, &[]).expect(0);
    assert_eq!(database.value("SELECT count(*) FROM \"Chat\""), "1");
    project.on(&database, &["db:verify"]).expect(0);
    Ok(())
}

fn a_restore_that_fails_changes_nothing() -> Result {
    let project = Project::empty()
        .with("pgplumb.toml", "platform = \"supabase\"\n")
        .with("migrations/1_a.sql", "CREATE TABLE a (user_id uuid REFERENCES auth.users ON DELETE CASCADE)");
    let database = Database::supabase();
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    database.run(
        "INSERT INTO auth.users (id, email) VALUES ('00000000-0000-0000-0000-000000000001', 'a@example.com');
         INSERT INTO a SELECT id FROM auth.users",
    );
    // The row that the key leads to is not in the snapshot, and its proof does without the key.
    snapshot(&project, &database);
    database.run("DELETE FROM auth.users; INSERT INTO a VALUES (NULL), (NULL)");
    let output = restore(&project, &database, &[]).expect(5);
    output.says("violates foreign key constraint").says("state: nothing was changed; everything was rolled back");
    assert_eq!(database.value("SELECT count(*) FROM a"), "2");
    project.on(&database, &["db:status"]).expect(0);
    Ok(())
}

fn more_than_fits_one_transaction_is_restored() -> Result {
    let (project, database) = migrated("CREATE TABLE a (n int)");
    let many: String = (0..600)
        .map(|at| format!("CREATE TABLE t_{at} (n int PRIMARY KEY, t text); INSERT INTO t_{at} VALUES (1);"))
        .collect();
    database.run(&format!("SET ROLE postgres; {many}"));
    snapshot(&project, &database);
    database.run("DELETE FROM t_7");
    restore(&project, &database, &[]).expect(0).says("restored 607 tables with 602 rows");
    assert_eq!(database.value("SELECT count(*) FROM t_7"), "1");
    Ok(())
}

fn a_restore_is_guarded() -> Result {
    let (project, database) = migrated("CREATE TABLE a (n int)");
    snapshot(&project, &database).says(&format!("--confirm {}", database.name()));
    database.run("INSERT INTO a VALUES (1)");
    let output = project.on(&database, &["db:restore", "a.dump"]).expect(4);
    output
        .says("would lose 1 table, with 1 row, and the history of migrations")
        .says(&format!("pgplumb db:restore --url … a.dump --confirm {}", database.name()));
    project.on(&database, &["db:restore", "a.dump", "--confirm", "other"]).expect(4).says("--confirm names other");
    project.on(&database, &["db:migrate", "--no-verify", "--label", "protected"]).expect(0);
    restore(&project, &database, &[]).expect(4).says("labelled protected");
    assert_eq!(database.value("SELECT count(*) FROM a"), "1");
    Ok(())
}

fn what_the_snapshot_does_not_have_is_not_dropped_unasked() -> Result {
    let (project, database) = migrated("CREATE TABLE a (n int)");
    snapshot(&project, &database);
    project.write("migrations/2_b.sql", "CREATE TABLE later (n int); INSERT INTO later VALUES (1)");
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    let output = restore(&project, &database, &[]).expect(4);
    output.says("that the snapshot does not have").says("table public.later").says("--unknown drop");
    restore(&project, &database, &["--unknown", "keep"]).expect(0);
    assert_eq!(database.value("SELECT count(*) FROM later"), "1");
    restore(&project, &database, &["--unknown", "drop"]).expect(0);
    assert_eq!(database.value("SELECT to_regclass('later')"), "");
    project.on(&database, &["db:status"]).expect(3).says("2_b.sql");
    Ok(())
}

fn what_is_no_snapshot_is_refused() -> Result {
    let (project, database) = migrated("CREATE TABLE a (n int)");
    let refused = |words: &str| restore(&project, &database, &[]).expect(2).says(words);
    refused("a.dump is not there");
    project.write("a.dump", "CREATE TABLE a ();");
    refused("is no dump in the custom format");
    project.write("a.dump", "PGDMP and then nothing");
    refused("cannot be read: pg_restore failed");
    std::fs::remove_file(project.path().join("a.dump")).unwrap();
    snapshot(&project, &database);
    project.on(&database, &["db:snapshot", "--output", "a.dump"]).expect(2).says("is there already");
    let bytes = std::fs::read(project.path().join("a.dump")).unwrap();
    project.write("a.dump", [&bytes[..], b"x"].concat());
    refused("is not the dump that it was written for");
    project.write("a.dump", bytes);
    project.write("a.dump.json", "{}");
    refused("it is not what was written");
    assert_eq!(database.value("SELECT to_regclass('a')"), "a");
    Ok(())
}

fn without_its_record_a_dump_is_not_proven() -> Result {
    let (project, database) = migrated("CREATE TABLE a (n int); INSERT INTO a VALUES (1)");
    snapshot(&project, &database);
    std::fs::remove_file(project.path().join("a.dump.json")).unwrap();
    database.run("DELETE FROM a");
    restore(&project, &database, &[]).expect(4).says("nothing says which the snapshot has");
    restore(&project, &database, &["--unknown", "drop"])
        .expect(3)
        .says("cannot be proven")
        .says("restored; not counted");
    assert_eq!(database.value("SELECT count(*) FROM a"), "1");
    Ok(())
}

fn the_label_stays_with_the_database() -> Result {
    let (project, database) = migrated("CREATE TABLE a (n int)");
    snapshot(&project, &database);
    project.on(&database, &["db:migrate", "--no-verify", "--label", "disposable"]).expect(0);
    project.on(&database, &["db:restore", "a.dump"]).expect(0);
    assert_eq!(database.value("SELECT value FROM pgplumb.setting"), "disposable");
    // It is none of the snapshot's: another database does not get it.
    std::fs::remove_file(project.path().join("a.dump")).unwrap();
    snapshot(&project, &database);
    let other = Database::plain();
    restore(&project, &other, &[]).expect(0).says("the snapshot is of");
    assert_eq!(other.value("SELECT count(*) FROM pgplumb.setting"), "0");
    Ok(())
}

fn what_others_own_is_left_out_and_left_alone() -> Result {
    let (project, database) = migrated("CREATE TABLE a (n int); INSERT INTO a VALUES (1)");
    database.run(
        "CREATE TABLE theirs (n int); INSERT INTO theirs VALUES (1); CREATE SCHEMA hidden; CREATE TABLE hidden.t ();
         CREATE FUNCTION theirs(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; COMMENT ON FUNCTION theirs(int) IS 'x';
         CREATE INDEX ON theirs (n)",
    );
    snapshot(&project, &database).says("table public.theirs (it belongs to supabase_admin)");
    database.run("DELETE FROM a");
    restore(&project, &database, &[]).expect(0);
    assert_eq!(database.value("SELECT (SELECT count(*) FROM a) + (SELECT count(*) FROM theirs)"), "2");
    Ok(())
}
