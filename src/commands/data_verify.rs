//! `data:verify`: the checks of data migrations, asked of the database. Writes nothing.

use std::fmt::Write;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::Context;
use crate::data::prove::{self, Proven};
use crate::data::{self, Name, Script, Stage, state};
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
    /// How far it has come, if it has begun.
    stage: Option<Stage>,
    proven: Vec<Proven>,
}

/// Verifies. It is a finding when a rule does not hold, when a script is not through, and when nothing was asked at all.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let scripts = data::read(&context.project.folder)?;
    let chosen = data::choose(&scripts, &args.names)?;
    let connected = context.connect().await?;
    let session = &connected.session;
    let states = state::read(&session.client).await.context("the state of the data migrations could not be read")?;
    let mut told = Vec::new();
    for script in chosen {
        context.check_interrupt()?;
        let stage = states.iter().find(|state| state.version == script.version).map(|state| state.stage);
        let proven = if is_asked(stage) {
            prove::prove(session, script).await.map_err(|error| with_state(error, "nothing was changed"))?
        } else {
            Vec::new()
        };
        told.push(Told { script, stage, proven });
    }
    let checks_any = told.iter().any(Told::has_rules);
    let passed = checks_any && told.iter().all(Told::passed);
    let mut text: String = told.iter().map(Told::text).collect();
    if !checks_any {
        text += "nothing was verified: no data migration has a section `verify` or `compare`\n";
    }
    let outcome = if passed { Outcome::Done } else { Outcome::Findings };
    let scripts: Value = told.iter().map(Told::value).collect();
    Ok(Answer { outcome, text, value: json!({ "scripts": scripts }) })
}

/// Whether rules are asked in this state. Before and after a script has done its work they say nothing, and what they
/// compare with may be gone once it is finalized.
fn is_asked(stage: Option<Stage>) -> bool {
    !matches!(stage, None | Some(Stage::Undone | Stage::Finalized))
}

impl Told<'_> {
    fn has_rules(&self) -> bool {
        [Name::Verify, Name::Compare].into_iter().any(|name| !self.script.statements(name).is_empty())
    }

    fn passed(&self) -> bool {
        matches!(self.stage, Some(Stage::Moved | Stage::Done | Stage::Finalized))
            && self.proven.iter().all(|rule| rule.held)
    }

    fn text(&self) -> String {
        let mut out = format!("{}: {}", escape(&self.script.path), Stage::word(self.stage));
        match self.stage {
            _ if !self.has_rules() => out += ", nothing to verify",
            Some(Stage::Finalized) => out += ", proven before that",
            stage if !is_asked(stage) => out += ", so nothing is proven",
            Some(Stage::Moved | Stage::Done) => {}
            _ => out += ", so what holds now may not hold at its end",
        }
        let _ = write!(out, "\n{}", prove::text(&self.proven));
        out
    }

    fn value(&self) -> Value {
        let rules = prove::value(&self.proven);
        json!({ "script": self.script.path, "state": Stage::word(self.stage), "passed": self.passed(), "rules": rules })
    }
}
