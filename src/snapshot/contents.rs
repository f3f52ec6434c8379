//! What a dump contains, as `pg_restore --list` says it, and the part of that which is put back.

use crate::reset::Key;

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its number in the dump.
    pub id: u32,
    /// The object in the database that was dumped; zeros where it is none of its own.
    pub key: Key,
    /// What it is, in which schema, how it is called and whose it is, with spaces between.
    pub words: &'a str,
}

impl Entry<'_> {
    /// Whether it makes an object of that kind and name which is in no schema.
    pub fn makes(&self, kind: &str, name: &str) -> bool {
        let rest = self.words.strip_prefix(kind).and_then(|rest| rest.strip_prefix(" - "));
        let rest = rest.and_then(|rest| rest.strip_prefix(name));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }

    /// Whether it is of that kind.
    pub fn is(&self, kind: &str) -> bool {
        self.words.strip_prefix(kind).is_some_and(|rest| rest.starts_with(' '))
    }

    /// Whether it belongs to that role.
    pub fn is_of(&self, owner: &str) -> bool {
        self.words.strip_suffix(owner).is_some_and(|rest| rest.ends_with(' '))
    }
}

/// The entries of a list.
pub fn entries(list: &str) -> Vec<Entry<'_>> {
    list.lines().filter_map(entry).collect()
}

/// Reads `3190; 1259 16391 TABLE public a ann`.
fn entry(line: &str) -> Option<Entry<'_>> {
    let (id, rest) = line.split_once("; ")?;
    let mut parts = rest.splitn(3, ' ');
    let mut number = || parts.next()?.parse().ok();
    let key = (number()?, number()?);
    Some(Entry { id: id.parse().ok()?, key, words: parts.next()?.trim_end() })
}

/// The list of those entries that `pg_restore --use-list` is to take.
pub fn list(entries: &[Entry<'_>], takes: impl Fn(&Entry<'_>) -> bool) -> String {
    entries.iter().filter(|entry| takes(entry)).map(|entry| format!("{};\n", entry.id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = ";\n; Archive created at 2026-01-01\n;     dbname: a\n;\n\n3; 2615 2200 SCHEMA - public pg_database_owner\n\
        2; 3079 16385 EXTENSION - pgcrypto \n3354; 0 16391 TABLE DATA public a postgres\n\
        3360; 0 0 COMMENT - EXTENSION pgcrypto \n";

    #[test]
    fn a_list_is_read_and_cut() {
        let entries = entries(LIST);
        assert_eq!(entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [3, 2, 3354, 3360]);
        assert_eq!(entries[2].key, (0, 16391));
        assert!(entries[0].makes("SCHEMA", "public") && !entries[0].makes("SCHEMA", "pub"));
        assert!(entries[1].makes("EXTENSION", "pgcrypto") && entries[3].is("COMMENT - EXTENSION"));
        assert!(entries[2].is_of("postgres") && !entries[2].is_of("gres"));
        assert_eq!(list(&entries, |entry| entry.key.0 == 0), "3354;\n3360;\n");
    }
}
