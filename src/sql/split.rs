//! The statements of a script, by their bytes: nothing dropped, merged or cut.

use std::ops::Range;

use anyhow::Result;

use crate::error::Failure;
use crate::sql::shape::Shape;
use crate::sql::source::Source;
use crate::sql::token::{Broken, Kind, Token, Tokens};
use crate::sql::{directives, psql, strings};

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

/// The pieces of a script, one by one; it starts with `standard_conforming_strings = on`.
pub struct Splitter<'a> {
    source: &'a Source,
    tokens: Tokens<'a>,
    /// The script names `standard_conforming_strings`, so each statement is asked whether it changes it.
    follows_strings: bool,
    /// A statement has set it, so that a ROLLBACK may set it back.
    strings_set: bool,
    begun: bool,
}

impl Iterator for Splitter<'_> {
    type Item = Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = self.piece().transpose();
        if let Some(Err(_)) = piece {
            self.tokens.position = self.source.text.len();
        }
        piece
    }
}

impl<'a> Splitter<'a> {
    /// The pieces of `source`.
    pub fn new(source: &'a Source) -> Self {
        Splitter {
            source,
            tokens: Tokens::new(&source.text),
            follows_strings: strings::mentions(&source.text),
            strings_set: false,
            begun: false,
        }
    }

    fn piece(&mut self) -> Result<Option<Piece>> {
        while let Some(token) = self.token()? {
            match token.kind {
                Kind::Space | Kind::LineComment | Kind::BlockComment | Kind::Symbol(b';') => {}
                Kind::Symbol(b'\\') => self.tokens.position = psql::skip(self.source, token.range.start, false)?,
                _ => return self.statement(token).map(Some),
            }
        }
        Ok(None)
    }

    /// The next token; what cannot be read, or must not be here, is an error.
    fn token(&mut self) -> Result<Option<Token>> {
        let token = match self.tokens.next() {
            None => return Ok(None),
            Some(Ok(token)) => token,
            Some(Err(broken)) => return Err(self.broken(&broken)),
        };
        let text = &self.source.text[token.range.clone()];
        match token.kind {
            Kind::LineComment if self.begun && directives::is_directive(text) => {
                let message = "a directive must stand at the top of the script, before the first statement";
                Err(self.refuse(message, token.range.start, "move the line to the top of the script"))
            }
            Kind::Word if !text.is_ascii() && text.contains('\u{feff}') => {
                let place = token.range.start + text.find('\u{feff}').unwrap_or_default();
                let message = "a byte order mark stands in the middle of the script";
                Err(self.refuse(message, place, "delete that invisible character (U+FEFF)"))
            }
            _ => Ok(Some(token)),
        }
    }

    fn statement(&mut self, first: Token) -> Result<Piece> {
        self.begun = true;
        let start = first.range.start;
        let mut end = first.range.end;
        let mut shape = Shape::default();
        let mut next = Some(first);
        while let Some(token) = next {
            if !token.kind.is_blank() {
                if token.kind == Kind::Symbol(b'\\') {
                    psql::skip(self.source, token.range.start, true)?;
                }
                end = token.range.end;
                if shape.ends_with(&token, &self.source.text[token.range.clone()]) {
                    return self.finish(start..end, &shape);
                }
            }
            next = self.token()?;
        }
        if let Some((what, place)) = shape.open() {
            return Err(self.broken(&Broken::Unterminated { what, start: place }));
        }
        self.finish(start..end, &shape)
    }

    fn finish(&mut self, range: Range<usize>, shape: &Shape) -> Result<Piece> {
        if shape.copies_in {
            return self.copy(range);
        }
        let statement = &self.source.text[range.clone()];
        let after = self.follows_strings.then(|| strings::after(statement, self.tokens.strings)).flatten();
        let changed = after.filter(|_| self.strings_set || strings::mentions(statement));
        if let Some(strings) = changed {
            self.tokens.strings = strings;
            self.strings_set = true;
        }
        Ok(Piece::Statement { range, changes_strings: changed.is_some() })
    }

    fn copy(&mut self, statement: Range<usize>) -> Result<Piece> {
        let text = &self.source.text;
        let Some(length) = text[statement.end..].find('\n') else { return Err(self.endless(&statement)) };
        let line_end = statement.end + length;
        self.check_rest_of_line(statement.end..line_end)?;
        let data = line_end + 1;
        let ends = text[line_end..].match_indices("\n\\.").map(|(at, _)| line_end + at + 1);
        let line_after = |at: usize| text[at + 2..].split('\n').next().unwrap_or_default();
        let Some(end) = ends.into_iter().find(|at| matches!(line_after(*at), "" | "\r")) else {
            return Err(self.endless(&statement));
        };
        self.tokens.position = end + 2 + line_after(end).len();
        Ok(Piece::Copy { statement, data: data..end })
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

    fn endless(&self, statement: &Range<usize>) -> anyhow::Error {
        let message = r"the rows of this COPY never end: there is no line `\.` after them";
        let next = r"put the rows below `COPY … FROM STDIN;` and a line `\.` at their end";
        self.refuse(message, statement.start, next)
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
        Source { path: "x.sql".into(), text: text.into() }
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
