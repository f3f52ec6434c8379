//! The statements of a script, by their bytes: nothing dropped, merged or cut.

use std::ops::Range;

use anyhow::Result;

use crate::error::{Failure, Location};
use crate::sql::rows::{End, Rows};
use crate::sql::shape::Shape;
use crate::sql::source::Source;
use crate::sql::token::{Broken, Kind, Strings, Token, Tokens};
use crate::sql::{directives, psql, rows, strings};

/// A part of a script that is sent to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A statement, from its first word to its `;`.
    Statement {
        /// Its bytes.
        range: Range<usize>,
        /// It may change how the text after it is read, so that must not be sent together with it.
        changes_strings: bool,
    },
    /// `COPY … FROM STDIN` and its rows.
    Copy {
        /// The bytes of the statement.
        statement: Range<usize>,
        /// The bytes of the rows, without the line `\.`.
        data: Range<usize>,
    },
}

impl Piece {
    /// The bytes of its statement.
    pub fn statement(&self) -> Range<usize> {
        match self {
            Piece::Statement { range, .. } => range.clone(),
            Piece::Copy { statement, .. } => statement.clone(),
        }
    }
}

/// All pieces of a script, in order.
pub fn split(source: &Source) -> Result<Vec<Piece>> {
    Splitter::new(source).collect()
}

/// The most bytes of a statement: one message to the server has at most 1 GiB, with a little around the statement.
pub const LIMIT: usize = (1 << 30) - (1 << 16);

/// What is remembered of a script between two pieces.
#[derive(Clone, Debug, Default)]
pub struct State {
    strings: Strings,
    /// A statement has set it, so that a ROLLBACK may set it back.
    strings_set: bool,
    /// How many pieces there were.
    pub count: usize,
    /// The COPY whose rows go on.
    pub copying: Option<Location>,
}

/// The pieces of a script, one by one; it starts with `standard_conforming_strings = on`.
pub struct Splitter<'a> {
    source: &'a Source,
    tokens: Tokens<'a>,
    /// The script names `standard_conforming_strings`, so each statement is asked whether it changes it.
    follows_strings: bool,
    in_statement: bool,
    /// Text follows that is not there yet.
    more: bool,
    /// The most bytes of a statement.
    limit: usize,
    /// What the pieces so far leave behind.
    pub state: State,
    /// Up to where the text is told for good, whatever follows it.
    pub settled: usize,
}

/// Why there is no further piece.
enum Stop {
    /// The text that is there does not tell.
    Unfinished,
    Refused(anyhow::Error),
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Self {
        Stop::Refused(error)
    }
}

impl Iterator for Splitter<'_> {
    type Item = Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = self.piece();
        if piece.is_err() {
            self.tokens.position = self.source.text.len();
        }
        match piece {
            Ok(piece) => piece.map(Ok),
            Err(Stop::Unfinished) => None,
            Err(Stop::Refused(error)) => Some(Err(error)),
        }
    }
}

impl<'a> Splitter<'a> {
    /// The pieces of `source`, a whole script.
    pub fn new(source: &'a Source) -> Self {
        Splitter::resume(source, State::default(), false, LIMIT)
    }

    /// The pieces of `source`, which goes on where `state` was left. With `more`, text follows that is not there yet:
    /// then there are only pieces that it cannot change. A statement of more than `limit` bytes is refused.
    pub fn resume(source: &'a Source, state: State, more: bool, limit: usize) -> Self {
        Splitter {
            source,
            tokens: Tokens::with_strings(&source.text, state.strings),
            follows_strings: state.strings_set || strings::mentions(&source.text),
            in_statement: false,
            more,
            limit,
            state,
            settled: 0,
        }
    }

    /// The rows at the start of the text, if it begins inside those of a COPY.
    pub fn rows(&mut self) -> Result<Option<Rows>> {
        let Some(place) = self.state.copying.take() else { return Ok(None) };
        match rows::end(self.source, 0, self.more) {
            End::Line { start, end } => {
                self.settle(end);
                Ok(Some(Rows { data: 0..start, more: false }))
            }
            End::Beyond(end) if self.more => {
                self.go_on(end, place);
                Ok(Some(Rows { data: 0..end, more: true }))
            }
            End::Beyond(_) => Err(rows::endless(place)),
        }
    }

    fn settle(&mut self, end: usize) {
        self.tokens.position = end;
        self.settled = end;
    }

    fn go_on(&mut self, end: usize, place: Location) {
        self.settled = end;
        self.tokens.position = self.source.text.len();
        self.state.copying = Some(place);
    }

    fn piece(&mut self) -> Result<Option<Piece>, Stop> {
        self.in_statement = false;
        while let Some(token) = self.token()? {
            match token.kind {
                Kind::LineComment if self.more && token.range.end == self.source.text.len() => {
                    return Err(Stop::Unfinished);
                }
                Kind::Space | Kind::LineComment | Kind::BlockComment | Kind::Symbol(b';') => {
                    self.settled = token.range.end;
                }
                Kind::Symbol(b'\\') => {
                    let end = self.skip_line(token.range.start, false)?;
                    self.settle(end);
                }
                _ => {
                    let piece = self.statement(token)?;
                    self.state.count += 1;
                    return Ok(Some(piece));
                }
            }
        }
        Ok(None)
    }

    fn skip_line(&self, start: usize, open: bool) -> Result<usize, Stop> {
        if self.more && !self.source.text[start..].contains('\n') {
            return Err(Stop::Unfinished);
        }
        Ok(psql::skip(self.source, start, open)?)
    }

    /// The next token; what cannot be read, or must not be here, is an error.
    fn token(&mut self) -> Result<Option<Token>, Stop> {
        let token = match self.tokens.next() {
            None => return Ok(None),
            Some(Ok(token)) => token,
            Some(Err(Broken::Unterminated { .. })) if self.more => return Err(Stop::Unfinished),
            Some(Err(broken)) => return Err(self.broken(&broken).into()),
        };
        let text = &self.source.text[token.range.clone()];
        let begun = self.in_statement || self.state.count > 0;
        match token.kind {
            Kind::LineComment if begun && directives::is_directive(text) => {
                let message = "a directive must stand at the top of the script, before the first statement";
                Err(self.refuse(message, token.range.start, "move the line to the top of the script").into())
            }
            Kind::Word if !text.is_ascii() && text.contains('\u{feff}') => {
                let place = token.range.start + text.find('\u{feff}').unwrap_or_default();
                let message = "a byte order mark stands in the middle of the script";
                Err(self.refuse(message, place, "delete that invisible character (U+FEFF)").into())
            }
            _ => Ok(Some(token)),
        }
    }

    fn statement(&mut self, first: Token) -> Result<Piece, Stop> {
        self.in_statement = true;
        let start = first.range.start;
        let mut end = first.range.end;
        let mut shape = Shape::default();
        let mut next = Some(first);
        while let Some(token) = next {
            if !token.kind.is_blank() {
                if token.kind == Kind::Symbol(b'\\') {
                    self.skip_line(token.range.start, true)?;
                }
                end = token.range.end;
                if shape.ends_with(&token, &self.source.text[token.range.clone()]) {
                    return self.finish(start..end, &shape);
                }
            }
            next = self.token()?;
        }
        if self.more {
            return Err(Stop::Unfinished);
        }
        if let Some((what, place)) = shape.open() {
            return Err(self.broken(&Broken::Unterminated { what, start: place }).into());
        }
        self.finish(start..end, &shape)
    }

    fn finish(&mut self, range: Range<usize>, shape: &Shape) -> Result<Piece, Stop> {
        if range.len() > self.limit {
            return Err(self.too_large(range.start).into());
        }
        if shape.copies_in {
            return self.copy(range);
        }
        let statement = &self.source.text[range.clone()];
        let after = self.follows_strings.then(|| strings::after(statement, self.tokens.strings)).flatten();
        let changed = after.filter(|_| self.state.strings_set || strings::mentions(statement));
        if let Some(strings) = changed {
            self.tokens.strings = strings;
            self.state.strings = strings;
            self.state.strings_set = true;
        }
        self.settled = self.tokens.position;
        Ok(Piece::Statement { range, changes_strings: changed.is_some() })
    }

    fn copy(&mut self, statement: Range<usize>) -> Result<Piece, Stop> {
        let place = || self.source.location(statement.start);
        let line_end = match self.source.text[statement.end..].find('\n') {
            Some(length) => statement.end + length,
            None if self.more => return Err(Stop::Unfinished),
            None => return Err(rows::endless(place()).into()),
        };
        self.check_rest_of_line(statement.end..line_end)?;
        let data = line_end + 1;
        match rows::end(self.source, data, self.more) {
            End::Line { start, end } => {
                self.settle(end);
                Ok(Piece::Copy { statement, data: data..start })
            }
            End::Beyond(end) if self.more => {
                self.go_on(end, place());
                Ok(Piece::Copy { statement, data: data..end })
            }
            End::Beyond(_) => Err(rows::endless(place()).into()),
        }
    }

    /// psql runs what follows on the line of a COPY after its rows; a script that relies on that is refused.
    fn check_rest_of_line(&self, rest: Range<usize>) -> Result<()> {
        let text = self.source.text[rest.clone()].trim();
        if text.is_empty() || (text.starts_with("--") && !text.contains('\r')) {
            return Ok(());
        }
        let message = "something follows `COPY … FROM STDIN;` on its line, but its rows begin on the next one";
        Err(self.refuse(message, rest.start, r"move it below the line `\.` that ends the rows"))
    }

    /// The refusal of the statement at `start`, which is larger than any that the server takes.
    pub fn too_large(&self, start: usize) -> anyhow::Error {
        let number = self.state.count + 1;
        let message = format!("statement {number} is larger than 1 GiB, the most that PostgreSQL takes at once");
        let next = "write it as several statements, or its rows as a COPY; if it is not that large, something in it is \
                    opened and never closed";
        self.refuse(&message, start, next)
    }

    fn broken(&self, broken: &Broken) -> anyhow::Error {
        match *broken {
            Broken::Unterminated { what, start } => {
                self.refuse(&format!("this {what} is never closed"), start, "close it, or delete it if it is stray")
            }
            Broken::Ambiguous { at } => {
                let message = "it cannot be told whether this backslash escapes, because the script changed \
                               standard_conforming_strings in a way that only the server can follow";
                let next = "write the string as E'…', or put `SET standard_conforming_strings = on;` before it";
                self.refuse(message, at, next)
            }
        }
    }

    fn refuse(&self, message: &str, offset: usize, next: &str) -> anyhow::Error {
        Failure::input(message).at(self.source.location(offset)).next(next).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new("x.sql", text)
    }

    fn shown(text: &str) -> Vec<&str> {
        split(&source(text)).unwrap().into_iter().map(|piece| &text[piece.statement()]).collect()
    }

    fn refused(text: &str) -> String {
        split(&source(text)).unwrap_err().to_string()
    }

    #[test]
    fn semicolons_that_end_nothing() {
        for statement in [
            "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END AS pending; SELECT 1; END;",
            "create or replace procedure p() begin /* ; */ atomic select 1 as end; select 2 as begin; select 3 end; end;",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC END;",
            "DO $a$ BEGIN; $$ ; $$ END $a$;",
        ] {
            assert_eq!(shown(&format!("; {statement}; select 1")), [statement, "select 1"]);
        }
    }

    #[test]
    fn names_that_look_like_a_body() {
        assert_eq!(shown("CREATE FUNCTION begin() RETURNS atomic AS 'x'; SELECT begin atomic; END;").len(), 3);
        assert_eq!(
            shown("CREATE TABLE atomic (begin int); CREATE VIEW v AS SELECT begin atomic FROM t; SELECT 1").len(),
            3
        );
        assert_eq!(shown("CREATE FUNCTION f(begin int) RETURNS int AS 'x'; SELECT 1").len(), 2);
    }

    #[test]
    fn rows_of_copy_are_data() {
        let text =
            "copy binary t (a, \"from\") FROM /* x */ STDIN WITH (FORMAT csv); -- c\r\n'\\.\n\\.x\n\\.\r\nselect 1";
        let pieces = split(&source(text)).unwrap();
        let Piece::Copy { data, .. } = &pieces[0] else { panic!("{pieces:?}") };
        assert_eq!(&text[data.clone()], "'\\.\n\\.x\n");
        assert_eq!(&text[pieces[1].statement()], "select 1");
        let empty = split(&source("COPY t FROM STDIN;\n\\.")).unwrap();
        assert!(matches!(&empty[0], Piece::Copy { data, .. } if data.is_empty()));
        assert_eq!(shown("COPY (SELECT a FROM stdin) TO STDOUT; COPY t FROM 'stdin'; COPY t TO STDOUT").len(), 3);
        assert!(refused("COPY t FROM STDIN;\n1\n").contains("never end"));
        assert!(refused("COPY t FROM STDIN; select 1;\n1\n\\.\n").contains("x.sql:1:19"));
    }

    #[test]
    fn the_setting_of_backslashes_is_followed() {
        assert_eq!(shown("SET standard_conforming_strings = off;\nSELECT 'a\\';'; SELECT 1;").len(), 3);
        assert_eq!(
            shown("SET standard_conforming_strings = off; SET standard_conforming_strings = on; SELECT 'a\\'; b").len(),
            4
        );
        let unknown = "BEGIN; SET standard_conforming_strings = off; ROLLBACK; SELECT ";
        assert_eq!(shown(&format!("{unknown} 'a', E'\\''; b")).len(), 5);
        assert!(refused(&format!("{unknown} 'a\\'; b")).contains("x.sql:1:67"));
        assert_eq!(shown("ROLLBACK; SELECT 'a\\';").len(), 2);
    }

    #[test]
    fn what_is_open_or_misplaced_is_refused_with_its_place() {
        for (text, message) in [
            ("select 1;\nselect ('a', (1);", "this parenthesis is never closed\n  --> x.sql:2:8"),
            ("select\n 'a;", "this string is never closed\n  --> x.sql:2:2"),
            ("create function f() begin atomic select 1;", "this BEGIN ATOMIC is never closed\n  --> x.sql:1:21"),
            ("select 1 \\g", "`\\g` is a command of psql"),
            ("select 1;\n-- pgplumb: no-transaction", "x.sql:2:1"),
            ("select 1;\n\u{feff}select 2;", "byte order mark stands in the middle of the script\n  --> x.sql:2:1"),
        ] {
            assert!(refused(text).contains(message), "{}", refused(text));
        }
    }
}
