//! What `pgplumb.toml` says.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde::Deserialize;

use crate::db::secret::Secret;
use crate::error::{Failure, Location, did_you_mean};

/// The settings of a project.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What a hosted PostgreSQL has in every database before the first script.
    pub platform: Option<Platform>,
    /// The history table, with its schema.
    pub history_table: String,
    /// What becomes of a migration that is not applied although a later one is.
    pub order: Order,
    /// The order of the seeds, where their names do not give it.
    pub seeds: Vec<String>,
    /// The private local cluster.
    pub local: Local,
    /// Named databases for `--env`.
    pub env: BTreeMap<String, EnvironmentSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            platform: None,
            history_table: "pgplumb.refinery_schema_history".to_owned(),
            order: Order::default(),
            seeds: Vec::new(),
            local: Local::default(),
            env: BTreeMap::new(),
        }
    }
}

/// What becomes of a migration that is not applied although a later one is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The run is refused.
    #[default]
    Strict,
    /// It is applied, and the run says so.
    Warn,
    /// It is applied.
    Allow,
}

/// A hosted PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Supabase.
    Supabase,
}

impl Platform {
    /// Its name, as `pgplumb.toml` has it.
    pub fn name(self) -> &'static str {
        match self {
            Platform::Supabase => "supabase",
        }
    }
}

/// Settings of the private local cluster.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Local {
    /// The major version to use; without one, the newest found.
    pub version: Option<u32>,
}

/// A database that `--env` names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnvironmentSettings {
    /// Its connection string.
    pub url: Option<Secret>,
    /// The environment variable that holds its connection string.
    pub url_from: Option<String>,
    /// How careful to be with it.
    pub label: Option<Label>,
}

/// How careful to be with a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// It may be reset.
    Disposable,
    /// It may never be reset.
    Protected,
}

impl Label {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Label::Disposable => "disposable",
            Label::Protected => "protected",
        }
    }

    /// The label that a word means.
    pub fn of(name: &str) -> Option<Self> {
        [Label::Disposable, Label::Protected].into_iter().find(|label| label.name() == name)
    }
}

/// Reads the text of a settings file; `file` is its name for messages.
pub fn parse(file: &str, text: &str) -> Result<Settings> {
    let settings: Settings = match toml::from_str(text) {
        Ok(settings) => settings,
        Err(error) => bail!(failure(file, text, &error)),
    };
    for (name, environment) in &settings.env {
        if environment.url.is_some() == environment.url_from.is_some() {
            bail!(
                Failure::input(format!("{file}: env.{name} needs either `url` or `url_from`"))
                    .next("name the environment variable that holds the connection string in `url_from`")
            );
        }
    }
    Ok(settings)
}

fn failure(file: &str, text: &str, error: &toml::de::Error) -> Failure {
    let failure = Failure::input(format!("{file}: {}", explain(error.message())));
    let Some(span) = error.span() else { return failure };
    let mut location = Location::of(file, text, span.start);
    location.text = without_secrets(&location.text);
    failure.at(location)
}

/// The parser's message without the values that it quotes, and with a near word for a misspelt one.
fn explain(message: &str) -> String {
    let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match (message.split_once(", expected "), words.split_first()) {
        (_, Some((word, known))) if message.starts_with("unknown field") => {
            format!("unknown key `{word}`{}", did_you_mean(word, known.iter().copied()))
        }
        (Some((_, expected)), Some((word, known))) if message.starts_with("unknown variant") => {
            format!("the value must be {expected}{}", did_you_mean(word, known.iter().copied()))
        }
        (Some((_, expected)), _) if message.starts_with("invalid") => format!("the value must be {expected}"),
        _ => message.lines().next().unwrap_or_default().to_owned(),
    }
}

/// A line that may hold a connection string keeps its key only.
fn without_secrets(line: &str) -> String {
    let lower = line.to_lowercase();
    if !["url", "://", "@", "pass"].iter().any(|sign| lower.contains(sign)) {
        return line.to_owned();
    }
    let kept = line.split_once('=').map_or("", |(key, _)| key);
    let hidden = line.chars().count().saturating_sub(kept.chars().count());
    format!("{kept}{}", "·".repeat(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        parse("pgplumb.toml", text).unwrap_err().to_string()
    }

    #[test]
    fn everything_can_be_said() {
        let text = "platform = 'supabase'\nhistory_table = 'a.b'\nseeds = ['1.sql']\n[local]\nversion = 16\n\
                    [env.staging]\nurl = 'postgres://h/d'\nlabel = 'disposable'\n[env.live]\nurl_from = 'LIVE'";
        let settings = parse("pgplumb.toml", text).unwrap();
        assert_eq!((settings.platform, settings.local.version), (Some(Platform::Supabase), Some(16)));
        assert_eq!(settings.env["staging"].label, Some(Label::Disposable));
        assert_eq!(settings.env["live"].url_from.as_deref(), Some("LIVE"));
    }

    #[test]
    fn misspelt_words_are_placed_and_mended() {
        let said = error("[local]\nversoin = 16\n");
        assert!(said.starts_with("pgplumb.toml: unknown key `versoin` (did you mean `version`?)"), "{said}");
        assert!(said.contains("--> pgplumb.toml:2:1"), "{said}");
        assert!(error("platform = 'supabas'").contains("must be `supabase` (did you mean `supabase`?)"));
    }

    #[test]
    fn no_message_holds_a_connection_string() {
        for text in [
            "[env]\nlive = 'postgres://u:canary@h/d'",
            "[env.live]\nurl = 'postgres://u:canary@h/d",
            "[env.live]\nurl = ['postgres://u:canary@h/d']",
            "[env.live]\nlabel = 'postgres://u:canary@h/d'",
            "[env.live]\nurl = \"u:canary\\q\"",
            "[env.live]\nurl = u:canary",
            "local = 'postgres://u:canary@h/d'",
            "[local]\nversion = 'postgres://u:canary@h/d'",
        ] {
            let said = error(text);
            assert!(!said.contains("canary"), "{said}");
        }
        assert!(error("[env.live]\nlabel = 'protected'").contains("env.live needs either"));
    }
}
