//! What relations there are, and which of them a session has locks on.

use std::collections::HashMap;

use anyhow::Result;
use tokio_postgres::Client;

/// How strong a lock is, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Taken by reading.
    AccessShare,
    /// Taken by reading for an update.
    RowShare,
    /// Taken by writing rows.
    RowExclusive,
    /// Lets others read and write rows; one at a time.
    ShareUpdateExclusive,
    /// Nobody else writes.
    Share,
    /// Nobody else writes; one at a time.
    ShareRowExclusive,
    /// Others can only read.
    Exclusive,
    /// Nobody else does anything.
    AccessExclusive,
}

impl Strength {
    const ALL: [Strength; 8] = [
        Strength::AccessShare,
        Strength::RowShare,
        Strength::RowExclusive,
        Strength::ShareUpdateExclusive,
        Strength::Share,
        Strength::ShareRowExclusive,
        Strength::Exclusive,
        Strength::AccessExclusive,
    ];

    /// Its name in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Strength::AccessShare => "ACCESS SHARE",
            Strength::RowShare => "ROW SHARE",
            Strength::RowExclusive => "ROW EXCLUSIVE",
            Strength::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Strength::Share => "SHARE",
            Strength::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Strength::Exclusive => "EXCLUSIVE",
            Strength::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// The strength of a mode as `pg_locks` spells it: `AccessShareLock`.
    fn of(mode: &str) -> Option<Self> {
        let mode = mode.strip_suffix("Lock")?;
        Strength::ALL.into_iter().find(|known| known.name().replace(' ', "").eq_ignore_ascii_case(mode))
    }
}

/// A relation.
#[derive(Clone, Debug)]
pub struct Relation {
    /// Its name with its schema, quoted.
    pub name: String,
    /// The number of the file that its rows are in; 0 where it has none.
    pub file: u32,
    /// Of an index its table.
    pub table: Option<u32>,
}

/// The relations of a database, by their numbers.
pub type Relations = HashMap<u32, Relation>;

/// Reads the relations that are no system's, no session's and no overflow of another one.
///
/// # Errors
/// What the server said.
pub async fn relations(client: &Client) -> Result<Relations> {
    let query = "SELECT c.oid, format('%I.%I', n.nspname, c.relname), c.relfilenode, i.indrelid
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
       WHERE c.oid >= 16384 AND n.nspname !~ '^pg_(toast|temp)'";
    let rows = client.query_typed(query, &[]).await?;
    let relation = |row: &tokio_postgres::Row| {
        Ok((row.try_get(0)?, Relation { name: row.try_get(1)?, file: row.try_get(2)?, table: row.try_get(3)? }))
    };
    rows.iter().map(relation).collect()
}

/// The locks of a session.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// The strongest on each relation, had or waited for.
    pub strongest: HashMap<u32, Strength>,
    /// The file of each relation that is locked, as this session sees it.
    pub files: HashMap<u32, u32>,
    /// Whether one of them is waited for.
    pub waits: bool,
}

/// Reads the locks on relations that the session with this process has.
///
/// # Errors
/// What the server said.
pub async fn held(client: &Client, process: i32) -> Result<Held> {
    let query = format!(
        "SELECT l.relation, l.mode, l.granted, coalesce(c.relfilenode, 0)::oid
           FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
          WHERE l.locktype = 'relation' AND l.pid = {process} AND l.relation >= 16384
            AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"
    );
    let mut held = Held::default();
    for row in client.query_typed(&query, &[]).await? {
        let (relation, mode, granted): (u32, &str, bool) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        held.waits |= !granted;
        held.files.insert(relation, row.try_get(3)?);
        if let Some(strength) = Strength::of(mode) {
            held.add(relation, strength);
        }
    }
    Ok(held)
}

impl Held {
    /// Adds a lock.
    fn add(&mut self, relation: u32, strength: Strength) {
        let strongest = self.strongest.entry(relation).or_insert(strength);
        *strongest = strength.max(*strongest);
    }

    /// Adds what was seen at another moment.
    pub fn extend(&mut self, other: Held) {
        other.strongest.into_iter().for_each(|(relation, strength)| self.add(relation, strength));
        self.files.extend(other.files);
        self.waits |= other.waits;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_have_their_strength() {
        assert_eq!(Strength::of("ShareUpdateExclusiveLock"), Some(Strength::ShareUpdateExclusive));
        assert_eq!(Strength::of("AccessExclusiveLock"), Some(Strength::AccessExclusive));
        assert_eq!(Strength::of("SIReadLock"), None);
        assert!(Strength::Share < Strength::AccessExclusive);
    }
}
