//! The tokens of SQL text, by the rules of PostgreSQL's own scanner. White space and comments are tokens too, so the
//! tokens of a text cover all of it.

use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

/// How a backslash in a plain `'…'` is read: the setting `standard_conforming_strings`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strings {
    /// On: a backslash is a character like any other.
    #[default]
    Standard,
    /// Off: a backslash escapes what follows.
    Escaped,
    /// It cannot be told from the text; a plain string with a backslash is then [`Broken`].
    Unknown,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// White space.
    Space,
    /// `-- …`, without its line end.
    LineComment,
    /// `/* … */`, with what is nested in it.
    BlockComment,
    /// A keyword or a name without quotes.
    Word,
    /// `"…"` or `U&"…"`.
    Name,
    /// A string of any sort, with its continuations on later lines.
    Text,
    /// Digits and what sticks to them.
    Number,
    /// Any other byte, on its own.
    Symbol(u8),
}

impl Kind {
    /// Whether the token says nothing to the server.
    pub fn is_blank(self) -> bool {
        matches!(self, Kind::Space | Kind::LineComment | Kind::BlockComment)
    }
}

/// One token and the bytes that it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it is.
    pub range: Range<usize>,
}

/// A token that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A quote or comment that was opened here is never closed.
    Unterminated {
        /// What was opened, in words.
        what: &'static str,
        /// Where it was opened.
        start: usize,
    },
    /// A plain string has this backslash while [`Strings::Unknown`] holds.
    Ambiguous {
        /// Where the backslash is.
        at: usize,
    },
}

/// The tokens of a text, one by one; what cannot be read is the last. It can be moved, and told of another [`Strings`], between tokens.
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    text: &'a str,
    /// Where the next token begins: a character boundary.
    pub position: usize,
    /// How plain strings are read from here on.
    pub strings: Strings,
}

impl Iterator for Tokens<'_> {
    type Item = Result<Token, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.position;
        let first = self.byte(start)?;
        let token = self.token(first, start);
        self.position = token.as_ref().map_or(self.text.len(), |(_, end)| *end);
        Some(token.map(|(kind, end)| Token { kind, range: start..end }))
    }
}

impl<'a> Tokens<'a> {
    /// The tokens of `text` from its beginning.
    pub fn new(text: &'a str) -> Self {
        Tokens::with_strings(text, Strings::Standard)
    }

    /// The tokens of `text`, which stands where plain strings are read by `strings`.
    pub fn with_strings(text: &'a str, strings: Strings) -> Self {
        Tokens { text, position: 0, strings }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// The first place from `at` on whose byte fails `test`.
    fn skip(&self, at: usize, test: impl Fn(u8) -> bool) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().position(|&byte| !test(byte)).unwrap_or(rest.len())
    }

    /// The first place from `at` on that `find` gives for the rest of the text, or its end.
    fn find(&self, at: usize, find: impl Fn(&[u8]) -> Option<usize>) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + find(rest).unwrap_or(rest.len())
    }

    fn line_end(&self, at: usize) -> usize {
        self.find(at, |rest| memchr2(b'\n', b'\r', rest))
    }

    fn token(&self, first: u8, start: usize) -> Result<(Kind, usize), Broken> {
        let second = self.byte(start + 1);
        Ok(match (first, second) {
            (b'-', Some(b'-')) => (Kind::LineComment, self.line_end(start)),
            (b'/', Some(b'*')) => (Kind::BlockComment, self.comment(start)?),
            (b'\'', _) => (Kind::Text, self.string(start, start + 1, self.strings.into())?),
            (b'e' | b'E', Some(b'\'')) => (Kind::Text, self.string(start, start + 2, Quote::Escaped)?),
            (b'b' | b'B' | b'x' | b'X', Some(b'\'')) => (Kind::Text, self.string(start, start + 2, Quote::Bits)?),
            (b'u' | b'U', Some(b'&')) if self.byte(start + 2) == Some(b'\'') => {
                (Kind::Text, self.string(start, start + 3, Quote::Standard)?)
            }
            (b'u' | b'U', Some(b'&')) if self.byte(start + 2) == Some(b'"') => {
                (Kind::Name, self.name(start, start + 3)?)
            }
            (b'"', _) => (Kind::Name, self.name(start, start + 1)?),
            (b'$', _) => match self.dollar_tag(start) {
                Some(body) => (Kind::Text, self.dollar(start, body)?),
                None => (Kind::Symbol(first), start + 1),
            },
            (b'0'..=b'9', _) => (Kind::Number, self.number(start)),
            (byte, _) if is_tag(byte) => (Kind::Word, self.skip(start, |byte| is_tag(byte) || byte == b'$')),
            (byte, _) if is_space(byte) => (Kind::Space, self.skip(start, is_space)),
            (byte, _) => (Kind::Symbol(byte), start + 1),
        })
    }

    /// Letters right behind the digits are one token with them, as in a name.
    fn number(&self, start: usize) -> usize {
        let end = self.skip(start, |byte| byte.is_ascii_digit());
        if self.byte(end).is_some_and(is_tag) { self.skip(end, |byte| is_tag(byte) || byte == b'$') } else { end }
    }

    fn comment(&self, start: usize) -> Result<usize, Broken> {
        let mut depth = 0;
        let mut at = start;
        loop {
            at = self.find(at, |rest| memchr2(b'/', b'*', rest));
            match (self.byte(at), self.byte(at + 1)) {
                (Some(b'/'), Some(b'*')) => {
                    depth += 1;
                    at += 2;
                }
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    at += 2;
                    if depth == 0 {
                        return Ok(at);
                    }
                }
                (Some(_), Some(_)) => at += 1,
                _ => return Err(Broken::Unterminated { what: "comment", start }),
            }
        }
    }

    fn name(&self, start: usize, inside: usize) -> Result<usize, Broken> {
        let mut at = inside;
        loop {
            at = self.find(at, |rest| memchr(b'"', rest));
            match (self.byte(at), self.byte(at + 1)) {
                (None, _) => return Err(Broken::Unterminated { what: "quoted name", start }),
                (_, Some(b'"')) => at += 2,
                _ => return Ok(at + 1),
            }
        }
    }

    fn string(&self, start: usize, inside: usize, quote: Quote) -> Result<usize, Broken> {
        let mut at = inside;
        loop {
            at = match quote {
                Quote::Standard | Quote::Bits => self.find(at, |rest| memchr(b'\'', rest)),
                Quote::Escaped | Quote::Unknown => self.find(at, |rest| memchr2(b'\'', b'\\', rest)),
            };
            match (self.byte(at), self.byte(at + 1)) {
                (None, _) => return Err(Broken::Unterminated { what: "string", start }),
                (Some(b'\\'), _) if quote == Quote::Unknown => return Err(Broken::Ambiguous { at }),
                (Some(b'\\'), _) => at += 2,
                (_, Some(b'\'')) if quote != Quote::Bits => at += 2,
                _ => match self.continuation(at + 1) {
                    Some(next) => at = next,
                    None => return Ok(at + 1),
                },
            }
        }
    }

    /// A string goes on after its closing quote if nothing but white space with a line end in it, or `--` comments,
    /// lies before the next quote. Returns the place behind that quote.
    fn continuation(&self, closed: usize) -> Option<usize> {
        let mut at = closed;
        loop {
            at = match (self.byte(at)?, self.byte(at + 1)) {
                (byte, _) if is_space(byte) => self.skip(at, is_space),
                (b'-', Some(b'-')) => self.line_end(at),
                (b'\'', _) if self.text.as_bytes()[closed..at].iter().any(|&byte| is_newline(byte)) => {
                    return Some(at + 1);
                }
                _ => return None,
            }
        }
    }

    /// The place behind `$tag$` at `start`, if there is one.
    fn dollar_tag(&self, start: usize) -> Option<usize> {
        let end = self.skip(start + 1, is_tag);
        let digit = self.byte(start + 1)?.is_ascii_digit();
        (!digit && self.byte(end)? == b'$').then_some(end + 1)
    }

    fn dollar(&self, start: usize, body: usize) -> Result<usize, Broken> {
        let delimiter = &self.text[start..body];
        match memmem::find(&self.text.as_bytes()[body..], delimiter.as_bytes()) {
            Some(length) => Ok(body + length + delimiter.len()),
            None => Err(Broken::Unterminated { what: "dollar-quoted string", start }),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    Standard,
    Escaped,
    Unknown,
    /// `B'…'` and `X'…'`: a doubled quote does not stand for one.
    Bits,
}

impl From<Strings> for Quote {
    fn from(strings: Strings) -> Self {
        match strings {
            Strings::Standard => Quote::Standard,
            Strings::Escaped => Quote::Escaped,
            Strings::Unknown => Quote::Unknown,
        }
    }
}

fn is_newline(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn is_tag(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, strings: Strings) -> Vec<&str> {
        let tokens = Tokens::with_strings(text, strings);
        tokens.map(|token| &text[token.unwrap().range]).filter(|token| *token != " ").collect()
    }

    #[test]
    fn quotes_of_every_sort() {
        let check = |text, expected: &[&str]| assert_eq!(shown(text, Strings::Standard), expected);
        check(r"'a\' E'b\'' U&'c\' n'd'", &[r"'a\'", r"E'b\''", r"U&'c\'", "n", "'d'"]);
        check("B'1''0' 'a''b'", &["B'1'", "'0'", "'a''b'"]);
        check("\"a\"\"b;\" U&\"c\" au&\"d\"", &["\"a\"\"b;\"", "U&\"c\"", "au", "&", "\"d\""]);
        check(
            "$$a$b$$ $t$ $$ $u$ $t$ a$b$c $1 $é1$;$é1$",
            &["$$a$b$$", "$t$ $$ $u$ $t$", "a$b$c", "$", "1", "$é1$;$é1$"],
        );
        check("te'x' /* /* */ ; */ +-- c", &["te", "'x'", "/* /* */ ; */", "+", "-- c"]);
    }

    #[test]
    fn a_string_goes_on_after_a_line_end_in_its_own_kind() {
        assert_eq!(shown("E'a' -- c\n '\\'b'", Strings::Standard).len(), 1);
        assert_eq!(shown("'a' 'b'", Strings::Standard).len(), 2);
        assert_eq!(shown("'a'\n/**/'b'", Strings::Standard).len(), 4);
    }

    #[test]
    fn the_setting_decides_about_backslashes() {
        assert_eq!(shown(r"'a\';'", Strings::Escaped), [r"'a\';'"]);
        let mut tokens = Tokens::with_strings(r"'a' E'\'' 'b\'", Strings::Unknown);
        assert_eq!(tokens.find_map(Result::err), Some(Broken::Ambiguous { at: 12 }));
    }

    #[test]
    fn what_is_left_open_is_told_by_its_place() {
        for (text, what) in
            [("'", "string"), ("$a$ $b$", "dollar-quoted string"), ("\"", "quoted name"), ("/* /* */", "comment")]
        {
            let text = format!("x {text}");
            let broken = Tokens::new(&text).find_map(Result::err);
            assert_eq!(broken, Some(Broken::Unterminated { what, start: 2 }));
        }
    }
}
