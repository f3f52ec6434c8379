//! What each tool wrote is taken over: our history is clean afterwards, and theirs is as it was.

use refinery_core::{Migration, Runner};

use super::{CARS, Case, DBMATE, FLYWAY, GOLANG, PERSONS, PRISMA, SQLX, SUPABASE, flyway, sha256, sha384};
use crate::support::{Database, Project, Result, block_on, superuser};

crate::trials!(
    "adopt",
    flyway_with_repeatables,
    flyway_after_baseline_undo_and_delete,
    sqlx_with_either_line_ends,
    dbmate_has_versions_only,
    golang_migrate_has_the_last_version_only,
    diesel_has_the_digits,
    drizzle_by_journal,
    drizzle_without_a_journal,
    prisma_with_an_earlier_try,
    supabase_by_version_name_or_statements,
    refinery_in_its_own_table,
    refinery_that_is_our_history,
    alembic_up_to_a_version,
    a_baseline_needs_no_history,
    what_is_pending_is_applied_afterwards,
);

fn both() -> String {
    format!("{PERSONS}{CARS}")
}

fn flyway_with_repeatables() -> Result {
    let view = "CREATE OR REPLACE VIEW named AS SELECT name FROM persons;\n";
    // What an independent CRC32 says of the lines of the two texts without their ends.
    let crc = |text: &str| crc32(text.replace('\n', "").as_bytes()).cast_signed().to_string();
    assert_eq!(crc(PERSONS), "214714684");
    let history = [
        FLYWAY.to_owned(),
        flyway(1, "1", "persons", "SQL", "214714684", true),
        flyway(2, "002", "cars", "SQL", &crc(CARS), true),
        flyway(3, "", "all names", "SQL", "7", true),
        flyway(4, "", "all names", "SQL", &crc(view), true),
    ];
    let windows = CARS.replace('\n', "\r\n");
    let files = [("V1__persons.sql", PERSONS), ("V2__cars.sql", &windows), ("R__all_names.sql", view)];
    let case = Case::new(&(both() + view), &history.concat(), &files);
    let output = case.adopts("flyway", "flyway_schema_history", "1,2");
    assert_eq!(output.stdout.matches(" proven").count(), 3, "{}", output.stdout);
    let query = "SELECT applied_on FROM pgplumb.refinery_schema_history WHERE version = 1";
    assert_eq!(case.database.value(query), "2024-02-03T04:05:06.000000Z");
    assert_eq!(case.database.value("SELECT sum(duration_ms) FROM pgplumb.migration"), "24");
    Ok(())
}

/// The CRC32 of zip, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let bit = |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), bit))
}

fn flyway_after_baseline_undo_and_delete() -> Result {
    let history = [
        FLYWAY.to_owned(),
        flyway(1, "1", "<< Flyway Baseline >>", "BASELINE", "NULL", true),
        flyway(2, "2", "cars", "SQL", "1", true),
        flyway(3, "2", "cars", "UNDO_SQL", "1", true),
        flyway(4, "7", "gone", "SQL", "1", true),
        flyway(5, "7", "gone", "DELETE", "1", true),
    ];
    let files = [("V1__persons.sql", PERSONS), ("V2__cars.sql", CARS)];
    let case = Case::new(PERSONS, &history.concat(), &files);
    let output = case.run(&["db:adopt", "--from", "flyway"]).expect(0);
    assert!(output.stdout.contains("no checksum") && output.stdout.contains("pending"), "{}", output.stdout);
    case.run(&["db:status"]).expect(3).says("pending      migrations/V2__cars.sql");
    assert_eq!(case.versions(), "1");
    Ok(())
}

fn sqlx_with_either_line_ends() -> Result {
    let windows = CARS.replace('\n', "\r\n");
    let sums = [sha384(PERSONS), sha384(&windows)];
    assert!(sums[0].starts_with("455bb8f47b19759e7b193c86a91439f0feb8967ee2ee1538"));
    let history = format!(
        "{SQLX} INSERT INTO _sqlx_migrations VALUES
           (20240101000000, 'persons', '2024-01-02 03:04:05.678901+02', true, '\\x{}', 2500000),
           (20240102000000, 'more cars', now(), true, '\\x{}', -1)",
        sums[0], sums[1]
    );
    let files = [
        ("20240101000000_persons.sql", PERSONS),
        ("20240102000000_more_cars.up.sql", CARS),
        ("20240102000000_more_cars.down.sql", "DROP TABLE cars;"),
    ];
    let case = Case::new(&both(), &history, &files);
    let output = case.adopts("sqlx", "_sqlx_migrations", "20240101000000,20240102000000");
    assert_eq!(output.stdout.matches(" proven").count(), 2, "{}", output.stdout);
    let query = "SELECT applied_on || ' ' || duration_ms || ' ' || (a.original->>'description')
                   FROM pgplumb.refinery_schema_history JOIN pgplumb.migration USING (version)
                   JOIN pgplumb.adoption a USING (version) ORDER BY version";
    assert_eq!(case.database.value(query), "2024-01-02T01:04:05.678901Z 2 persons");
    Ok(())
}

fn dbmate_has_versions_only() -> Result {
    let history = format!("{DBMATE} INSERT INTO schema_migrations VALUES ('20240101000000'), ('20240102000000')");
    let persons = format!("-- migrate:up\n{PERSONS}\n-- migrate:down\nDROP TABLE persons;\n");
    let files = [("20240101000000_persons.sql", persons.as_str()), ("20240102000000_cars.sql", CARS)];
    let case = Case::new(&both(), &history, &files);
    case.adopts("dbmate", "schema_migrations", "20240101000000,20240102000000").says("no checksum");
    Ok(())
}

fn golang_migrate_has_the_last_version_only() -> Result {
    let history = format!("{GOLANG} INSERT INTO schema_migrations VALUES (2, false)");
    let files = [
        ("000001_persons.up.sql", PERSONS),
        ("000001_persons.down.sql", "DROP TABLE persons;"),
        ("000002_cars.up.sql", CARS),
    ];
    Case::new(&both(), &history, &files).adopts("golang-migrate", "schema_migrations", "1,2");
    Ok(())
}

fn diesel_has_the_digits() -> Result {
    let history = "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
                     version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
                   INSERT INTO __diesel_schema_migrations (version) VALUES ('00000000000000'), ('20240101000000')";
    let files = [
        ("00000000000000_diesel_initial_setup/up.sql", PERSONS),
        ("00000000000000_diesel_initial_setup/down.sql", "DROP TABLE persons;"),
        ("2024-01-01-000000_cars/up.sql", CARS),
    ];
    Case::new(&both(), history, &files).adopts("diesel", "__diesel_schema_migrations", "0,20240101000000");
    Ok(())
}

const DRIZZLE: &str =
    "CREATE SCHEMA IF NOT EXISTS \"drizzle\"; CREATE TABLE IF NOT EXISTS \"drizzle\".\"__drizzle_migrations\" (
    id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint);";

fn drizzle_by_journal() -> Result {
    let entry = |index: u8, when: u64, tag: &str| {
        format!(r#"{{"idx":{index},"version":"7","when":{when},"tag":"{tag}","breakpoints":true}}"#)
    };
    let entries = [entry(0, 1_725_358_702_427, "0000_little_blizzard"), entry(1, 1_725_358_702_999, "0001_cars")];
    let journal = format!(r#"{{"version":"7","dialect":"postgresql","entries":[{}]}}"#, entries.join(","));
    let history = format!(
        "{DRIZZLE} INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES
           ('3e336e36e1ce2062977c3b54c50e084a2bb72ca161792689fc05b347e39a73fe', 1725358702427),
           ('{}', 1725358702999)",
        sha256(CARS)
    );
    let files =
        [("0000_little_blizzard.sql", PERSONS), ("0001_cars.sql", CARS), ("meta/_journal.json", journal.as_str())];
    let case = Case::new(&both(), &history, &files);
    case.adopts("drizzle", "drizzle.__drizzle_migrations", "0,1").says(" proven");
    // What else comes into that schema later is a finding all the same.
    case.database.run("CREATE TABLE drizzle.other ()");
    case.run(&["db:verify"]).expect(3).says("schema drizzle");
    Ok(())
}

fn drizzle_without_a_journal() -> Result {
    let history = format!(
        "{DRIZZLE} ALTER TABLE drizzle.__drizzle_migrations ADD name text, ADD applied_at timestamptz DEFAULT now();
         INSERT INTO drizzle.__drizzle_migrations (hash, created_at, name) VALUES
           ('{}', 1725358702427, NULL), ('{}', 1704067200000, '20240101000000_cars')",
        sha256(PERSONS),
        sha256(CARS)
    );
    let files = [("20240903101822_persons/migration.sql", PERSONS), ("20240101000000_cars/migration.sql", CARS)];
    let case = Case::new(&both(), &history, &files);
    case.adopts("drizzle", "drizzle.__drizzle_migrations", "20240101000000,20240903101822");
    Ok(())
}

fn prisma_with_an_earlier_try() -> Result {
    let unpadded: String =
        <sha2::Sha256 as sha2::Digest>::digest(CARS).iter().map(|byte| format!("{byte:x}")).collect();
    let history = format!(
        "{PRISMA} INSERT INTO _prisma_migrations VALUES
           ('a', 'babb16a670125e8e955f85012fc5a829177088b87374f10a17cd61157a0fa0fe', NULL, '20240101000000_init', 'oops',
            '2024-01-01 00:00:05Z', '2024-01-01 00:00:00Z', 0),
           ('b', 'babb16a670125e8e955f85012fc5a829177088b87374f10a17cd61157a0fa0fe', '2024-01-01 00:01:01.5Z',
            '20240101000000_init', NULL, NULL, '2024-01-01 00:01:00Z', 1),
           ('c', '{unpadded}', now(), '20240102000000_cars', NULL, NULL, now(), 1)"
    );
    let files = [
        ("20240101000000_init/migration.sql", PERSONS),
        ("20240102000000_cars/migration.sql", CARS),
        ("migration_lock.toml", "provider = \"postgresql\"\n"),
    ];
    let case = Case::new(&both(), &history, &files);
    let output = case.adopts("prisma", "_prisma_migrations", "20240101000000,20240102000000");
    assert_eq!(output.stdout.matches(" proven").count(), 2, "{}", output.stdout);
    assert_eq!(case.database.value("SELECT duration_ms FROM pgplumb.migration ORDER BY version"), "1500");
    Ok(())
}

fn supabase_by_version_name_or_statements() -> Result {
    let history = format!(
        "{SUPABASE} INSERT INTO supabase_migrations.schema_migrations (version, name, statements) VALUES
           ('20240101000000', 'persons', ARRAY['CREATE TABLE persons (\n    id int,\n    name varchar(255), city varchar(255) )']),
           ('20240102033000', 'cars', ARRAY[$q${CARS}$q$]),
           ('20240103033000', 'boats_by_hand', ARRAY['-- by hand\nCREATE TABLE boats ()', 'COMMENT ON TABLE boats IS $$; --$$'])"
    );
    let boats = "CREATE TABLE boats ();\n\nCOMMENT ON TABLE boats IS $$; --$$;\n";
    let files = [
        ("20240101000000_persons.sql", PERSONS),
        ("20240102153000_cars.sql", CARS),
        ("20240103153000_boats.sql", boats),
    ];
    let case = Case::new(&(both() + boats), &history, &files);
    let versions = "20240101000000,20240102153000,20240103153000";
    let output = case.adopts("supabase", "supabase_migrations.schema_migrations", versions);
    assert_eq!(output.stdout.matches(" proven").count(), 3, "{}", output.stdout);
    Ok(())
}

const REFINERY: [(&str, &str); 2] = [("V1__initial", PERSONS), ("V2__add_cars_table", CARS)];

/// Lets refinery itself apply the scripts.
fn refinery() -> (Project, Database) {
    let (project, database) = (Project::empty(), Database::plain());
    let scripts: Vec<Migration> =
        REFINERY.iter().map(|(name, text)| Migration::unapplied(name, text).unwrap()).collect();
    block_on(async {
        let mut session = pgplumb::db::connect(&superuser(database.name()), |_| ()).await.unwrap();
        Runner::new(&scripts).run_async(&mut session.client).await.unwrap();
        session.close().await;
    });
    REFINERY.iter().for_each(|(name, text)| project.write(&format!("migrations/{name}.sql"), text));
    let clean = Database::plain();
    clean.run(&both());
    project.as_superuser(&clean, &["db:manifest", "--from", "target"]).expect(0);
    (project, database)
}

fn refinery_in_its_own_table() -> Result {
    let (project, database) = refinery();
    let sums = database.rows("SELECT checksum FROM refinery_schema_history ORDER BY version").concat();
    assert_eq!(sums, ["2959965718684201605", "8238603820526370208"]);
    let case = Case { project, database };
    let output = case.adopts("refinery", "public.refinery_schema_history", "1,2");
    assert_eq!(output.stdout.matches(" proven").count(), 2, "{}", output.stdout);
    let same = "SELECT count(*) FROM refinery_schema_history JOIN pgplumb.refinery_schema_history USING (version, name, checksum)";
    assert_eq!(case.database.value(same), "2");
    Ok(())
}

fn refinery_that_is_our_history() -> Result {
    let (project, database) = refinery();
    project.write("pgplumb.toml", "history_table = \"public.refinery_schema_history\"\n");
    let case = Case { project, database };
    let before = case.rows("refinery_schema_history");
    case.run(&["db:adopt", "--from", "refinery"]).expect(0).says("written to pgplumb.migration");
    assert_eq!(case.rows("refinery_schema_history"), before);
    assert_eq!(case.database.value("SELECT count(script) FROM pgplumb.migration"), "2");
    case.run(&["db:adopt", "--from", "refinery"]).expect(0).says("nothing to adopt");
    case.run(&["db:migrate"]).expect(0).says("nothing to apply");
    Ok(())
}

fn alembic_up_to_a_version() -> Result {
    let history = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,
                     CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
                   INSERT INTO alembic_version VALUES ('1975ea83b712')";
    let files = [("0001_persons.sql", PERSONS), ("0002_cars.sql", CARS)];
    Case::new(&both(), history, &files).adopts("alembic", "alembic_version", "1,2").says("1975ea83b712");
    let case = Case::new(PERSONS, history, &files);
    case.run(&["db:adopt", "--from", "alembic", "--to", "9"]).expect(2).says("no migration of that version");
    case.run(&["db:adopt", "--from", "alembic", "--to", "1"]).expect(0);
    assert_eq!(case.versions(), "1");
    case.run(&["db:migrate", "--no-verify"]).expect(0).says("applied migrations/0002_cars.sql");
    Ok(())
}

fn a_baseline_needs_no_history() -> Result {
    let files = [("0001_persons.sql", PERSONS), ("0002_cars.sql", CARS)];
    let case = Case::new(&both(), "", &files);
    case.run(&["db:adopt", "--from", "baseline", "--table", "a.b"]).expect(2);
    let output = case.run(&["db:adopt", "--from", "baseline", "--json"]).expect(0).json();
    assert_eq!(
        (&output["result"]["written"], &output["result"]["pairs"][0]["proof"]),
        (&2.into(), &"no checksum".into())
    );
    case.run(&["db:status"]).expect(0);
    // Without a manifest, what the scripts make is built and compared.
    let case = Case::new(&both(), "", &files);
    std::fs::remove_file(case.project.path().join("manifest.json")).unwrap();
    case.run(&["db:adopt", "--from", "baseline"]).expect(0).says("PASSED - Tables");
    Ok(())
}

fn what_is_pending_is_applied_afterwards() -> Result {
    let history = format!("{DBMATE} INSERT INTO schema_migrations VALUES ('1')");
    let case = Case::new(PERSONS, &history, &[("1_persons.sql", PERSONS), ("2_cars.sql", CARS)]);
    case.run(&["db:adopt", "--from", "dbmate"]).expect(0).says("pending");
    case.run(&["db:migrate", "--no-verify"]).expect(0).says("applied migrations/2_cars.sql");
    assert_eq!(case.database.value("SELECT count(*) FROM schema_migrations"), "1");
    Ok(())
}
