//! `db:diff`: any two states side by side.

use crate::support::{Database, Project, Result};

crate::trials!(
    "diff",
    each_side_may_be_anything,
    a_changed_column_is_one_changed_line,
    differences_are_told_as_sql,
    a_side_that_is_nothing_is_refused
);

const TABLE: &str = "CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL);";

fn each_side_may_be_anything() -> Result {
    let database = Database::plain();
    let project = Project::empty().with("migrations/1_t.sql", TABLE).with("dump.sql", TABLE);
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    project.on(&database, &["db:manifest", "--from", "target"]).expect(0);
    // A scratch database has the local server's superuser for an owner, as the test's database has.
    let url = database.url();
    for (a, b) in
        [("target", url.as_str()), ("manifest", "target"), ("target", "manifest.json"), ("migrations", "dump.sql")]
    {
        project.on(&database, &["db:diff", a, b]).expect(0).says("✅ PASSED - Tables");
    }
    database.run("ALTER TABLE t ADD COLUMN extra int");
    for (a, b) in [("manifest", "target"), ("target", "manifest"), ("migrations", "target"), ("target", "dump.sql")] {
        project.on(&database, &["db:diff", a, b]).expect(3).says("extra");
    }
    Ok(())
}

fn a_changed_column_is_one_changed_line() -> Result {
    let project = Project::empty().with("migrations/1_t.sql", TABLE).with("b.sql", TABLE.replace("NOT NULL", ""));
    let output = project.pgplumb(&["db:diff", "migrations", "b.sql"]).expect(3);
    let changed = output.stdout.lines().filter(|line| line.starts_with('-') || line.starts_with('+')).count();
    // Two lines name the sides, and one column is taken out and put in.
    assert_eq!(changed, 4, "{}", output.stdout);
    output.says("-    name text NOT NULL\n+    name text\n");
    Ok(())
}

/// The two sides are told as SQL, in which a list has a line for each of its parts; who owns everything is not told.
fn differences_are_told_as_sql() -> Result {
    let database = Database::plain();
    database.run("CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad'); CREATE TABLE t (id int, mood mood); COMMENT ON TABLE t IS 'one'");
    let project = Project::empty();
    project.on(&database, &["db:manifest", "--from", "target"]).expect(0);
    project.on(&database, &["db:diff", "manifest", "target"]).expect(0);
    let other = "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TABLE t (id int, mood mood, extra int DEFAULT 1);";
    project.write("b.sql", other);
    let lines = [
        "-    'ok',\n",
        "-    mood public.mood\n+    mood public.mood,\n+    extra integer\n",
        "-COMMENT ON TABLE public.t IS 'one';\n",
    ];
    for a in ["manifest", "target"] {
        let output = project.on(&database, &["db:diff", a, "b.sql"]).expect(3);
        lines.iter().for_each(|line| assert!(output.stdout.contains(line), "{}", output.stdout));
        assert!(!output.stdout.contains("OWNER TO"), "{}", output.stdout);
    }
    Ok(())
}

fn a_side_that_is_nothing_is_refused() -> Result {
    let project = Project::empty().with("some.json", r#"{"schemas": {"public": {}}}"#).with("a.sql", TABLE);
    let output = project.pgplumb(&["db:diff", "postgresq://ann:secret@host/db", "a.sql"]).expect(2);
    assert!(!output.stderr.contains("secret"));
    project.pgplumb(&["db:diff", "a.sql", "some.json"]).expect(2).says("put it first");
    Ok(())
}
