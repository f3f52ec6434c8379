//! `db:diff`: two states of a database side by side. Writes nothing.

use anyhow::Result;
use serde_json::json;

use super::Context;
use super::sides::{self, Side};
use crate::catalog::Catalog;
use crate::error::{Failure, Outcome};
use crate::manifest::{self, Manifest};
use crate::output::{Answer, escape};
use crate::report;
use crate::verify;

/// Arguments of `db:diff`.
#[derive(clap::Args)]
pub struct Args {
    /// What is expected: `target`, `migrations`, `manifest`, a connection string, a manifest or a dump (.sql)
    a: String,
    /// What is held against it
    b: String,
}

/// Compares.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let (a, b) = (sides::read(context, &args.a).await?, sides::read(context, &args.b).await?);
    let texts = [&a, &b].map(|side| text_of(context, side));
    let mut expected = match a {
        Side::Manifest(manifest) => *manifest,
        Side::Catalog(catalog, version) => written(context, &catalog, version)?,
    };
    // What one side does not compare is not known of it.
    if let Side::Manifest(manifest) = &b {
        expected.ignore.extend(manifest.ignore.clone());
    }
    let actual = catalog_of(b)?;
    let verification = verify::objects(&expected, &actual);
    let mut text = report::table(&verification, context.output.color);
    if let [Some(one), Some(other)] = &texts
        && one != other
    {
        let diff = similar::TextDiff::from_lines(one.as_str(), other.as_str());
        let diff = diff.unified_diff().context_radius(3).header(&shown(&args.a), &shown(&args.b)).to_string();
        text += &format!("\n{}", escape(&diff));
    }
    let outcome = if verification.passed() { Outcome::Done } else { Outcome::Findings };
    Ok(Answer { outcome, text, value: json!({ "report": report::value(&verification) }) })
}

/// A connection string holds a password, so only its sort is shown.
fn shown(side: &str) -> String {
    if side.contains("://") { "database".to_owned() } else { side.to_owned() }
}

fn written(context: &Context, catalog: &Catalog, version: u32) -> Result<Manifest> {
    manifest::parse(&sides::written(context, catalog, version, &[], &[]), "the first side")
}

/// The side as a manifest's text, for the line diff; a manifest that people wrote has a text of its own kind.
fn text_of(context: &Context, side: &Side) -> Option<String> {
    match side {
        Side::Catalog(catalog, version) => Some(sides::written(context, catalog, *version, &[], &[])),
        Side::Manifest(_) => None,
    }
}

/// What a side has. A manifest stands for a database only if it says everything about it.
fn catalog_of(side: Side) -> Result<Catalog> {
    match side {
        Side::Catalog(catalog, _) => Ok(catalog),
        Side::Manifest(manifest) if manifest.complete(&[]) => Ok(manifest.into_catalog()),
        Side::Manifest(_) => Err(Failure::input("the second side is a manifest that leaves things out")
            .next("put it first: it says what is expected of the other side")
            .into()),
    }
}
