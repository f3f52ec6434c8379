//! Settings that a role or a database has change how PostgreSQL reads and prints (`tests/drifts/settings.sql`); none of
//! them may change what is found, nor the manifest that is written.

use libtest_mimic::Trial;
use serde_json::Value;

use super::{base, text};
use crate::support::{Project, Result, fail, trial};

/// The role that has the settings; the database names it nowhere.
const VISITOR: &str = "drift_visitor";

/// The tests of this module.
pub fn trials() -> Vec<Trial> {
    vec![
        trial("drifts/settings_of_a_role", || each(VISITOR, |_| format!("ALTER ROLE {VISITOR}"), None)),
        trial("drifts/settings_of_the_database", || {
            let alter = |name: &str| format!("ALTER DATABASE {name}");
            each("supabase_admin", alter, Some("the database itself: settings"))
        }),
    ]
}

/// Gives each setting with `alter` in turn; what `role` then finds must be `wanted`. In the end all at once, and then the
/// manifest is the same text as without.
fn each(role: &str, alter: impl Fn(&str) -> String, wanted: Option<&str>) -> Result {
    let database = base().copy();
    let (alter, url) = (alter(database.name()), database.url_as(role));
    let run = |words: &str| base().database.run(&format!("{alter} {words}"));
    let project = Project::empty().with("manifest.json", &base().manifest);
    let text = text("settings");
    let blocks: Vec<&str> = text.split("\n\n").skip(1).take(if wanted.is_some() { 1 } else { 2 }).collect();
    let settings: Vec<&str> = blocks.iter().flat_map(|block| block.lines()).filter(|setting| known(setting)).collect();
    let mut wrong = Vec::new();
    for setting in &settings {
        run(&format!("SET {setting}"));
        if let Err(why) = verified(&project, &url, wanted) {
            wrong.push(format!("{setting}: {why}"));
        }
        run(&format!("RESET {}", name(setting)));
    }
    settings.iter().for_each(|setting| run(&format!("SET {setting}")));
    if let Err(why) = written(&project, &url) {
        wrong.push(why);
    }
    if wrong.is_empty() { Ok(()) } else { fail(wrong.join("\n")) }
}

/// Whether the server has the setting.
fn known(setting: &str) -> bool {
    let count = format!("SELECT count(*) FROM pg_settings WHERE lower(name) = lower('{}')", name(setting));
    name(setting) == "role" || base().database.value(&count) != "0"
}

fn name(setting: &str) -> &str {
    setting.split(' ').next().unwrap_or_default()
}

fn verified(project: &Project, url: &str, wanted: Option<&str>) -> std::result::Result<(), String> {
    let output = project.pgplumb(&["db:verify", "--strict", "--json", "--url", url]);
    let report = output.json();
    let findings = report["result"]["findings"].as_array().ok_or_else(|| report["error"].to_string())?;
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let words = |finding: &Value| {
        format!("{} {}: {}", word(finding, "kind"), word(finding, "object"), word(finding, "property"))
    };
    let found: Vec<String> = findings.iter().map(words).collect();
    if found == Vec::from_iter(wanted) && output.code == if wanted.is_some() { 3 } else { 0 } {
        return Ok(());
    }
    Err(format!("exit {}: {found:?} {}", output.code, report["result"]["not_measured"]))
}

/// A line that another manifest has, of one that is written now; what the database was given is one by itself.
fn written(project: &Project, url: &str) -> std::result::Result<(), String> {
    let output = project.pgplumb(&["db:manifest", "--from", "target", "--output", "-", "--url", url]);
    if output.code != 0 {
        return Err(output.stderr);
    }
    let same = |line: &str| base().manifest.contains(line) || line.trim_start().starts_with("\"settings\": [");
    match output.stdout.lines().find(|line| !same(line)) {
        Some(line) => Err(format!("the manifest has another line: {line}")),
        None => Ok(()),
    }
}
