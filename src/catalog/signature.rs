//! Names that hold the types of arguments: people write `add(int, varchar)` where PostgreSQL says
//! `add(integer, character varying)`.

use anyhow::Result;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::Id;
use crate::sql::identifier;

/// For the catalogs whose objects have such names, the query that finds one by any spelling.
const BY_SPELLING: [(&str, &str); 2] = [
    ("pg_proc", "SELECT oidvectortypes(proargtypes) FROM pg_proc WHERE oid = to_regprocedure($1)"),
    (
        "pg_operator",
        "SELECT CASE WHEN oprleft = 0 THEN 'NONE' ELSE format_type(oprleft, NULL) END || ', ' || format_type(oprright, NULL)
          FROM pg_operator WHERE oid = to_regoperator($1)",
    ),
];

impl Id {
    /// Whether its name holds the types of its arguments.
    pub fn is_signed(&self) -> bool {
        BY_SPELLING.iter().any(|(class, _)| *class == self.kind.class)
    }

    /// The names of its parents, and its own without the types of its arguments; nothing if it has none.
    pub fn unsigned(&self) -> Option<(&[String], &str)> {
        let [parents @ .., own] = self.path.as_slice() else { return None };
        Some((parents, own.split_once('(').filter(|_| self.is_signed())?.0))
    }

    /// The identity with the types as PostgreSQL says them, if it has such an object. Types are looked up in the search
    /// path of the session.
    ///
    /// # Errors
    /// What the server said, such as that what is in the brackets is no list of types.
    pub async fn as_printed(&self, client: &Client) -> Result<Option<Id>> {
        let query = BY_SPELLING.iter().find(|(class, _)| *class == self.kind.class).map(|(_, query)| query);
        let (Some(query), [parents @ .., own]) = (query, self.path.as_slice()) else { return Ok(None) };
        let Some((name, arguments)) = own.split_once('(') else { return Ok(None) };
        let quoted = if self.kind.class == "pg_proc" { identifier(name) } else { name.to_owned() };
        let whole = parents.iter().map(|name| identifier(name)).chain([format!("{quoted}({arguments}")]);
        let whole = whole.collect::<Vec<_>>().join(".");
        let rows = client.query_typed(query, &[(&whole, Type::TEXT)]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let types: String = row.try_get(0)?;
        let path = parents.iter().cloned().chain([format!("{name}({types})")]).collect();
        Ok(Some(Id { kind: self.kind, path }))
    }
}
