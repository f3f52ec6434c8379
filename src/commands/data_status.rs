//! `data:status`: how far each data migration is, how fast, and what holds it. Writes nothing.

use anyhow::Result;
use serde_json::{Value, json};

use super::context::Context;
use crate::data::state::{self, Stage, State};
use crate::data::{self, Script, lock};
use crate::error::{Failure, Outcome};
use crate::output::{self, Answer, escape};

/// Arguments of `data:status`.
#[derive(clap::Args)]
pub struct Args {}

/// What is known of one script.
struct Entry<'a> {
    script: Option<&'a Script>,
    state: Option<&'a State>,
    /// Who is at work on it.
    runner: Option<String>,
}

/// Shows the state of all data migrations. It is a finding when one of them is not done.
pub async fn run(context: &Context, _: &Args) -> Result<Answer> {
    let scripts = data::read(&context.project.folder)?;
    if scripts.is_empty() {
        return Err(Failure::input("this project has no data migration").next("put one into data/").into());
    }
    let connected = context.connect().await?;
    let client = &connected.session.client;
    client.batch_execute("BEGIN READ ONLY").await?;
    let states = state::read(client).await?;
    let mut entries = Vec::new();
    for script in &scripts {
        let state = states.iter().find(|state| state.version == script.version);
        let runner = lock::holder(client, script.version).await?;
        entries.push(Entry { script: Some(script), state, runner });
    }
    let known = |state: &&State| !scripts.iter().any(|script| script.version == state.version);
    for state in states.iter().filter(known) {
        entries.push(Entry { script: None, state: Some(state), runner: None });
    }
    client.batch_execute("COMMIT").await?;
    let outcome = if entries.iter().all(Entry::is_settled) { Outcome::Done } else { Outcome::Findings };
    let value = json!({ "scripts": entries.iter().map(Entry::value).collect::<Vec<_>>() });
    Ok(Answer { outcome, text: text(&entries), value })
}

fn text(entries: &[Entry<'_>]) -> String {
    let mut table = output::table(["data migration", "state", "rows done", "left", "rows/s", "to go", "last batch"]);
    for entry in entries {
        table.add_row(entry.cells());
    }
    let notes: Vec<String> = entries.iter().flat_map(Entry::notes).map(|note| format!("{}\n", escape(&note))).collect();
    format!("{}\n{}", table.trim_fmt(), notes.concat())
}

impl Entry<'_> {
    fn name(&self) -> &str {
        let state = self.state.map(|state| state.name.as_str());
        self.script.map(|script| script.tag.as_str()).or(state).unwrap_or_default()
    }

    fn stage(&self) -> &'static str {
        Stage::word(self.state.map(|state| state.stage))
    }

    fn is_settled(&self) -> bool {
        self.script.is_some() && !self.is_edited() && self.state.is_some_and(|state| state.stage.is_over())
    }

    fn is_edited(&self) -> bool {
        let (Some(script), Some(state)) = (self.script, self.state) else { return false };
        state.stage != Stage::Undone && script.checksum != state.checksum
    }

    /// About how many rows are left, while rows are on the way.
    fn left(&self) -> Option<i64> {
        let state = self.state.filter(|state| matches!(state.stage, Stage::Running | Stage::Undoing))?;
        Some((state.total? - state.rows).max(0))
    }

    /// How many seconds these take.
    fn seconds(&self) -> Option<f64> {
        let left = u32::try_from(self.left()?).unwrap_or(u32::MAX);
        let rate = self.state?.rate.filter(|rate| *rate > 0.0)?;
        Some(f64::from(left) / rate)
    }

    fn cells(&self) -> Vec<String> {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
        let state = self.state;
        vec![
            escape(self.name()),
            self.stage().to_owned(),
            or_dash(state.map(|state| state.rows.to_string())),
            or_dash(self.left().map(|left| format!("about {left}"))),
            or_dash(state.and_then(|state| state.rate).map(|rate| format!("{rate:.0}"))),
            or_dash(self.seconds().map(|seconds| format!("about {seconds:.0} s"))),
            or_dash(state.and_then(|state| state.last.clone())),
        ]
    }

    fn notes(&self) -> Vec<String> {
        let name = self.name();
        let mut notes = Vec::new();
        if self.script.is_none() {
            notes.push(format!("{name}: its file is gone"));
        }
        if self.is_edited() {
            notes.push(format!("{name}: its file was edited after it had begun"));
        }
        notes.extend(self.runner.as_ref().map(|who| format!("{name}: at work is {who}")));
        if let Some(state) = self.state {
            notes.extend(state.pause.as_ref().map(|why| format!("{name}: asked to pause: {why}")));
            notes.extend(state.held.as_ref().map(|why| format!("{name}: held: {why}")));
            notes.extend(
                (state.skipped > 0).then(|| format!("{name}: {} rows are left out (pgplumb.data_skip)", state.skipped)),
            );
            notes
                .extend((state.pass > 1 && state.stage == Stage::Running).then(|| {
                    format!("{name}: walk {} looks for rows that appeared behind the one before", state.pass)
                }));
        }
        notes
    }

    fn value(&self) -> Value {
        let state = self.state;
        json!({
            "script": self.script.map(|script| &script.path), "name": self.name(), "state": self.stage(),
            "edited": self.is_edited(), "rows": state.map(|state| state.rows), "written": state.map(|state| state.written),
            "total": state.and_then(|state| state.total), "left": self.left(),
            "rows_per_second": state.and_then(|state| state.rate), "seconds_to_go": self.seconds(),
            "last_batch": state.and_then(|state| state.last.as_ref()), "pause": state.and_then(|state| state.pause.as_ref()),
            "held": state.and_then(|state| state.held.as_ref()), "skipped": state.map(|state| state.skipped),
            "runner": self.runner,
        })
    }
}
