//! `data:verify`: what a data migration left wrong is found, and told by its key.

use serde_json::Value;

use crate::support::{Database, Output, Project, Result};

crate::trials!(
    "data_verify",
    one_changed_row_of_many_is_found_with_its_key,
    missing_and_unexpected_rows_are_told,
    rows_with_the_same_key_are_counted,
    null_is_not_an_empty_text,
    many_differences_are_counted,
    a_truth_must_be_there_and_true,
    rows_that_are_wrong_are_shown,
    no_digit_of_a_number_is_lost,
    rows_hidden_by_a_policy_are_no_pass,
    wrong_sql_is_told_with_its_place,
    what_is_no_check_is_refused,
    pairs_must_fit,
    only_what_is_through_is_proven,
    what_has_nothing_to_verify_is_no_pass,
    scripts_are_chosen_by_name,
);

/// A database with two tables of the same rows, and the state table with script 1 in this state.
fn database(rows: usize, state: &str) -> Database {
    let database = Database::plain();
    database.run(&format!(
        "{tables}
         INSERT INTO pgplumb.data_migration (version, name, checksum, state) VALUES (1, '0001_move', '', '{state}');
         CREATE TABLE old (id int, name text);
         INSERT INTO old SELECT n, 'name ' || n FROM generate_series(1, {rows}) n;
         CREATE TABLE new AS TABLE old;
         GRANT USAGE ON SCHEMA pgplumb TO PUBLIC;
         GRANT SELECT ON pgplumb.data_migration, pgplumb.data_range, pgplumb.data_skip, old, new TO PUBLIC;",
        tables = pgplumb::data::tables::MAKE,
    ));
    database
}

fn script(sections: &str) -> String {
    format!(
        "-- pgplumb: over old\n-- pgplumb: key id\n-- pgplumb: quiescent\n-- pgplumb: section batch\n\
         INSERT INTO new SELECT * FROM batch;\n{sections}"
    )
}

fn project(sections: &str) -> Project {
    Project::empty().with("data/0001_move.sql", script(sections))
}

const COMPARE: &str = "-- pgplumb: section compare\n-- pgplumb: rule all is moved (key id)\n\
                       SELECT id, name FROM old;\nSELECT id, name FROM new;\n";

/// Runs one check.
fn verify(query: &str) -> Output {
    let database = database(3, "done");
    project(&format!("-- pgplumb: section verify\n-- pgplumb: rule mine\n{query};\n")).on(&database, &["data:verify"])
}

fn one_changed_row_of_many_is_found_with_its_key() -> Result {
    let (project, database) = (project(COMPARE), database(100_000, "done"));
    project.on(&database, &["data:verify"]).expect(0).says("✅ PASSED - all is moved (100000 rows)");
    database.run("UPDATE new SET name = 'name 7777' || chr(ascii('7') # 1) WHERE id = 77777");
    let output = project.on(&database, &["data:verify"]).expect(3).says("❌ FAILED - all is moved (100000 rows)");
    let output = output.says("0 missing, 0 unexpected, 1 different");
    output.says("id=77777 differs: name: \"name 77777\" → \"name 77776\"");
    Ok(())
}

fn missing_and_unexpected_rows_are_told() -> Result {
    let (project, database) = (project(COMPARE), database(1000, "done"));
    database.run("DELETE FROM new WHERE id IN (5, 6); INSERT INTO new VALUES (1001, 'more')");
    let output = project.on(&database, &["data:verify", "--json"]).expect(3).json();
    let rule = &output["result"]["scripts"][0]["rules"][0];
    assert_eq!(
        (rule["held"].as_bool(), rule["count"].as_u64(), rule["wrong"].as_u64()),
        (Some(false), Some(1000), Some(3))
    );
    let said = ["2 missing, 1 unexpected, 0 different", "id=1001 is unexpected", "id=5 is missing", "id=6 is missing"];
    assert_eq!(rule["said"], Value::from(said.to_vec()));
    database.run("TRUNCATE new");
    project.on(&database, &["data:verify"]).expect(3).says("1000 missing, 0 unexpected").says("and 980 more");
    Ok(())
}

fn rows_with_the_same_key_are_counted() -> Result {
    let (project, database) = (project(COMPARE), database(10, "done"));
    database.run("INSERT INTO old VALUES (3, 'again'); INSERT INTO new VALUES (3, 'again')");
    project.on(&database, &["data:verify"]).expect(0);
    database.run("INSERT INTO new VALUES (3, 'name 3')");
    project.on(&database, &["data:verify"]).expect(3).says("0 missing, 1 unexpected").says("id=3 is unexpected");
    Ok(())
}

fn null_is_not_an_empty_text() -> Result {
    let (project, database) = (project(COMPARE), database(10, "done"));
    database.run("UPDATE old SET name = NULL WHERE id < 3; UPDATE new SET name = '' WHERE id = 1");
    database.run("UPDATE new SET name = NULL WHERE id = 2");
    let output = project.on(&database, &["data:verify"]).expect(3).says("1 different");
    output.says("id=1 differs: name: NULL → \"\"");
    Ok(())
}

fn many_differences_are_counted() -> Result {
    let (project, database) = (project(COMPARE), database(5000, "done"));
    database.run("UPDATE new SET name = upper(name)");
    project.on(&database, &["data:verify"]).expect(3).says("5000 different").says("and 4980 more");
    Ok(())
}

fn a_truth_must_be_there_and_true() -> Result {
    verify("SELECT count(*) = 3 AS three FROM new").expect(0).says("✅ PASSED - mine (1 row)");
    verify("SELECT count(*) = 4 AS four FROM new").expect(3).says("four=false in 1 of 1");
    verify("SELECT id = nullif(id, 2) AS same FROM new").expect(3).says("same=NULL in 1 of 3");
    verify("SELECT true AS here FROM new WHERE id = 9")
        .expect(3)
        .says("no row, where at least one that is true must be");
    Ok(())
}

fn rows_that_are_wrong_are_shown() -> Result {
    verify("SELECT * FROM new WHERE id > 3 -- none").expect(0).says("✅ PASSED - mine (0 rows)");
    let output = verify("SELECT id, nullif(name, 'name 2') AS name, '' AS id FROM new WHERE id < 3 ORDER BY 1");
    output.expect(3).says("id=1, name=name 1, id=\"\"").says("id=2, name=NULL, id=\"\"");
    verify("SELECT n FROM generate_series(1, 50) n").expect(3).says("n=20\n   and 30 more");
    Ok(())
}

fn no_digit_of_a_number_is_lost() -> Result {
    let compare = "-- pgplumb: section compare\nSELECT 1, 0.1::float8 + 0.2::float8;\nSELECT 1, 0.3::float8;\n";
    let (project, database) = (project(compare), database(1, "done"));
    database.run(&format!("ALTER DATABASE {} SET extra_float_digits = -3", database.name()));
    project.on(&database, &["data:verify"]).expect(3).says("0.30000000000000004 → 0.3");
    Ok(())
}

fn rows_hidden_by_a_policy_are_no_pass() -> Result {
    let (project, database) = (project(COMPARE), database(10, "done"));
    database.run("ALTER TABLE old ENABLE ROW LEVEL SECURITY; ALTER TABLE new ENABLE ROW LEVEL SECURITY");
    database.run("CREATE ROLE data_verify_reader LOGIN");
    let url = database.url_as("data_verify_reader");
    let output = project.pgplumb(&["data:verify", "--url", &url]);
    database.run("DROP ROLE data_verify_reader");
    output.expect(4).says("row-level security policy").says("data/0001_move.sql:8:1");
    Ok(())
}

fn wrong_sql_is_told_with_its_place() -> Result {
    let output = verify("SELECT id,\n  nome\nFROM new").expect(5).says("--> data/0001_move.sql:9:3");
    output.says("column \"nome\" does not exist").says("state: nothing was changed").says("mend data/0001_move.sql");
    verify("SELECT id FROM new WHERE 1 / (id - 1) = 1").expect(5).says("division by zero").says("0001_move.sql:8:1");
    verify("SELECT 1) AS q; SELECT (1").expect(2).says("parenthesis").says("data/0001_move.sql:8:");
    Ok(())
}

fn what_is_no_check_is_refused() -> Result {
    verify("UPDATE new SET id = id").expect(2).says("returns nothing").says("data/0001_move.sql:8:1");
    verify("DELETE FROM new RETURNING id").expect(5).says("syntax error").says("data/0001_move.sql:8:8");
    let writes = "CREATE FUNCTION empty() RETURNS int LANGUAGE sql AS 'DELETE FROM public.new RETURNING id'";
    let database = database(3, "done");
    database.run(writes);
    let project = project("-- pgplumb: section verify\nSELECT empty();\n");
    project.on(&database, &["data:verify"]).expect(2).says("only look at rows in a check");
    assert_eq!(database.value("SELECT count(*) FROM new"), "3");
    Ok(())
}

fn pairs_must_fit() -> Result {
    let database = database(3, "done");
    let compare = |lines: &str| {
        project(&format!("-- pgplumb: section compare\n{lines}")).on(&database, &["data:verify"]).expect(2)
    };
    compare("SELECT 1;\nSELECT 1;\nSELECT 2;\n").says("compared with nothing").says("data/0001_move.sql:9:1");
    compare("SELECT 1;\n-- pgplumb: rule a\nSELECT 1;\n").says("stands between two").says("data/0001_move.sql:9:1");
    compare("SELECT 1;\nSELECT 1, 2;\n").says("has 2 columns, and that before it has 1").says("0001_move.sql:8:1");
    compare("SELECT id, name FROM old;\nSELECT name, id FROM new;\n").says("in another order");
    compare("-- pgplumb: rule a (key ids)\nSELECT id FROM old;\nSELECT id FROM new;\n").says("did you mean `id`?");
    Ok(())
}

fn only_what_is_through_is_proven() -> Result {
    let project = project(COMPARE);
    for (state, code, words) in [
        ("moved", 0, "PASSED"),
        ("running", 3, "what holds now may not hold at its end"),
        ("undoing", 3, "what holds now may not hold at its end"),
        ("undone", 3, "so nothing is proven"),
        ("finalized", 0, "proven before that"),
    ] {
        let output = project.on(&database(3, state), &["data:verify"]).expect(code);
        output.says(&format!("data/0001_move.sql: {state}")).says(words);
    }
    let database = database(3, "done");
    database.run("DELETE FROM pgplumb.data_migration");
    project.on(&database, &["data:verify"]).expect(3).says("0001_move.sql: not begun, so nothing is proven");
    database.run("DROP SCHEMA pgplumb CASCADE");
    let output = project.on(&database, &["data:verify", "--json"]).expect(3).json();
    assert_eq!(output["result"]["scripts"][0]["state"], "not begun");
    Ok(())
}

fn what_has_nothing_to_verify_is_no_pass() -> Result {
    let database = database(3, "done");
    project("").on(&database, &["data:verify"]).expect(3).says("done, nothing to verify").says("nothing was verified");
    Project::empty().on(&database, &["data:verify"]).expect(3).says("nothing was verified");
    let both = project("").with("data/0002_next.sql", script(COMPARE));
    database
        .run("INSERT INTO pgplumb.data_migration (version, name, checksum, state) VALUES (2, '0002_next', '', 'done')");
    both.on(&database, &["data:verify"]).expect(0).says("nothing to verify").says("✅ PASSED");
    Ok(())
}

fn scripts_are_chosen_by_name() -> Result {
    let database = database(3, "done");
    let project = project(COMPARE).with("data/0002_next.sql", script(COMPARE));
    project.on(&database, &["data:verify"]).expect(3).says("0002_next.sql: not begun");
    let output = project.on(&database, &["data:verify", "0001_move"]).expect(0);
    assert!(!output.stdout.contains("0002"), "{}", output.stdout);
    project.on(&database, &["data:verify", "0001_mov"]).expect(2).says("did you mean `0001_move`?");
    Ok(())
}
