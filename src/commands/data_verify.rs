//! `data:verify`: the checks of data migrations, asked of the database. Writes nothing.

use std::collections::HashMap;
use std::fmt::Write;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tokio_postgres::Client;

use super::Context;
use crate::data::prove::{self, Proven};
use crate::data::{self, Name, Script};
use crate::error::{Outcome, with_state};
use crate::output::{Answer, escape};

/// Arguments of `data:verify`.
#[derive(clap::Args)]
pub struct Args {
    /// Only these data migrations, by version or name
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// What a script came to.
struct Told<'a> {
    script: &'a Script,
    /// How far it has come.
    state: String,
    proven: Vec<Proven>,
}

/// Verifies. It is a finding when a rule does not hold, when a script is not through, and when nothing was asked at all.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let scripts = data::read(&context.project.folder)?;
    let chosen = data::choose(&scripts, &args.names)?;
    let connected = context.connect().await?;
    let session = &connected.session;
    let states = states(&session.client).await.context("the state of the data migrations could not be read")?;
    let mut told = Vec::new();
    for script in chosen {
        context.check_interrupt()?;
        let state = states.get(&script.version).cloned().unwrap_or_else(|| NOT_BEGUN.to_owned());
        let proven = if is_asked(&state) {
            prove::prove(session, script).await.map_err(|error| with_state(error, "nothing was changed"))?
        } else {
            Vec::new()
        };
        told.push(Told { script, state, proven });
    }
    let checks_any = told.iter().any(|told| told.has_rules());
    let passed = checks_any && told.iter().all(Told::passed);
    let mut text: String = told.iter().map(Told::text).collect();
    if !checks_any {
        text += "nothing was verified: no data migration has a section `verify` or `compare`\n";
    }
    let outcome = if passed { Outcome::Done } else { Outcome::Findings };
    let scripts: Value = told.iter().map(Told::value).collect();
    Ok(Answer { outcome, text, value: json!({ "scripts": scripts }) })
}

const NOT_BEGUN: &str = "not begun";

/// Whether rules are asked in this state. Before and after a script has done its work they say nothing, and what they
/// compare with may be gone once it is finalized.
fn is_asked(state: &str) -> bool {
    !matches!(state, NOT_BEGUN | "undone" | "finalized")
}

/// How far each script has come.
async fn states(client: &Client) -> Result<HashMap<i64, String>, tokio_postgres::Error> {
    let query = "SELECT to_regclass('pgplumb.data_migration') IS NOT NULL";
    let answer = client.query_typed(query, &[]).await?;
    let is_there = answer.first().map_or(Ok(false), |row| row.try_get(0))?;
    if !is_there {
        return Ok(HashMap::new());
    }
    let rows = client.query_typed("SELECT version, state::text FROM pgplumb.data_migration", &[]).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

impl Told<'_> {
    fn has_rules(&self) -> bool {
        [Name::Verify, Name::Compare].into_iter().any(|name| !self.script.statements(name).is_empty())
    }

    fn passed(&self) -> bool {
        matches!(self.state.as_str(), "moved" | "done" | "finalized") && self.proven.iter().all(|rule| rule.held)
    }

    fn text(&self) -> String {
        let mut out = format!("{}: {}", escape(&self.script.path), escape(&self.state));
        match self.state.as_str() {
            _ if !self.has_rules() => out += ", nothing to verify",
            "finalized" => out += ", proven before that",
            state if !is_asked(state) => out += ", so nothing is proven",
            "moved" | "done" => {}
            _ => out += ", so what holds now may not hold at its end",
        }
        let _ = write!(out, "\n{}", prove::text(&self.proven));
        out
    }

    fn value(&self) -> Value {
        let rules = prove::value(&self.proven);
        json!({ "script": self.script.path, "state": self.state, "passed": self.passed(), "rules": rules })
    }
}
