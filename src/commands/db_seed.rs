//! `db:seed`: the seeds that are new or whose text has changed.

use anyhow::Result;
use serde_json::{Value, json};

use super::Context;
use super::work::{self, Done};
use crate::error::{Failure, Outcome};
use crate::migrate;
use crate::output::Answer;

/// Arguments of `db:seed`.
#[derive(clap::Args)]
pub struct Args {
    /// Apply every seed again, changed or not
    #[arg(long)]
    all: bool,
}

/// Seeds.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let scripts = work::read(context)?;
    if scripts.seeds.is_empty() {
        return Err(Failure::input("this folder has no seeds").next("put scripts into seeds/").into());
    }
    let connected = context.connect().await?;
    work::check_platform(context, &connected).await?;
    let session = &connected.session;
    let (mut history, plan) = work::begin(context, session, &scripts).await?;
    if let Some(at) = plan.pending.first() {
        let file = &scripts.migrations[*at].source.path;
        return Err(Failure::refused(format!("{file} is not applied yet, and seeds come after all migrations"))
            .state("nothing was changed")
            .next("run `pgplumb db:migrate`")
            .into());
    }
    let due = work::check(&work::due_seeds(session, &scripts.seeds, args.all).await?)?;
    work::ensure(session, &mut history, &scripts).await?;
    let seeded = work::apply(context, session, &due, &migrate::record_seed).await?;
    let count = seeded.len();
    let text = if count == 0 {
        "nothing to seed\n".to_owned()
    } else {
        format!("{count} of {} seeds applied\n", scripts.seeds.len())
    };
    let value = json!({ "seeds": seeded.iter().map(Done::value).collect::<Vec<Value>>() });
    Ok(Answer { outcome: Outcome::Done, text, value })
}
