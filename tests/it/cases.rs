//! Each folder of `tests/cases` is two ways to a schema: `a.sql` is what the manifest is written from, `b.sql` is what
//! is held against it, and `report.txt` is what must come of that. In a folder `noop-…` both come to the same.
//! A first line `-- since: 15` in `a.sql` names the oldest major that has what the case is about.

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use crate::pinned;
use crate::support::{Database, Project, Result, cluster, fail, root, trial};

/// A test for each case.
pub fn trials() -> Vec<Trial> {
    let make = |folder: PathBuf| {
        let name = format!("cases/{}", folder.file_name().unwrap().display());
        let ignored = is_too_new(&folder);
        trial(&name, move || case(&folder)).with_ignored_flag(ignored)
    };
    folders().into_iter().map(make).collect()
}

/// The folders of all cases, by name.
pub fn folders() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("tests/cases")).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// Whether a case is about something that came with a later major than the server's.
pub fn is_too_new(folder: &Path) -> bool {
    since(folder).is_some_and(|major| cluster().major < major)
}

fn since(folder: &Path) -> Option<u16> {
    let text = text(folder, "a.sql");
    text.lines().next()?.strip_prefix("-- since: ")?.parse().ok()
}

/// The text of one of its files.
pub fn text(folder: &Path, file: &str) -> String {
    let path = folder.join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn case(folder: &Path) -> Result {
    let (a, b) = (Database::plain(), Database::plain());
    a.run(&text(folder, "a.sql"));
    b.run(&text(folder, "b.sql"));
    let project = Project::empty();
    for (database, file) in [(&a, "a.json"), (&b, "b.json")] {
        written_twice(&project, database, file)?;
        project.on(database, &["db:verify", "--manifest", file]).expect(0);
    }
    let same = folder.file_name().unwrap().to_str().unwrap().starts_with("noop-");
    let code = if same { 0 } else { 3 };
    let report = project.on(&b, &["db:verify", "--manifest", "a.json"]);
    project.on(&a, &["db:verify", "--manifest", "b.json"]).expect(code);
    pinned::compare(&folder.join("report.txt"), &report.stdout)?;
    report.expect(code);
    Ok(())
}

/// The manifest of a database is the same text each time, whether its file is there already or not.
fn written_twice(project: &Project, database: &Database, file: &str) -> Result {
    let write = || project.on(database, &["db:manifest", "--from", "target", "--output", file]).expect(0);
    write();
    let first = project.text(file);
    write();
    if project.text(file) == first { Ok(()) } else { fail(format!("{file} is another text when written again")) }
}
