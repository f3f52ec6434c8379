//! Kills at random moments while others write: no row lost, none doubled, no write of others overwritten.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use libtest_mimic::Trial;
use rustix::process::Signal;

use crate::process::Running;
use crate::support::{Database, Result, block_on, superuser, trial};

use super::{circuits, project, script, wrong};

pub fn trials() -> Vec<Trial> {
    vec![
        trial("data::a_few_kills_and_writers_lose_nothing", || kills(120_000, 6, 2)),
        trial("data::two_hundred_kills_and_eight_writers_lose_nothing", || kills(1_000_000, 200, 8))
            .with_ignored_flag(true),
        trial("data::ended_sessions_are_made_again", ended_sessions),
    ]
}

/// Others that use the table as an application would that writes to both shapes: they change documents, and names of
/// what has moved, until told to stop. Each change counts `v` up, so that a lost one is seen.
fn writer(database: &Database, number: u32, rows: u32, stop: &Arc<AtomicBool>) -> std::thread::JoinHandle<u64> {
    let (target, stop) = (superuser(database.name()), Arc::clone(stop));
    std::thread::spawn(move || {
        block_on(async {
            let session = pgplumb::db::connect(&target, |_| ()).await.unwrap();
            let mut writes = 0;
            let mut seed = u64::from(number) + 1;
            while !stop.load(Ordering::Relaxed) {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = (seed >> 33) % u64::from(rows) + 1;
                let statement = format!(
                    "WITH c AS (UPDATE circuit SET v = v + 1, doc = jsonb_set(doc, '{{name}}', to_jsonb('w' || v + 1))
                                 WHERE id = ({at} - {rows} / 2) * 3 RETURNING id, v, doc)
                     UPDATE name n SET v = c.v, name = c.doc->>'name' FROM c WHERE n.id = c.id"
                );
                // The application's own transaction sees the row moved or not moved, never half.
                let all = format!(
                    "BEGIN; SELECT FROM circuit WHERE id = ({at} - {rows} / 2) * 3 FOR UPDATE; {statement}; COMMIT"
                );
                match session.client.batch_execute(&all).await {
                    Ok(()) => writes += 1,
                    Err(_) => session.client.batch_execute("ROLLBACK").await.unwrap(),
                }
            }
            writes
        })
    })
}

fn kills(rows: u32, kills: u32, writers: u32) -> Result {
    let (database, project) = (circuits(rows), project(&format!("-- pgplumb: target-time 20ms\n{}", script())));
    let (url, stop) = (database.url(), Arc::new(AtomicBool::new(false)));
    let writers: Vec<_> = (0..writers).map(|number| writer(&database, number, rows, &stop)).collect();
    let mut seed = u64::from(std::process::id());
    let mut hits = 0;
    for _ in 0..kills {
        let run = Running::start(&mut project.command(&["data:migrate", "--parallel", "2", "--url", &url]));
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(Duration::from_millis(40 + (seed >> 33) % 160));
        run.signal(Signal::KILL);
        hits += u32::from(run.finish().code == 137);
    }
    assert!(hits * 2 > kills, "only {hits} of {kills} runs were still on their way");
    project.on(&database, &["data:migrate", "--parallel", "2"]).expect(0).says(&format!(", {rows} rows"));
    stop.store(true, Ordering::Relaxed);
    let writes: u64 = writers.into_iter().map(|writer| writer.join().unwrap()).sum();
    assert_eq!(wrong(&database), "0");
    let counted =
        "SELECT sum(c.v)::bigint || ' ' || count(*) FILTER (WHERE n.v <> c.v) FROM circuit c JOIN name n USING (id)";
    assert_eq!(database.value(counted), format!("{writes} 0"));
    Ok(())
}

fn ended_sessions() -> Result {
    let (database, project) = (circuits(200_000), project(&script()));
    let url = database.url();
    let run = Running::start(&mut project.command(&["data:migrate", "--url", &url]));
    for _ in 0..4 {
        std::thread::sleep(Duration::from_millis(300));
        database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }
    run.finish().expect(0).says("done, 200000 rows");
    assert_eq!(wrong(&database), "0");
    Ok(())
}
