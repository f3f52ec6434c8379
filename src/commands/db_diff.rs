//! `db:diff`: two states of a database side by side. Writes nothing.

use anyhow::Result;
use serde_json::json;

use super::Context;
use super::sides::{self, Side};
use super::spelling::{self, Manner};
use crate::catalog::{self, Catalog};
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
    let texts = [&a, &b].map(text_of);
    let mut expected = match a {
        Side::Manifest(manifest) => *manifest,
        Side::Catalog(catalog, version) => written(context, &catalog, version)?,
    };
    // What one side does not compare is not known of it.
    if let Side::Manifest(manifest) = &b {
        expected.ignore.extend(manifest.ignore.clone());
    }
    let version = version_of(&b);
    let actual = catalog_of(b)?;
    let verification = match version {
        Some(version) => spelling::objects(context, Manner::of(&actual, version), &expected, &actual).await?,
        None => verify::objects(&expected, &actual),
    };
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

/// The version of the server that a side was read from, or was written from; nothing for one that a person wrote.
fn version_of(side: &Side) -> Option<u32> {
    match side {
        Side::Catalog(_, version) => Some(*version),
        Side::Manifest(manifest) => manifest.captured,
    }
}

/// A connection string holds a password, so only its sort is shown.
fn shown(side: &str) -> String {
    if side.contains("://") { "database".to_owned() } else { side.to_owned() }
}

fn written(context: &Context, catalog: &Catalog, version: u32) -> Result<Manifest> {
    manifest::parse(&sides::written(context, catalog, version, &[], &[]), "the first side")
}

/// The side as SQL, for the line diff; of a manifest that leaves things out there is none. Who owns most of it is left
/// out, because one side may not say so.
fn text_of(side: &Side) -> Option<String> {
    let mut catalog = match side {
        Side::Catalog(catalog, _) => catalog.clone(),
        Side::Manifest(manifest) if manifest.complete(&[]) => manifest.as_ref().clone().into_catalog(),
        Side::Manifest(_) => return None,
    };
    catalog.forget_usual();
    Some(catalog::text(&catalog))
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
