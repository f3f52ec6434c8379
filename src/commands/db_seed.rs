//! `db:seed`: the seeds that are new or whose text has changed.

use anyhow::Result;
use serde_json::{Value, json};

use super::Context;
use super::runner::{Done, Manner, Runner};
use super::work;
use crate::error::{Failure, Outcome};
use crate::output::Answer;

/// Arguments of `db:seed`.
#[derive(clap::Args)]
pub struct Args {
    /// Apply every seed again, changed or not
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    manner: Manner,
}

/// Seeds.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let scripts = work::read(context)?;
    if scripts.seeds.is_empty() {
        return Err(Failure::input("this folder has no seeds").next("put scripts into seeds/").into());
    }
    let connected = context.connect().await?;
    work::check_platform(context, &connected).await?;
    let mut runner = Runner::begin(context, &connected, &args.manner).await?;
    let survey = work::survey(context, &connected, &scripts, None).await?;
    survey.refuse_obstacles(context, &connected, &scripts).await?;
    if let Some(at) = survey.plan.pending.first() {
        let file = scripts.migrations[*at].path();
        return Err(Failure::refused(format!("{file} is not applied yet, and seeds come after all migrations"))
            .state("nothing was changed")
            .next("run `pgplumb db:migrate`")
            .into());
    }
    let due = work::check(&if args.all { scripts.seeds.iter().collect() } else { survey.seeds })?;
    runner.ensure(&scripts).await?;
    let seeded = runner.run(&due).await?;
    let count = seeded.len();
    let text = if count == 0 {
        "nothing to seed\n".to_owned()
    } else {
        format!("{count} of {} seeds applied\n", scripts.seeds.len())
    };
    let value = json!({ "seeds": seeded.iter().map(Done::value).collect::<Vec<Value>>() });
    Ok(Answer { outcome: Outcome::Done, text, value })
}
