//! The Supabase CLI and dashboard: a row for each script, with the statements that were run. The dashboard's versions need
//! not be those of the files, so what has no version in common goes by its name, and then by its statements.

use anyhow::Result;
use serde_json::Value;

use super::link::{Folder, Key, Link, by_keys, number, script_number};
use super::{Row, Tool};
use crate::migrate::script::Script;
use crate::sql::token::{Kind, Tokens};

/// Supabase.
pub const TOOL: Tool = Tool {
    name: "supabase",
    schema: Some("supabase_migrations"),
    table: "schema_migrations",
    beside: &["seed_files"],
    columns: &["version text", "statements _text"],
    alone: false,
    unless: None,
    row: "t.version AS version, to_jsonb(t)->>'name' AS name, NULL AS checksum, NULL AS at, NULL AS took, NULL AS trouble",
    order: "t.version",
    takes_to: false,
    link,
    proof: |row, script| {
        let Some(statements) = statements(row) else { return Ok(None) };
        Ok(Some(statements == bare(&script.up.open()?.text)))
    },
};

fn link<'a>(folder: &Folder<'a>, rows: &'a [Row]) -> Result<Vec<Link<'a>>> {
    let by_version = Key { row: &|row| number(&row.version), script: &script_number };
    let by_name = Key {
        row: &|row| Some(row.name.clone()).filter(|name| !name.is_empty()),
        script: &|script| Ok(Some(name(script).to_owned())),
    };
    let by_text = Key { row: &statements, script: &|script| Ok(Some(bare(&script.up.open()?.text))) };
    by_keys(folder.once, rows, &[by_version, by_name, by_text])
}

/// What stands behind the version in the name of a script.
fn name(script: &Script) -> &str {
    script.tag.split_once('_').map_or("", |(_, name)| name)
}

/// The statements of a row; nothing if it has none.
fn statements(row: &Row) -> Option<String> {
    let statements = row.original.get("statements")?.as_array()?;
    let text = statements.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n;\n");
    Some(bare(&text)).filter(|text| !text.is_empty())
}

/// A text without what says nothing to the server: white space, comments, and how statements are divided.
fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    for token in Tokens::new(text) {
        match token {
            Ok(token) if token.kind.is_blank() || token.kind == Kind::Symbol(b';') => {}
            Ok(token) => {
                bare += &text[token.range];
                bare.push(' ');
            }
            Err(_) => return text.split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn only_what_the_server_is_told_counts() {
        assert_eq!(bare("-- one\nSELECT 1;\r\n\r\nSELECT  'a  b' ;"), bare("SELECT 1\n;\nSELECT 'a  b'"));
        assert_ne!(bare("SELECT 'a b'"), bare("SELECT 'a  b'"));
    }
}
