//! Makes the connection: the servers of a target in turn, each of their addresses in turn, as libpq does.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, Connection, SimpleQueryMessage, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::db::connect_failure::{explain, is_of_tls, unreachable};
use crate::db::failure::failure_of;
use crate::db::session::{Notice, Session};
use crate::db::target::{Host, Place, SessionKind, Target, TlsMode};
use crate::db::tls;
use crate::error::{Failure, Outcome};

type Stream = <MakeRustlsConnect as tokio_postgres::tls::MakeTlsConnect<Socket>>::Stream;
type Connected = (Client, Connection<Socket, Stream>, Config);

/// Connects to the first server of `target` that answers and is of the kind asked for. Notices go to `on_notice`.
pub async fn connect(target: &Target, on_notice: impl Fn(Notice) + Clone + Send + 'static) -> Result<Session> {
    let mut last = Failure::input("the target has no host");
    for host in &target.hosts {
        let tls = tls::connector(host)?;
        match connect_host(target, host, &tls).await {
            Ok((client, connection, driver)) => {
                let session = Session::new(client, connection, host, &tls, driver, on_notice.clone());
                match refusal(&session, target.session).await {
                    None => return Ok(session),
                    Some(failure) => last = failure,
                }
            }
            // As in libpq, a server that answered with a refusal is the one that was meant.
            Err(failure) if failure.outcome == Outcome::Refused => bail!(failure),
            Err(failure) => last = failure,
        }
    }
    bail!(last)
}

async fn connect_host(target: &Target, host: &Host, tls: &MakeRustlsConnect) -> Result<Connected, Failure> {
    let mut last = unreachable(host, "its name has no address");
    for address in addresses(target, host).await? {
        match connect_address(target, host, address, tls).await {
            Err(failure) if failure.outcome != Outcome::Refused => last = failure,
            result => return result,
        }
    }
    Err(last)
}

/// The addresses to try; for a socket, one that is no address.
async fn addresses(target: &Target, host: &Host) -> Result<Vec<Option<IpAddr>>, Failure> {
    let name = match &host.place {
        Place::Network(name, None) => name.as_str(),
        Place::Network(_, address) => return Ok(vec![*address]),
        Place::Socket(_) => return Ok(vec![None]),
    };
    match within(target.timeout, tokio::net::lookup_host((name, host.port))).await {
        Some(Ok(found)) => Ok(found.map(|address| Some(address.ip())).collect()),
        Some(Err(_)) => Err(unreachable(host, "its name could not be resolved")),
        None => Err(unreachable(host, "its name could not be resolved in time")),
    }
}

async fn connect_address(
    target: &Target,
    host: &Host,
    address: Option<IpAddr>,
    tls: &MakeRustlsConnect,
) -> Result<Connected, Failure> {
    let mut config = target.driver.clone();
    match &host.place {
        Place::Network(name, _) => config.host(name),
        Place::Socket(folder) => config.host_path(folder),
    };
    if let Some(address) = address {
        config.hostaddr(address);
    }
    if let Some(password) = &host.password {
        config.password(password.expose());
    }
    config.port(host.port).ssl_mode(match host.tls {
        TlsMode::Disable => SslMode::Disable,
        TlsMode::Prefer => SslMode::Prefer,
        TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => SslMode::Require,
    });
    let mut result = within(target.timeout, config.connect(tls.clone())).await;
    // As in libpq, `prefer` tries again without TLS where TLS may be what failed.
    if host.tls == TlsMode::Prefer && matches!(&result, Some(Err(error)) if is_of_tls(error)) {
        let without = within(target.timeout, config.ssl_mode(SslMode::Disable).connect(tls.clone())).await;
        let no_better = matches!(&without, Some(Err(error)) if is_of_tls(error));
        result = if no_better { result } else { without };
    }
    match result {
        Some(Ok((client, connection))) => Ok((client, connection, config)),
        Some(Err(error)) => Err(explain(target, host, &error)),
        None => Err(unreachable(host, "no answer in time")),
    }
}

/// Why a session is not of the kind that was asked for, if it is not.
async fn refusal(session: &Session, wanted: SessionKind) -> Option<Failure> {
    if wanted == SessionKind::Any {
        return None;
    }
    let query = "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only')";
    let rows = match session.client.simple_query(query).await {
        Ok(rows) => rows,
        Err(error) => return Some(failure_of(&error, format!("{} could not be asked what it is", session.host))),
    };
    let row = rows.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some((row.get(0) == Some("t"), row.get(1) == Some("on"))),
        _ => None,
    })?;
    let (fits, name) = match (wanted, row) {
        (SessionKind::ReadWrite, (_, read_only)) => (!read_only, "one that may write"),
        (SessionKind::ReadOnly, (_, read_only)) => (read_only, "one that may only read"),
        (SessionKind::Primary, (standby, _)) => (!standby, "a primary"),
        (SessionKind::Standby, (standby, _)) => (standby, "a standby"),
        (SessionKind::Any, _) => (true, ""),
    };
    let failure = || {
        let failure = Failure::refused(format!("{} is not {name}, as target_session_attrs wants it", session.host));
        failure.next("name a server that is, or leave target_session_attrs out")
    };
    (!fits).then(failure)
}

/// The result of `future`, unless it takes longer than `timeout`.
async fn within<F: Future>(timeout: Option<Duration>, future: F) -> Option<F::Output> {
    match timeout {
        Some(timeout) => tokio::time::timeout(timeout, future).await.ok(),
        None => Some(future.await),
    }
}
