//! The arguments of `pg_dump` and `pg_restore`. Who and where the server is stands in their environment, and so does the
//! password.

use std::path::Path;

use crate::reset::{Object, Plan};

/// How long `pg_dump` waits for a table that somebody holds for himself, in milliseconds.
const LOCK_WAIT: &str = "30000";

/// The table that keeps the label.
pub const LABEL: &str = "pgplumb.setting";

/// What a dump leaves out, because it is not the project's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leave {
    /// Schemas by their names.
    pub schemas: Vec<String>,
    /// Tables and the like, each by its quoted name with its schema.
    pub relations: Vec<String>,
}

impl Leave {
    /// What stays in a reset: the platform's schemas, those that hold nothing of the project, and others' relations
    /// elsewhere.
    pub fn of(plan: &Plan, platform: &[&str]) -> Self {
        let mut leave = Leave { schemas: platform.iter().map(|name| (*name).to_owned()).collect(), ..Leave::default() };
        let holds = |schema: &Object| {
            let start = format!("{}.", schema.identity);
            let is_in =
                |object: &Object| object.path.first() == schema.path.first() || object.identity.starts_with(&start);
            plan.steps.iter().any(|step| is_in(&step.object))
        };
        for object in plan.left.iter().map(|left| &left.object) {
            match object.kind.as_str() {
                "schema" if !holds(object) => leave.schemas.extend(object.path.first().cloned()),
                "table" | "view" | "materialized view" | "foreign table" | "sequence" => {
                    leave.relations.push(object.identity.clone());
                }
                _ => {}
            }
        }
        leave
    }
}

/// What `pg_dump` gets, to write `file` as of the exported `snapshot`.
pub fn dump(file: &Path, snapshot: &str, leave: &Leave) -> Vec<String> {
    let mut arguments: Vec<String> =
        ["--format=custom", "--no-password", "--encoding=UTF8", "--no-blobs", "--no-subscriptions"]
            .map(str::to_owned)
            .into();
    arguments.push(format!("--lock-wait-timeout={LOCK_WAIT}"));
    arguments.push(format!("--snapshot={snapshot}"));
    arguments.push(format!("--file={}", file.display()));
    // The label belongs to the database and not to what is in it.
    arguments.push(format!("--exclude-table-data={LABEL}"));
    arguments.extend(leave.schemas.iter().map(|name| format!("--exclude-schema={}", exactly(name))));
    arguments.extend(leave.relations.iter().map(|name| format!("--exclude-table={name}")));
    arguments
}

/// What `pg_restore` gets, to restore the entries of `list` into the database that its environment names.
pub fn restore(file: &Path, list: &Path, jobs: usize) -> Vec<String> {
    let mut arguments: Vec<String> =
        ["--exit-on-error", "--no-password", "--no-tablespaces", "--dbname="].map(str::to_owned).into();
    arguments.push(format!("--jobs={jobs}"));
    arguments.extend(selected(file, list));
    arguments
}

/// What `pg_restore` gets, to write the entries of `list` as a script.
pub fn script(file: &Path, list: &Path, output: &Path) -> Vec<String> {
    let mut arguments = vec![format!("--file={}", output.display())];
    arguments.extend(selected(file, list));
    arguments
}

fn selected(file: &Path, list: &Path) -> [String; 2] {
    [format!("--use-list={}", list.display()), file.display().to_string()]
}

/// A pattern that only this name matches.
fn exactly(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reset::{Left, Step};

    fn object(kind: &str, path: &[&str]) -> Object {
        let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
        Object { kind: kind.to_owned(), identity: path.join("."), path, ..Object::default() }
    }

    #[test]
    fn a_schema_is_left_out_only_if_it_holds_nothing_of_the_project() {
        let left = |kind, path: &[&str]| Left { object: object(kind, path), why: String::new() };
        let step = Step { object: object("table", &["mixed", "a"]), statement: None, cascade: false };
        let plan = Plan {
            steps: vec![step],
            left: vec![left("schema", &["mixed"]), left("table", &["mixed", "b"]), left("schema", &["theirs"])],
            ..Plan::default()
        };
        let leave = Leave::of(&plan, &["auth"]);
        assert_eq!(leave.schemas, ["auth", "theirs"]);
        assert_eq!(leave.relations, ["mixed.b"]);
    }

    #[test]
    fn names_are_no_patterns() {
        let leave = Leave { schemas: vec!["a*\"b".to_owned()], relations: Vec::new() };
        let arguments = dump(Path::new("/tmp/x"), "1-2-3", &leave);
        assert_eq!(arguments.last().map(String::as_str), Some("--exclude-schema=\"a*\"\"b\""));
        assert!(arguments.contains(&"--snapshot=1-2-3".to_owned()));
    }
}
