//! What is not taken over: nothing is written then, and the reason names the row.

use super::{CARS, Case, DBMATE, FLYWAY, GOLANG, PERSONS, PRISMA, SQLX, SUPABASE, flyway, sha256, sha384};
use crate::support::{Database, Project, Result};

crate::trials!(
    "adopt_refused",
    a_failed_row,
    a_dirty_row,
    a_try_of_prisma_that_failed_or_was_rolled_back,
    a_row_without_its_script,
    a_changed_script_unless_somebody_lets_it_count,
    a_schema_that_the_scripts_do_not_make,
    a_part_of_the_scripts_does_not_make_it_either,
    another_tools_table,
    tables_of_the_platform,
    a_history_of_ours_with_other_rows,
    a_script_between_is_pending_and_shown,
);

const FILES: [(&str, &str); 2] = [("1_persons.sql", PERSONS), ("2_cars.sql", CARS)];

fn both() -> String {
    format!("{PERSONS}{CARS}")
}

fn sqlx(version: u8, text: &str, success: bool) -> String {
    format!("INSERT INTO _sqlx_migrations VALUES ({version}, 'x', now(), {success}, '\\x{}', 1);", sha384(text))
}

fn a_failed_row() -> Result {
    let history = [
        FLYWAY.to_owned(),
        flyway(1, "1", "persons", "SQL", "214714684", true),
        flyway(2, "2", "cars", "SQL", "NULL", false),
    ];
    let files = [("V1__persons.sql", PERSONS), ("V2__cars.sql", CARS)];
    let case = Case::new(&both(), &history.concat(), &files);
    case.run(&["db:adopt", "--from", "flyway"]).expect(4).says("says of 2 cars: failed").says("settle it with flyway");
    let output = case.run(&["db:adopt", "--from", "flyway", "--json", "--no-verify"]).expect(4).json();
    assert_eq!(output["result"]["pairs"][1]["proof"], "failed");
    case.untouched();
    Ok(())
}

fn a_dirty_row() -> Result {
    let history = format!("{GOLANG} INSERT INTO schema_migrations VALUES (2, true)");
    let files = [("1_persons.up.sql", PERSONS), ("2_cars.up.sql", CARS)];
    let case = Case::new(&both(), &history, &files);
    case.run(&["db:adopt", "--from", "golang-migrate"]).expect(4).says("says of 2: dirty");
    case.untouched();
    let case = Case::new(&both(), &[SQLX, &sqlx(1, PERSONS, true), &sqlx(2, CARS, false)].concat(), &FILES);
    case.run(&["db:adopt", "--from", "sqlx"]).expect(4).says("says of 2 x: dirty");
    case.untouched();
    Ok(())
}

fn a_try_of_prisma_that_failed_or_was_rolled_back() -> Result {
    let row = |id: &str, finished: &str, rolled_back: &str, at: u8| {
        format!(
            "INSERT INTO _prisma_migrations VALUES ('{id}', '{}', {finished}, '1_persons', NULL, {rolled_back},
               '2024-01-01 00:00:0{at}Z', 1);",
            sha256(PERSONS)
        )
    };
    let files = [("1_persons/migration.sql", PERSONS)];
    let applied = row("a", "now()", "NULL", 1);
    let case = Case::new(PERSONS, &[PRISMA, &row("a", "NULL", "now()", 1)].concat(), &files);
    case.run(&["db:adopt", "--from", "prisma"]).expect(4).says("says of 1_persons: rolled back");
    let case = Case::new(PERSONS, &[PRISMA, &applied, &row("b", "NULL", "NULL", 2)].concat(), &files);
    case.run(&["db:adopt", "--from", "prisma"]).expect(4).says("says of 1_persons: failed after 1 steps");
    case.untouched();
    Ok(())
}

fn a_row_without_its_script() -> Result {
    let history = format!("{DBMATE} INSERT INTO schema_migrations VALUES ('1'), ('2'), ('3')");
    let case = Case::new(&both(), &history, &FILES);
    let output =
        case.run(&["db:adopt", "--from", "dbmate"]).expect(4).says("has 3, and its script is not in migrations/");
    assert!(output.stdout.contains("no script") && output.stderr.contains("bring the file back"), "{output:?}");
    case.run(&["db:adopt", "--from", "dbmate", "--accept-changed", "--no-verify"]).expect(4);
    case.untouched();
    let case = Case::new(&both(), &format!("{GOLANG} INSERT INTO schema_migrations VALUES (3, false)"), &FILES);
    case.run(&["db:adopt", "--from", "golang-migrate"]).expect(4).says("has 3, and its script is not in");
    Ok(())
}

fn a_changed_script_unless_somebody_lets_it_count() -> Result {
    let history = [SQLX, &sqlx(1, PERSONS, true), &sqlx(2, "CREATE TABLE cars (id int)", true)].concat();
    let case = Case::new(&both(), &history, &FILES);
    let output = case.run(&["db:adopt", "--from", "sqlx"]).expect(4);
    output
        .says("migrations/2_cars.sql is not the text that sqlx applied as 2 x")
        .says("--accept-changed")
        .says("differs");
    case.untouched();
    case.run(&["db:adopt", "--from", "sqlx", "--accept-changed"]).expect(0);
    case.run(&["db:status"]).expect(0);
    assert_eq!(case.database.value("SELECT what || version FROM pgplumb.acceptance"), "edited2");
    Ok(())
}

fn a_schema_that_the_scripts_do_not_make() -> Result {
    let history = [SQLX, &sqlx(1, PERSONS, true), &sqlx(2, CARS, true), "ALTER TABLE cars ADD wheels int;"].concat();
    let case = Case::new(&both(), &history, &FILES);
    let output = case.run(&["db:adopt", "--from", "sqlx"]).expect(3).says("wheels").says("nothing was changed");
    assert!(!output.stdout.contains("_sqlx_migrations  "), "{}", output.stdout);
    case.untouched();
    case.run(&["db:adopt", "--from", "sqlx", "--no-verify"]).expect(0).says("it is not proven");
    Ok(())
}

fn a_part_of_the_scripts_does_not_make_it_either() -> Result {
    let case = Case::new(&both(), &[SQLX, &sqlx(1, PERSONS, true)].concat(), &FILES);
    case.run(&["db:adopt", "--from", "sqlx"]).expect(3).says("public.cars").says("unexpected");
    case.untouched();
    Ok(())
}

fn another_tools_table() -> Result {
    let refused = |history: &str, tool: &str, words: &str| {
        let case = Case::new(&both(), history, &FILES);
        case.run(&["db:adopt", "--from", tool]).expect(4).says("there is no history of").says(words);
        case.untouched();
    };
    refused("", "flyway", "no table flyway_schema_history in the search path");
    refused(GOLANG, "dbmate", "public.schema_migrations looks like that of golang-migrate");
    refused(DBMATE, "golang-migrate", "looks like that of dbmate");
    refused("CREATE TABLE schema_migrations (version bigint, inserted_at timestamp)", "golang-migrate", "inserted_at");
    let rails = "CREATE TABLE schema_migrations (version character varying NOT NULL PRIMARY KEY);
                 CREATE TABLE ar_internal_metadata (key varchar PRIMARY KEY, value varchar)";
    refused(rails, "dbmate", "is another tool's, because ar_internal_metadata is there too");
    let elsewhere =
        format!("CREATE SCHEMA app; SET search_path = app; {DBMATE} INSERT INTO schema_migrations VALUES (1), (2)");
    refused(&elsewhere, "dbmate", "app.schema_migrations is not where that tool puts it");
    let case = Case::new(&both(), &elsewhere, &FILES);
    case.run(&["db:adopt", "--from", "dbmate", "--table", "app.schema_migrations"]).expect(0);
    Ok(())
}

fn tables_of_the_platform() -> Result {
    let database = Database::supabase();
    // What a platform alone has differs from major to major, so the scratch database is of the target's.
    let major = database.value("SELECT current_setting('server_version_num')::int / 10000");
    let settings = format!("platform = \"supabase\"\n[local]\nversion = {major}\n");
    let project = Project::empty().with("pgplumb.toml", settings);
    FILES.iter().for_each(|(file, text)| project.write(&format!("migrations/{file}"), text));
    database.run(
        "CREATE TABLE IF NOT EXISTS auth.schema_migrations (version varchar(255) PRIMARY KEY);
         TRUNCATE auth.schema_migrations; INSERT INTO auth.schema_migrations VALUES ('1'), ('2');",
    );
    let table = ["db:adopt", "--from", "dbmate", "--table", "auth.schema_migrations"];
    project.as_superuser(&database, &table).expect(4).says("auth.schema_migrations is the platform's own");
    project.as_superuser(&database, &["db:adopt", "--from", "dbmate"]).expect(4).says("is the platform's own");
    // The project's own history is found beside it.
    database.run(&format!("SET ROLE postgres; {} RESET ROLE; {SUPABASE}", both()));
    database.run(&format!(
        "INSERT INTO supabase_migrations.schema_migrations VALUES ('1', ARRAY[$q${PERSONS}$q$], 'persons'), ('2', ARRAY[$q${CARS}$q$], 'cars')"
    ));
    let output = project.as_superuser(&database, &["db:adopt", "--from", "supabase"]).expect(0);
    assert_eq!(output.stdout.matches(" proven").count(), 2, "{}", output.stdout);
    project.as_superuser(&database, &["db:status"]).expect(0);
    Ok(())
}

fn a_history_of_ours_with_other_rows() -> Result {
    let case = Case::new("", &format!("{DBMATE} INSERT INTO schema_migrations VALUES ('1')"), &FILES);
    case.run(&["db:migrate", "--no-verify"]).expect(0);
    case.run(&["db:adopt", "--from", "dbmate"]).expect(4).says("has rows already");
    assert_eq!(case.database.value("SELECT count(*) FROM pgplumb.adoption"), "0");
    Ok(())
}

fn a_script_between_is_pending_and_shown() -> Result {
    let history = format!("{DBMATE} INSERT INTO schema_migrations VALUES ('2')");
    let case = Case::new(CARS, &history, &FILES);
    case.run(&["db:adopt", "--from", "dbmate"]).expect(0).says("pending, before applied ones");
    case.run(&["db:migrate", "--no-verify"]).expect(4).says("--order allow");
    case.run(&["db:migrate", "--no-verify", "--order", "allow"]).expect(0).says("applied migrations/1_persons.sql");
    Ok(())
}
