//! `db:snapshot`, `db:restore` and `db:migrate --snapshot`: what they prove, what they refuse, and that a restored database
//! is the one that was dumped.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::process::{Running, wait_until};
use crate::support::{Database, Output, Project, Result, block_on, cluster, open_to_all, root, superuser, trial};

/// The tests of this module. Where the server's own `pg_dump` is not on this machine, those that need it are ignored.
pub fn trials() -> Vec<Trial> {
    let here = has_programs();
    all().into_iter().map(|trial| trial.with_ignored_flag(!here)).chain(refusals()).collect()
}

/// Tests by their names.
fn list(tests: &[(&str, fn() -> Result)]) -> Vec<Trial> {
    tests.iter().map(|(name, test)| trial(&format!("snapshot::{name}"), *test)).collect()
}

fn all() -> Vec<Trial> {
    list(&[
        ("rows_of_odd_types_come_back", rows_of_odd_types_come_back as fn() -> Result),
        ("every_kind_of_object_comes_back", every_kind_of_object_comes_back as fn() -> Result),
        (
            "what_stands_on_the_platforms_tables_comes_back",
            what_stands_on_the_platforms_tables_comes_back as fn() -> Result,
        ),
        ("a_restore_that_fails_changes_nothing", a_restore_that_fails_changes_nothing as fn() -> Result),
        ("counts_hold_while_somebody_writes", counts_hold_while_somebody_writes as fn() -> Result),
        (
            "a_dump_that_does_not_restore_whole_is_not_proven",
            a_dump_that_does_not_restore_whole_is_not_proven as fn() -> Result,
        ),
        ("an_interrupt_leaves_no_file", an_interrupt_leaves_no_file as fn() -> Result),
        ("a_restore_is_guarded", a_restore_is_guarded as fn() -> Result),
        (
            "what_the_snapshot_does_not_have_is_not_dropped_unasked",
            what_the_snapshot_does_not_have_is_not_dropped_unasked as fn() -> Result,
        ),
        ("what_is_no_snapshot_is_refused", what_is_no_snapshot_is_refused as fn() -> Result),
        ("without_its_record_a_dump_is_not_proven", without_its_record_a_dump_is_not_proven as fn() -> Result),
        ("the_label_stays_with_the_database", the_label_stays_with_the_database as fn() -> Result),
        ("what_others_own_is_left_out_and_left_alone", what_others_own_is_left_out_and_left_alone as fn() -> Result),
        ("the_password_is_in_no_argument_and_no_file", the_password_is_in_no_argument_and_no_file as fn() -> Result),
        ("a_migration_takes_one_only_if_there_is_work", a_migration_takes_one_only_if_there_is_work as fn() -> Result),
    ])
}

fn refusals() -> Vec<Trial> {
    list(&[("without_programs_nothing_is_changed", without_programs_nothing_is_changed as fn() -> Result)])
}

/// Whether the server's own `pg_dump` is on this machine.
pub fn has_programs() -> bool {
    programs().exists()
}

/// The folder of the server's own programs.
fn programs() -> PathBuf {
    PathBuf::from(format!("/usr/lib/postgresql/{}/bin/pg_dump", cluster().major)).parent().unwrap().to_owned()
}

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

/// A project whose one migration is `sql`, and a database that has had it.
fn migrated(sql: &str) -> (Project, Database) {
    let (project, database) = (Project::empty().with("migrations/1_a.sql", sql), Database::plain());
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    (project, database)
}

fn snapshot(project: &Project, database: &Database) -> Output {
    project.on(database, &["db:snapshot", "--output", "a.dump"]).expect(0)
}

fn restore(project: &Project, database: &Database, arguments: &[&str]) -> Output {
    project.on(database, &[&["db:restore", "a.dump", "--confirm", database.name()], arguments].concat())
}

/// The files in the project's folder of snapshots.
fn files(project: &Project) -> Vec<String> {
    let entries = std::fs::read_dir(project.path().join(".pgplumb/snapshots")).into_iter().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
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
    database.run(&format!("{styles};\nREASSIGN OWNED BY postgres TO supabase_admin"));
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

fn chat() -> (Project, Database) {
    let (project, database) = (Project::chat(), Database::supabase());
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    database.run("INSERT INTO auth.users (id, email) VALUES ('00000000-0000-0000-0000-000000000001', 'a@example.com')");
    database.run("INSERT INTO \"Chat\" (id, user_id, title) SELECT gen_random_uuid(), id, 'hello' FROM auth.users");
    (project, database)
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
    let (project, database) = chat();
    snapshot(&project, &database);
    database.run("DELETE FROM auth.users; CREATE TABLE IF NOT EXISTS kept ()");
    let output = restore(&project, &database, &["--unknown", "keep"]).expect(5);
    output.says("violates foreign key constraint").says("state: nothing was changed; everything was rolled back");
    project.on(&database, &["db:verify"]).expect(0);
    Ok(())
}

fn counts_hold_while_somebody_writes() -> Result {
    let (project, database) = migrated("CREATE TABLE a (n int); CREATE TABLE b (n int)");
    let target = superuser(database.name());
    let writer = std::thread::spawn(move || {
        block_on(async {
            let session = pgplumb::db::connect(&target, |_| ()).await.unwrap();
            let both = "INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)";
            while session.client.batch_execute(&format!("{both} /* writer */")).await.is_ok() {}
        });
    });
    wait_until(&database, "SELECT count(*) > 10 FROM b");
    let taken = project.on(&database, &["db:snapshot", "--json"]).expect(0).json();
    let (during, after) = (database.value("SELECT count(*) FROM a"), &taken["result"]["tables"]);
    assert_eq!(after["public.a"], after["public.b"]);
    assert!(after["public.a"].as_i64().unwrap() < during.parse().unwrap(), "nobody wrote");
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%writer%' AND pid <> pg_backend_pid()");
    writer.join().unwrap();
    Ok(())
}

/// A folder of programs in which one is replaced by a script. In the script `real` is the real one.
fn replaced(name: &str, script: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    open_to_all(folder.path());
    let real = programs();
    for entry in std::fs::read_dir(&real).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != name {
            symlink(entry.path(), folder.path().join(entry.file_name())).unwrap();
        }
    }
    let path = folder.path().join(name);
    let text = format!("#!/bin/bash\nreal='{}'\n{script}\nexec \"$real\" \"$@\"\n", real.join(name).display());
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn with_programs(project: &Project, database: &Database, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = project.command(&[arguments, &["--url", &database.url()]].concat());
    command.env("PGPLUMB_PG_BIN", folder);
    command
}

fn a_dump_that_does_not_restore_whole_is_not_proven() -> Result {
    let sql = "CREATE TABLE a (n int); CREATE TABLE b (n int); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)";
    let (project, database) = migrated(sql);
    let programs = replaced(
        "pg_restore",
        r#"for word; do case $word in
             --use-list=*) id=$("$real" --list "${@: -1}" | grep 'TABLE DATA public b ' | cut -d';' -f1)
                           sed -i "/^$id;/d" "${word#*=}";; esac; done"#,
    );
    let run = |arguments: &[&str]| Output::of(&mut with_programs(&project, &database, programs.path(), arguments));
    let output = run(&["db:snapshot"]).expect(6);
    output
        .says("table public.b: 1 rows in the snapshot, 0 restored")
        .says("nothing was changed in the database")
        .says(".dump.unchecked");
    assert!(files(&project).iter().all(|name| name.contains(".unchecked")), "{:?}", files(&project));
    project.write("migrations/2_b.sql", "CREATE TABLE c ()");
    run(&["db:migrate", "--no-verify", "--snapshot"]).expect(4).says("table public.b: 1 rows");
    assert_eq!(database.value("SELECT to_regclass('c')"), "");
    let file = project.path().join("b.dump").display().to_string();
    run(&["db:snapshot", "--no-check", "--output", &file]).expect(0).says("no, by --no-check");
    let arguments = ["db:restore", &file, "--confirm", database.name()];
    let output = run(&arguments).expect(5).says("table public.b: 1 rows in the snapshot, 0 restored");
    output.says("state: nothing was changed").says("the snapshot was never proven");
    assert_eq!(database.value("SELECT count(*) FROM b"), "1");
    project.on(&database, &arguments).expect(0);
    Ok(())
}

fn an_interrupt_leaves_no_file() -> Result {
    let (project, database) = migrated("CREATE TABLE a (n int)");
    let programs = replaced("pg_dump", "case $* in --version) ;; *) exec sleep 60;; esac");
    let arguments = ["db:snapshot", "--output", "a.dump"];
    let running = Running::start(&mut with_programs(&project, &database, programs.path(), &arguments));
    wait_until(
        &database,
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
           AND query LIKE '%count(%')",
    );
    running.signal(Signal::INT);
    running.finish().expect(130).says("stopped by a signal").says("state: nothing was changed");
    let left = std::fs::read_dir(project.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!left.into_iter().any(|name| name.to_string_lossy().starts_with("a.dump")));
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

fn the_password_is_in_no_argument_and_no_file() -> Result {
    let (project, database) = migrated("CREATE TABLE a (n int)");
    let log = project.path().join("log");
    std::fs::write(&log, "").unwrap();
    std::fs::set_permissions(&log, std::fs::Permissions::from_mode(0o666)).unwrap();
    let script = format!("echo \"$* password=$PGPASSWORD\" >> {}", log.display());
    let programs = replaced("pg_dump", &script);
    let url = database.url().replace("postgresql:///", "postgresql://postgres:cAnArY@/").replace("&user=postgres", "");
    for arguments in [
        &["db:snapshot", "--verbose", "--output", "a.dump"][..],
        &["db:restore", "a.dump", "--confirm", database.name()],
    ] {
        let mut command = project.command(&[arguments, &["--url", &url]].concat());
        let output = Output::of(command.env("PGPLUMB_PG_BIN", programs.path())).expect(0);
        assert!(!format!("{output:?}").contains("cAnArY"), "{output:?}");
    }
    let text = std::fs::read_to_string(&log).unwrap();
    let call = text.lines().find(|line| line.contains("--snapshot=")).unwrap();
    let (arguments, password) = call.split_once(" password=").unwrap();
    assert!(password == "cAnArY" && !arguments.contains("cAnArY"), "{call}");
    assert!(!project.text("a.dump.json").contains("cAnArY"));
    Ok(())
}

fn a_migration_takes_one_only_if_there_is_work() -> Result {
    let (project, database) = migrated("CREATE TABLE a (n int); INSERT INTO a VALUES (1)");
    let migrate =
        |arguments: &[&str]| project.on(&database, &[&["db:migrate", "--no-verify", "--snapshot"], arguments].concat());
    migrate(&[]).expect(0).says("nothing to apply");
    project.write("migrations/2_b.sql", "DROP TABLE a");
    migrate(&["--dry-run"]).expect(0);
    assert_eq!(files(&project), [""; 0]);
    let output = migrate(&["--json"]).expect(0).says("1 rows, proven");
    let file = output.json()["result"]["snapshot"]["file"].as_str().unwrap().to_owned();
    assert_eq!(files(&project).len(), 2, "{:?}", files(&project));
    project.on(&database, &["db:restore", &file, "--confirm", database.name()]).expect(0);
    assert_eq!(database.value("SELECT count(*) FROM a"), "1");
    project.on(&database, &["db:status"]).expect(3).says("2_b.sql");
    Ok(())
}

fn without_programs_nothing_is_changed() -> Result {
    let project = Project::empty().with("migrations/1_a.sql", "CREATE TABLE a (n int)");
    let (database, folder) = (Database::plain(), tempfile::tempdir().unwrap());
    let path = folder.path().join("pg_dump");
    std::fs::write(&path, "#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::copy(&path, folder.path().join("pg_restore")).unwrap();
    let run = |arguments: &[&str]| Output::of(&mut with_programs(&project, &database, folder.path(), arguments));
    std::fs::write(folder.path().join("pg_restore"), "#!/bin/sh\necho 'pg_restore (PostgreSQL) 9.6.24'\n").unwrap();
    for arguments in [&["db:migrate", "--no-verify", "--snapshot"][..], &["db:snapshot"]] {
        let output = run(arguments).expect(4);
        let words = format!("there is 9.6.24 in {} (PGPLUMB_PG_BIN is", folder.path().display());
        output.says(&words).says("state: nothing was changed").says("next: set PGPLUMB_PG_BIN");
    }
    std::fs::remove_file(path).unwrap();
    run(&["db:snapshot"]).expect(4).says("there is none");
    assert_eq!(database.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'pgplumb'"), "0");
    assert_eq!(database.value("SELECT to_regclass('a')"), "");
    Ok(())
}
