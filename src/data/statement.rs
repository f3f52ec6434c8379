//! The statements of a section, each with the directives that stand before it.

use std::ops::Range;

use anyhow::Result;

use super::words::{columns, some};
use crate::error::{Failure, Location};
use crate::sql::token::{Kind, Tokens};
use crate::sql::{self, Class, Piece, Source, directives, plain, unquoted};

/// One statement of a section.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub location: Location,
    /// The name that a line before it gives.
    pub rule: Option<String>,
    /// The columns by which rows pair up that are compared.
    pub key: Vec<String>,
    /// Whether it must affect exactly as many rows as the batch has.
    pub each_row: bool,
}

/// The statements of a part of a script. `marks` are the directives before statements: where, which, and what they say.
///
/// # Errors
/// Bad input, with the place.
pub fn read(source: &Source, range: Range<usize>, marks: &[(usize, String, String)]) -> Result<Vec<Statement>> {
    let part = only(source, range.clone());
    let mut begin = range.start;
    let mut statements = Vec::new();
    for piece in sql::split(&part)? {
        let Piece::Statement { range: found, .. } = piece else {
            let what = "rows of COPY have no place in a data migration";
            return Err(refuse(&part, piece.statement().start, what, "put them into a seed").into());
        };
        let text = part.text[found.clone()].to_owned();
        if sql::class(&text) != Class::Ordinary && sql::class(&text) != Class::Either {
            let what = "this statement cannot run inside the transaction that pgplumb makes";
            return Err(refuse(&part, found.start, what, "leave it out, or make a migration of it").into());
        }
        let location = part.location(found.start);
        let mut statement = Statement { text, location, rule: None, key: Vec::new(), each_row: false };
        let before = |at: usize| (begin..found.start).contains(&at);
        for (_, name, value) in marks.iter().filter(|(at, _, _)| before(*at)) {
            statement.mark(name, value).map_err(|error| placed(error, statement.location.clone()))?;
        }
        begin = found.end;
        statements.push(statement);
    }
    Ok(statements)
}

/// A refusal of what stands at a byte of a script.
pub fn refuse(source: &Source, at: usize, what: &str, next: &str) -> Failure {
    Failure::input(what).at(source.location(at)).next(next)
}

/// Says of a refusal where it happened.
pub fn placed(error: anyhow::Error, location: Location) -> anyhow::Error {
    match error.downcast::<Failure>() {
        Ok(failure) => failure.at(location).into(),
        Err(error) => error,
    }
}

/// A part of a script in a text of the same length, so that places stay what they are: all else, and the directives, are
/// blank.
fn only(source: &Source, range: Range<usize>) -> Source {
    let mut bytes = source.text.clone().into_bytes();
    let blank = |bytes: &mut [u8]| {
        for byte in bytes.iter_mut().filter(|byte| **byte != b'\n') {
            *byte = b' ';
        }
    };
    blank(&mut bytes[..range.start]);
    blank(&mut bytes[range.end..]);
    for token in Tokens::new(&source.text).map_while(Result::ok) {
        if token.kind == Kind::LineComment && directives::is_directive(&source.text[token.range.clone()]) {
            blank(&mut bytes[token.range]);
        }
    }
    Source { text: String::from_utf8(bytes).unwrap_or_default(), ..source.clone() }
}

impl Statement {
    fn mark(&mut self, name: &str, value: &str) -> Result<()> {
        if name == "each-row" {
            self.each_row = true;
            return Ok(());
        }
        let key = value.strip_suffix(')').and_then(|value| value.rsplit_once("(key "));
        if let Some((_, key)) = key {
            self.key = columns(key)?;
        }
        self.rule = Some(some("rule", key.map_or(value, |(name, _)| name.trim()))?);
        Ok(())
    }

    /// Its text without the semicolon at its end.
    pub fn bare(&self) -> &str {
        self.text.trim_end().trim_end_matches(';')
    }

    /// What it is called: by the line before it, else by its place.
    pub fn called(&self) -> String {
        self.rule.clone().unwrap_or_else(|| format!("{}:{}", self.location.file, self.location.line))
    }

    /// A refusal of it.
    pub fn refuse(&self, what: &str, next: &str) -> Failure {
        Failure::input(what).at(self.location.clone()).next(next)
    }

    /// The words and names in it and what stands between them, without white space and comments.
    fn tokens(&self) -> impl Iterator<Item = (Kind, &str)> {
        let tokens = Tokens::new(&self.text).map_while(Result::ok).filter(|token| !token.kind.is_blank());
        tokens.map(|token| (token.kind, &self.text[token.range]))
    }

    /// Whether it has this name in it.
    pub fn uses(&self, name: &str) -> bool {
        self.tokens().any(|(kind, text)| folded(kind, text).is_some_and(|word| word == name))
    }

    /// The first of `columns` of the table `over` that it gives a new value.
    pub fn sets<'a>(&self, over: &str, columns: &'a [String]) -> Option<&'a String> {
        let table = sql::parts(over, ".").pop().map(plain)?;
        let tokens: Vec<(Kind, &str)> = self.tokens().collect();
        let is = |at: usize, word: &str| tokens.get(at).is_some_and(|(_, text)| text.eq_ignore_ascii_case(word));
        let mut updated = (0..tokens.len()).filter(|at| is(*at, "update")).filter_map(|at| {
            let set = (at + 1..tokens.len().min(at + 9)).find(|at| is(*at, "set"))?;
            let names = &tokens[at + 1..set];
            let is_table = names.iter().any(|(kind, text)| folded(*kind, text).is_some_and(|name| name == table));
            is_table.then(|| assigned(&tokens[set + 1..]))
        });
        updated.find_map(|set| columns.iter().find(|column| set.contains(&plain(column))))
    }
}

/// The columns that are given values after SET: what stands before each `=` outside of brackets, or in the brackets
/// before it.
fn assigned(tokens: &[(Kind, &str)]) -> Vec<String> {
    let (mut names, mut depth, mut is_target) = (Vec::new(), 0_i32, true);
    for (kind, text) in tokens {
        match *text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        match *text {
            _ if depth < 0 => break,
            "=" if depth == 0 => is_target = false,
            "," if depth == 0 => is_target = true,
            word if depth == 0 && ["from", "where", "returning"].contains(&word.to_ascii_lowercase().as_str()) => break,
            _ if is_target => names.extend(folded(*kind, text)),
            _ => {}
        }
    }
    names
}

/// A name as PostgreSQL reads it, if a token is one.
fn folded(kind: Kind, text: &str) -> Option<String> {
    match kind {
        Kind::Word => Some(text.to_lowercase()),
        Kind::Name => Some(unquoted(text)),
        _ => None,
    }
}
