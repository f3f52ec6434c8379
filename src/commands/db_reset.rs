//! `db:reset`: drops what the project owns, once it is sure which database that is.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};

use super::context::{Connected, Context};
use super::guard::{Access, Guard, refused};
use super::{db_migrate, work};
use crate::error::{Failure, Outcome};
use crate::manifest::Manifest;
use crate::migrate;
use crate::output::Answer;
use crate::reset::{self, Found, Object, Plan, Rows, Rules, refuse};

/// How often to say how far it is, where it takes several transactions.
const TELL_EVERY: Duration = Duration::from_secs(5);

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

/// What becomes of objects that the manifest does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Unknown {
    /// They go too.
    Drop,
    /// They stay.
    Keep,
}

impl Unknown {
    fn name(self) -> &'static str {
        match self {
            Unknown::Drop => "drop",
            Unknown::Keep => "keep",
        }
    }
}

/// What is known before anything goes.
struct Survey {
    found: Found,
    plan: Plan,
    rows: Rows,
}

struct Reset<'a> {
    context: &'a Context,
    args: &'a Args,
    connected: Connected,
    manifest: Option<Manifest>,
}

/// Resets.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    if args.migrate {
        // What could not be built again is not dropped.
        work::something(&work::read(context)?)?;
        context.read_manifest()?;
    }
    let manifest = context.manifest_path().0.exists().then(|| context.read_manifest()).transpose()?;
    let reset = Reset { context, args, connected: context.connect().await?, manifest };
    let answer = reset.run().await?;
    drop(reset);
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
        let (context, session) = (self.context, &self.connected.session);
        let access = self.guard().check().await?;
        if self.args.dry_run {
            let survey = self.survey(access).await?;
            self.check(access, &survey).await?;
            return Ok(self.answer("would_drop", &survey));
        }
        if access == Access::Unconfirmed {
            return Err(self.unconfirmed(&self.survey(access).await?).into());
        }
        migrate::acquire(&session.client, &|text| context.say(text), &|| context.check_interrupt()).await?;
        // While it waited for the lock, somebody may have protected the database.
        let access = self.guard().check().await?;
        let survey = self.survey(access).await?;
        self.check(access, &survey).await?;
        if !survey.plan.steps.is_empty() {
            context.say(&format!("{} loses {}", self.connected.target, self.loss(&survey)));
            self.execute(&survey).await?;
        }
        Ok(self.answer("dropped", &survey))
    }

    async fn execute(&self, survey: &Survey) -> Result<()> {
        let steps = &survey.plan.steps;
        let told = Cell::new(Instant::now());
        let pause = |done: usize| {
            if told.get().elapsed() > TELL_EVERY {
                told.set(Instant::now());
                self.context.say(&format!("{done} of {} objects are gone", steps.len()));
            }
            self.context.check_interrupt()
        };
        let session = &self.connected.session;
        reset::execute(session, self.context.platform(), steps, survey.found.budget, &pause).await
    }

    fn guard(&self) -> Guard<'_> {
        let (confirm, dry_run) = (self.args.confirm.as_deref(), self.args.dry_run);
        Guard { context: self.context, connected: &self.connected, does: "resets", confirm, dry_run }
    }

    fn rules(&self, access: Access, labelled: bool) -> Rules {
        let expected = self.manifest.iter().flat_map(|manifest| manifest.expected.iter());
        let drop_unknown = match self.args.unknown {
            Some(unknown) => unknown == Unknown::Drop,
            None => access == Access::Free || self.manifest.is_none(),
        };
        Rules {
            named: expected.map(|object| (object.id.kind.class.to_owned(), object.id.path.clone())).collect(),
            drop_unknown,
            history: self.context.project.settings.history_table.split('.').map(str::to_owned).collect(),
            labelled,
        }
    }

    /// Reads what there is, in one snapshot.
    async fn survey(&self, access: Access) -> Result<Survey> {
        let session = &self.connected.session;
        reset::begin(session).await?;
        let labelled = migrate::read_label(&session.client).await.map_err(|error| reset::failed(session, error))?;
        let found = reset::read(session, self.context.platform()).await?;
        let rules = self.rules(access, labelled.is_some());
        let plan = reset::plan(&found, &rules);
        let counted = reset::count(session, &losses(&plan, &rules)).await;
        let _ = reset::end(session).await;
        let rows = match counted.map_err(|error| reset::failed(session, error).downcast::<Failure>()) {
            Ok(rows) => rows,
            Err(Ok(failure)) => {
                let relations: Vec<u32> = plan.steps.iter().map(|step| step.object.key.1).collect();
                return Err(reset::blocked(session, failure, &relations).await.into());
            }
            Err(Err(error)) => return Err(error),
        };
        Ok(Survey { found, plan, rows })
    }

    /// Refuses what would take along what is not, or may not be, the project's.
    async fn check(&self, access: Access, survey: &Survey) -> Result<()> {
        let plan = &survey.plan;
        let undecided = match self.args.unknown {
            _ if access == Access::Free => false,
            None => true,
            Some(unknown) => unknown == Unknown::Keep && self.manifest.is_none(),
        };
        if undecided && !plan.unknown.is_empty() {
            return Err(refuse::unknown(plan, self.manifest.is_some()).into());
        }
        if let Some(failure) = refuse::out_of_reach(plan, &self.rules(access, false)) {
            return Err(failure.into());
        }
        if plan.blockers.is_empty() {
            return Ok(());
        }
        let (from, to): (Vec<_>, Vec<_>) = plan.blockers.iter().copied().unzip();
        let session = &self.connected.session;
        let (from, to) = (reset::describe(session, &from).await?, reset::describe(session, &to).await?);
        Err(refuse::blockers(&from.into_iter().zip(to).collect::<Vec<_>>()).into())
    }

    fn unconfirmed(&self, survey: &Survey) -> Failure {
        let target = &self.connected.target;
        let unknown = survey.plan.unknown.len();
        let unknown = match self.args.unknown {
            None if unknown > 0 => format!("; {unknown} of its objects are not in a manifest"),
            _ => String::new(),
        };
        refused(format!("{target} would lose {}{unknown}", self.loss(survey)))
            .next(format!("if that is what you want, run `{}`", self.command()))
    }

    /// The command line that confirms.
    fn command(&self) -> String {
        let mut options: Vec<String> = self.args.migrate.then(|| "--migrate".to_owned()).into_iter().collect();
        options.extend(self.args.unknown.map(|unknown| format!("--unknown {}", unknown.name())));
        self.guard().command("db:reset", options)
    }

    fn loss(&self, survey: &Survey) -> String {
        let rules = self.rules(Access::Free, false);
        let history = survey.plan.steps.iter().any(|step| rules.is_own(&step.object));
        let summary = reset::summary(losses(&survey.plan, &rules), survey.rows);
        if history { format!("{summary}, and the history of migrations") } else { summary }
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
            "dropped" => format!("dropped {}\n", self.loss(survey)),
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

/// What a user would miss: all that goes but pgplumb's own.
fn losses<'a>(plan: &'a Plan, rules: &Rules) -> Vec<&'a Object> {
    plan.steps.iter().map(|step| &step.object).filter(|object| !rules.is_own(object)).collect()
}
