//! The two files of libpq: services, and passwords. Text in, data out.

use crate::db::url::Pairs;

/// Who logs in where, as a line of the password file names it.
pub struct Login<'a> {
    /// The host's name, or `localhost` for a socket in the usual folder.
    pub host: &'a str,
    /// The port.
    pub port: u16,
    /// The database.
    pub database: &'a str,
    /// The user.
    pub user: &'a str,
}

/// The password in the text of a password file (`host:port:database:user:password`) for `login`; first match wins.
pub fn password(text: &str, login: &Login) -> Option<String> {
    let port = login.port.to_string();
    let wanted = [login.host, &port, login.database, login.user];
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut fields = fields(line).into_iter();
        let matches =
            wanted.iter().all(|want| fields.next().is_some_and(|field| field == "*" || unescape(field) == *want));
        let password = fields.next().filter(|_| matches)?;
        Some(unescape(password)).filter(|password| !password.is_empty())
    })
}

/// Parts a line at its colons; a colon after a backslash belongs to the field.
fn fields(line: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, character) in line.char_indices() {
        if character == ':' && !escaped {
            fields.push(&line[start..at]);
            start = at + 1;
        }
        escaped = character == '\\' && !escaped;
    }
    fields.push(&line[start..]);
    fields
}

fn unescape(field: &str) -> String {
    let mut characters = field.chars();
    let mut text = String::with_capacity(field.len());
    while let Some(character) = characters.next() {
        text.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    text
}

/// The parameters of the service `name` in the text of a service file, or nothing if it is not in there. The error
/// says which line is wrong and holds nothing of it.
pub fn service(text: &str, name: &str) -> Result<Option<Pairs>, String> {
    let mut found: Option<Pairs> = None;
    let mut inside = false;
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            if inside {
                break;
            }
            inside = section == name;
            if inside {
                found = Some(Pairs::new());
            }
            continue;
        }
        let Some(pairs) = found.as_mut().filter(|_| inside) else { continue };
        match line.split_once('=') {
            Some(("service", _)) => return Err(format!("names another service in line {number}")),
            Some((keyword, value)) => pairs.push((keyword.trim().to_owned(), value.trim().to_owned())),
            None => return Err(format!("has no `=` in line {number}")),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_gives_the_password() {
        let text = "# all\nh:5433:*:ann:no\nh:5432:d\\:b:ann:a\\:b\\\\c\n*:*:*:*:last:rest\n";
        let login = Login { host: "h", port: 5432, database: "d:b", user: "ann" };
        assert_eq!(password(text, &login).as_deref(), Some("a:b\\c"));
        assert_eq!(password(text, &Login { user: "bob", ..login }).as_deref(), Some("last"));
        assert_eq!(password("h:5432:d", &Login { host: "h", port: 5432, database: "d", user: "u" }), None);
    }

    #[test]
    fn a_service_is_found_by_its_name() {
        let text = "# x\n[a]\nhost=1\n\n[b]\nhost = 2\nport=3\n[c]\nwrong\n";
        let pairs = service(text, "b").unwrap().unwrap();
        assert_eq!(pairs, [("host".to_owned(), "2".to_owned()), ("port".to_owned(), "3".to_owned())]);
        assert_eq!(service(text, "d").unwrap(), None);
        assert_eq!(service(text, "c").unwrap_err(), "has no `=` in line 9");
    }
}
