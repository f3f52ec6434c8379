//! What the server and the driver say when something fails, as data and as outcomes.

use std::error::Error as _;

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, ErrorPosition};

use crate::error::{Failure, Outcome, ServerError};

/// What the server said, if it was the server that failed. The driver's own text for it is only "db error".
pub fn server_error(error: &Error) -> Option<ServerError> {
    error.as_db_error().map(describe)
}

/// A server's error or notice as data.
pub fn describe(said: &DbError) -> ServerError {
    let internal = match said.position() {
        Some(ErrorPosition::Internal { query, .. }) => Some(query.as_str()),
        _ => None,
    };
    let notes = [
        ("detail", said.detail()),
        ("hint", said.hint()),
        ("context", said.where_()),
        ("query", internal),
        ("schema", said.schema()),
        ("table", said.table()),
        ("column", said.column()),
        ("type", said.datatype()),
        ("constraint", said.constraint()),
    ];
    ServerError {
        sqlstate: said.code().code().to_owned(),
        message: said.message().to_owned(),
        notes: notes.into_iter().filter_map(|(name, note)| Some((name, note?.to_owned()))).collect(),
    }
}

/// The failure of a statement; `what` names what failed and on what. It holds for work inside a transaction: whoever
/// sent a COMMIT, or works outside a transaction, must decide on the outcome itself.
pub fn failure_of(error: &Error, what: impl Into<String>) -> Failure {
    let what = what.into();
    match server_error(error) {
        Some(server) => {
            let failure = Failure::new(outcome(&server.sqlstate), what);
            let failure = Failure { next: next(&server.sqlstate).map(str::to_owned), ..failure };
            failure.server(server)
        }
        None if is_lost(error) => {
            Failure::new(Outcome::Transient, format!("{what}: the connection was lost")).next(AGAIN)
        }
        None => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            Failure::new(Outcome::RolledBack, format!("{what}: {error}{cause}"))
        }
    }
}

/// The same error as a failure, if it is the server's or the driver's and nobody has said yet what it comes to.
pub fn explained(error: anyhow::Error) -> anyhow::Error {
    let Some(cause) = error.downcast_ref::<Error>() else { return error };
    let bare = error.chain().next().is_some_and(<dyn std::error::Error>::is::<Error>);
    let what = if bare { "the server did not do what was asked".to_owned() } else { error.to_string() };
    failure_of(cause, what).into()
}

/// Whether a COMMIT that ended with this error may have taken place: its answer did not come.
pub fn may_have_committed(error: &Error) -> bool {
    match error.as_db_error() {
        Some(said) => matches!(said.code().code(), "57P01" | "57P02" | "57P03" | "57P05"),
        None => is_lost(error),
    }
}

/// What the server has against a query, if it would say so again. A query that was stopped on the way says nothing
/// about the database.
pub fn objection(error: &Error) -> Option<&DbError> {
    error.as_db_error().filter(|said| {
        let sqlstate = said.code().code();
        outcome(sqlstate) != Outcome::Transient && sqlstate != "57014"
    })
}

const AGAIN: &str = "run the command again";

/// What to do about an SQLSTATE, where that does not depend on the statement.
fn next(sqlstate: &str) -> Option<&'static str> {
    match sqlstate {
        "42501" => Some("use a role that may do this, or grant it what is missing"),
        "25006" => Some("name a server that takes writes; this one is a standby or set to read only"),
        "57014" => Some("raise statement_timeout for this role, or set it at the top of the script"),
        _ if outcome(sqlstate) == Outcome::Transient => Some(AGAIN),
        _ => None,
    }
}

/// How a transaction ended that the server stopped with this SQLSTATE.
pub fn outcome(sqlstate: &str) -> Outcome {
    match sqlstate {
        // Not enough privilege, and a server that takes no writes.
        "42501" | "25006" => Outcome::Refused,
        // A full disk is of class 53, but it does not pass by itself.
        "53100" => Outcome::RolledBack,
        "40001" | "40P01" | "55P03" | "57P01" | "57P02" | "57P03" | "57P05" => Outcome::Transient,
        _ if sqlstate.starts_with("08") || sqlstate.starts_with("53") => Outcome::Transient,
        _ => Outcome::RolledBack,
    }
}

/// Whether the connection is gone.
pub fn is_lost(error: &Error) -> bool {
    error.is_closed() || error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlstates_lead_to_the_next_step() {
        for (sqlstate, expected) in [
            ("08006", Outcome::Transient),
            ("40P01", Outcome::Transient),
            ("53300", Outcome::Transient),
            ("53100", Outcome::RolledBack),
            ("42501", Outcome::Refused),
            ("57014", Outcome::RolledBack),
            ("42P01", Outcome::RolledBack),
        ] {
            assert_eq!(outcome(sqlstate), expected, "{sqlstate}");
        }
    }
}
