//! `-- pgplumb: …` comments at the top of a script: how it wants to be run.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::error::{Failure, Location, did_you_mean};
use crate::sql::source::Source;
use crate::sql::token::{Kind, Tokens};

const NAMES: [&str; 4] = ["no-transaction", "lock_timeout", "retry_for", "also-accepts"];

/// What a script asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directives {
    /// Run each statement on its own, not the script in a transaction.
    pub no_transaction: bool,
    /// How long to wait for a lock; zero waits without end.
    pub lock_timeout: Option<Duration>,
    /// How long to try again what a lock or a deadlock broke off; zero is not at all.
    pub retry_for: Option<Duration>,
    /// Checksums of earlier texts of the script that count as this one.
    pub also_accepts: Vec<String>,
}

/// Reads the directives in the comments before the first statement.
pub fn directives(source: &Source) -> Result<Directives> {
    let mut directives = Directives::default();
    for token in Tokens::new(&source.text).map_while(Result::ok).take_while(|token| token.kind.is_blank()) {
        let comment = &source.text[token.range.clone()];
        if token.kind == Kind::LineComment
            && let Some(directive) = body(comment)
        {
            directives.take(directive, &source.location(token.range.start))?;
        }
    }
    Ok(directives)
}

/// Whether a `--` comment is meant for pgplumb.
pub fn is_directive(comment: &str) -> bool {
    body(comment).is_some()
}

/// What a `--` comment says to pgplumb.
pub fn body(comment: &str) -> Option<&str> {
    let (name, body) = comment.strip_prefix("--")?.split_once(':')?;
    name.trim().eq_ignore_ascii_case("pgplumb").then(|| body.trim())
}

impl Directives {
    fn take(&mut self, directive: &str, place: &Location) -> Result<()> {
        let refuse = |message: String, next: &str| Failure::input(message).at(place.clone()).next(next);
        let (name, value) = directive.split_once(char::is_whitespace).unwrap_or((directive, ""));
        let value = value.trim();
        match name {
            "no-transaction" | "lock_timeout" | "retry_for" if self.has(name) => {
                bail!(refuse(format!("the directive `{name}` is given twice"), "delete one of the two lines"))
            }
            "no-transaction" if value.is_empty() => self.no_transaction = true,
            "no-transaction" => {
                let next = "write `-- pgplumb: no-transaction` and nothing else on the line";
                bail!(refuse(format!("`{name}` takes no value"), next))
            }
            "lock_timeout" | "retry_for" => {
                let next = format!("write `-- pgplumb: {name} 10s` (units: us, ms, s, min, h, d)");
                let time = duration(value).ok_or_else(|| refuse(format!("`{value}` is not a time"), &next))?;
                *(if name == "lock_timeout" { &mut self.lock_timeout } else { &mut self.retry_for }) = Some(time);
            }
            "also-accepts" => {
                let next = "write the 64 hexadecimal digits of the checksum";
                let checksum = checksum(value).ok_or_else(|| refuse(format!("`{value}` is not a checksum"), next))?;
                self.also_accepts.push(checksum);
            }
            _ => {
                let known = NAMES.map(|name| format!("`{name}`")).join(", ");
                let message = format!("unknown directive `{name}`{}", did_you_mean(name, NAMES));
                bail!(refuse(message, &format!("use one of {known}, or delete the line")))
            }
        }
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        match name {
            "lock_timeout" => self.lock_timeout.is_some(),
            "retry_for" => self.retry_for.is_some(),
            _ => self.no_transaction,
        }
    }
}

/// A whole number and a unit of PostgreSQL's, milliseconds if none is given.
pub fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().ok()?;
    let milliseconds = match text[digits..].trim_start() {
        "us" => return Some(Duration::from_micros(number)),
        "" | "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(milliseconds).map(Duration::from_millis)
}

fn checksum(text: &str) -> Option<String> {
    let valid = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Directives, String> {
        directives(&Source::new("x.sql", text)).map_err(|error| error.to_string())
    }

    #[test]
    fn directives_stand_in_the_comments_at_the_top() {
        let sum = "AB".repeat(32);
        let text = format!(
            "-- Adds an index.\r\n/* why */ --pgplumb:no-transaction\r\n-- pgplumb: lock_timeout 2 min\n\n-- pgplumb: retry_for 0\n-- pgplumb: also-accepts {sum}\nselect 1; -- pgplumb: oops"
        );
        let expected = Directives {
            no_transaction: true,
            lock_timeout: Some(Duration::from_secs(120)),
            retry_for: Some(Duration::ZERO),
            also_accepts: vec![sum.to_lowercase()],
        };
        assert_eq!(parse(&text), Ok(expected));
        assert_eq!(parse("-- pgplumb is great\nselect '-- pgplumb: x'"), Ok(Directives::default()));
    }

    #[test]
    fn a_wrong_directive_is_an_error_with_its_place() {
        let said = parse("\n-- pgplumb: no_transaction\n").unwrap_err();
        assert!(said.contains("(did you mean `no-transaction`?)") && said.contains("x.sql:2:1"), "{said}");
        assert!(parse("-- pgplumb: lock_timeout soon").unwrap_err().contains("not a time"));
        assert!(parse("-- pgplumb: also-accepts 12ab").unwrap_err().contains("not a checksum"));
        assert!(parse("-- pgplumb: no-transaction please").unwrap_err().contains("no value"));
        assert!(parse("-- pgplumb: lock_timeout 1s\n-- pgplumb: lock_timeout 2s").unwrap_err().contains("twice"));
        assert!(parse("-- pgplumb:").is_err());
    }
}
