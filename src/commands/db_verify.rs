//! `db:verify`: the manifest held against the database. Writes nothing.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Context;
use super::proof::{check_only, prove_target};
use crate::diff::Severity;
use crate::error::{Failure, Outcome};
use crate::manifest::Manifest;
use crate::output::Answer;
use crate::report;
use crate::verify::{self, Accepted, Verification};

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Table,
    /// The same data as one JSON document, without what `--json` puts around it.
    Json,
    /// For a pull request.
    Markdown,
    /// For CI systems that show tests.
    Junit,
    /// Annotations beside the lines of the manifest, for GitHub's workflows.
    Github,
}

/// Arguments of `db:verify`.
#[derive(clap::Args)]
pub struct Args {
    /// Only these sections or kinds, such as `tables` or `policies`
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    only: Vec<String>,
    /// Fail too where the database has something that cannot be measured
    #[arg(long)]
    strict: bool,
    /// Have the target print what the manifest spells otherwise, in a transaction that is rolled back, and no local server
    #[arg(long)]
    on_target: bool,
    /// From which severity on a finding fails
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    fail_on: Severity,
    /// Let the findings be that this file has; those that are gone leave it. A file that is not there is written
    #[arg(long, value_name = "FILE")]
    accept: Option<PathBuf>,
    /// How to write the report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Verifies.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    check_only(&args.only)?;
    if args.on_target {
        context.ask_target();
    }
    let (manifest, mut verification) = prove_target(context).await?;
    verification.fail_on = args.fail_on;
    if let Some(file) = &args.accept {
        accept(context, &mut verification, file)?;
    }
    if !args.only.is_empty() {
        refuse_unmeasured(&args.only, &manifest, &verification)?;
        verification.only(&args.only);
    }
    let value = report::value(&verification);
    let text = match args.format {
        Format::Table => report::table(&verification, context.output.color),
        Format::Json => format!("{value:#}\n"),
        Format::Markdown => report::markdown(&verification),
        Format::Junit => report::junit(&verification),
        Format::Github => {
            let (path, shown_as) = context.manifest_path();
            report::github(&verification, &shown_as, &std::fs::read_to_string(path)?)
        }
    };
    // As for what the database has, the end of the process gives this back at once.
    std::mem::forget(manifest);
    let measured = !args.strict || verification.not_measured.is_empty();
    let outcome = if verification.passed() && measured { Outcome::Done } else { Outcome::Findings };
    Ok(Answer { outcome, text, value })
}

/// Lets be what the file has, and says what that came to.
fn accept(context: &Context, verification: &mut Verification, file: &Path) -> Result<()> {
    let shown_as = file.display().to_string();
    match verify::accept(verification, file, &shown_as)? {
        Accepted::Written(count) => context.say(&format!(
            "{shown_as} was not there and now has {count} findings: look at each, keep the file, and run the command again"
        )),
        Accepted::Read(accepted, gone) => {
            context.detail(&format!("{accepted} findings are accepted by {shown_as}"));
            if gone > 0 {
                context.say(&format!("{gone} findings that {shown_as} accepted are gone, and have left it"));
            }
        }
    }
    Ok(())
}

/// Refuses to pass what the manifest says nothing about. One that is complete says of all else that it is not there.
fn refuse_unmeasured(wanted: &[String], manifest: &Manifest, verification: &Verification) -> Result<()> {
    let measured = |name: &str| verification.sections().any(|section| verify::matches(section, name));
    match wanted.iter().find(|name| !measured(name)) {
        Some(name) if !manifest.complete(&[]) => {
            Err(Failure::input(format!("--only {name}: the manifest says nothing about that, so nothing was checked"))
                .next("write down what must be there, or leave that name out")
                .into())
        }
        _ => Ok(()),
    }
}
