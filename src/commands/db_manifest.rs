//! `db:manifest`: writes down what a database has, from the migrations on a scratch database or from the target.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Context, sides};
use crate::error::{Failure, Outcome};
use crate::output::Answer;

/// Where the catalog comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum From {
    /// The project's migrations, applied on a scratch database.
    Migrations,
    /// The target.
    Target,
}

/// Arguments of `db:manifest`.
#[derive(clap::Args)]
pub struct Args {
    /// Where the catalog comes from
    #[arg(long, value_enum)]
    from: From,
    /// The file to write; `-` is standard output, and without it the project's manifest is replaced
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
}

/// Writes the manifest.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let (path, shown_as) = context.manifest_path();
    let (path, shown_as) = match args.output.as_deref() {
        None | Some("-") => (path, shown_as),
        Some(file) => (file.into(), file.to_owned()),
    };
    let kept = kept(&path, &shown_as)?;
    let (catalog, version) = match args.from {
        From::Migrations => sides::from_migrations(context).await?,
        From::Target => sides::from_target(context).await?,
    };
    let rest = [("seeds", kept.seeds), ("rules", kept.rules), ("access", kept.access)];
    let rest: Vec<_> = rest.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
    let text = sides::written(context, &catalog, version, &kept.ignore, &rest);
    let objects = catalog.len();
    // The process ends soon and gives this back at once; object by object takes as long as to write it down.
    std::mem::forget(catalog);
    if args.output.as_deref() == Some("-") {
        return Ok(Answer { outcome: Outcome::Done, value: serde_json::from_str(&text)?, text });
    }
    std::fs::write(&path, text).with_context(|| format!("failed to write {shown_as}"))?;
    let text = format!("{objects} objects written to {shown_as}\n");
    Ok(Answer { outcome: Outcome::Done, text, value: json!({ "file": shown_as, "objects": objects }) })
}

/// What people wrote into the manifest that is replaced: it stays.
#[derive(Default, Deserialize)]
struct Kept {
    #[serde(default)]
    ignore: Vec<String>,
    seeds: Option<Value>,
    rules: Option<Value>,
    access: Option<Value>,
}

fn kept(path: &Path, shown_as: &str) -> Result<Kept> {
    if !path.exists() {
        return Ok(Kept::default());
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("failed to read {shown_as}"))?;
    let wrong = |error: serde_json::Error| {
        Failure::input(format!(
            "{shown_as} is there and cannot be read, so what people wrote into it would be lost: {error}"
        ))
        .next(format!("mend or remove {shown_as}, and run the command again"))
    };
    Ok(serde_json::from_str(&text).map_err(wrong)?)
}
