//! `db:snapshot`, `db:restore` and `db:migrate --snapshot`: what they prove, what they refuse, and that a restored database
//! is the one that was dumped.

mod restoring;
mod taking;

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Trial;

use crate::support::{Database, Output, Project, cluster, open_to_all};

/// The tests of the modules in this one. Where the server's own `pg_dump` is not on this machine, those that need it are
/// ignored.
pub fn trials() -> Vec<Trial> {
    let here = has_programs();
    let needy = restoring::trials().into_iter().chain(taking::trials());
    needy.map(|trial| trial.with_ignored_flag(!here)).chain(taking::without_programs()).collect()
}

/// Whether the server's own `pg_dump` is on this machine.
pub fn has_programs() -> bool {
    programs().join("pg_dump").exists()
}

/// The folder of the server's own programs.
fn programs() -> PathBuf {
    PathBuf::from(format!("/usr/lib/postgresql/{}/bin", cluster().major))
}

/// A project whose one migration is `sql`, and a database that has had it.
fn migrated(sql: &str) -> (Project, Database) {
    let (project, database) = (Project::empty().with("migrations/1_a.sql", sql), Database::plain());
    project.on(&database, &["db:migrate", "--no-verify"]).expect(0);
    (project, database)
}

fn snapshot(project: &Project, database: &Database) -> Output {
    project.on(database, &["db:snapshot", "--output", "a.dump"]).expect(0)
}

fn restore(project: &Project, database: &Database, arguments: &[&str]) -> Output {
    project.on(database, &[&["db:restore", "a.dump", "--confirm", database.name()], arguments].concat())
}

/// The files in the project's folder of snapshots.
fn files(project: &Project) -> Vec<String> {
    let entries = std::fs::read_dir(project.path().join(".pgplumb/snapshots")).into_iter().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A folder of programs in which one is replaced by a script. In the script `real` is the real one.
fn replaced(name: &str, script: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    open_to_all(folder.path());
    let real = programs();
    for entry in std::fs::read_dir(&real).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != name {
            symlink(entry.path(), folder.path().join(entry.file_name())).unwrap();
        }
    }
    let path = folder.path().join(name);
    let text = format!("#!/bin/bash\nreal='{}'\n{script}\nexec \"$real\" \"$@\"\n", real.join(name).display());
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn with_programs(project: &Project, database: &Database, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = project.command(&[arguments, &["--url", &database.url()]].concat());
    command.env("PGPLUMB_PG_BIN", folder);
    command
}
