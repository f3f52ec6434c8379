//! A reset in words.

use std::collections::BTreeMap;

use super::read::Object;
use super::rows::Rows;
use crate::output::escape;

/// How many names a message lists.
const LISTED: usize = 20;

/// The names of objects by the word for what they are.
pub fn by_kind<'a>(objects: impl IntoIterator<Item = &'a Object>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for object in objects {
        kinds.entry(&object.kind).or_default().push(&object.identity);
    }
    kinds
}

/// `2 tables and 1 view, with 7 rows`.
pub fn summary<'a>(objects: impl IntoIterator<Item = &'a Object>, rows: Rows) -> String {
    let mut parts: Vec<String> =
        by_kind(objects).iter().map(|(kind, names)| format!("{} {}", names.len(), plural(kind, names.len()))).collect();
    let last = parts.pop().unwrap_or_else(|| "nothing of the project's".to_owned());
    let objects = if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) };
    let about = if rows.exact { "" } else { "about " };
    let count = usize::try_from(rows.count).unwrap_or(usize::MAX);
    format!("{objects}, with {about}{} {}", rows.count, plural("row", count))
}

/// The word for `count` things.
pub fn plural(word: &str, count: usize) -> String {
    match word.strip_suffix('y') {
        _ if count == 1 => word.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None if word.ends_with('x') || word.ends_with("ss") => format!("{word}es"),
        None => format!("{word}s"),
    }
}

/// One line for each of the first twenty, and how many more there are.
pub fn list(lines: &[String]) -> String {
    let mut shown: Vec<String> = lines.iter().take(LISTED).map(|line| format!("  {line}")).collect();
    if lines.len() > LISTED {
        shown.push(format!("  and {} more", lines.len() - LISTED));
    }
    shown.join("\n")
}

/// `table public.chat`, as one line.
pub fn named(object: &Object) -> String {
    format!("{} {}", object.kind, one_line(&object.identity))
}

/// A name from the server as one line that is safe to print.
pub fn one_line(text: &str) -> String {
    escape(text).replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_counted_in_words() {
        let object = |kind: &str| Object { kind: kind.to_owned(), ..Object::default() };
        let objects = [object("table"), object("table"), object("policy"), object("index"), object("index")];
        let said = summary(&objects, Rows { count: 1, exact: true });
        assert_eq!(said, "2 indexes, 1 policy and 2 tables, with 1 row");
        assert_eq!(summary(&objects[2..3], Rows { count: 2, exact: false }), "1 policy, with about 2 rows");
    }

    #[test]
    fn long_lists_are_cut() {
        let lines: Vec<String> = (0..22).map(|number| number.to_string()).collect();
        assert!(list(&lines).ends_with("  19\n  and 2 more"));
    }
}
