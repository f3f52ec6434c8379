//! What a statement that runs outside of transactions leaves behind, by which its end can be told after a crash.

use crate::sql::class::raw_words;

/// What can be looked up to tell whether a statement came to its end. Names are as they are written in the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trace {
    /// A valid index of that name on that table.
    IndexBuilt {
        /// The index; nothing if the server is to choose its name.
        index: Option<String>,
        /// Its table.
        table: String,
    },
    /// No index of any of these names.
    IndexDropped {
        /// The indexes.
        indexes: Vec<String>,
    },
    /// The partition no longer belongs to the table.
    Detached {
        /// The table.
        table: String,
        /// What was its partition.
        partition: String,
    },
    /// A row in a catalog of the whole server, or none if it was dropped.
    Global {
        /// The catalog and the column that has the name.
        catalog: (&'static str, &'static str),
        /// The name.
        name: String,
        /// Whether it was dropped.
        dropped: bool,
    },
    /// Nothing; it can be run again without harm. `concurrently` tells a REINDEX that leaves broken indexes behind.
    Repeatable {
        /// Whether it is a REINDEX CONCURRENTLY.
        concurrently: bool,
    },
    /// Nothing, and only its author knows whether it can be run again.
    Unknown,
}

impl Trace {
    /// Whether the statement waits for other transactions to end, which lock_timeout and statement_timeout would break off.
    pub fn waits_for_others(&self) -> bool {
        match self {
            Trace::IndexBuilt { .. } | Trace::IndexDropped { .. } | Trace::Detached { .. } => true,
            Trace::Repeatable { concurrently } => *concurrently,
            Trace::Global { .. } | Trace::Unknown => false,
        }
    }
}

/// What a statement leaves behind that [`crate::sql::class`] does not find ordinary.
pub fn trace(statement: &str) -> Trace {
    let raw: Vec<&str> = raw_words(statement).collect();
    let lower: Vec<String> = raw.iter().map(|word| word.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    match lower.as_slice() {
        ["create", "index", "concurrently", ..] => index_built(&raw[3..]),
        ["create", "unique", "index", "concurrently", ..] => index_built(&raw[4..]),
        ["drop", "index", "concurrently", ..] => Trace::IndexDropped { indexes: names(&raw[3..]) },
        ["alter", "table", ..] => detached(&raw[2..]),
        ["create" | "drop", "database" | "tablespace" | "subscription", ..] => global(lower[0], lower[1], &raw[2..]),
        ["reindex", ..] => Trace::Repeatable { concurrently: lower.contains(&"concurrently") },
        ["vacuum" | "cluster" | "discard", ..] | ["alter", "system" | "database" | "subscription", ..] => {
            Trace::Repeatable { concurrently: false }
        }
        _ => Trace::Unknown,
    }
}

/// The tables that a statement drops, as their names are written.
pub fn tables_dropped(statement: &str) -> Vec<String> {
    let words: Vec<&str> = raw_words(statement).collect();
    let (words, drops) = without(&words, &["drop", "table"]);
    if drops { names(words) } else { Vec::new() }
}

fn index_built(words: &[&str]) -> Trace {
    let (words, _) = without(words, &["if", "not", "exists"]);
    let (index, words) = match words {
        [on, ..] if on.eq_ignore_ascii_case("on") => (None, words),
        _ => name(words),
    };
    let (words, _) = without(words, &["on"]);
    let (words, _) = without(words, &["only"]);
    Trace::IndexBuilt { index, table: name(words).0.unwrap_or_default() }
}

fn detached(words: &[&str]) -> Trace {
    let (words, _) = without(words, &["if", "exists"]);
    let (words, _) = without(words, &["only"]);
    let (table, words) = name(words);
    let (words, detaches) = without(words, &["detach", "partition"]);
    match (table, name(words).0) {
        (Some(table), Some(partition)) if detaches => Trace::Detached { table, partition },
        _ => Trace::Unknown,
    }
}

fn global(verb: &str, what: &str, words: &[&str]) -> Trace {
    let catalog = match what {
        "database" => ("pg_database", "datname"),
        "tablespace" => ("pg_tablespace", "spcname"),
        _ => ("pg_subscription", "subname"),
    };
    let (words, _) = without(words, &["if", "exists"]);
    match name(words).0 {
        Some(name) => Trace::Global { catalog, name, dropped: verb == "drop" },
        None => Trace::Unknown,
    }
}

/// The words behind `prefix`, if they begin with it.
fn without<'a, 'b>(words: &'a [&'b str], prefix: &[&str]) -> (&'a [&'b str], bool) {
    let begins =
        words.len() >= prefix.len() && words.iter().zip(prefix).all(|(word, other)| word.eq_ignore_ascii_case(other));
    if begins { (&words[prefix.len()..], true) } else { (words, false) }
}

/// The name at the beginning, with its schema, and what comes behind it.
fn name<'a, 'b>(words: &'a [&'b str]) -> (Option<String>, &'a [&'b str]) {
    let Some((first, mut rest)) = words.split_first() else { return (None, words) };
    let mut name = (*first).to_owned();
    while let [".", part, behind @ ..] = rest {
        name += &format!(".{part}");
        rest = behind;
    }
    (Some(name), rest)
}

fn names(words: &[&str]) -> Vec<String> {
    let (mut words, _) = without(words, &["if", "exists"]);
    let mut names = Vec::new();
    while let (Some(found), rest) = name(words) {
        names.push(found);
        let (behind, more) = without(rest, &[","]);
        words = if more { behind } else { &[] };
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(index: Option<&str>, table: &str) -> Trace {
        Trace::IndexBuilt { index: index.map(str::to_owned), table: table.to_owned() }
    }

    #[test]
    fn what_an_index_is_called() {
        for (statement, expected) in [
            ("CREATE INDEX CONCURRENTLY i ON t (a)", built(Some("i"), "t")),
            (
                "create unique index concurrently if not exists \"I x\" on only s . \"T\" using btree (a);",
                built(Some("\"I x\""), "s.\"T\""),
            ),
            ("CREATE INDEX CONCURRENTLY ON public.t (a)", built(None, "public.t")),
            (
                "DROP INDEX CONCURRENTLY IF EXISTS a.b, \"c\" RESTRICT",
                Trace::IndexDropped { indexes: vec!["a.b".to_owned(), "\"c\"".to_owned()] },
            ),
        ] {
            assert_eq!(trace(statement), expected, "{statement}");
        }
    }

    #[test]
    fn which_tables_go() {
        assert_eq!(tables_dropped("DROP TABLE IF EXISTS a, public.\"B\" CASCADE;"), ["a", "public.\"B\""]);
        assert!(tables_dropped("DROP VIEW a").is_empty() && tables_dropped("SELECT 'drop table a'").is_empty());
    }

    #[test]
    fn what_others_leave_behind() {
        let detached = Trace::Detached { table: "s.p".to_owned(), partition: "c".to_owned() };
        assert_eq!(trace("ALTER TABLE IF EXISTS s.p DETACH PARTITION c CONCURRENTLY"), detached);
        let made = Trace::Global { catalog: ("pg_database", "datname"), name: "d".to_owned(), dropped: false };
        assert_eq!(trace("-- x\nCREATE DATABASE d"), made);
        assert_eq!(trace("REINDEX (CONCURRENTLY) TABLE t"), Trace::Repeatable { concurrently: true });
        assert_eq!(trace("VACUUM t"), Trace::Repeatable { concurrently: false });
        assert_eq!(trace("CALL p()"), Trace::Unknown);
    }
}
