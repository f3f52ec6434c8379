//! Why there is no connection, in words that say what to do.

use std::error::Error as _;
use std::io;

use tokio_postgres::Error;

use crate::db::failure::{outcome, server_error};
use crate::db::target::{Host, Target};
use crate::db::tls;
use crate::error::{Failure, Outcome, ServerError};

/// The failure to reach a server at all.
pub fn unreachable(host: &Host, reason: &str) -> Failure {
    let failure = Failure::new(Outcome::Transient, format!("could not connect to {host} ({reason})"));
    let name = host.place.to_string();
    if name.starts_with("db.") && name.ends_with(".supabase.co") {
        return failure.next(
            "this host has an IPv6 address only; where the network has no IPv6, take the session pooler's URL \
             (dashboard, Connect, Session pooler)",
        );
    }
    failure.next("check that the server runs there, and that the host and the port are right")
}

/// The failure that the driver reports for an attempt on `host`.
pub fn explain(target: &Target, host: &Host, error: &Error) -> Failure {
    if let Some(server) = server_error(error) {
        return refused_by_server(target, host, server);
    }
    let cause = error.source();
    if let Some(reason) = cause.and_then(|cause| cause.downcast_ref::<io::Error>()) {
        if let Some(reason) = reason.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return tls::failure(host, reason);
        }
        return unreachable(host, &reason.kind().to_string());
    }
    let cause = cause.map(ToString::to_string).unwrap_or_default();
    match cause.as_str() {
        "password missing" => Failure::refused(format!("{host} asks for a password, and none was given"))
            .next(format!("give the password of {} in PGPASSWORD, ~/.pgpass or the URL", target.user)),
        "server does not support TLS" => {
            Failure::refused(format!("{host} offers no TLS, and sslmode={} demands it", host.tls))
                .next("turn TLS on at the server (ssl = on); only on a network that you trust, give sslmode=disable")
        }
        "" => unreachable(host, "the server closed the connection"),
        _ => Failure::refused(format!("could not log in to {host}: {cause}"))
            .next("check that the host is the one you mean, and that the password is right"),
    }
}

/// Whether an attempt with TLS failed in a way that one without may not: at TLS itself, or because the server has no
/// entry for encrypted connections in `pg_hba.conf`.
pub fn is_of_tls(error: &Error) -> bool {
    let reason = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    let handshake = reason.and_then(io::Error::get_ref).and_then(|inner| inner.downcast_ref::<rustls::Error>());
    handshake.is_some() || error.code().is_some_and(|code| code.code() == "28000")
}

fn refused_by_server(target: &Target, host: &Host, server: ServerError) -> Failure {
    let (user, database) = (&target.user, &target.database);
    let (how, what, next) = match server.sqlstate.as_str() {
        "28P01" => (
            Outcome::Refused,
            format!("{host} does not take the password of {user}"),
            "check the password where it comes from (db:status says where)".to_owned(),
        ),
        "28000" => (
            Outcome::Refused,
            format!("{host} does not let {user} in to {database}"),
            "ask for an entry in the server's pg_hba.conf, or check user, database and sslmode".to_owned(),
        ),
        "3D000" => (
            Outcome::Refused,
            format!("there is no database {database} on {host}"),
            format!("create it with `createdb {database}`, or correct its name"),
        ),
        "53300" => (
            Outcome::Transient,
            format!("{host} has no connection left"),
            "wait until others have ended, or ask for a higher connection limit".to_owned(),
        ),
        state => {
            // A pooler that knows no such tenant says so with an internal error.
            let how = if outcome(state) == Outcome::Transient { Outcome::Transient } else { Outcome::Refused };
            let next = match host.place.to_string().ends_with(".pooler.supabase.com") {
                true => "the pooler's user is postgres.PROJECT_REF, and the host names the project's region",
                false => "see what the server says",
            };
            (how, format!("{host} refused the connection"), next.to_owned())
        }
    };
    Failure::new(how, what).server(server).next(next)
}
