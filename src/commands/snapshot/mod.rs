//! Takes a snapshot: one dump of what the project owns, proven by restoring it elsewhere and counting. Other commands take
//! one before they change anything, with [`before_change`].

mod check;
mod file;
mod subject;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};

use super::archive;
use super::context::{Connected, Context};
use super::work::unchanged;
use crate::error::{Failure, Outcome};
use crate::output::escape;
use crate::reset;
use crate::snapshot::{self, Record};
use check::Dump;
use file::{Part, place};
use subject::Subject;

pub use check::{is_wanted, there};
pub use file::shown;

/// What a snapshot is to be.
#[derive(Default)]
pub struct Wish {
    /// The file; without one, a new one in the project's folder of snapshots.
    pub output: Option<PathBuf>,
    /// Whether it is left unproven.
    pub unchecked: bool,
}

/// A snapshot that was taken.
pub struct Taken {
    /// The dump.
    pub file: PathBuf,
    /// What is known of it.
    pub record: Record,
    /// How long the dump took.
    pub dumping: Duration,
    /// How long the proof took.
    pub checking: Duration,
    /// The names of objects that it leaves out, because they are not the project's.
    pub left: Vec<String>,
}

impl Taken {
    /// The file as it is called from the folder that the command was started in.
    pub fn shown(&self) -> String {
        shown(&self.file)
    }

    /// What programs read of it.
    pub fn value(&self) -> Value {
        let record = &self.record;
        json!({
            "file": self.file.display().to_string(), "size": record.size, "tables": record.tables, "rows": record.rows(),
            "taken_at": record.taken_at, "checked": record.checked, "left_out": self.left,
            "dump_ms": milliseconds(self.dumping), "check_ms": milliseconds(self.checking),
        })
    }
}

/// Fails before anything is done if no snapshot of the database could be taken here.
///
/// # Errors
/// Refused, without programs that can dump the server.
pub async fn possible(context: &Context, connected: &Connected) -> Result<()> {
    archive::programs(context, connected.session.server_version_num / 10_000).await.map(|_| ())
}

/// Takes a proven snapshot for a command that is about to change something, says where it is, and returns what `--json`
/// shows of it.
///
/// # Errors
/// What kept it from being taken or proven; nothing was changed.
pub async fn before_change(context: &Context, connected: &Connected) -> Result<Value> {
    let taken = take(context, connected, &Wish::default()).await;
    let taken = taken.map_err(|error| match error.downcast::<Failure>() {
        Ok(failure) if failure.outcome == Outcome::PartWay => Failure { outcome: Outcome::Refused, ..failure }.into(),
        Ok(failure) => failure.into(),
        Err(error) => error,
    })?;
    let (file, rows, tables) = (taken.shown(), taken.record.rows(), taken.record.tables.len());
    context.say(&escape(&format!("snapshot {file}: {tables} {}, {rows} rows, proven", reset::plural("table", tables))));
    Ok(taken.value())
}

/// Takes a snapshot.
///
/// # Errors
/// Refused without fitting programs, part-way if it could not be proven; nothing in the database was changed.
pub async fn take(context: &Context, connected: &Connected, wish: &Wish) -> Result<Taken> {
    try_take(context, connected, wish).await.map_err(unchanged)
}

async fn try_take(context: &Context, connected: &Connected, wish: &Wish) -> Result<Taken> {
    let major = connected.session.server_version_num / 10_000;
    let clients = archive::programs(context, major).await?.swap_remove(0);
    let session = context.session(&connected.target).await?;
    let subject = Subject::read(context, &session).await?;
    let file = place(context, wish, &subject.record)?;
    let part = Part::create(&file)?;
    let begun = Instant::now();
    let record = subject.dumped(context, connected, &session, &clients, &part.path).await?;
    reset::end(&session).await?;
    let dumping = begun.elapsed();
    let arguments = ["--list".to_owned(), part.path.display().to_string()];
    let list = archive::run(context, &clients, "pg_restore", &arguments, &[]).await?;
    let entries = snapshot::entries(&list);
    let others = entries.iter().filter(|entry| subject.is_others(entry)).map(|entry| entry.id).collect();
    let mut record = Record { others, ..record };
    let begun = Instant::now();
    if !wish.unchecked {
        let dump = Dump {
            file: &part.path,
            clients: &clients,
            entries: &entries,
            record: &record,
            roles: &subject.roles,
            leading_out: &subject.leading_out,
            constraints: subject.constraints,
        };
        let proven = proven(context, &dump).await;
        context.output.live("");
        if let Err(error) = proven {
            return Err(part.keep(&record, error));
        }
        record.checked = true;
    }
    let checking = begun.elapsed();
    snapshot::write(&file, &record)?;
    part.finish(&file)?;
    Ok(Taken { file, record, dumping, checking, left: subject.left })
}

async fn proven(context: &Context, dump: &Dump<'_>) -> Result<()> {
    let counted = check::counts(context, dump).await?;
    let wrong = snapshot::differences(&dump.record.tables, &counted);
    if wrong.is_empty() {
        return Ok(());
    }
    let message = format!("the restored snapshot is not what the database has:\n{}", reset::list(&wrong));
    Err(Failure::new(Outcome::PartWay, message).into())
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
