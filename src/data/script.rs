//! A data migration as it stands in its file: directives and sections. Text in, data out.

use std::path::Path;

use anyhow::Result;

use super::statement::{Statement, refuse};
use super::words::{Header, Walk, misplaced};
use crate::error::{Failure, did_you_mean};
use crate::sql::token::{Kind, Tokens};
use crate::sql::{self, Source, checksum};

/// A part of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// What must hold before the first batch.
    Precondition,
    /// What is done with the rows of a batch.
    Batch,
    /// What is done in one transaction, without batches.
    Once,
    /// What must hold afterwards.
    Verify,
    /// Pairs of queries that must have the same rows.
    Compare,
    /// What takes it back.
    Undo,
    /// What may only be done at the very end.
    Finalize,
}

const NAMES: [(&str, Name); 7] = [
    ("precondition", Name::Precondition),
    ("batch", Name::Batch),
    ("once", Name::Once),
    ("verify", Name::Verify),
    ("compare", Name::Compare),
    ("undo", Name::Undo),
    ("finalize", Name::Finalize),
];

/// One section with its statements.
#[derive(Clone, Debug)]
pub struct Section {
    /// Which it is.
    pub name: Name,
    /// Which rows it walks, as far as it says so itself.
    pub walk: Walk,
    /// Its statements.
    pub statements: Vec<Statement>,
    /// Where its line begins.
    start: usize,
}

/// Statements, and the rows for which they are run.
#[derive(Clone, Debug)]
pub struct Work {
    /// The rows; nothing, if the statements are run once.
    pub walk: Option<Walk>,
    /// The statements.
    pub statements: Vec<Statement>,
}

/// A data migration.
#[derive(Clone, Debug)]
pub struct Script {
    /// The number at the beginning of its name.
    pub version: i64,
    /// The file's name without `.sql`.
    pub tag: String,
    /// The file, as people call it.
    pub path: String,
    /// What stands at its top.
    pub header: Header,
    /// What it does.
    pub forward: Work,
    /// What takes it back.
    pub undo: Option<Work>,
    /// The checksum of its text.
    pub checksum: String,
    sections: Vec<Section>,
}

impl Script {
    /// Reads a data migration.
    ///
    /// # Errors
    /// Bad input, with the place.
    pub fn read(path: &Path, shown_as: &str, version: i64, tag: &str) -> Result<Self> {
        Script::parse(&sql::read(path, shown_as)?, version, tag)
    }

    fn parse(source: &Source, version: i64, tag: &str) -> Result<Self> {
        let (header, sections) = read(source)?;
        let of = |name: Name| sections.iter().find(|section| section.name == name);
        let forward = match (of(Name::Batch), of(Name::Once)) {
            (Some(batch), None) => Work { walk: Some(header.walk.clone()), statements: batch.statements.clone() },
            (None, Some(once)) => Work { walk: None, statements: once.statements.clone() },
            (Some(_), Some(once)) => {
                let what = "a script has either batches or a section that runs once";
                return Err(refuse(source, once.start, what, "make two scripts of it").into());
            }
            (None, None) => {
                return Err(Failure::input(format!("{} has no section `batch`", source.path))
                    .next("begin it by a line `-- pgplumb: section batch` (or `section once`, for one transaction)")
                    .into());
            }
        };
        let undo = of(Name::Undo).map(|section| undo(&header.walk, section, forward.walk.is_some()));
        let works = [Some(&forward), undo.as_ref()];
        for work in works.into_iter().flatten() {
            check(source, work)?;
        }
        let (path, checksum, tag) = (source.path.clone(), checksum(&source.text), tag.to_owned());
        Ok(Script { version, tag, path, header, forward, undo, checksum, sections })
    }

    /// The statements of a section; none, if there is no such section.
    pub fn statements(&self, name: Name) -> &[Statement] {
        let section = self.sections.iter().find(|section| section.name == name);
        section.map_or(&[], |section| &section.statements)
    }
}

/// What takes a script back: over the rows of the way forward, unless the section names its own.
fn undo(forward: &Walk, section: &Section, is_batched: bool) -> Work {
    let own = &section.walk;
    let walk = Walk {
        over: own.over.clone().or_else(|| forward.over.clone()),
        key: if own.key.is_empty() { forward.key.clone() } else { own.key.clone() },
        filter: own.filter.clone(),
        quiescent: own.filter.is_none(),
    };
    let is_batched = is_batched || own.over.is_some();
    Work { walk: is_batched.then_some(walk), statements: section.statements.clone() }
}

/// Refuses work that could not be done right.
fn check(source: &Source, work: &Work) -> Result<()> {
    if work.statements.is_empty() {
        return Err(Failure::input(format!("{} has a section without a statement", source.path))
            .next("write its statements, or delete its line")
            .into());
    }
    let Some(walk) = &work.walk else { return Ok(()) };
    let missing = match walk {
        _ if walk.over.is_none() => Some(("which table is walked", "-- pgplumb: over schema.table")),
        _ if walk.key.is_empty() => Some(("by which columns the table is walked", "-- pgplumb: key id")),
        Walk { filter: None, quiescent: false, .. } => Some((
            "which rows are still to be done, so that rows which appear behind the walk are found",
            "-- pgplumb: where NOT done` (or `-- pgplumb: quiescent`, if nobody adds rows meanwhile)",
        )),
        _ => None,
    };
    if let Some((what, line)) = missing {
        return Err(Failure::input(format!("{} does not say {what}", source.path))
            .next(format!("write `{}` at its top", line.trim_end_matches('`')))
            .into());
    }
    let (over, key) = (walk.over.as_deref().unwrap_or_default(), &walk.key);
    for statement in &work.statements {
        if !statement.uses("batch") {
            let what = "this statement does not use the relation `batch`, so every batch would do the same again";
            return Err(statement.refuse(what, "join `batch`, or move the statement to a section `once`").into());
        }
        if let Some(column) = statement.sets(over, key) {
            let what = format!("this statement changes {column}, the key that the table is walked by");
            let next = "walk the table by a key that stays, or copy the rows and delete the old ones";
            return Err(statement.refuse(&what, next).into());
        }
    }
    Ok(())
}

/// The header and the sections of a script.
fn read(source: &Source) -> Result<(Header, Vec<Section>)> {
    let (mut header, mut sections) = (Header::default(), Vec::<Section>::new());
    // The directives that belong to the statement after them.
    let mut marks = Vec::new();
    let mut ends = Vec::new();
    for token in Tokens::new(&source.text).map_while(Result::ok) {
        let comment = &source.text[token.range.clone()];
        let Some(directive) = (token.kind == Kind::LineComment).then(|| sql::directives::body(comment)).flatten()
        else {
            if sections.is_empty() && !token.kind.is_blank() {
                let what = "a statement stands outside of every section";
                let next = "begin its section by a line such as `-- pgplumb: section batch`";
                return Err(refuse(source, token.range.start, what, next).into());
            }
            continue;
        };
        let (name, value) = directive.split_once(char::is_whitespace).unwrap_or((directive, ""));
        let value = value.trim();
        let at = |failure: Failure| failure.at(source.location(token.range.start));
        match (name, sections.last_mut()) {
            ("section", _) => {
                let section = section(value, &sections).map_err(at)?;
                ends.push(token.range.start);
                sections.push(Section {
                    name: section,
                    walk: Walk::default(),
                    statements: vec![],
                    start: token.range.end,
                });
            }
            (_, None) => header.take(name, value).map_err(at)?,
            ("rule" | "each-row", Some(_)) => marks.push((token.range.start, name.to_owned(), value.to_owned())),
            (_, Some(section)) => {
                let is_walk = section.name == Name::Undo && section.walk.take(name, value).map_err(at)?;
                if !is_walk {
                    return Err(at(misplaced(name)).into());
                }
            }
        }
    }
    ends.push(source.text.len());
    for (section, end) in sections.iter_mut().zip(ends.into_iter().skip(1)) {
        section.statements = super::statement::read(source, section.start..end, &marks)?;
    }
    Ok((header, sections))
}

fn section(value: &str, sections: &[Section]) -> Result<Name, Failure> {
    let found = NAMES.into_iter().find(|(name, _)| *name == value);
    let Some((_, name)) = found else {
        let names = NAMES.map(|(name, _)| name);
        return Err(Failure::input(format!("there is no section `{value}`{}", did_you_mean(value, names)))
            .next(format!("use one of {}", names.join(", "))));
    };
    if sections.iter().any(|section| section.name == name) {
        return Err(Failure::input(format!("the section `{value}` is there twice")).next("make one of the two"));
    }
    Ok(name)
}
