//! Each script finds a session as if it were new, whatever the script before it left behind, and is recorded all the same.

use crate::support::{Database, Project, Result};

crate::trials!(
    "clean",
    nothing_of_a_script_reaches_the_next,
    the_history_is_written_whatever_a_script_has_set,
    a_script_that_gives_the_lock_away_is_rolled_back,
    a_script_may_choose_its_isolation_level,
);

const MIGRATE: [&str; 2] = ["db:migrate", "--no-verify"];

/// Everything by which a session can differ from a new one.
const STATE: &str = "SELECT 'setting', name, setting FROM pg_settings
        WHERE name NOT IN ('client_connection_check_interval', 'tcp_user_timeout', 'tcp_keepalives_idle', 'tcp_keepalives_interval',
                           'tcp_keepalives_count', 'in_hot_standby')
          AND name NOT LIKE 'plpgsql.%'
     UNION ALL SELECT 'own setting', 'app.tenant', coalesce(current_setting('app.tenant', true), '')
     UNION ALL SELECT 'user', current_user, session_user
     UNION ALL SELECT 'prepared', name, statement FROM pg_prepared_statements
     UNION ALL SELECT 'cursor', name, statement FROM pg_cursors WHERE name <> ''
     UNION ALL SELECT 'channel', pg_listening_channels(), ''
     UNION ALL SELECT 'temporary', relname, '' FROM pg_class WHERE relnamespace = pg_my_temp_schema()";

fn nothing_of_a_script_reaches_the_next() -> Result {
    let database = Database::plain();
    database.run("CREATE SEQUENCE s CACHE 10; GRANT ALL ON s TO postgres");
    let keep = |n: u32| format!("CREATE TABLE state_{n} AS {STATE}");
    let project = Project::empty()
        .with("migrations/0001_a.sql", keep(1))
        .with(
            "migrations/0002_b.sql",
            "SET search_path = pg_catalog; SET statement_timeout = '1h'; SET lock_timeout = 0; SET app.tenant = 'x';
             SET default_transaction_read_only = on; SET session_replication_role = replica; SET row_security = off;
             SET client_min_messages = error; SET check_function_bodies = off; SELECT set_config('TimeZone', 'Asia/Tokyo', false);
             SET standard_conforming_strings = off; SET transform_null_equals = on;
             CREATE TEMP TABLE leaked (n int); PREPARE leaked AS SELECT 1; LISTEN leaked;
             DECLARE leaked CURSOR WITH HOLD FOR SELECT 1; SELECT nextval('public.s');
             SET ROLE anon; SET SESSION AUTHORIZATION anon;",
        )
        .with("migrations/0003_c.sql", keep(3));
    project.as_superuser(&database, &MIGRATE).expect(0);
    let differ = database.rows("(TABLE state_1 EXCEPT TABLE state_3) UNION ALL (TABLE state_3 EXCEPT TABLE state_1)");
    assert!(differ.is_empty(), "{differ:?}");
    assert_eq!(database.value("SELECT count(*) > 300 FROM state_1"), "t");
    Ok(())
}

fn the_history_is_written_whatever_a_script_has_set() -> Result {
    for (at, leak) in [
        "SET search_path = nowhere",
        "SELECT set_config('search_path', '', false)",
        "SET ROLE anon",
        "SET LOCAL ROLE anon",
        "SET SESSION AUTHORIZATION anon",
        "SET LOCAL standard_conforming_strings = off",
        "SET client_min_messages = debug5",
        "SET CONSTRAINTS ALL DEFERRED",
        "CREATE TEMP TABLE migration (x int); SET search_path = pg_temp, pgplumb",
        "CREATE SCHEMA evil; CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE plpgsql AS 'BEGIN RAISE ''hijacked''; END'; SET search_path = evil, pg_catalog",
        "RESET ALL",
    ]
    .iter()
    .enumerate()
    {
        let database = Database::plain();
        let name = if at % 2 == 0 { "0001_it.sql" } else { "0001_a-b.sql" };
        let project = Project::empty().with(&format!("migrations/{name}"), leak).with("migrations/0002_z.sql", "CREATE TABLE public.z ()");
        project.as_superuser(&database, &MIGRATE).expect(0);
        assert_eq!(database.value("SELECT count(*) FROM pgplumb.migration"), "2", "{leak}");
        assert_eq!(database.value("SELECT count(*) FROM pg_tables WHERE tablename = 'z' AND tableowner = 'supabase_admin'"), "1", "{leak}");
    }
    Ok(())
}

fn a_script_that_gives_the_lock_away_is_rolled_back() -> Result {
    let database = Database::plain();
    let project = Project::empty().with("migrations/0001_a.sql", "CREATE TABLE a (); SELECT pg_advisory_unlock_all()");
    project.on(&database, &MIGRATE).expect(5).says("the lock of this runner is gone").says("has no effect");
    assert_eq!(database.value("SELECT to_regclass('a') IS NULL AND NOT EXISTS (SELECT FROM pgplumb.migration)"), "t");
    Ok(())
}

fn a_script_may_choose_its_isolation_level() -> Result {
    let database = Database::plain();
    let script = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nCREATE TABLE a AS SELECT current_setting('transaction_isolation') AS level;";
    Project::empty().with("migrations/0001_a.sql", script).on(&database, &MIGRATE).expect(0);
    assert_eq!(database.value("SELECT level FROM a"), "serializable");
    Ok(())
}
