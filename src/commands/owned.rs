//! What the project owns in a database: found, counted and, where the guards let it, dropped. `db:reset` and
//! `db:restore` share it.

use std::cell::Cell;
use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::Context;
use super::context::Connected;
use super::guard::Access;
use crate::error::Failure;
use crate::manifest::Manifest;
use crate::migrate;
use crate::reset::{self, Found, Object, Plan, Rows, Rules, refuse};

/// How often to say how far it is, where it takes several transactions.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// What becomes of objects that nobody named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Unknown {
    /// They go too.
    Drop,
    /// They stay.
    Keep,
}

impl Unknown {
    /// The word for it on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Unknown::Drop => "drop",
            Unknown::Keep => "keep",
        }
    }
}

/// What names the objects that are the project's, beside their owner.
pub enum Named {
    /// A manifest, or none: each object by its catalog and its names.
    Manifest(Option<HashSet<(String, Vec<String>)>>),
    /// A snapshot, or a dump of which nothing is known: each object by its kind and its name.
    Snapshot(Option<HashSet<String>>),
}

impl Named {
    /// The objects of a manifest.
    pub fn by_manifest(manifest: Option<&Manifest>) -> Self {
        let names = |manifest: &Manifest| {
            let expected = manifest.expected.iter();
            expected.map(|object| (object.id.kind.class.to_owned(), object.id.path.clone())).collect()
        };
        Named::Manifest(manifest.map(names))
    }

    fn is_given(&self) -> bool {
        matches!(self, Named::Manifest(Some(_)) | Named::Snapshot(Some(_)))
    }
}

/// What is known before anything goes.
pub struct Survey {
    /// What the database has.
    pub found: Found,
    /// What goes and what stays.
    pub plan: Plan,
    /// How many rows go.
    pub rows: Rows,
}

/// What the project owns in one database.
pub struct Owned<'a> {
    /// Where it runs.
    pub context: &'a Context,
    /// The database.
    pub connected: &'a Connected,
    /// What names the project's objects.
    pub named: Named,
    /// What the user said about those that are not named.
    pub unknown: Option<Unknown>,
    /// Whether the label goes too, because the caller writes it again.
    pub with_label: bool,
}

impl Owned<'_> {
    /// What the decision depends on.
    pub fn rules(&self, access: Access, labelled: bool) -> Rules {
        let drop_unknown = match self.unknown {
            Some(unknown) => unknown == Unknown::Drop,
            None => access == Access::Free || !self.named.is_given(),
        };
        let (named, listed) = match &self.named {
            Named::Manifest(named) => (named.clone().unwrap_or_default(), HashSet::new()),
            Named::Snapshot(listed) => (HashSet::new(), listed.clone().unwrap_or_default()),
        };
        Rules { named, listed, drop_unknown, history: history(self.context), labelled: labelled && !self.with_label }
    }

    /// Reads what there is, in one snapshot.
    ///
    /// # Errors
    /// What the server said.
    pub async fn survey(&self, access: Access) -> Result<Survey> {
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
    ///
    /// # Errors
    /// Refused.
    pub async fn check(&self, access: Access, survey: &Survey) -> Result<()> {
        let plan = &survey.plan;
        let undecided = match (access, self.unknown, &self.named) {
            (Access::Free, ..) => false,
            (_, None, _) => true,
            (_, Some(unknown), Named::Manifest(None)) => unknown == Unknown::Keep,
            _ => false,
        };
        if undecided && !plan.unknown.is_empty() {
            return Err(match &self.named {
                Named::Manifest(manifest) => refuse::unknown(plan, manifest.is_some()),
                Named::Snapshot(told) => refuse::not_in_snapshot(plan, told.is_some()),
            }
            .into());
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

    /// Drops what the plan says, in one transaction if its locks fit, else in several.
    ///
    /// # Errors
    /// What stopped it.
    pub async fn execute(&self, survey: &Survey) -> Result<()> {
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

    /// What goes, in words.
    pub fn loss(&self, survey: &Survey) -> String {
        let rules = self.rules(Access::Free, false);
        let history = survey.plan.steps.iter().any(|step| rules.is_own(&step.object));
        let summary = reset::summary(losses(&survey.plan, &rules), survey.rows);
        if history { format!("{summary}, and the history of migrations") } else { summary }
    }

    /// What would go, with how many of it nobody named while the user has not decided about that.
    pub fn would_lose(&self, survey: &Survey, told_by: &str) -> String {
        let unknown = survey.plan.unknown.len();
        let unknown = match self.unknown {
            None if unknown > 0 => format!("; {unknown} of its objects are not in {told_by}"),
            _ => String::new(),
        };
        format!("{} would lose {}{unknown}", self.connected.target, self.loss(survey))
    }
}

/// The history table: schema and name.
pub fn history(context: &Context) -> Vec<String> {
    context.project.settings.history_table.split('.').map(str::to_owned).collect()
}

/// What a user would miss: all that goes but pgplumb's own.
fn losses<'a>(plan: &'a Plan, rules: &Rules) -> Vec<&'a Object> {
    plan.steps.iter().map(|step| &step.object).filter(|object| !rules.is_own(object)).collect()
}
