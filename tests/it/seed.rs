//! `db:seed`: reference rows by changed text, and edits made in the product survive.

use crate::support::{Database, Project, Result};

crate::trials!(
    "seed",
    no_statement_overtakes_the_rows_before_it,
    a_seed_is_applied_again_when_its_text_changes,
    rows_in_copy_form_are_sent,
    a_failing_seed_leaves_nothing,
    a_bad_row_of_copy_is_told,
);

fn project(seed: &str) -> Project {
    Project::empty()
        .with("migrations/0001_a.sql", "CREATE TABLE a (n int PRIMARY KEY, t text)")
        .with("seeds/0002_rows.sql", seed)
}

fn a_seed_is_applied_again_when_its_text_changes() -> Result {
    let database = Database::plain();
    let insert = |n: u32| format!("INSERT INTO a VALUES (1, 'given'), ({n}, 'given') ON CONFLICT (n) DO NOTHING");
    let project = project(&insert(2));
    project.on(&database, &["db:migrate", "--no-verify", "--no-seed"]).expect(0);
    let output = project.on(&database, &["db:seed", "--json"]).expect(0);
    assert_eq!(output.json()["result"]["seeds"][0]["file"], "seeds/0002_rows.sql");
    database.run("UPDATE a SET t = 'edited' WHERE n = 1; DELETE FROM a WHERE n = 2");
    project.on(&database, &["db:seed"]).expect(0).says("nothing to seed");
    assert_eq!(database.value("SELECT count(*) FROM a"), "1");
    project.write("seeds/0002_rows.sql", insert(3));
    project.on(&database, &["db:status"]).expect(3).says("to seed      seeds/0002_rows.sql");
    project.on(&database, &["db:seed"]).expect(0).says("1 of 1 seeds applied");
    project.on(&database, &["db:seed", "--all"]).expect(0).says("1 of 1 seeds applied");
    assert_eq!(database.rows("SELECT n, t FROM a ORDER BY n"), [["1", "edited"], ["3", "given"]]);
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.seed"), "1");
    Ok(())
}

fn rows_in_copy_form_are_sent() -> Result {
    let database = Database::plain();
    let seed = "COPY a (n, t) FROM stdin;\n1\tone; and 'two'\n2\t\\N\n\\.\nINSERT INTO a VALUES (3, 'three');\n\
                COPY a FROM stdin WITH (FORMAT csv);\n4,\"a, b\"\n\\.\n";
    project(seed).on(&database, &["db:migrate", "--no-verify"]).expect(0);
    let rows = [["1", "one; and 'two'"], ["2", ""], ["3", "three"], ["4", "a, b"]];
    assert_eq!(database.rows("SELECT n, t FROM a ORDER BY n"), rows);
    Ok(())
}

fn a_failing_seed_leaves_nothing() -> Result {
    let database = Database::plain();
    let project = project("INSERT INTO a VALUES (1, 'one');\nINSERT INTO a VALUES (1, 'again');");
    let output = project.on(&database, &["db:migrate", "--no-verify"]).expect(5);
    output.says("seeds/0002_rows.sql:2:1").says("state: seeds/0002_rows.sql has no effect").says("next: mend");
    assert_eq!(database.value("SELECT count(*) FROM a"), "0");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.seed"), "0");
    Ok(())
}

fn a_bad_row_of_copy_is_told() -> Result {
    let database = Database::plain();
    let project = project("INSERT INTO a VALUES (9, 'nine');\nCOPY a (n, t) FROM stdin;\n1\tone\nx\ttwo\n\\.\n");
    let output = project.on(&database, &["db:migrate", "--no-verify"]).expect(5);
    output.says("seeds/0002_rows.sql:2:1").says("COPY a, line 2, column n").says("invalid input syntax");
    assert_eq!(database.value("SELECT count(*) FROM a"), "0");
    Ok(())
}

fn no_statement_overtakes_the_rows_before_it() -> Result {
    let many: String = (0..500).map(|number| format!("SELECT {number};\n")).collect();
    let seed = format!(
        "COPY a (n, t) FROM stdin;\n1\tone\n2\ttwo\n\\.\nINSERT INTO a SELECT 10 + count(*), 'seen' FROM a;\n{many}"
    );
    let (database, project) = (Database::plain(), project(&seed));
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    assert_eq!(database.value("SELECT n FROM a WHERE t = 'seen'"), "12");
    Ok(())
}
