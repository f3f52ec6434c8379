//! Connection strings as libpq reads them, URLs and `keyword=value`. No error repeats any text of a string, because
//! in a malformed one the password can be anywhere.

/// Parameters in the order given, under libpq's names.
pub type Pairs = Vec<(String, String)>;

/// Reads a connection string. The error is the end of a sentence that begins "the connection string …".
pub fn parse(text: &str) -> Result<Pairs, String> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("postgresql://").or_else(|| text.strip_prefix("postgres://")) {
        return url(rest);
    }
    let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
    if !scheme.is_empty() && !scheme.contains(['=', ' ']) {
        return Err("does not begin with postgres:// or postgresql://".to_owned());
    }
    if !text.contains('=') {
        return Err("is neither a postgres:// URL nor a list of keyword=value".to_owned());
    }
    keywords(text)
}

fn url(text: &str) -> Result<Pairs, String> {
    let mut pairs = Pairs::new();
    // As in libpq, the user and the password end at the first `@` before the first `/`.
    let (login, rest) = match text.find(['@', '/']) {
        Some(at) if text[at..].starts_with('@') => (Some(&text[..at]), &text[at + 1..]),
        _ => (None, text),
    };
    if rest.contains('@') {
        return Err("has an @ where none may be, so a special character in the password is not encoded".to_owned());
    }
    if let Some(login) = login {
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        pairs.push(("user".to_owned(), decode(user, "the user name")?));
        pairs.push(("password".to_owned(), decode(password, "the password")?));
    }
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (hosts, database) = place.split_once('/').unwrap_or((place, ""));
    let hosts = hosts.split(',').map(host).collect::<Result<Vec<_>, String>>()?;
    let (hosts, ports): (Vec<String>, Vec<String>) = hosts.into_iter().unzip();
    pairs.push(("host".to_owned(), hosts.join(",")));
    if ports.iter().any(|port| !port.is_empty()) {
        pairs.push(("port".to_owned(), ports.join(",")));
    }
    pairs.push(("dbname".to_owned(), decode(database, "the database name")?));
    pairs.retain(|(_, value)| !value.is_empty());
    for (number, parameter) in (1..).zip(query.split('&').filter(|parameter| !parameter.is_empty())) {
        pairs.push(query_parameter(parameter, number)?);
    }
    Ok(pairs)
}

fn query_parameter(text: &str, number: usize) -> Result<(String, String), String> {
    let what = format!("parameter {number} after the `?`");
    let (name, value) = text.split_once('=').ok_or_else(|| format!("has no `=` in {what}"))?;
    let (name, value) = (decode(name, &what)?, decode(value, &what)?);
    // JDBC's and node-postgres' spelling, which libpq takes too.
    if name == "ssl" && value == "true" {
        return Ok(("sslmode".to_owned(), "require".to_owned()));
    }
    Ok((name, value))
}

/// Parts `host`, `host:port`, `[::1]` and `[::1]:port`.
fn host(text: &str) -> Result<(String, String), String> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, rest) = rest.split_once(']').ok_or("has a `[` without a `]` in the host")?;
            let port = if rest.is_empty() { Some("") } else { rest.strip_prefix(':') };
            (address, port.ok_or("has something other than a port after the `]` of the host")?)
        }
        None => text.split_once(':').unwrap_or((text, "")),
    };
    if !port.is_empty() && port.parse::<u16>().is_err() {
        return Err("has a port that is not a number from 1 to 65535".to_owned());
    }
    Ok((decode(host, "the host")?, port.to_owned()))
}

fn decode(text: &str, what: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let code = rest.get(..2).filter(|code| code.iter().all(u8::is_ascii_hexdigit));
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.ok_or_else(|| format!("has a `%` in {what} that two hexadecimal digits do not follow"))?);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).map_err(|_| format!("has bytes in {what} that are not UTF-8"))
}

fn keywords(text: &str) -> Result<Pairs, String> {
    let mut pairs = Pairs::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let number = pairs.len() + 1;
        let (name, value) = rest.split_once('=').ok_or_else(|| format!("has no `=` after keyword {number}"))?;
        let name = name.trim_end();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(format!("has no `=` after keyword {number}"));
        }
        let (value, after) = keyword_value(value.trim_start(), number)?;
        pairs.push((name.to_owned(), value));
        rest = after.trim_start();
    }
    Ok(pairs)
}

/// Reads one value, plain or in single quotes, with `\` before a character that is meant as such.
fn keyword_value(text: &str, number: usize) -> Result<(String, &str), String> {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut characters = text.char_indices().skip(usize::from(quoted));
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            '\'' if quoted => return Ok((value, &text[at + 1..])),
            c if !quoted && c.is_whitespace() => return Ok((value, &text[at..])),
            c => value.push(c),
        }
    }
    if quoted { Err(format!("has no closing quote in the value of keyword {number}")) } else { Ok((value, "")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pairs: &Pairs) -> String {
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_forms_of_libpq_are_read() {
        for (string, expected) in [
            ("postgres://u:p@h:6543/d?sslmode=require", "user=u password=p host=h port=6543 dbname=d sslmode=require"),
            ("postgresql://", ""),
            ("postgresql:///d?host=/tmp&port=1", "dbname=d host=/tmp port=1"),
            ("postgres://u@%2Frun%2Fpg/d", "user=u host=/run/pg dbname=d"),
            ("postgres://[::1]:5/d?ssl=true", "host=::1 port=5 dbname=d sslmode=require"),
            ("postgres://a:1,b,[::2]:3/d", "host=a,b,::2 port=1,,3 dbname=d"),
            ("postgres://u:p%40%3A%2f?#:x@h", "user=u password=p@:/?#:x host=h"),
            ("host=h  user = 'a b' password='it\\'s' dbname=x\\ y", "host=h user=a b password=it's dbname=x y"),
        ] {
            assert_eq!(text(&parse(string).unwrap()), expected, "{string}");
        }
    }

    #[test]
    fn the_wrong_component_is_named() {
        for (string, expected) in [
            ("mysql://h/d", "does not begin with"),
            ("jdbc:postgresql://h/d?user=x", "does not begin with"),
            ("somewhere", "is neither"),
            ("postgres://u:pa/ss@h/d", "has an @"),
            ("postgres://u:pa@ss@h/d", "has an @"),
            ("postgres://u:pa@h:x/d", "has a port"),
            ("postgres://u:p%zz@h/d", "`%` in the password"),
            ("postgres://u:p%c3@h/d", "bytes in the password"),
            ("postgres://[::1/d", "`[` without"),
            ("postgres://h/d?x", "parameter 1 after"),
            ("host=h password", "after keyword 2"),
            ("host='h", "closing quote in the value of keyword 1"),
        ] {
            let reason = parse(string).unwrap_err();
            assert!(reason.contains(expected), "{string}: {reason}");
        }
    }
}
