//! Which statements cannot run in a transaction block, and which begin or end one; told by their keywords alone.

use crate::sql::token::{Kind, Tokens};

/// What a statement has to do with transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Runs in a transaction block and outside of one.
    Ordinary,
    /// PostgreSQL refuses it in a transaction block.
    OutsideTransaction,
    /// Whether PostgreSQL refuses it there is not to be told from the text: CALL and DO may commit, REINDEX and CLUSTER
    /// may be about a partitioned table.
    Either,
    /// Begins, ends or divides a transaction itself.
    TransactionControl,
    /// Sends rows to the client, which has no place for them.
    CopyOut,
}

/// The class of one statement, which may have comments before it.
pub fn class(statement: &str) -> Class {
    let first = words(statement, 6);
    let first: Vec<&str> = first.iter().map(String::as_str).collect();
    match first.as_slice() {
        ["commit" | "rollback", "prepared", ..] => Class::OutsideTransaction,
        ["prepare", "transaction", ..] | ["start", "transaction", ..] => Class::TransactionControl,
        ["begin" | "commit" | "end" | "rollback" | "abort" | "savepoint" | "release", ..] => Class::TransactionControl,
        ["copy", ..] if words(statement, usize::MAX).windows(2).any(|two| two == ["to", "stdout"]) => Class::CopyOut,
        _ if is_outside(&first, statement) => Class::OutsideTransaction,
        ["call" | "do" | "reindex" | "cluster", ..] => Class::Either,
        _ => Class::Ordinary,
    }
}

/// Whether a statement only changes what later statements of the same session find.
pub fn is_of_the_session(statement: &str) -> bool {
    let first = words(statement, 2);
    let first: Vec<&str> = first.iter().map(String::as_str).collect();
    matches!(first.as_slice(), ["set", second] if !matches!(*second, "local" | "constraints" | "transaction"))
        || matches!(first.as_slice(), ["reset" | "prepare" | "load", ..])
}

/// Whether a statement is about what belongs to the whole server, or to another database by its name.
pub fn is_of_the_server(statement: &str) -> bool {
    let first = words(statement, 3);
    let first: Vec<&str> = first.iter().map(String::as_str).collect();
    match first.as_slice() {
        ["create" | "drop" | "alter", "database" | "tablespace" | "subscription" | "system", ..] => true,
        ["comment" | "label", "on", "database" | "tablespace" | "subscription", ..] => true,
        ["grant" | "revoke", ..] => {
            let all = words(statement, usize::MAX);
            all.windows(2).any(|two| two[0] == "on" && matches!(&*two[1], "database" | "tablespace" | "parameter"))
        }
        ["commit" | "rollback", "prepared", ..] => true,
        _ => false,
    }
}

/// Whether a statement empties tables.
pub fn is_truncate(statement: &str) -> bool {
    words(statement, 1) == ["truncate"]
}

fn is_outside(first: &[&str], statement: &str) -> bool {
    let all = || words(statement, usize::MAX);
    match first {
        ["vacuum", ..] | ["alter", "system", ..] | ["discard", "all", ..] => true,
        ["create" | "drop", "database" | "tablespace", ..] => true,
        ["create", "index", "concurrently", ..] | ["create", "unique", "index", "concurrently", ..] => true,
        ["drop", "index", "concurrently", ..] => true,
        ["reindex", ..] => {
            all().iter().any(|word| matches!(&**word, "concurrently" | "database" | "system" | "schema"))
        }
        ["cluster", ..] => all().iter().all(|word| matches!(&**word, "cluster" | "(" | "verbose" | ")")),
        ["alter", "database", _, "set", "tablespace", ..] => true,
        ["alter", "table", ..] => ends_with(&all(), "detach", "concurrently"),
        ["drop", "subscription", ..] => true,
        ["create", "subscription", ..] => !has_option(&all(), &["connect", "create_slot"]),
        ["alter", "subscription", _, "refresh", ..] => true,
        ["alter", "subscription", _, "set" | "add" | "drop", "publication", ..] => !has_option(&all(), &["refresh"]),
        ["alter", "subscription", _, "set", "(", ..] => {
            all().iter().any(|word| matches!(&**word, "two_phase" | "failover" | "slot_name"))
        }
        _ => false,
    }
}

fn ends_with(words: &[String], middle: &str, last: &str) -> bool {
    words.last().is_some_and(|word| word == last) && words.iter().any(|word| word == middle)
}

/// Whether one of the named options is turned off: `name = false`.
fn has_option(words: &[String], names: &[&str]) -> bool {
    let off = |value: &str| matches!(value.trim_matches('\''), "false" | "off" | "0");
    words.windows(3).any(|three| names.contains(&&*three[0]) && three[1] == "=" && off(&three[2]))
}

/// The first tokens that are not blank, words in lower case, up to the `;`.
fn words(statement: &str, count: usize) -> Vec<String> {
    raw_words(statement).take(count).map(str::to_ascii_lowercase).collect()
}

/// The tokens that are not blank, as they are written, up to the `;`.
pub(super) fn raw_words(statement: &str) -> impl Iterator<Item = &str> {
    let telling = Tokens::new(statement).map_while(Result::ok).filter(|token| !token.kind.is_blank());
    let telling = telling.take_while(|token| token.kind != Kind::Symbol(b';'));
    telling.map(|token| &statement[token.range])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_with_the_session() {
        assert!(is_of_the_session("SET search_path = a") && is_of_the_session("/* x */ RESET ALL"));
        assert!(!is_of_the_session("SET LOCAL a = 1") && !is_of_the_session("SELECT set_config('a', 'b', false)"));
    }

    #[test]
    fn what_belongs_to_the_server() {
        let of_server = "ALTER DATABASE d SET a = 1; GRANT ALL ON DATABASE d TO a; create subscription s; ALTER SYSTEM SET a = 1; \
            COMMENT ON DATABASE d IS ''; REVOKE SET ON PARAMETER a FROM b";
        assert!(of_server.split(';').all(is_of_the_server));
        let of_database = "CREATE TABLE database (); GRANT a TO b; GRANT ALL ON a TO b; COMMENT ON TABLE a IS ''";
        assert!(!of_database.split(';').any(is_of_the_server));
        assert!(is_truncate("/* x */ TRUNCATE a") && !is_truncate("SELECT truncate(1)"));
    }

    #[test]
    fn classes() {
        let outside = "VACUUM t; /* x */ CREATE /* y */ DATABASE d; drop tablespace t; ALTER SYSTEM SET a = 1; \
            create unique index concurrently i on t (a); CREATE INDEX CONCURRENTLY ON t (a); DROP INDEX CONCURRENTLY i; \
            REINDEX (VERBOSE) TABLE CONCURRENTLY t; REINDEX (CONCURRENTLY) INDEX i; REINDEX SCHEMA s; CLUSTER; \
            CLUSTER VERBOSE; ALTER TABLE ONLY p DETACH PARTITION c CONCURRENTLY; DISCARD ALL; COMMIT PREPARED 'x'; \
            ALTER DATABASE \"d\" SET TABLESPACE t; DROP SUBSCRIPTION s; CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p; \
            ALTER SUBSCRIPTION s REFRESH PUBLICATION; ALTER SUBSCRIPTION s SET PUBLICATION p";
        let control = "BEGIN; START TRANSACTION; COMMIT AND CHAIN; END; ROLLBACK TO a; ABORT; SAVEPOINT a; RELEASE a; \
            PREPARE TRANSACTION 'x'";
        let ordinary = "SELECT 'vacuum'; SET TRANSACTION READ ONLY; ALTER TYPE e ADD VALUE 'x'; CREATE INDEX concurrent ON t (a); \
            REFRESH MATERIALIZED VIEW CONCURRENTLY v; PREPARE p AS SELECT 1; \
            ALTER DATABASE d SET a = 1; ALTER TABLE p DETACH PARTITION c; DISCARD TEMP; DEALLOCATE p; \
            CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false); ALTER SUBSCRIPTION s DISABLE; \
            ALTER SUBSCRIPTION s ADD PUBLICATION p WITH (refresh = off); CREATE TABLE vacuum (database int)";
        let either = "REINDEX TABLE t; CLUSTER t USING i; CALL p(); DO LANGUAGE plpgsql ''";
        for (statements, expected) in [
            (outside, Class::OutsideTransaction),
            (control, Class::TransactionControl),
            (either, Class::Either),
            (ordinary, Class::Ordinary),
        ] {
            for statement in statements.split(';') {
                assert_eq!(class(statement), expected, "{statement}");
            }
        }
    }
}
