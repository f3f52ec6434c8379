//! The invariants that `src/lib.rs` states, as tests; and that the code stays short and tidy.

mod code;
mod kinds;
mod readme;

use libtest_mimic::Trial;
use pgplumb::catalog::KINDS;

use crate::support::{Result, fail};
use code::{Code, files};

/// The longest that a file may be.
const LINES: usize = 400;

/// What knows no kind of object.
const SPINE: [&str; 4] = ["src/diff.rs", "src/manifest/", "src/report/", "src/verify/"];

/// Words that mean something else than a kind: the keyword of JSON Schema, and the key of a seed.
const OTHER_WORDS: [(&str, &str); 2] = [("src/manifest/schema.rs", "enum"), ("src/manifest/schema.rs", "table")];

/// What may stand in some places only: the place, and how it is written.
const RESERVED: [(&str, &[&str]); 3] = [
    ("src/project/", &["env::var", "env::set_var", "env::remove_var", "dotenvy::"]),
    ("src/output.rs", &["print!(", "println!(", "eprint!(", "eprintln!(", "dbg!(", "stdout()", "stderr()"]),
    ("src/main.rs", &["process::exit", "process::abort", "ExitCode"]),
];

/// What stands nowhere in the program.
const FORBIDDEN: [&str; 9] = [
    "unsafe{",
    "unsafe fn",
    "unsafe impl",
    "unsafe extern",
    "todo!",
    "unimplemented!",
    ".unwrap()",
    ".expect(",
    "panic!",
];

crate::trials!(
    "tidy",
    files_are_short_and_say_what_they_are_for,
    the_spine_names_no_kind,
    what_one_place_does_no_other_does,
    nothing_is_unsafe_or_unfinished,
);

/// The tests of this module and of those in it.
pub fn all() -> Vec<Trial> {
    [trials(), kinds::trials(), readme::trials()].into_iter().flatten().collect()
}

/// Fails with the lines, if there are any.
fn none(found: &[String]) -> Result {
    if found.is_empty() { Ok(()) } else { fail(found.join("\n")) }
}

fn source() -> Vec<Code> {
    files("src").iter().map(|path| Code::read(path)).collect()
}

fn files_are_short_and_say_what_they_are_for() -> Result {
    let mut found = Vec::new();
    for path in ["src", "tests", "benches"].into_iter().flat_map(files) {
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().count();
        if lines > LINES {
            found.push(format!("{} has {lines} lines; {LINES} is the most", path.display()));
        }
        if !text.starts_with("//! ") {
            found.push(format!("{} does not begin with `//!` and what it is for", path.display()));
        }
    }
    none(&found)
}

fn the_spine_names_no_kind() -> Result {
    let is_kind = |text: &str| KINDS.iter().any(|kind| kind.name == text || kind.group == text);
    let mut found = Vec::new();
    for code in source().iter().filter(|code| SPINE.iter().any(|path| code.path.starts_with(path))) {
        let named = code.texts.iter().filter(|text| is_kind(text));
        let named = named.filter(|text| !OTHER_WORDS.contains(&(code.path.as_str(), text.as_str())));
        found.extend(named.map(|text| format!("{} names the kind \"{text}\"", code.path)));
        let sections = code.text.match_indices("Section::").map(|(at, mark)| &code.text[at + mark.len()..]);
        let of_kinds = sections.filter(|rest| !rest.starts_with("Seeds") && !rest.starts_with("ALL"));
        found.extend(of_kinds.map(|rest| format!("{} names a section: {:.20}", code.path, rest)));
    }
    none(&found)
}

fn what_one_place_does_no_other_does() -> Result {
    let mut found = Vec::new();
    for code in source() {
        for (place, words) in RESERVED.iter().filter(|(place, _)| !code.path.starts_with(place)) {
            let there = words.iter().filter(|word| holds(&code.text, word));
            found.extend(there.map(|word| format!("{} has `{word}`, which only {place} may", code.path)));
        }
    }
    none(&found)
}

/// Whether `words` stand in `text`, and are not only the end of a longer word.
fn holds(text: &str, words: &str) -> bool {
    let word = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(words).any(|(at, _)| !words.starts_with(word) || !text[..at].ends_with(word))
}

fn nothing_is_unsafe_or_unfinished() -> Result {
    let mut found = Vec::new();
    for code in source() {
        let there = FORBIDDEN.iter().filter(|words| holds(&code.text, words));
        found.extend(there.map(|words| format!("{} has `{words}`", code.path)));
        let whole = std::fs::read_to_string(crate::support::root().join(&code.path)).unwrap();
        let marks = ["FIXME", "TODO", "XXX"].into_iter().filter(|mark| whole.contains(mark));
        found.extend(marks.map(|mark| format!("{} has {mark}", code.path)));
    }
    none(&found)
}
