//! Connection parameters under libpq's names, each with where it came from.

use std::collections::BTreeMap;
use std::fmt;

use crate::db::secret::Secret;
use crate::error::did_you_mean;
use crate::project::Environment;

/// Where a part of the target came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `--url`.
    Option,
    /// Standard input, for `--url -`.
    StandardInput,
    /// `--env NAME`, with the variable that `url_from` names, if it does.
    Settings(String, Option<String>),
    /// A variable of the process environment.
    Variable(String),
    /// A variable in a `.env` file.
    Dotenv(&'static str, &'static str),
    /// A file of libpq: the password file or a service file.
    File(String),
    /// What libpq takes where nothing is given.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Option => f.write_str("--url"),
            Source::StandardInput => f.write_str("standard input"),
            Source::Settings(name, None) => write!(f, "env.{name} in pgplumb.toml"),
            Source::Settings(name, Some(variable)) => write!(f, "{variable}, named by env.{name} in pgplumb.toml"),
            Source::Variable(name) => f.write_str(name),
            Source::Dotenv(name, file) => write!(f, "{name} in {file}"),
            Source::File(path) => f.write_str(path),
            Source::Default => f.write_str("the default"),
        }
    }
}

/// What is done with a parameter.
#[derive(Clone, Copy)]
enum Use {
    Kept,
    Ignored,
    /// Refused, because to ignore it would make the connection less safe or less what was asked for.
    Refused,
}
use Use::{Ignored, Kept, Refused};

/// Every parameter of libpq that matters here, its environment variable, and what is done with it. The last ones are
/// additions of Prisma, Supabase and node-postgres.
const KNOWN: &[(&str, &str, Use)] = &[
    ("service", "PGSERVICE", Kept),
    ("host", "PGHOST", Kept),
    ("hostaddr", "PGHOSTADDR", Kept),
    ("port", "PGPORT", Kept),
    ("dbname", "PGDATABASE", Kept),
    ("user", "PGUSER", Kept),
    ("password", "PGPASSWORD", Kept),
    ("passfile", "", Kept),
    ("options", "PGOPTIONS", Kept),
    ("application_name", "PGAPPNAME", Kept),
    ("sslmode", "PGSSLMODE", Kept),
    ("sslrootcert", "PGSSLROOTCERT", Kept),
    ("channel_binding", "PGCHANNELBINDING", Kept),
    ("connect_timeout", "PGCONNECT_TIMEOUT", Kept),
    ("target_session_attrs", "PGTARGETSESSIONATTRS", Kept),
    ("tcp_user_timeout", "", Kept),
    ("keepalives", "", Kept),
    ("keepalives_idle", "", Kept),
    ("keepalives_interval", "", Kept),
    ("keepalives_count", "", Kept),
    ("sslcert", "PGSSLCERT", Refused),
    ("sslkey", "PGSSLKEY", Refused),
    ("sslpassword", "", Refused),
    ("sslcrl", "PGSSLCRL", Refused),
    ("sslcrldir", "PGSSLCRLDIR", Refused),
    ("require_auth", "PGREQUIREAUTH", Refused),
    ("requirepeer", "PGREQUIREPEER", Refused),
    ("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION", Refused),
    ("replication", "", Refused),
    ("sslnegotiation", "PGSSLNEGOTIATION", Ignored),
    ("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION", Ignored),
    ("sslcompression", "", Ignored),
    ("sslsni", "PGSSLSNI", Ignored),
    ("sslcertmode", "PGSSLCERTMODE", Ignored),
    ("gssencmode", "PGGSSENCMODE", Ignored),
    ("krbsrvname", "PGKRBSRVNAME", Ignored),
    ("gsslib", "PGGSSLIB", Ignored),
    ("client_encoding", "PGCLIENTENCODING", Ignored),
    ("fallback_application_name", "", Ignored),
    ("load_balance_hosts", "PGLOADBALANCEHOSTS", Ignored),
    ("pgbouncer", "", Ignored),
    ("schema", "", Ignored),
    ("connection_limit", "", Ignored),
    ("pool_timeout", "", Ignored),
    ("socket_timeout", "", Ignored),
    ("statement_cache_size", "", Ignored),
    ("sslaccept", "", Ignored),
    ("uselibpqcompat", "", Ignored),
    ("supa", "", Ignored),
    ("workaround", "", Ignored),
];

/// The variables that make a target of their own; the others only add to one.
const NAMES_A_TARGET: [&str; 6] = ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE"];

/// Connection parameters, each with its source.
#[derive(Clone, Default)]
pub struct Parameters {
    values: BTreeMap<&'static str, (Secret, Source)>,
    /// The parameters that were given and left alone.
    pub ignored: Vec<(&'static str, Source)>,
}

/// Whether the PG* variables are enough to say which database is meant.
pub fn names_a_target(environment: &Environment) -> bool {
    NAMES_A_TARGET.iter().any(|variable| environment.get(variable).is_some())
}

impl Parameters {
    /// The parameters that the PG* variables set.
    pub fn of_environment(environment: &Environment) -> Result<Self, String> {
        let mut parameters = Parameters::default();
        for (keyword, variable, _) in KNOWN {
            let Some(value) = environment.get(variable) else { continue };
            let source = Source::Variable((*variable).to_owned());
            parameters.set(keyword, value, &source).map_err(|reason| format!("{variable} {reason}"))?;
        }
        Ok(parameters)
    }

    /// Sets a parameter; the last one of the same name counts. The error never holds what was given.
    pub fn set(&mut self, keyword: &str, value: &str, source: &Source) -> Result<(), String> {
        let Some((keyword, _, what)) = KNOWN.iter().find(|(known, ..)| *known == keyword) else {
            let near = did_you_mean(keyword, KNOWN.iter().map(|(known, ..)| *known));
            return Err(format!("is not a connection parameter{near}"));
        };
        match what {
            Refused => return Err(format!("is `{keyword}`, which pgplumb does not support")),
            Ignored => self.ignored.push((keyword, source.clone())),
            Kept if value.contains('\0') => return Err(format!("is `{keyword}` with a NUL character")),
            Kept if value.is_empty() => {}
            Kept => {
                self.values.insert(keyword, (Secret::new(value), source.clone()));
            }
        }
        Ok(())
    }

    /// Takes from `others` what is not set here.
    pub fn fill(&mut self, others: Parameters) {
        for (keyword, value) in others.values {
            self.values.entry(keyword).or_insert(value);
        }
        self.ignored.extend(others.ignored);
    }

    /// A parameter's value.
    pub fn get(&self, keyword: &str) -> Option<&str> {
        self.values.get(keyword).map(|(value, _)| value.expose())
    }

    /// Where a parameter came from.
    pub fn source(&self, keyword: &str) -> Source {
        self.values.get(keyword).map_or(Source::Default, |(_, source)| source.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_first_stays_and_unknown_names_are_not_repeated() {
        let mut parameters = Parameters::default();
        parameters.set("host", "a", &Source::Option).unwrap();
        assert_eq!(
            parameters.set("ssl_mode", "x", &Source::Option).unwrap_err(),
            "is not a connection parameter (did you mean `sslmode`?)"
        );
        assert!(parameters.set("sslcert", "x", &Source::Option).unwrap_err().contains("does not support"));
        parameters.set("pgbouncer", "true", &Source::Option).unwrap();
        let environment = Environment::of("ann", [("PGHOST", "b"), ("PGUSER", "bob"), ("PGPORT", "")]);
        parameters.fill(Parameters::of_environment(&environment).unwrap());
        assert_eq!(
            (parameters.get("host"), parameters.get("user"), parameters.get("port")),
            (Some("a"), Some("bob"), None)
        );
        assert_eq!(parameters.source("user"), Source::Variable("PGUSER".to_owned()));
        assert_eq!(parameters.ignored, [("pgbouncer", Source::Option)]);
    }
}
