//! What can go wrong, and the exit code that each outcome has: one code, one next step.

use std::fmt;

use serde_json::Value;

use crate::output::escape;

/// How a command ended. Each outcome has one exit code, and each code one next step for whoever reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything asked for is done and proven.
    Done,
    /// A bug in pgplumb.
    Bug,
    /// Bad input or settings; nothing was sent to the database.
    Input,
    /// A command that only reads found drift, pending or edited scripts.
    Findings,
    /// A guard refused; nothing was changed.
    Refused,
    /// Failed, and everything of it was rolled back.
    RolledBack,
    /// Stopped part-way; the place is recorded and the command can be run again.
    PartWay,
    /// A COMMIT was sent, its answer was lost and the server could not be asked.
    Unknown,
    /// Lock timeout, deadlock or lost connection; rolled back, and worth trying again unchanged.
    Transient,
    /// Ended by SIGINT.
    Interrupted,
    /// Ended by SIGTERM.
    Terminated,
}

impl Outcome {
    /// The exit code of the process.
    pub fn exit_code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::Bug => 1,
            Outcome::Input => 2,
            Outcome::Findings => 3,
            Outcome::Refused => 4,
            Outcome::RolledBack => 5,
            Outcome::PartWay => 6,
            Outcome::Unknown => 7,
            Outcome::Transient => 8,
            Outcome::Interrupted => 130,
            Outcome::Terminated => 143,
        }
    }

    /// The word for it in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Bug => "bug",
            Outcome::Input => "bad_input",
            Outcome::Findings => "findings",
            Outcome::Refused => "refused",
            Outcome::RolledBack => "rolled_back",
            Outcome::PartWay => "part_way",
            Outcome::Unknown => "unknown",
            Outcome::Transient => "transient",
            Outcome::Interrupted => "interrupted",
            Outcome::Terminated => "terminated",
        }
    }
}

/// A place in a file that a person wrote; lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file, relative to the project's folder where it lies inside it.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// The text of that line, for the caret; of a long line, the part around the place.
    pub text: String,
    /// How many characters of `text` stand before the place.
    pub caret: usize,
}

/// How many characters of a line are shown on each side of the place: generated scripts have lines of megabytes.
const AROUND: usize = 80;

impl Location {
    /// The place of byte `offset` in `source`, the text of `file`.
    pub fn of(file: &str, source: &str, offset: usize) -> Self {
        let mut offset = offset.min(source.len());
        while !source.is_char_boundary(offset) {
            offset -= 1;
        }
        let start = source[..offset].rfind('\n').map_or(0, |at| at + 1);
        let end = source[offset..].find('\n').map_or(source.len(), |at| offset + at);
        let before = source[start..offset].chars().count();
        let line = source[start..end].trim_end_matches('\r');
        let cut = before.saturating_sub(AROUND);
        let mark = if cut > 0 { "…" } else { "" };
        let mut text: String = mark.chars().chain(line.chars().skip(cut).take(before - cut + AROUND)).collect();
        if line.chars().nth(before + AROUND).is_some() {
            text.push('…');
        }
        Location {
            file: file.to_owned(),
            line: source[..start].matches('\n').count() + 1,
            column: before + 1,
            text,
            caret: before - cut + mark.chars().count(),
        }
    }
}

/// What a PostgreSQL server said when it refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerError {
    /// The five characters of SQLSTATE.
    pub sqlstate: String,
    /// The primary message.
    pub message: String,
    /// DETAIL, HINT and CONTEXT, as far as they were given.
    pub notes: Vec<(&'static str, String)>,
}

/// An error that a user reads: what failed, on what, the state now, and the next command.
///
/// It travels inside [`anyhow::Error`]; `main` takes it out again for the report and the exit code.
#[derive(Clone, Debug)]
pub struct Failure {
    /// How the command ends because of it.
    pub outcome: Outcome,
    /// What failed and on what, without a final full stop.
    pub message: String,
    /// Where in the user's files.
    pub location: Option<Location>,
    /// What the server said.
    pub server: Option<ServerError>,
    /// What state the database is in now.
    pub state: Option<String>,
    /// The one thing to do next.
    pub next: Option<String>,
    /// What was found out before it failed: data for people, and for `--json`.
    pub found: Option<Box<(String, Value)>>,
}

impl Failure {
    /// A failure that ends the command with `outcome`.
    pub fn new(outcome: Outcome, message: impl Into<String>) -> Self {
        Failure { outcome, message: message.into(), location: None, server: None, state: None, next: None, found: None }
    }

    /// Bad input: nothing was sent to the database.
    pub fn input(message: impl Into<String>) -> Self {
        Failure::new(Outcome::Input, message)
    }

    /// Refused by a guard: nothing was changed.
    pub fn refused(message: impl Into<String>) -> Self {
        Failure::new(Outcome::Refused, message)
    }

    /// Says where in the user's files it happened.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// Adds what the server said.
    #[must_use]
    pub fn server(mut self, server: ServerError) -> Self {
        self.server = Some(server);
        self
    }

    /// Says what state the database is in now.
    #[must_use]
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// Adds what was found out before it failed, which is printed as data.
    #[must_use]
    pub fn found(mut self, text: String, value: Value) -> Self {
        self.found = Some(Box::new((text, value)));
        self
    }
}

impl std::error::Error for Failure {}

/// Adds what state the database is in to a failure that does not say so yet.
pub fn with_state(error: anyhow::Error, state: &str) -> anyhow::Error {
    match error.downcast::<Failure>() {
        Ok(failure) => Failure { state: failure.state.or_else(|| Some(state.to_owned())), ..failure }.into(),
        Err(error) => error,
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", escape(&self.message))?;
        if let Some(at) = &self.location {
            let number = at.line.to_string();
            let gutter = " ".repeat(number.len());
            let before: String = at.text.chars().take(at.caret).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            write!(f, "\n  --> {}:{}:{}", escape(&at.file), at.line, at.column)?;
            write!(f, "\n{gutter} |\n{number} | {}\n{gutter} | {before}^", escape(&at.text))?;
        }
        if let Some(server) = &self.server {
            write!(f, "\nserver: {} (SQLSTATE {})", escape(&server.message), escape(&server.sqlstate))?;
            for (name, note) in &server.notes {
                write!(f, "\n{name}: {}", escape(note))?;
            }
        }
        if let Some(state) = &self.state {
            write!(f, "\nstate: {}", escape(state))?;
        }
        if let Some(next) = &self.next {
            write!(f, "\nnext: {}", escape(next))?;
        }
        Ok(())
    }
}

/// "did you mean …?" for a word that a person wrote, if one of `known` is close to it; else an empty text.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let near = |known: &'a str| (strsim::damerau_levenshtein(word, known), known);
    let best = known.into_iter().map(near).filter(|(distance, name)| *distance <= 1 + name.len() / 4).min();
    best.map(|(_, name)| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn location_counts_characters() {
        let at = Location::of("x.sql", "select 1;\r\nsélect é oops;\n", 20);
        assert_eq!((at.line, at.column, at.text.as_str()), (2, 8, "sélect é oops;"));
    }

    #[test]
    fn of_a_long_line_the_part_around_the_place_is_shown() {
        let at = Location::of("x.sql", &format!("{}é!{}", "a".repeat(500), "b".repeat(500)), 502);
        assert_eq!((at.column, at.text.chars().nth(at.caret)), (502, Some('!')));
        assert!(at.text.starts_with('…') && at.text.ends_with('…') && at.text.chars().count() < 170, "{}", at.text);
    }

    #[test]
    fn near_words_are_offered_and_far_ones_are_not() {
        assert_eq!(did_you_mean("colums", ["columns", "indexes"]), " (did you mean `columns`?)");
        assert_eq!(did_you_mean("zebra", ["columns", "indexes"]), "");
    }
}
