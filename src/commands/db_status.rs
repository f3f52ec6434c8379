//! `db:status`: the target and where each part of it came from, the history, and what is pending. Writes nothing.

use std::fmt::Write;

use anyhow::{Context as _, Result};
use comfy_table::Table;
use serde_json::json;

use super::context::{Connected, Context};
use super::work::{self, Scripts};
use crate::error::Outcome;
use crate::migrate::{self, History, Plan, SeedHistory};
use crate::output::{self, Answer, escape};
use crate::project::Label;

/// Arguments of `db:status`.
#[derive(clap::Args)]
pub struct Args {}

/// What a status is about.
struct Status<'a> {
    connected: &'a Connected,
    scripts: &'a Scripts,
    history: History,
    plan: Plan,
    seeds: SeedHistory,
    label: Option<&'static str>,
}

/// Shows the status. It is a finding when something is pending, or stands in the way.
pub async fn run(context: &Context, _args: &Args) -> Result<Answer> {
    let scripts = work::read(context)?;
    let connected = context.connect().await?;
    let client = &connected.session.client;
    client.batch_execute("BEGIN READ ONLY").await.context("the status could not be read")?;
    let history = History::read(client, &context.project.settings.history_table).await?;
    let seeds = SeedHistory::read(client).await?;
    let label = migrate::read_label(client).await?.or(connected.target.label).map(Label::name);
    client.batch_execute("COMMIT").await?;
    let plan = migrate::plan(&scripts.migrations, &history.applied);
    let status = Status { connected: &connected, scripts: &scripts, history, plan, seeds, label };
    let settled = status.plan.pending.is_empty() && status.plan.obstacles.is_empty() && status.due().is_empty();
    let outcome = if settled { Outcome::Done } else { Outcome::Findings };
    Ok(Answer { outcome, text: status.text(), value: status.value() })
}

impl Status<'_> {
    /// The files of seeds that are new or changed.
    fn due(&self) -> Vec<&str> {
        let due = self.scripts.seeds.iter().filter(|seed| !self.seeds.has(seed));
        due.map(|seed| seed.source.path.as_str()).collect()
    }

    fn pending(&self) -> Vec<&str> {
        self.plan.pending.iter().map(|at| self.scripts.migrations[*at].source.path.as_str()).collect()
    }

    fn origins(&self) -> Vec<(&str, String, String)> {
        if self.connected.local {
            return vec![("target", self.connected.target.to_string(), "the local default".to_owned())];
        }
        let origins = self.connected.target.origins.iter();
        origins.map(|(part, value, source)| (*part, value.clone(), source.to_string())).collect()
    }

    fn text(&self) -> String {
        let version = self.connected.session.server_version_num;
        let mut out = String::new();
        for (part, value, source) in self.origins() {
            let _ = writeln!(out, "{part:<12} {} ({})", escape(&value), escape(&source));
        }
        let _ = writeln!(out, "{:<12} PostgreSQL {}.{}", "server", version / 10_000, version % 10_000);
        if let Some(label) = self.label {
            let _ = writeln!(out, "{:<12} {label}", "label");
        }
        if !self.history.applied.is_empty() {
            let _ = writeln!(out, "\n{}\n", self.table().trim_fmt());
        }
        for (mark, files) in [("pending", self.pending()), ("to seed", self.due())] {
            for file in files {
                let _ = writeln!(out, "{mark:<12} {}", escape(file));
            }
        }
        for obstacle in &self.plan.obstacles {
            let (what, next) = obstacle.words();
            let _ = writeln!(out, "{:<12} {}\n{:<12} {}", "in the way", escape(&what), "", escape(&next));
        }
        if self.pending().is_empty() && self.due().is_empty() && self.plan.obstacles.is_empty() {
            out.push_str("nothing is pending\n");
        }
        out
    }

    fn table(&self) -> Table {
        let mut table = output::table(["version", "name", "applied (UTC)", "took"]);
        for row in &self.history.applied {
            let took = row.duration_ms.map_or_else(String::new, |took| format!("{took} ms"));
            let second = row.applied_on.get(..19).unwrap_or(&row.applied_on).replace('T', " ");
            table.add_row([row.version.to_string(), escape(&row.name), escape(&second), took]);
        }
        table
    }

    fn value(&self) -> serde_json::Value {
        let origins = self
            .origins()
            .into_iter()
            .map(|(part, value, source)| json!({ "part": part, "value": value, "source": source }));
        let applied = self.history.applied.iter().map(|row| {
            json!({ "version": row.version, "name": row.name, "applied_on": row.applied_on, "duration_ms": row.duration_ms })
        });
        let obstacles = self.plan.obstacles.iter().map(
            |obstacle| json!({ "kind": obstacle.kind(), "message": obstacle.words().0, "next": obstacle.words().1 }),
        );
        json!({
            "local": self.connected.local, "origins": origins.collect::<Vec<_>>(), "label": self.label,
            "applied": applied.collect::<Vec<_>>(), "pending": self.pending(), "seeds_due": self.due(),
            "obstacles": obstacles.collect::<Vec<_>>(),
        })
    }
}
