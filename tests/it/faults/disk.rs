//! A disk that is full in the middle of a script: a tablespace on a small file system in memory.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use libtest_mimic::Trial;
use pgplumb::db::connect;
use tempfile::TempDir;

use super::scenarios::Scenario;
use super::stage::Stage;
use super::state::State;
use crate::support::{Database, Result, block_on, cluster, open_to_all, superuser, trial};

/// The right to mount, among the capabilities of a process.
const CAP_SYS_ADMIN: u64 = 1 << 21;

/// The tests of this module. Without the right to mount there is no small disk.
pub fn trials() -> Vec<Trial> {
    let name = if may_mount() { "faults::disk::full" } else { "faults::disk::full_needs_root_and_mount" };
    vec![trial(name, full).with_ignored_flag(!may_mount())]
}

fn may_mount() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    effective.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & CAP_SYS_ADMIN != 0)
}

/// A tablespace on a small file system, which goes away with its value.
struct Disk {
    folder: TempDir,
    tablespace: String,
}

impl Disk {
    fn mount() -> Self {
        let folder = tempfile::Builder::new().prefix("pgplumb-disk-").tempdir().unwrap();
        open_to_all(folder.path());
        let owner = fs::metadata(cluster().data_folder).unwrap();
        let options = format!("size=64m,mode=0700,uid={},gid={}", owner.uid(), owner.gid());
        mount(&options, folder.path());
        // The role that scripts run as comes with the first database.
        drop(Database::plain());
        let disk = Disk { folder, tablespace: format!("small_{}", std::process::id()) };
        let (name, place) = (&disk.tablespace, disk.folder.path().display());
        run(&format!("CREATE TABLESPACE {name} LOCATION '{place}'"));
        run(&format!("GRANT CREATE ON TABLESPACE {name} TO postgres"));
        disk
    }

    fn make_larger(&self) {
        mount("remount,size=512m", self.folder.path());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let name = self.tablespace.clone();
        // Also where the tablespace cannot be dropped, nothing stays mounted.
        let dropped = std::panic::catch_unwind(|| run(&format!("DROP TABLESPACE {name}")));
        let status = Command::new("umount").arg("--lazy").arg(self.folder.path()).status().unwrap();
        if dropped.is_err() || !status.success() {
            eprintln!("{} could not be unmounted cleanly", self.folder.path().display());
        }
    }
}

/// Runs a statement in no test's own database.
fn run(sql: &str) {
    block_on(async {
        let session = connect(&superuser("template1"), |_| ()).await.unwrap();
        session.client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        session.close().await;
    });
}

fn mount(options: &str, folder: &Path) {
    let status = Command::new("mount").args(["-t", "tmpfs", "-o", options, "pgplumb-faults"]).arg(folder).status();
    assert!(status.unwrap().success(), "tmpfs could not be mounted with {options}");
}

fn full() -> Result {
    let disk = Disk::mount();
    let fill = format!(
        "CREATE TABLE large (text text) TABLESPACE {};
         INSERT INTO large SELECT repeat('x', 1000) FROM generate_series(1, 100000);",
        disk.tablespace
    );
    let scenario =
        Scenario::new("full_disk").scripts(1..=1).script("migrations/0002_large.sql", "2", &fill).scripts(3..=3);
    let stage = Stage::set(&scenario);
    let database = stage.template.copy();
    let output = stage.run(&database.url()).expect(5);
    output.says("53100").says("state: migrations/0002_large.sql has no effect").says("next: ");
    assert_eq!(State::of(&database).applied(&scenario, &stage.start), Ok(1));
    assert_eq!(database.value("SELECT count(*) FROM pg_class WHERE relname = 'large'"), "0");
    disk.make_larger();
    stage.run(&database.url()).expect(0);
    assert_eq!(State::of(&database).applied(&scenario, &stage.start), Ok(3));
    Ok(())
}
