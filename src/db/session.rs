//! An open connection, what the server says beside its answers, and the way to stop a statement.

use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, OnceLock};

use anyhow::Result;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, CancelToken, Client, Config, Connection, Error};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::db::failure::{describe, failure_of, server_error};
use crate::db::target::Host;
use crate::error::{Failure, ServerError};
use crate::output::escape;

/// A connection to a database.
pub struct Session {
    /// The driver's client.
    pub client: Client,
    /// The server's version, as in `server_version_num`.
    pub server_version_num: u32,
    /// The server that answered.
    pub host: Host,
    tls: MakeRustlsConnect,
    driver: Config,
    /// Stops what runs on a second connection.
    second: RefCell<Option<CancelToken>>,
    lost: Arc<OnceLock<Error>>,
    task: JoinHandle<()>,
}

/// Something that the server said beside its answers, such as `RAISE NOTICE`.
#[derive(Clone, Debug)]
pub struct Notice {
    /// `NOTICE`, `WARNING`, `INFO`, …
    pub severity: String,
    /// What was said.
    pub said: ServerError,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", escape(&self.severity), escape(&self.said.message))
    }
}

impl Session {
    /// Takes over a connection that was just made and keeps it going.
    pub(super) fn new<S, T>(
        client: Client,
        connection: Connection<S, T>,
        host: &Host,
        tls: &MakeRustlsConnect,
        driver: Config,
        on_notice: impl Fn(Notice) + Send + 'static,
    ) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let server_version_num = connection.parameter("server_version").map_or(0, version_num);
        let lost = Arc::new(OnceLock::new());
        let task = tokio::spawn(attend(connection, Arc::clone(&lost), on_notice));
        let (host, tls, second) = (host.clone(), tls.clone(), RefCell::default());
        Session { client, server_version_num, host, tls, driver, second, lost, task }
    }

    /// A second connection to the same address, which lasts as long as its client is kept.
    pub async fn second(&self) -> Result<Client, Error> {
        let (client, connection) = self.driver.connect(self.tls.clone()).await?;
        tokio::spawn(attend(connection, Arc::default(), |_| ()));
        *self.second.borrow_mut() = Some(client.cancel_token());
        Ok(client)
    }

    /// Asks the server to stop the statement that runs. Whether it does is seen in the statement's own answer.
    pub async fn cancel(&self) -> Result<()> {
        let cancelled = self.client.cancel_token().cancel_query(self.tls.clone()).await;
        let second = self.second.take();
        if let Some(second) = second {
            let _ = second.cancel_query(self.tls.clone()).await;
        }
        cancelled.map_err(|error| failure_of(&error, "the running statement could not be cancelled").into())
    }

    /// As [`failure_of`], with the server's last words where the connection was lost.
    pub fn failure_of(&self, error: &Error, what: impl Into<String>) -> Failure {
        let failure = failure_of(error, what);
        match self.lost.get().and_then(server_error) {
            Some(last) if failure.server.is_none() => failure.server(last),
            _ => failure,
        }
    }

    /// Ends the session and waits until the server has been told.
    pub async fn close(self) {
        drop(self.client);
        let _ = self.task.await;
    }
}

/// Reads from the connection until it ends, hands on notices, and keeps the error that ended it.
async fn attend<S, T>(mut connection: Connection<S, T>, lost: Arc<OnceLock<Error>>, on_notice: impl Fn(Notice))
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
        match message {
            Ok(AsyncMessage::Notice(notice)) => {
                on_notice(Notice { severity: notice.severity().to_owned(), said: describe(&notice) });
            }
            Ok(_) => {}
            Err(error) => {
                let _ = lost.set(error);
                return;
            }
        }
    }
}

/// The number that `server_version_num` has for a version such as `15.8 (Debian 15.8-1)` or `18beta1`.
fn version_num(version: &str) -> u32 {
    let number = |text: &str| text.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok());
    let (major, minor) = version.split_once('.').unwrap_or((version, ""));
    number(major).unwrap_or(0) * 10_000 + number(minor).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbered_as_the_server_does() {
        assert_eq!(version_num("15.8 (Debian 15.8-1.pgdg120+1)"), 150_008);
        assert_eq!(version_num("18beta1"), 180_000);
        assert_eq!(version_num("?"), 0);
    }
}
