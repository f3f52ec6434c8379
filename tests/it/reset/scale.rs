//! Resets that wait, stop, or have more to drop than the server's locks allow at once.

use pgplumb::db::connect;

use super::{LEFT, confirmed, migrated, project};
use crate::support::{Database, Result, block_on, superuser};

crate::trials!(
    "reset",
    a_blocked_reset_names_who_holds_it,
    ten_thousand_tables_go,
    three_thousand_partitions_go,
    a_reset_that_stops_part_way_can_be_run_again,
);

/// Runs something while another session is in a transaction that began with `sql`.
fn while_held<T>(database: &Database, sql: &str, run: impl FnOnce() -> T) -> T {
    block_on(async {
        let session = connect(&superuser(database.name()), |_| ()).await.unwrap();
        session.client.batch_execute(&format!("BEGIN; {sql}")).await.unwrap();
        let result = run();
        session.close().await;
        result
    })
}

fn many_tables(database: &Database, count: usize) {
    // One transaction could not lock them all while it makes them either.
    database.run(&format!(
        "DO $$ BEGIN SET ROLE postgres;
           FOR i IN 1..{count} LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, body text)', i);
             IF i % 500 = 0 THEN COMMIT; SET ROLE postgres; END IF; END LOOP; END $$"
    ));
}

fn a_blocked_reset_names_who_holds_it() -> Result {
    let project = project("CREATE TABLE a (id int); CREATE TABLE b (id int)", &["a", "b"]);
    let database = migrated(&project);
    let reading = while_held(&database, "SELECT * FROM b", || confirmed(&project, &database, &[]));
    reading.expect(8).says("public.b, on which pid").says("AccessShareLock").says("nothing was changed");
    assert_eq!(database.value(LEFT), "table public.a, table public.b");
    let locked = while_held(&database, "LOCK TABLE a", || confirmed(&project, &database, &[]));
    locked.expect(8).says("public.a, on which pid").says("AccessExclusiveLock");
    confirmed(&project, &database, &[]).expect(0);
    Ok(())
}

fn ten_thousand_tables_go() -> Result {
    let project = project("CREATE TABLE a (id int)", &["a"]);
    let database = migrated(&project);
    many_tables(&database, 10_000);
    confirmed(&project, &database, &["--unknown", "drop"]).expect(0).says("10001 tables");
    assert_eq!(database.value(LEFT), "");
    Ok(())
}

fn three_thousand_partitions_go() -> Result {
    let sql = "CREATE TABLE parts (id int PRIMARY KEY, body text) PARTITION BY RANGE (id);
               CREATE TABLE needs (id int REFERENCES parts)";
    let project = project(sql, &["parts", "needs"]);
    let database = migrated(&project);
    database.run(
        "DO $$ BEGIN SET ROLE postgres;
           FOR i IN 1..3000 LOOP
             EXECUTE format('CREATE TABLE parts_%s PARTITION OF parts FOR VALUES FROM (%s) TO (%s)', i, i, i + 1);
             IF i % 100 = 0 THEN COMMIT; SET ROLE postgres; END IF; END LOOP; END $$",
    );
    confirmed(&project, &database, &[]).expect(0).says("3002 tables");
    assert_eq!(database.value(LEFT), "");
    Ok(())
}

fn a_reset_that_stops_part_way_can_be_run_again() -> Result {
    let project = project("CREATE TABLE a (id int)", &["a"]);
    let database = migrated(&project);
    many_tables(&database, 1_000);
    let stopped =
        while_held(&database, "SELECT * FROM t999", || confirmed(&project, &database, &["--unknown", "drop"]));
    stopped.expect(6).says("objects are gone").says("public.t999, on which pid").says("run the same command again");
    assert_eq!(database.value("SELECT count(*) FROM pgplumb.migration"), "1");
    confirmed(&project, &database, &["--unknown", "drop"]).expect(0);
    assert_eq!(database.value(LEFT), "");
    Ok(())
}
