//! From connection parameters to a target, filling gaps as libpq does.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, anyhow};
use tokio_postgres::Config;
use tokio_postgres::config::ChannelBinding;

use crate::db::libpq::{self, Login};
use crate::db::parameters::{Parameters, Source};
use crate::db::secret::Secret;
use crate::db::target::{Host, Place, Roots, SessionKind, Target, TlsMode};
use crate::error::Failure;
use crate::project::{self, Environment};

/// The folders where servers put their sockets unless told otherwise.
const SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// Makes a target of `given`. Reads the password file, where the password is not given otherwise.
pub fn target(given: &Parameters, environment: &Environment) -> Result<Target> {
    let missing = "give the user, as in postgres://USER@HOST/DATABASE";
    let user = given.get("user").or(environment.user());
    let user = user.ok_or_else(|| Failure::input("the target has no user").next(missing))?.to_owned();
    let database = given.get("dbname").unwrap_or(&user).to_owned();
    let mut hosts = hosts(given, environment)?;
    let mut target = Target::on_socket(Path::new("/"), 0, &user, &database);
    target.driver = driver(given)?;
    target.driver.user(&user).dbname(&database);
    target.timeout = match number(given, "connect_timeout")? {
        None => target.timeout,
        Some(0) => None,
        Some(seconds) => Some(Duration::from_secs(seconds)),
    };
    target.session = session(given)?;
    let password_source = passwords(given, environment, &mut hosts, (&database, &user), &mut target.warnings)?;
    target.warnings.extend(hosts.iter().filter_map(weakness));
    target.details = given.ignored.iter().map(|(name, source)| format!("`{name}` of {source} is left alone")).collect();
    target.origins = origins(given, &hosts, &target, password_source);
    target.hosts = hosts;
    Ok(target)
}

fn hosts(given: &Parameters, environment: &Environment) -> Result<Vec<Host>> {
    let names = list(given.get("host"));
    let addresses = list(given.get("hostaddr"));
    let ports = list(given.get("port"));
    let count = names.len().max(addresses.len()).max(1);
    for (keyword, length) in [("host", names.len()), ("hostaddr", addresses.len()), ("port", ports.len())] {
        if length != count && length != 0 && !(keyword == "port" && length == 1) {
            return Err(wrong(given, keyword, &format!("a list of {count}, as many as there are hosts")));
        }
    }
    (0..count)
        .map(|at| {
            let port = match ports.get(at).or(ports.first()) {
                None | Some(&"") => 5432,
                Some(text) => text
                    .parse()
                    .ok()
                    .filter(|port| *port > 0)
                    .ok_or_else(|| wrong(given, "port", "a number from 1 to 65535"))?,
            };
            let place = place(given, names.get(at).copied(), addresses.get(at).copied(), port)?;
            let (tls, roots) = tls(given, environment, &place)?;
            Ok(Host { place, port, tls, roots, password: None })
        })
        .collect()
}

fn list(value: Option<&str>) -> Vec<&str> {
    value.map(|value| value.split(',').map(str::trim).collect()).unwrap_or_default()
}

fn place(given: &Parameters, name: Option<&str>, address: Option<&str>, port: u16) -> Result<Place> {
    let name = name.filter(|name| !name.is_empty());
    let address = match address.filter(|address| !address.is_empty()) {
        Some(text) => Some(text.parse().map_err(|_| wrong(given, "hostaddr", "an IP address"))?),
        None => None,
    };
    match (name, address) {
        (Some(folder), None) if folder.starts_with('/') => Ok(Place::Socket(PathBuf::from(folder))),
        (Some(name), address) => {
            let proper = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '%');
            if !name.chars().all(proper) {
                return Err(wrong(given, "host", "a host name, an IP address or the absolute folder of a socket"));
            }
            Ok(Place::Network(name.to_owned(), address))
        }
        (None, Some(address)) => Ok(Place::Network(address.to_string(), Some(address))),
        (None, None) => {
            let socket = |folder: &&str| Path::new(folder).join(format!(".s.PGSQL.{port}")).exists();
            let folder = SOCKET_FOLDERS.into_iter().find(socket);
            Ok(folder.map_or_else(|| Place::Network("localhost".to_owned(), None), |it| Place::Socket(it.into())))
        }
    }
}

fn tls(given: &Parameters, environment: &Environment, place: &Place) -> Result<(TlsMode, Roots)> {
    let roots = match given.get("sslrootcert") {
        Some("system") => Roots::System,
        Some(file) => Roots::File(PathBuf::from(file)),
        None => environment.root_certificates().map_or(Roots::System, Roots::File),
    };
    let system = given.get("sslrootcert") == Some("system");
    let mode = match given.get("sslmode") {
        None if place.is_local() && !system => TlsMode::Prefer,
        None | Some("verify-full") => TlsMode::VerifyFull,
        Some(_) if system => {
            return Err(wrong(given, "sslmode", "verify-full, because sslrootcert=system trusts every authority"));
        }
        Some("disable") => TlsMode::Disable,
        Some("allow" | "prefer") => TlsMode::Prefer,
        // As in libpq, a file of root certificates makes `require` check against it.
        Some("require") if roots != Roots::System => TlsMode::VerifyCa,
        Some("require") => TlsMode::Require,
        Some("verify-ca") => TlsMode::VerifyCa,
        Some(_) => {
            return Err(wrong(given, "sslmode", "disable, allow, prefer, require, verify-ca or verify-full"));
        }
    };
    Ok((if matches!(place, Place::Socket(_)) { TlsMode::Disable } else { mode }, roots))
}

/// The sentence for a connection over a network that someone on the way could read or take over.
fn weakness(host: &Host) -> Option<String> {
    if host.place.is_local() {
        return None;
    }
    let danger = match host.tls {
        TlsMode::Disable => "nothing is encrypted, the data can be read on the way",
        TlsMode::Prefer => "encryption can be stripped on the way, and the server is not checked",
        TlsMode::Require => "the server's certificate is not checked, so another can pose as it",
        TlsMode::VerifyCa => "the name in the server's certificate is not checked",
        TlsMode::VerifyFull => return None,
    };
    Some(format!("sslmode={} to {host}: {danger}; use sslmode=verify-full", host.tls))
}

/// Gives each host its password, and says where the first one came from.
fn passwords(
    given: &Parameters,
    environment: &Environment,
    hosts: &mut [Host],
    (database, user): (&str, &str),
    warnings: &mut Vec<String>,
) -> Result<Option<Source>> {
    if let Some(password) = given.get("password") {
        let source = given.source("password");
        refuse_placeholder(password, &source)?;
        hosts.iter_mut().for_each(|host| host.password = Some(Secret::new(password)));
        return Ok(Some(source));
    }
    let file = given.get("passfile").map(PathBuf::from).or_else(|| environment.password_file());
    let Some(file) = file.filter(|file| file.is_file()) else { return Ok(None) };
    let short = environment.short(&file);
    if let Some(mode) = readable_by_others(&file) {
        warnings
            .push(format!("{short} is not used, because others may read it (mode {mode:o}); run: chmod 600 {short}"));
        return Ok(None);
    }
    let text = project::read(&file)?.unwrap_or_default();
    for host in hosts.iter_mut() {
        let name = match &host.place {
            Place::Socket(folder) if SOCKET_FOLDERS.iter().any(|usual| Path::new(usual) == folder) => {
                "localhost".into()
            }
            place => place.to_string(),
        };
        let login = Login { host: &name, port: host.port, database, user };
        host.password = libpq::password(&text, &login).map(Secret::new);
    }
    Ok(hosts.iter().any(|host| host.password.is_some()).then_some(Source::File(short)))
}

/// The file's permissions, if they give anything to anyone but its owner.
#[cfg(unix)]
fn readable_by_others(file: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(file).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn readable_by_others(_: &Path) -> Option<u32> {
    None
}

fn refuse_placeholder(password: &str, source: &Source) -> Result<()> {
    let inner = password.trim_matches(['[', ']', '<', '>', '{', '}']);
    let words = inner.to_uppercase().replace(['-', ' '], "_");
    let bracketed = inner.len() != password.len() && matches!(words.as_str(), "PASSWORD" | "DB_PASSWORD");
    let yours = words.starts_with("YOUR") && words.contains("PASSWORD");
    if !bracketed && !yours {
        return Ok(());
    }
    Err(Failure::input(format!("the password in {source} is still a placeholder"))
        .next("put the database's password in its place; Supabase: dashboard, Database, Settings, Reset database password")
        .into())
}

fn driver(given: &Parameters) -> Result<Config> {
    let mut driver = Config::new();
    driver.application_name(given.get("application_name").unwrap_or("pgplumb"));
    if let Some(options) = given.get("options") {
        driver.options(options);
    }
    driver.channel_binding(match given.get("channel_binding") {
        None | Some("prefer") => ChannelBinding::Prefer,
        Some("require") => ChannelBinding::Require,
        Some("disable") => ChannelBinding::Disable,
        Some(_) => return Err(wrong(given, "channel_binding", "disable, prefer or require")),
    });
    // The defaults find a dead connection within two minutes, where the system's own take two hours.
    driver.keepalives(number(given, "keepalives")? != Some(0));
    driver.keepalives_idle(Duration::from_secs(number(given, "keepalives_idle")?.unwrap_or(60)));
    driver.keepalives_interval(Duration::from_secs(number(given, "keepalives_interval")?.unwrap_or(15)));
    let retries = number(given, "keepalives_count")?.unwrap_or(4);
    driver.keepalives_retries(u32::try_from(retries).unwrap_or(u32::MAX));
    if let Some(milliseconds) = number(given, "tcp_user_timeout")? {
        driver.tcp_user_timeout(Duration::from_millis(milliseconds));
    }
    Ok(driver)
}

fn number(given: &Parameters, keyword: &str) -> Result<Option<u64>> {
    let Some(text) = given.get(keyword) else { return Ok(None) };
    text.trim().parse().map(Some).map_err(|_| wrong(given, keyword, "a whole number, 0 or more"))
}

fn session(given: &Parameters) -> Result<SessionKind> {
    Ok(match given.get("target_session_attrs") {
        None | Some("any") => SessionKind::Any,
        Some("read-write") => SessionKind::ReadWrite,
        Some("read-only") => SessionKind::ReadOnly,
        Some("primary") => SessionKind::Primary,
        Some("standby") => SessionKind::Standby,
        Some(_) => return Err(wrong(given, "target_session_attrs", "any, read-write, read-only, primary or standby")),
    })
}

fn wrong(given: &Parameters, keyword: &str, expected: &str) -> anyhow::Error {
    anyhow!(
        Failure::input(format!("`{keyword}` from {} must be {expected}", given.source(keyword)))
            .next("correct it where it was given; a special character in a URL's password must be percent-encoded")
    )
}

fn origins(
    given: &Parameters,
    hosts: &[Host],
    target: &Target,
    password: Option<Source>,
) -> Vec<(&'static str, String, Source)> {
    let all = |part: fn(&Host) -> String| hosts.iter().map(part).collect::<Vec<_>>().join(",");
    let host = if given.get("host").is_none() && given.get("hostaddr").is_some() { "hostaddr" } else { "host" };
    let mut origins = vec![
        ("host", all(|host| host.place.to_string()), given.source(host)),
        ("port", all(|host| host.port.to_string()), given.source("port")),
        ("database", target.database.clone(), given.source("dbname")),
        ("user", target.user.clone(), given.source("user")),
        ("sslmode", all(|host| host.tls.to_string()), given.source("sslmode")),
    ];
    origins.extend(password.map(|source| ("password", "***".to_owned(), source)));
    origins
}
