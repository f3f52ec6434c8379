//! What a manifest says in SQL may be spelled otherwise than PostgreSQL prints it, by a person or by another major. Where
//! the two texts differ, the objects of the database are made once more on a scratch database with the manifest's text in
//! them, and what PostgreSQL prints there is what the manifest means. Nothing is guessed.

use std::collections::HashMap;

use serde_json::Value;

use super::Verification;
use crate::catalog::{self, Catalog, Id, Object, Property, Refusal, Stage, Statement};
use crate::diff::{self, Difference};
use crate::manifest::Manifest;

/// A text of the manifest that differs from what the database prints.
#[derive(Clone, Debug)]
pub struct Spelling {
    id: Id,
    property: &'static Property,
    value: Value,
}

/// The texts that differ.
pub fn spellings(manifest: &Manifest, actual: &Catalog) -> Vec<Spelling> {
    let changes = diff::compare(manifest, actual).changes.into_iter();
    changes
        .filter_map(|change| {
            let Difference::Changed { property, expected, .. } = change.difference else { return None };
            let property = change.id.kind.property(property)?;
            let said = property.sql && !property.is_default(&expected);
            said.then_some(Spelling { id: change.id, property, value: expected })
        })
        .collect()
}

/// The database's objects with the manifest's texts in them.
pub fn overlaid(actual: &Catalog, spellings: &[Spelling]) -> Catalog {
    let mut catalog = actual.clone();
    for spelling in spellings {
        catalog.change(&spelling.id, spelling.property, spelling.value.clone());
    }
    catalog
}

/// The statements that make what the texts can name, and the objects that have them. Who owns them, who may use them and
/// what is said of them does not matter to how they are printed.
pub fn statements(catalog: &Catalog, spellings: &[Spelling]) -> Vec<Statement> {
    let spelled = |object: &Object| spellings.iter().any(|spelling| spelling.id == object.id);
    catalog::create_some(catalog, |object, statement| match statement.stage {
        Stage::Finish => false,
        Stage::Bind => spelled(object),
        _ => true,
    })
}

/// The objects that have the texts.
pub fn spelled<'a>(catalog: &'a Catalog, spellings: &'a [Spelling]) -> impl Iterator<Item = &'a Object> {
    spellings.iter().filter_map(|spelling| catalog.get(&spelling.id))
}

/// The texts that have not been made, each with what the server said: those of objects, or of parts of objects, of which
/// a statement was refused.
pub fn refused(
    catalog: &Catalog,
    printed: &Catalog,
    spellings: &[Spelling],
    refusals: &[Refusal],
) -> Vec<(Spelling, String)> {
    let said: HashMap<&str, &str> = refusals.iter().map(|one| (one.sql.as_str(), one.said.as_str())).collect();
    let of = |id: &Id| {
        let own = catalog.get(id).into_iter().flat_map(|object| catalog::made_by(catalog, object));
        own.into_iter().find_map(|statement| said.get(statement.sql.as_str()).map(|said| (*said).to_owned()))
    };
    let absent = |id: &Id| printed.get(id).is_none().then(|| "it could not be made".to_owned());
    let why = |id: &Id| of(id).or_else(|| id.parents().iter().find_map(of)).or_else(|| absent(id));
    spellings.iter().filter_map(|spelling| Some((spelling.clone(), why(&spelling.id)?))).collect()
}

impl Spelling {
    /// Whether the other is about the same text.
    pub fn is(&self, other: &Spelling) -> bool {
        self.id == other.id && self.property.name == other.property.name
    }
}

/// Writes into the manifest what PostgreSQL printed on the scratch database for its texts.
pub fn learn(manifest: &mut Manifest, printed: &Catalog, spellings: &[Spelling]) {
    for Spelling { id, property, .. } in spellings {
        if let Some(object) = printed.get(id) {
            let value = object.properties.get(property.name).cloned().unwrap_or_else(|| property.default());
            manifest.expected.change(id, property, value);
        }
    }
}

/// Tells with the findings about texts that could not be printed why not.
pub fn note(verification: &mut Verification, failed: &[(Spelling, String)]) {
    for finding in &mut verification.findings {
        let of = |spelling: &Spelling| {
            let (path, property) = (&spelling.id.path, Some(spelling.property.name));
            (path, property, spelling.id.kind.name)
                == (&finding.path, finding.property.as_deref(), finding.kind.as_str())
        };
        if let Some((_, why)) = failed.iter().find(|(spelling, _)| of(spelling)) {
            finding.note = Some(format!(
                "{} of {} {} is compared as it is written, because PostgreSQL could not be asked how it prints it: {why}",
                finding.property.as_deref().unwrap_or_default(),
                finding.kind,
                finding.object,
            ));
        }
    }
}
