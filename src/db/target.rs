//! The database that a command talks to, as data: where it is, who logs in, and where each part of that came from.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tokio_postgres::Config;

use crate::db::parameters::Source;
use crate::db::secret::Secret;
use crate::output::{Output, escape};
use crate::project::Label;

/// One database on one server, or on the first of several that answers.
#[derive(Clone, Debug)]
pub struct Target {
    /// The servers, in the order to try them.
    pub hosts: Vec<Host>,
    /// The database's name.
    pub database: String,
    /// The user who logs in.
    pub user: String,
    /// The name that `--env` gave.
    pub environment: Option<String>,
    /// How careful to be, where `pgplumb.toml` says so.
    pub label: Option<Label>,
    /// Where the parts came from: the part, its value (never a password), and its source.
    pub origins: Vec<(&'static str, String, Source)>,
    /// What the user should be warned of, each time.
    pub warnings: Vec<String>,
    /// What a curious reader may want to know.
    pub details: Vec<String>,
    /// How long to wait for one address of one server.
    pub timeout: Option<Duration>,
    /// What the session must be able to do.
    pub session: SessionKind,
    /// The rest of the settings, as the driver has them.
    pub(super) driver: Config,
}

/// One server.
#[derive(Clone, Debug)]
pub struct Host {
    /// Its name or address, or the folder of its socket.
    pub place: Place,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// The certificates that are trusted.
    pub roots: Roots,
    /// The password for it.
    pub(super) password: Option<Secret>,
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A host name or address, and the address to use instead of asking DNS.
    Network(String, Option<IpAddr>),
    /// The folder of a unix socket.
    Socket(PathBuf),
}

/// The modes of libpq's `sslmode`; `allow` is taken as `prefer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsMode {
    /// No TLS.
    Disable,
    /// TLS where the server has it, with any certificate.
    Prefer,
    /// TLS with any certificate.
    Require,
    /// TLS with a certificate from a trusted authority.
    VerifyCa,
    /// TLS with a certificate from a trusted authority for this host's name.
    VerifyFull,
}

/// The authorities that a server's certificate may come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roots {
    /// The machine's own.
    System,
    /// Those in a file.
    File(PathBuf),
}

/// What libpq's `target_session_attrs` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// Anything.
    Any,
    /// One that may write.
    ReadWrite,
    /// One that may not write.
    ReadOnly,
    /// One on a primary server.
    Primary,
    /// One on a standby server.
    Standby,
}

impl Target {
    /// A database behind the unix socket in `folder`, without a password; the local cluster's.
    pub fn on_socket(folder: &Path, port: u16, user: &str, database: &str) -> Self {
        let place = Place::Socket(folder.to_owned());
        let host = Host { place, port, tls: TlsMode::Disable, roots: Roots::System, password: None };
        let mut driver = Config::new();
        driver.user(user).dbname(database).application_name("pgplumb");
        Target {
            hosts: vec![host],
            database: database.to_owned(),
            user: user.to_owned(),
            environment: None,
            label: None,
            origins: Vec::new(),
            warnings: Vec::new(),
            details: Vec::new(),
            timeout: Some(Duration::from_secs(10)),
            session: SessionKind::Any,
            driver,
        }
    }

    /// Says what the user should know before anything is sent.
    pub fn announce(&self, output: &Output) {
        self.warnings.iter().for_each(|warning| output.say(&format!("warning: {}", escape(warning))));
        self.details.iter().for_each(|detail| output.detail(&escape(detail)));
    }

    /// A connection string without the password, for people to use with other programs.
    pub fn url(&self) -> String {
        let place = self.hosts.first().map(|host| (&host.place, host.port));
        match place {
            Some((Place::Socket(folder), port)) => {
                format!("postgresql:///{}?host={}&port={port}&user={}", self.database, folder.display(), self.user)
            }
            Some((Place::Network(name, _), port)) => {
                format!("postgresql://{}@{name}:{port}/{}", self.user, self.database)
            }
            None => String::new(),
        }
    }

    /// What `--json` says under `target`.
    pub fn value(&self, server_version_num: Option<u32>) -> Value {
        let places: Vec<String> = self.hosts.iter().map(|host| host.place.to_string()).collect();
        json!({
            "host": places.join(","), "port": self.hosts.first().map(|host| host.port),
            "database": self.database, "user": self.user, "server_version": server_version_num,
        })
    }

    /// The variables that make libpq's programs, such as `pg_dump`, connect to `host` of this target. They hold the
    /// password, so they belong into a child's environment and nowhere else; the child should have no other PG*
    /// variables. To check a server against the machine's own root certificates, a program needs libpq 16 or later.
    pub fn variables(&self, host: &Host) -> Vec<(&'static str, Secret)> {
        let mode = host.tls.to_string();
        let mut variables = vec![
            ("PGHOST", host.place.to_string()),
            ("PGPORT", host.port.to_string()),
            ("PGDATABASE", self.database.clone()),
            ("PGUSER", self.user.clone()),
            ("PGSSLMODE", mode),
            ("PGAPPNAME", "pgplumb".to_owned()),
        ];
        if let Some(options) = self.driver.get_options() {
            variables.push(("PGOPTIONS", options.to_owned()));
        }
        if let Place::Network(_, Some(address)) = &host.place {
            variables.push(("PGHOSTADDR", address.to_string()));
        }
        if let Roots::File(file) = &host.roots {
            variables.push(("PGSSLROOTCERT", file.display().to_string()));
        } else if host.tls == TlsMode::VerifyFull {
            variables.push(("PGSSLROOTCERT", "system".to_owned()));
        }
        let password = host.password.clone().map(|password| ("PGPASSWORD", password));
        variables.into_iter().map(|(name, value)| (name, Secret::new(value))).chain(password).collect()
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<String> = self.hosts.iter().map(Host::to_string).collect();
        write!(f, "{} on {} as {}", self.database, hosts.join(", "), self.user)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Network(name, _) if name.contains(':') => write!(f, "[{name}]:{}", self.port),
            Place::Network(name, _) => write!(f, "{name}:{}", self.port),
            Place::Socket(folder) => write!(f, "{}/.s.PGSQL.{}", folder.display(), self.port),
        }
    }
}

impl Place {
    /// Whether it is on this machine, so that nobody can listen in on the way.
    pub fn is_local(&self) -> bool {
        match self {
            Place::Socket(_) => true,
            Place::Network(_, Some(address)) => address.is_loopback(),
            Place::Network(name, None) => name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Network(name, _) => f.write_str(name),
            Place::Socket(folder) => write!(f, "{}", folder.display()),
        }
    }
}

impl fmt::Display for TlsMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TlsMode::Disable => "disable",
            TlsMode::Prefer => "prefer",
            TlsMode::Require => "require",
            TlsMode::VerifyCa => "verify-ca",
            TlsMode::VerifyFull => "verify-full",
        })
    }
}
