//! Where a statement ends: parentheses, bodies of SQL functions, and whether rows follow it.

use crate::sql::token::{Kind, Token};

/// What must be remembered of a statement to know where it ends.
#[derive(Default)]
pub struct Shape<'a> {
    leading: [&'a str; 4],
    count: usize,
    previous: &'a str,
    parentheses: Vec<usize>,
    begin: usize,
    body: Option<usize>,
    from_seen: bool,
    /// It is a COPY whose rows follow in the script.
    pub copies_in: bool,
}

impl<'a> Shape<'a> {
    /// Takes the next token, which is not blank; true if it is the `;` that ends the statement.
    pub fn ends_with(&mut self, token: &Token, text: &'a str) -> bool {
        if let Some(place) = self.leading.get_mut(self.count) {
            *place = text;
            self.count += 1;
        }
        let mut ends = false;
        match token.kind {
            Kind::Symbol(b'(') => self.parentheses.push(token.range.start),
            Kind::Symbol(b')') => drop(self.parentheses.pop()),
            Kind::Symbol(b';') => ends = self.parentheses.is_empty() && self.body.is_none(),
            Kind::Word if self.parentheses.is_empty() => self.word(token, text),
            _ => {}
        }
        self.previous = text;
        ends
    }

    fn word(&mut self, token: &Token, text: &str) {
        if is(self.leading[0], "copy") {
            self.copies_in |= !self.from_seen && is(self.previous, "from") && (is(text, "stdin") || is(text, "stdout"));
            self.from_seen |= is(self.previous, "from");
        } else if is(self.leading[0], "create") && self.is_routine() {
            self.routine_word(token, text);
        }
    }

    /// Only `BEGIN ATOMIC` opens a body, and only an END where a statement could begin closes it: every statement in
    /// the body has its own `;`. So neither CASE … END nor a column called `begin` or `atomic` can mislead.
    fn routine_word(&mut self, token: &Token, text: &str) {
        match self.body {
            None if is(text, "begin") => self.begin = token.range.start,
            None if is(text, "atomic") && is(self.previous, "begin") => self.body = Some(self.begin),
            Some(_) if is(text, "end") && (self.previous == ";" || is(self.previous, "atomic")) => self.body = None,
            _ => {}
        }
    }

    fn is_routine(&self) -> bool {
        let [_, second, third, fourth] = self.leading;
        let kind = if is(second, "or") && is(third, "replace") { fourth } else { second };
        is(kind, "function") || is(kind, "procedure")
    }

    /// What is still open at the end of the script, and where it was opened.
    pub fn open(&self) -> Option<(&'static str, usize)> {
        let parenthesis = self.parentheses.last().map(|place| ("parenthesis", *place));
        parenthesis.or(self.body.map(|place| ("BEGIN ATOMIC", place)))
    }
}

fn is(text: &str, word: &str) -> bool {
    text.eq_ignore_ascii_case(word)
}
