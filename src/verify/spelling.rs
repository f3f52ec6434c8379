//! What a manifest says in SQL may be spelled otherwise than PostgreSQL prints it, by a person or by another major. Where
//! the two texts differ, the objects of the database are made once more on a scratch database with the manifest's text in
//! them, and what PostgreSQL prints there is what the manifest means. Nothing is guessed.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::Verification;
use crate::catalog::{self, Catalog, Id, Object, Property, Refusal, Stage, Statement};
use crate::diff::{self, Change, Difference};
use crate::manifest::Manifest;

/// A text of the manifest that differs from what the database prints.
#[derive(Clone, Debug)]
pub struct Spelling {
    id: Id,
    property: &'static Property,
    value: Value,
}

/// The texts that differ. Those that no statement would have are left as they are: nothing could be learned of them.
pub fn spellings(manifest: &Manifest, actual: &Catalog) -> Vec<Spelling> {
    let spelling = |change: Change| {
        let Difference::Changed { property, expected, .. } = change.difference else { return None };
        let property = change.id.kind.property(property)?;
        let said = property.sql && !property.is_default(&expected);
        said.then_some(Spelling { id: change.id, property, value: expected })
    };
    let mut spellings: Vec<Spelling> =
        diff::compare(manifest, actual).changes.into_iter().filter_map(spelling).collect();
    if !spellings.is_empty() {
        let (without, with) = (overlaid(actual, &[]), overlaid(actual, &spellings));
        spellings.retain(|spelling| made(&with, &spelling.id) != made(&without, &spelling.id));
    }
    spellings
}

/// The statements that an object and what it stands in have of their own.
fn made(catalog: &Catalog, id: &Id) -> Vec<Statement> {
    let own = |id: &Id| catalog.get(id).into_iter().flat_map(|object| catalog::made_by(catalog, object));
    own(id).chain(id.parents().iter().flat_map(own)).collect()
}

/// Whether an object is made with the rows of a query. What it is made for here needs none, and nothing that somebody put
/// into the database is to be run.
const WITH_ROWS: &str = "populated";

/// The database's objects with the manifest's texts in them.
pub fn overlaid(actual: &Catalog, spellings: &[Spelling]) -> Catalog {
    let mut catalog = actual.clone();
    catalog.change_all(WITH_ROWS, &Value::from(false));
    for spelling in spellings {
        catalog.change(&spelling.id, spelling.property, spelling.value.clone());
    }
    catalog
}

/// The statements that make what the texts can name, and the objects that have them. Who owns them, who may use them and
/// what is said of them does not matter to how they are printed.
pub fn statements(catalog: &Catalog, spellings: &[Spelling]) -> Vec<Statement> {
    let ids: HashSet<&Id> = spellings.iter().map(|spelling| &spelling.id).collect();
    let spelled = |object: &Object| ids.contains(&object.id);
    let named = named(catalog, spellings);
    catalog::create_some(catalog, |object, statement| match statement.stage {
        _ if object.id.kind.of_server() => false,
        _ if object.id.path.len() > 1 && !named.contains(&object.id.path[..2]) => false,
        Stage::Make | Stage::Fill | Stage::Attach | Stage::Keys | Stage::PartitionedKeys => true,
        Stage::Bind | Stage::Watch => spelled(object),
        Stage::Own | Stage::Finish => false,
    })
}

/// The paths of the objects of schemas that have the texts, or whose names stand in the statements of those that are
/// needed: a large database is not made again for one text. A word that means something else does no harm.
fn named<'a>(catalog: &'a Catalog, spellings: &'a [Spelling]) -> HashSet<&'a [String]> {
    let mut by_path: HashMap<&[String], Vec<&Object>> = HashMap::new();
    let mut by_word: HashMap<&str, Vec<&[String]>> = HashMap::new();
    let mut waiting: Vec<&[String]> = Vec::new();
    for object in catalog.iter() {
        let Some(path) = object.id.path.get(..2) else {
            waiting.push(&object.id.path);
            by_path.entry(&object.id.path).or_default().push(object);
            continue;
        };
        by_path.entry(path).or_default().push(object);
        let name = path[1].split('(').next().unwrap_or_default();
        match name.chars().all(is_of_word) {
            true => by_word.entry(name).or_default().push(path),
            false => waiting.push(path),
        }
    }
    waiting.extend(spellings.iter().filter_map(|spelling| spelling.id.path.get(..2)));
    let mut named = HashSet::new();
    while let Some(path) = waiting.pop() {
        if !named.insert(path) {
            continue;
        }
        for statement in by_path.get(path).into_iter().flatten().flat_map(|object| catalog::made_by(catalog, object)) {
            let words = statement.sql.split(|c| !is_of_word(c)).filter(|_| statement.stage < Stage::Own);
            waiting.extend(words.filter_map(|word| by_word.get(word)).flatten());
        }
    }
    named
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
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
    let said: HashMap<&str, &Refusal> = refusals.iter().map(|one| (one.sql.as_str(), one)).collect();
    // What it stands in may have been there before; the object itself may not, or its text would be another's.
    let own = |id: &Id| catalog.get(id).map(|object| catalog::made_by(catalog, object)).unwrap_or_default();
    let find = |statements: Vec<Statement>, counts: &dyn Fn(&Refusal) -> bool| {
        let mut found = statements.into_iter().filter_map(|statement| said.get(statement.sql.as_str()));
        found.find(|refusal| counts(refusal)).map(|refusal| refusal.said.as_str())
    };
    let of = |id: &Id| find(own(id), &|_| true).or_else(|| find(made(catalog, id), &|refusal| !refusal.is_there));
    let absent = |id: &Id| printed.get(id).is_none().then_some("it could not be made");
    let why = |id: &Id| of(id).or_else(|| absent(id)).map(str::to_owned);
    spellings.iter().filter_map(|spelling| Some((spelling.clone(), why(&spelling.id)?))).collect()
}

impl Spelling {
    /// Whether the other is about the same text.
    pub fn is(&self, other: &Spelling) -> bool {
        self.id == other.id && self.property.name == other.property.name
    }
}

/// Writes into the manifest what PostgreSQL printed on the scratch database for its texts, but for those that the scratch
/// database does not have.
pub fn learn(manifest: &mut Manifest, printed: &Catalog, spellings: &[Spelling], failed: &[(Spelling, String)]) {
    let good = |one: &&Spelling| !failed.iter().any(|(bad, _)| bad.is(one));
    for spelling in spellings.iter().filter(good) {
        manifest.expected.change(&spelling.id, spelling.property, value(printed, spelling));
    }
}

/// Those of the texts that differ even now.
pub fn still(spellings: &[Spelling], now: &[Spelling]) -> Vec<Spelling> {
    spellings.iter().filter(|one| now.iter().any(|other| other.is(one))).cloned().collect()
}

/// The database's own texts in the place of the manifest's.
pub fn turned(actual: &Catalog, spellings: &[Spelling]) -> Vec<Spelling> {
    spellings.iter().map(|one| Spelling { value: value(actual, one), ..one.clone() }).collect()
}

fn value(catalog: &Catalog, spelling: &Spelling) -> Value {
    let given = catalog.get(&spelling.id).and_then(|object| object.properties.get(spelling.property.name));
    given.cloned().unwrap_or_else(|| spelling.property.default())
}

/// Writes into the manifest what the database has where the major that printed the manifest's text prints that for it.
pub fn agree(manifest: &mut Manifest, printed: &Catalog, actual: &Catalog, spellings: &[Spelling]) {
    for spelling in spellings.iter().filter(|one| value(printed, one) == one.value) {
        manifest.expected.change(&spelling.id, spelling.property, value(actual, spelling));
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
