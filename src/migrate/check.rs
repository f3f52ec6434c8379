//! Looks a script through before anything runs: what it asks for, and whether its statements share a transaction.

use std::time::Duration;

use anyhow::Result;

use super::script::{Script, Text};
use crate::error::Failure;
use crate::sql::{self, Class, Directives, Trace, Window};

/// How long DDL waits for a lock unless the script says otherwise: everyone behind it waits as long.
const LOCK_TIMEOUT: Duration = Duration::from_secs(3);

/// How a script's statements are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All in one transaction.
    Together,
    /// One by one, each recorded, because the script asks for it.
    OneByOne,
    /// The same, because one of its statements cannot run in a transaction.
    MustBeOneByOne,
}

/// Which way a script goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is applied.
    Up,
    /// It is taken back.
    Down,
}

/// A script whose statements are known to be fit to run.
pub struct Checked<'a> {
    /// The script.
    pub script: &'a Script,
    /// Which way it goes.
    pub way: Way,
    /// The part of it that runs.
    pub text: &'a Text,
    /// How its statements are run.
    pub mode: Mode,
    /// How many statements it has.
    pub statements: usize,
    /// What it asks for.
    pub directives: Directives,
}

impl Checked<'_> {
    /// How long it waits for a lock.
    pub fn lock_timeout(&self) -> Duration {
        self.directives.lock_timeout.unwrap_or(LOCK_TIMEOUT)
    }

    /// Whether one of its statements runs in no transaction at all.
    pub fn runs_alone(&self, statement: &str) -> bool {
        match sql::class(statement) {
            Class::OutsideTransaction => true,
            Class::Either => self.mode == Mode::OneByOne,
            _ => false,
        }
    }

    /// The file, as it is shown to people.
    pub fn path(&self) -> &str {
        &self.text.shown_as
    }
}

/// Looks through what a script applies.
///
/// # Errors
/// Bad input, with the place.
pub fn check(script: &Script) -> Result<Checked<'_>> {
    look_through(script, Way::Up, &script.up)
}

/// Looks through what takes a script back.
///
/// # Errors
/// Bad input, with the place; refused, where nothing takes it back.
pub fn check_down(script: &Script) -> Result<Checked<'_>> {
    let Some(down) = &script.down else {
        return Err(Failure::refused(format!("nothing takes back {}: it has no down script", script.path()))
            .state("nothing was changed")
            .next(format!("write one beside it ({}.down.sql), or undo it by a new migration", script.tag))
            .into());
    };
    look_through(script, Way::Down, down)
}

fn look_through<'a>(script: &'a Script, way: Way, text: &'a Text) -> Result<Checked<'a>> {
    let (mut statements, mut directives, mut is_alone) = (0, None, false);
    for window in text.windows()? {
        let window = window?;
        if directives.is_none() {
            directives = Some(sql::directives(&window.source)?);
        }
        is_alone |= look_at(&window)?;
        statements += window.pieces.len();
    }
    if statements == 0 {
        return Err(Failure::input(format!("{} has no statement in it", text.shown_as))
            .next("write its statements, or delete the file")
            .into());
    }
    let directives = directives.unwrap_or_default();
    let mode = match directives.no_transaction || script.no_transaction {
        _ if is_alone => Mode::MustBeOneByOne,
        true => Mode::OneByOne,
        false => Mode::Together,
    };
    Ok(Checked { script, way, text, mode, statements, directives })
}

/// Whether a window has a statement that cannot run in a transaction.
fn look_at(window: &Window) -> Result<bool> {
    let (source, mut is_alone) = (&window.source, false);
    for piece in &window.pieces {
        let range = piece.statement();
        let refusal = match sql::class(&source.text[range.clone()]) {
            Class::Ordinary | Class::Either => continue,
            Class::OutsideTransaction if has_no_name(&source.text[range.clone()]) => Failure::input(format!(
                "{} builds an index without a name, so that a broken one could not be found",
                source.path
            ))
            .next("give the index a name: CREATE INDEX CONCURRENTLY name ON …"),
            Class::OutsideTransaction => {
                is_alone = true;
                continue;
            }
            Class::TransactionControl => Failure::input(format!("{} begins or ends a transaction itself", source.path))
                .next("take the statement out: each script runs in a transaction of its own"),
            Class::CopyOut => Failure::input(format!("{} copies rows to STDOUT, where nobody reads them", source.path))
                .next("take the statement out of the script"),
        };
        return Err(refusal.at(source.location(range.start)).into());
    }
    Ok(is_alone)
}

fn has_no_name(statement: &str) -> bool {
    matches!(sql::trace(statement), Trace::IndexBuilt { index: None, .. })
}
