//! `db:reset`: drops what the project owns, once it is sure which database that is.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value, json};

use super::context::{Connected, Context};
use super::guard::{Access, Guard, refused};
use super::owned::{Named, Owned, Survey, Unknown};
use super::{db_migrate, work};
use crate::error::{Failure, Outcome};
use crate::migrate;
use crate::output::Answer;
use crate::reset::{self, Object};

/// Arguments of `db:reset`.
#[derive(clap::Args)]
pub struct Args {
    /// Name of the database, which every target needs but the local default and databases labelled disposable
    #[arg(long, value_name = "DBNAME")]
    confirm: Option<String>,
    /// Build it again afterwards, as db:migrate does
    #[arg(long)]
    migrate: bool,
    /// What becomes of objects that the manifest does not name
    #[arg(long, value_enum, value_name = "WHAT")]
    unknown: Option<Unknown>,
    /// Say what would be dropped, and write nothing
    #[arg(long)]
    dry_run: bool,
}

struct Reset<'a> {
    context: &'a Context,
    args: &'a Args,
    owned: Owned<'a>,
}

/// Resets.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    if args.migrate {
        // What could not be built again is not dropped.
        work::something(&work::read(context)?)?;
        context.read_manifest()?;
    }
    let manifest = context.manifest_path().0.exists().then(|| context.read_manifest()).transpose()?;
    let connected = context.connect().await?;
    let (named, unknown) = (Named::by_manifest(manifest.as_ref()), args.unknown);
    let owned = Owned { context, connected: &connected, named, unknown, with_label: false };
    let answer = Reset { context, args, owned }.run().await?;
    drop(connected);
    if args.migrate && !args.dry_run { build_again(context, answer).await } else { Ok(answer) }
}

async fn build_again(context: &Context, answer: Answer) -> Result<Answer> {
    // The lock goes with the connection, and db:migrate wants it for its own.
    context.close().await;
    let built = db_migrate::run(context, &db_migrate::Args::default()).await.map_err(after_reset)?;
    let mut value = answer.value;
    value["migrate"] = built.value;
    Ok(Answer { outcome: built.outcome, text: answer.text + &built.text, value })
}

/// A failure of the migrations that come after a reset: on its own, each says that nothing was changed.
fn after_reset(error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<Failure>() {
        Ok(failure) => {
            let state = failure.state.as_deref().map(|state| format!("; {state}")).unwrap_or_default();
            let state = format!("the reset is done{state}");
            let next = failure.next.clone().unwrap_or_else(|| "mend it and run `pgplumb db:migrate`".to_owned());
            Failure { outcome: Outcome::PartWay, ..failure }.state(state).next(next).into()
        }
        Err(error) => error,
    }
}

impl Reset<'_> {
    async fn run(&self) -> Result<Answer> {
        let (context, owned) = (self.context, &self.owned);
        let Connected { session, target, .. } = owned.connected;
        let access = self.guard().check().await?;
        if self.args.dry_run {
            let survey = owned.survey(access).await?;
            owned.check(access, &survey).await?;
            return Ok(self.answer("would_drop", &survey));
        }
        if access == Access::Unconfirmed {
            return Err(self.unconfirmed(&owned.survey(access).await?).into());
        }
        migrate::acquire(&session.client, &|text| context.say(text), &|| context.check_interrupt()).await?;
        // While it waited for the lock, somebody may have protected the database.
        let access = self.guard().check().await?;
        let survey = owned.survey(access).await?;
        owned.check(access, &survey).await?;
        if !survey.plan.steps.is_empty() {
            context.say(&format!("{target} loses {}", owned.loss(&survey)));
            owned.execute(&survey).await?;
        }
        Ok(self.answer("dropped", &survey))
    }

    fn guard(&self) -> Guard<'_> {
        let (confirm, dry_run) = (self.args.confirm.as_deref(), self.args.dry_run);
        Guard { context: self.context, connected: self.owned.connected, does: "resets", confirm, dry_run }
    }

    fn unconfirmed(&self, survey: &Survey) -> Failure {
        refused(self.owned.would_lose(survey, "a manifest"))
            .next(format!("if that is what you want, run `{}`", self.command()))
    }

    /// The command line that confirms.
    fn command(&self) -> String {
        let mut options: Vec<String> = self.args.migrate.then(|| "--migrate".to_owned()).into_iter().collect();
        options.extend(self.args.unknown.map(|unknown| format!("--unknown {}", unknown.name())));
        self.guard().command("db:reset", options)
    }

    fn answer(&self, key: &str, survey: &Survey) -> Answer {
        let Survey { plan, rows, .. } = survey;
        let left: Vec<String> =
            plan.left.iter().map(|left| format!("{} ({})", reset::named(&left.object), left.why)).collect();
        if !left.is_empty() {
            self.context.say(&format!("left alone:\n{}", reset::list(&left)));
        }
        let goes: Vec<&Object> = plan.steps.iter().map(|step| &step.object).collect();
        let text = match key {
            _ if goes.is_empty() => "there is nothing to drop\n".to_owned(),
            "dropped" => format!("dropped {}\n", self.owned.loss(survey)),
            _ => goes.iter().map(|object| format!("would drop {}\n", reset::named(object))).collect(),
        };
        let left: Vec<Value> = plan
            .left
            .iter()
            .map(|left| json!({ "kind": left.object.kind, "name": left.object.identity, "why": left.why }))
            .collect();
        let order: Vec<Value> =
            goes.iter().map(|object| json!({ "kind": object.kind, "name": object.identity })).collect();
        let kinds: BTreeMap<&str, Vec<&str>> = reset::by_kind(goes);
        let mut value = json!({ "rows": { "count": rows.count, "exact": rows.exact }, "left_alone": left });
        value[key] = json!(kinds);
        if key == "would_drop" {
            value["order"] = order.into();
        }
        Answer { outcome: Outcome::Done, text, value }
    }
}
