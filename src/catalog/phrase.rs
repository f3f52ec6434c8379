//! Phrases that the statements of several kinds share.

use super::{Stage, Statement, Whole};
use crate::sql::{identifier, literal, parts, signature, unquoted};

/// The settings whose values are lists of names, each of which is told as an identifier.
const LISTS: [&str; 6] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// `word`, if it is so.
pub(super) fn when(is_so: bool, word: &'static str) -> &'static str {
    if is_so { word } else { "" }
}

/// A list in brackets with a line for each of its parts, so that a change of one of them is a change of one line.
pub(super) fn lines(list: &[String]) -> String {
    if list.is_empty() { "()".to_owned() } else { format!("(\n    {}\n)", list.join(",\n    ")) }
}

/// ` WITH (a='1')`, or nothing.
pub(super) fn with(pairs: &[&str]) -> String {
    if pairs.is_empty() { String::new() } else { format!(" WITH ({})", super::create::options(pairs)) }
}

/// The name of a function or an operator that is told with the types of its arguments.
pub(super) fn without_arguments(text: &str) -> &str {
    signature(text).map_or(text, |(name, _)| name)
}

/// The names of an object and of those that it stands in, from the text that a catalog has for them.
pub(super) fn path(text: &str) -> Vec<String> {
    parts(text, ".").into_iter().map(unquoted).collect()
}

/// A query or a rule as PostgreSQL prints it, without the semicolon at its end.
pub(super) fn without_semicolon(text: &str) -> &str {
    text.trim_end().trim_end_matches(';')
}

/// `SET name TO 'value'` for what a catalog holds as `name=value`.
pub(super) fn setting(pair: &str) -> Option<String> {
    let (name, value) = pair.split_once('=')?;
    let value = match LISTS.contains(&name) {
        true => parts(value, ",").into_iter().map(|one| literal(&unquoted(one.trim()))).collect::<Vec<_>>().join(", "),
        false => literal(value),
    };
    let name: Vec<String> = name.split('.').map(identifier).collect();
    Some(format!("SET {} TO {value}", name.join(".")))
}

/// `DISABLE TRIGGER touch` and the like, where a trigger or a rule is not enabled as usual.
pub(super) fn switch(enabled: Option<&str>, what: &str) -> Option<String> {
    Some(match enabled? {
        "disabled" => format!("DISABLE {what}"),
        "replica" => format!("ENABLE REPLICA {what}"),
        "always" => format!("ENABLE ALWAYS {what}"),
        _ => return None,
    })
}

/// The statements that have an object dropped with its extensions.
pub(super) fn depends(whole: &Whole<'_>) -> Vec<Statement> {
    let address = (whole.object.id.kind.address)(whole);
    let depends = |name: &&str| format!("ALTER {address} DEPENDS ON EXTENSION {}", identifier(name));
    let extensions = whole.list(super::piece::EXTENSIONS.name);
    extensions.iter().map(|name| Statement::new(Stage::Finish, depends(name))).collect()
}
