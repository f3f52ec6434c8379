//! Follows the setting `standard_conforming_strings` through a script, because it changes how the rest is read.

use memchr::memchr_iter;

use crate::sql::token::{Kind, Strings, Tokens};

const SETTING: &str = "standard_conforming_strings";

/// Whether a text names the setting anywhere. A script that never does cannot change it.
pub fn mentions(text: &str) -> bool {
    contains(text, SETTING)
}

/// How strings are read after `statement`, which was itself read by `now`: `None` if it does not touch the setting.
pub fn after(statement: &str, now: Strings) -> Option<Strings> {
    let words = significant(statement, now);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let named = mentions(statement);
    match words.as_slice() {
        ["set", SETTING, "to" | "=", value] | ["set", "session", SETTING, "to" | "=", value] => Some(meaning(value)),
        ["set" | "reset" | "do", ..] if named => Some(Strings::Unknown),
        ["reset" | "discard", "all"] | ["rollback" | "abort", ..] => Some(Strings::Unknown),
        _ if named && contains(statement, "set_config") => Some(Strings::Unknown),
        _ => None,
    }
}

/// What the server makes of a value of the setting. `SET … TO DEFAULT` cannot be told from the text.
fn meaning(value: &str) -> Strings {
    match value {
        "on" | "true" | "yes" | "1" => Strings::Standard,
        "off" | "false" | "no" | "0" => Strings::Escaped,
        _ => Strings::Unknown,
    }
}

/// The first six tokens that say something, in lower case and without quotes.
fn significant(statement: &str, strings: Strings) -> Vec<String> {
    let tokens = Tokens::with_strings(statement, strings);
    let telling = tokens.flatten().filter(|token| !token.kind.is_blank() && token.kind != Kind::Symbol(b';'));
    telling.take(6).map(|token| statement[token.range].trim_matches(['\'', '"']).to_ascii_lowercase()).collect()
}

/// Whether a text has a word of letters and underscores, one of them at least, in whatever case.
fn contains(text: &str, word: &str) -> bool {
    let text = text.as_bytes();
    // Of the letters of such a word the underscore is the rarest, and the same in every case.
    let before = word.find('_').unwrap_or_default();
    memchr_iter(b'_', text).any(|at| {
        let start = at.checked_sub(before);
        let found = start.and_then(|start| text.get(start..start + word.len()));
        found.is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_statement_does_to_the_setting() {
        let check = |statement, expected| assert_eq!(after(statement, Strings::Standard), expected, "{statement}");
        check("SET standard_conforming_strings = off;", Some(Strings::Escaped));
        check("set /* c */ session \"standard_conforming_strings\" TO 'on'", Some(Strings::Standard));
        check("SET LOCAL standard_conforming_strings = off;", Some(Strings::Unknown));
        check("RESET standard_conforming_strings;", Some(Strings::Unknown));
        check("SELECT set_config('Standard_Conforming_Strings', 'off', false);", Some(Strings::Unknown));
        check("DO $$ BEGIN SET standard_conforming_strings = off; END $$", Some(Strings::Unknown));
        check("ROLLBACK;", Some(Strings::Unknown));
        check("CREATE FUNCTION f() RETURNS int SET standard_conforming_strings = off AS 'x'", None);
        check("INSERT INTO note VALUES ('standard_conforming_strings')", None);
        check("SET search_path = a", None);
    }
}
