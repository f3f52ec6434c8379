//! `db:status`: the target and where each part of it came from, the history, and what is pending. Writes nothing.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context as _, Result};
use comfy_table::Table;
use serde_json::json;

use super::context::{Connected, Context};
use super::runner::{Manner, Runner};
use super::work::{self, Project, Survey};
use crate::error::{Failure, Outcome};
use crate::migrate::{self, Begun};
use crate::output::{self, Answer, escape};
use crate::project::Label;

/// Arguments of `db:status`.
#[derive(clap::Args)]
pub struct Args {
    /// Let the script of this version count as applied as it is now: edited, renamed or gone
    #[arg(long, value_name = "VERSION", requires = "reason")]
    accept: Option<i64>,
    /// Why; it is kept in the database
    #[arg(long, value_name = "WHY", requires = "accept")]
    reason: Option<String>,
}

/// What a status is about.
struct Status<'a> {
    connected: &'a Connected,
    project: &'a Project,
    survey: Survey<'a>,
    /// The edits of applied scripts.
    differences: Vec<String>,
    label: Option<&'static str>,
    /// Who holds the lock of runners.
    runner: Option<String>,
}

/// Shows the status. It is a finding when something is pending, or stands in the way.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let project = work::read(context)?;
    let connected = context.connect().await?;
    if let (Some(version), Some(reason)) = (args.accept, &args.reason) {
        accept(context, &connected, &project, version, reason).await?;
    }
    let client = &connected.session.client;
    client.batch_execute("BEGIN READ ONLY").await.context("the status could not be read")?;
    let survey = work::survey(context, &connected, &project, None).await?;
    let label = migrate::read_label(client).await?.or(connected.target.label).map(Label::name);
    let runner = migrate::holder(client).await?;
    let mut differences = Vec::new();
    for obstacle in &survey.plan.obstacles {
        differences.extend(survey.difference(&connected, &project, obstacle).await?);
    }
    client.batch_execute("COMMIT").await?;
    let status = Status { connected: &connected, project: &project, survey, differences, label, runner };
    let outcome = if status.is_settled() { Outcome::Done } else { Outcome::Findings };
    Ok(Answer { outcome, text: status.text(), value: status.value() })
}

/// Lets the history say what the folder says of a version.
async fn accept(context: &Context, connected: &Connected, project: &Project, version: i64, reason: &str) -> Result<()> {
    let mut runner = Runner::begin(context, connected, &Manner::default()).await?;
    let survey = work::survey(context, connected, project, None).await?;
    let obstacle = survey.plan.obstacles.iter().find(|obstacle| obstacle.acceptable() == Some(version));
    let row = survey.history.applied.iter().find(|row| row.version == version);
    let (Some(obstacle), Some(row)) = (obstacle, row) else {
        return Err(Failure::input(format!("--accept {version}: nothing of that version stands in the way"))
            .next("`pgplumb db:status` says what does")
            .into());
    };
    let script = project.migrations.iter().find(|script| script.version == version);
    runner.ensure(project).await?;
    let statements = migrate::accept(&runner.history, row, script, obstacle.kind(), reason)?;
    let accepted = runner.session.client.batch_execute(&statements).await;
    accepted.context("it could not be accepted")?;
    context.say(&format!("accepted: {}", escape(&obstacle.words().0)));
    Ok(())
}

impl Status<'_> {
    fn is_settled(&self) -> bool {
        let Survey { plan, seeds, progress, .. } = &self.survey;
        plan.pending.is_empty() && plan.obstacles.is_empty() && seeds.is_empty() && progress.is_empty()
    }

    /// The files of seeds that are new or changed.
    fn due(&self) -> Vec<&str> {
        self.survey.seeds.iter().map(|seed| seed.path()).collect()
    }

    fn pending(&self) -> Vec<&str> {
        self.survey.plan.pending.iter().map(|at| self.project.migrations[*at].path()).collect()
    }

    /// Scripts that have come part of the way, in words.
    fn unfinished(&self) -> Vec<String> {
        let words = |(script, statements): (&String, &BTreeMap<i32, Begun>)| {
            let done = statements.values().filter(|begun| begun.done).count();
            let cut: Vec<String> =
                statements.iter().filter(|(_, begun)| !begun.done).map(|(number, _)| number.to_string()).collect();
            match cut.as_slice() {
                [] => format!("{script}: {done} statements are done"),
                cut => format!("{script}: {done} statements are done, and number {} was begun", cut.join(", ")),
            }
        };
        self.survey.progress.iter().map(words).collect()
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
        if let Some(runner) = &self.runner {
            let _ = writeln!(out, "{:<12} {}", "at work", escape(runner));
        }
        if !self.survey.history.applied.is_empty() {
            let _ = writeln!(out, "\n{}\n", self.table().trim_fmt());
        }
        for (mark, files) in [("pending", self.pending()), ("to seed", self.due())] {
            for file in files {
                let _ = writeln!(out, "{mark:<12} {}", escape(file));
            }
        }
        for unfinished in self.unfinished() {
            let _ = writeln!(out, "{:<12} {}", "unfinished", escape(&unfinished));
        }
        for obstacle in &self.survey.plan.obstacles {
            let (what, next) = obstacle.words();
            let _ = writeln!(out, "{:<12} {}\n{:<12} {}", "in the way", escape(&what), "", escape(&next));
        }
        for difference in &self.differences {
            let _ = writeln!(out, "\n{}", escape(difference));
        }
        if self.is_settled() {
            out.push_str("nothing is pending\n");
        }
        out
    }

    fn table(&self) -> Table {
        let mut table = output::table(["version", "name", "applied (UTC)", "took"]);
        for row in self.survey.history.applied.iter().filter(|row| row.there) {
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
        let applied = self.survey.history.applied.iter().filter(|row| row.there).map(|row| {
            json!({ "version": row.version, "name": row.name, "applied_on": row.applied_on, "duration_ms": row.duration_ms })
        });
        let obstacles = self.survey.plan.obstacles.iter().map(
            |obstacle| json!({ "kind": obstacle.kind(), "message": obstacle.words().0, "next": obstacle.words().1 }),
        );
        json!({
            "local": self.connected.local, "origins": origins.collect::<Vec<_>>(), "label": self.label,
            "applied": applied.collect::<Vec<_>>(), "pending": self.pending(), "seeds_due": self.due(),
            "obstacles": obstacles.collect::<Vec<_>>(), "unfinished": self.unfinished(), "differences": self.differences,
            "at_work": self.runner,
        })
    }
}
