//! Taking snapshots: the counts, the proof, the programs, and what is left behind where it fails.

use std::os::unix::fs::PermissionsExt;

use libtest_mimic::Trial;
use rustix::process::Signal;

use super::{files, migrated, replaced, with_programs};
use crate::process::{Running, wait_until};
use crate::support::{Database, Output, Project, Result, block_on, superuser, trial};

crate::trials!(
    "snapshot",
    counts_hold_while_somebody_writes,
    a_dump_that_does_not_restore_whole_is_not_proven,
    an_interrupt_leaves_no_file,
    the_password_is_in_no_argument_and_no_file,
    a_migration_takes_one_only_if_there_is_work,
);

/// The test that needs no programs.
pub fn without_programs() -> [Trial; 1] {
    [trial("snapshot::without_programs_nothing_is_changed", without_programs_nothing_is_changed)]
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
    let output = migrate(&["--json"]).expect(0).says("3 rows, proven");
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
