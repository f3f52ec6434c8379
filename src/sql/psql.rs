//! What a script may have of psql's own commands: the `\restrict` lines that pg_dump writes, and nothing else.

use anyhow::Result;

use crate::error::Failure;
use crate::sql::source::Source;

/// Reads the line of the backslash at `start`, which stands outside quotes; `open` says whether in a statement.
/// Returns where the line ends if it is one to skip.
pub fn skip(source: &Source, start: usize, open: bool) -> Result<usize> {
    let rest = &source.text[start..];
    let line = rest.split('\n').next().unwrap_or_default();
    match line.split_ascii_whitespace().collect::<Vec<_>>().as_slice() {
        [r"\restrict" | r"\unrestrict", key] if source.begins_line(start) && !open && is_key(key) => {
            Ok(start + line.len())
        }
        _ => Err(refuse(source, start, line).into()),
    }
}

fn is_key(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn refuse(source: &Source, start: usize, line: &str) -> Failure {
    let name = line[1..].find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(line.len() - 1).max(1);
    let name = line.get(..=name).unwrap_or("\\");
    let mut location = source.location(start);
    // The rest of the line may hold a connection string (`\connect`) or a password (`\set`).
    let shown = location.column - 1 + name.chars().count();
    location.text = location.text.chars().take(shown).collect();
    Failure::input(format!("`{name}` is a command of psql, and pgplumb sends SQL only")).at(location).next(advice(name))
}

fn advice(command: &str) -> &'static str {
    match command {
        r"\copy" => r"write `COPY … FROM STDIN;`, the rows on the lines after it, and a line `\.`",
        r"\i" | r"\ir" | r"\include" => "put those statements into this script, or make that file a script of its own",
        r"\c" | r"\connect" => "delete the line and choose the database with --url or --env",
        r"\set" | r"\gset" | r"\getenv" => "write the value itself where the variable is used",
        r"\if" | r"\elif" | r"\else" | r"\endif" => "write the condition in SQL: DO $$ BEGIN IF … END $$;",
        r"\." => "put it below the rows of a `COPY … FROM STDIN;`, or delete it",
        r"\g" | r"\gx" | r"\;" => "end the statement with `;`",
        r"\gexec" => "write the loop in SQL: DO $$ … EXECUTE … $$;",
        r"\restrict" | r"\unrestrict" => "put it at the start of a line of its own, with its key",
        _ => "delete it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn try_skip(text: &str, open: bool) -> Result<usize, String> {
        let source = Source::new("x.sql", text);
        skip(&source, text.find('\\').unwrap(), open).map_err(|error| error.to_string())
    }

    #[test]
    fn only_restrict_lines_are_skipped() {
        assert_eq!(try_skip("\n\\restrict aB3 \r\nselect", false), Ok(16));
        assert!(try_skip("\\restrict", false).is_err());
        assert!(try_skip(" \\restrict a", false).is_err());
        assert!(try_skip("\n\\unrestrict a", true).is_err());
        assert!(try_skip("\\restrict a; drop", false).is_err());
    }

    #[test]
    fn other_commands_are_named_with_a_way_out_and_without_their_arguments() {
        let said = try_skip("select 1;\n\\connect postgres://u:secret@h/d", false).unwrap_err();
        assert!(said.contains("`\\connect`") && said.contains("x.sql:2:1") && said.contains("--url"), "{said}");
        assert!(!said.contains("secret"));
        assert!(try_skip("\\copy t from 'f'", false).unwrap_err().contains("FROM STDIN"));
        assert!(try_skip("\\", false).unwrap_err().contains("`\\`"));
        assert!(try_skip("a \\é", true).unwrap_err().contains("`\\"));
    }
}
