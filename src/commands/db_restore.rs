//! `db:restore`: puts a snapshot in the place of what the project owns. Dropping, restoring and counting share one
//! transaction, so that whatever fails leaves the database as it was.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::context::{Connected, Context};
use super::guard::{Access, Guard, refused, shell_word};
use super::owned::{Named, Owned, Survey, Unknown};
use super::snapshot::{is_wanted, there};
use super::{archive, work};
use crate::db::local::{Clients, Temporary};
use crate::error::{Failure, Outcome};
use crate::migrate;
use crate::output::Answer;
use crate::project::Label;
use crate::reset::{self, Key};
use crate::snapshot::{self, Entry, Record};

/// Arguments of `db:restore`.
#[derive(clap::Args)]
pub struct Args {
    /// The dump that db:snapshot wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Name of the database, which every target needs but the local default and databases labelled disposable
    #[arg(long, value_name = "DBNAME")]
    confirm: Option<String>,
    /// What becomes of objects that the snapshot does not have
    #[arg(long, value_enum, value_name = "WHAT")]
    unknown: Option<Unknown>,
}

struct Restore<'a> {
    context: &'a Context,
    args: &'a Args,
    owned: Owned<'a>,
    record: Option<&'a Record>,
}

/// A dump as a script.
struct Script {
    path: PathBuf,
    /// Goes with the value.
    _folder: Temporary,
}

/// Restores.
pub async fn run(context: &Context, args: &Args) -> Result<Answer> {
    let file = &args.file;
    if !file.is_file() || !snapshot::is_dump(file)? {
        let why = if file.is_file() { "is no dump in the custom format of pg_dump" } else { "is not there" };
        let next = "name a file that db:snapshot wrote";
        return Err(Failure::input(format!("{} {why}", file.display())).next(next).into());
    }
    let record = snapshot::read(file)?;
    let connected = context.connect().await?;
    let objects = record.as_ref().map(|record| record.objects.iter().cloned().collect());
    let (named, unknown) = (Named::Snapshot(objects), args.unknown);
    let owned = Owned { context, connected: &connected, named, unknown, with_label: true };
    Restore { context, args, owned, record: record.as_ref() }.run().await
}

impl Restore<'_> {
    async fn run(mut self) -> Result<Answer> {
        let Connected { session, target, .. } = self.owned.connected;
        let access = self.guard().check().await?;
        let (clients, list) = self.readable().await?;
        let entries = snapshot::entries(&list);
        self.owned.with_label = entries.iter().any(|entry| entry.words.starts_with("TABLE pgplumb setting "));
        if access == Access::Unconfirmed {
            let survey = self.owned.survey(access).await?;
            let next = format!("if that is what you want, run `{}`", self.command());
            return Err(refused(self.owned.would_lose(&survey, "the snapshot")).next(next).into());
        }
        migrate::acquire(&session.client, &|text| self.context.say(text), &|| self.context.check_interrupt()).await?;
        // While it waited for the lock, somebody may have protected the database.
        let access = self.guard().check().await?;
        let label = migrate::read_label(&session.client).await.map_err(work::unchanged)?;
        let survey = self.owned.survey(access).await?;
        self.owned.check(access, &survey).await?;
        self.refuse_unknown_attached(&survey)?;
        let script = self.script(&clients, &entries, &survey).await.map_err(work::unchanged)?;
        self.tell_doubts();
        self.context.say(&format!("{target} loses {}, and gets the snapshot", self.owned.loss(&survey)));
        self.replace(&survey, &script, label).await?;
        Ok(self.answer())
    }

    fn guard(&self) -> Guard<'_> {
        let (connected, confirm) = (self.owned.connected, self.args.confirm.as_deref());
        Guard { context: self.context, connected, does: "restores", confirm, dry_run: false }
    }

    fn command(&self) -> String {
        let mut options = vec![shell_word(&self.args.file.display().to_string())];
        options.extend(self.args.unknown.map(|unknown| format!("--unknown {}", unknown.name())));
        self.guard().command("db:restore", options)
    }

    /// The programs that can read the dump, and its list.
    async fn readable(&self) -> Result<(Clients, String)> {
        let major = self.owned.connected.session.server_version_num / 10_000;
        let arguments = ["--list".to_owned(), self.args.file.display().to_string()];
        let mut refusal = None;
        for clients in archive::programs(self.context, major).await? {
            match archive::run(self.context, &clients, "pg_restore", &arguments, &[]).await {
                Ok(list) => return Ok((clients, list)),
                Err(error) => refusal = Some(error),
            }
        }
        let failure = refusal.map_or_else(|| Failure::input("there is no pg_restore"), work::failure);
        let outcome = match failure.outcome {
            Outcome::RolledBack => Outcome::Input,
            outcome => outcome,
        };
        let message = format!("{} cannot be read: {}", self.args.file.display(), failure.message);
        Err(Failure { outcome, message, ..failure }
            .state("nothing was changed")
            .next("name a dump that is whole, or install the pg_restore of the version that wrote it")
            .into())
    }

    /// Refuses to drop what nothing could bring back: a dump alone has nothing on the platform's tables.
    fn refuse_unknown_attached(&self, survey: &Survey) -> Result<()> {
        let attached = survey.plan.steps.iter().map(|step| &step.object).filter(|object| object.attached);
        let attached: Vec<String> = attached.map(reset::named).collect();
        if self.record.is_some() || attached.is_empty() {
            return Ok(());
        }
        let beside = snapshot::beside(&self.args.file);
        let list = reset::list(&attached);
        let message = format!("without {} there is nothing to bring these back from:\n{list}", beside.display());
        Err(refused(message).next("bring that file back to where it was beside the dump").into())
    }

    /// Says what may not be as it should.
    fn tell_doubts(&self) {
        let Some(record) = self.record else {
            let beside = snapshot::beside(&self.args.file);
            return self
                .context
                .say(&format!("there is no {}, so what is restored cannot be proven", beside.display()));
        };
        let database = &self.owned.connected.target.database;
        if record.database != *database {
            self.context.say(&format!("the snapshot is of {}, and this database is {database}", record.database));
        }
        if !record.checked {
            self.context.say("the snapshot was never proven; its rows are counted now");
        }
    }

    /// Writes what is put back as a script.
    async fn script(&self, clients: &Clients, entries: &[Entry<'_>], survey: &Survey) -> Result<Script> {
        let goes: HashSet<Key> = survey.plan.steps.iter().map(|step| step.object.key).collect();
        let there = there(&self.owned.connected.session, &goes).await?;
        let is_others = |entry: &Entry<'_>| self.record.is_some_and(|record| record.others.contains(&entry.id));
        let list = snapshot::list(entries, |entry| is_wanted(entry, &there) && !is_others(entry));
        let folder = Temporary::new(&self.context.project.folder.join(".pgplumb").join("snapshots"))?;
        let (list_file, path) = (folder.path.join("list"), folder.path.join("restore.sql"));
        fs::write(&list_file, list).context("the list of the dump cannot be written")?;
        private(&path)?;
        let arguments = snapshot::script(&self.args.file, &list_file, &path);
        self.context.output.live("reading the snapshot");
        archive::run(self.context, clients, "pg_restore", &arguments, &[]).await?;
        self.context.output.live("");
        without_newer_settings(&path)?;
        Ok(Script { path, _folder: folder })
    }

    /// Drops, restores and counts in one transaction, if the locks of all that goes fit into one.
    async fn replace(&self, survey: &Survey, script: &Script, label: Option<Label>) -> Result<()> {
        let (session, steps) = (&self.owned.connected.session, &survey.plan.steps);
        let is_whole = reset::batches(steps, survey.found.budget).len() <= 1;
        if is_whole {
            reset::open(session, self.context.platform(), steps, 0..steps.len()).await?;
        } else {
            self.owned.execute(survey).await?;
        }
        let filled = async {
            if !is_whole {
                session.client.batch_execute("BEGIN").await?;
            }
            self.fill(script, label).await?;
            reset::commit(session, "what was restored could not be committed").await
        };
        let Err(error) = filled.await else { return Ok(()) };
        let failure = work::failure(error);
        // The connection may be gone; then the server rolls back by itself.
        let _ = session.client.batch_execute("ROLLBACK").await;
        let failure = Failure { location: None, ..failure };
        Err(match (failure.outcome, is_whole) {
            (Outcome::Unknown, _) => failure,
            (_, true) => failure.state("nothing was changed; everything was rolled back"),
            (outcome, false) => {
                let outcome = match outcome {
                    Outcome::Interrupted | Outcome::Terminated => outcome,
                    _ => Outcome::PartWay,
                };
                Failure { outcome, ..failure }
                    .state("what the project owned is dropped, and nothing of the snapshot is restored")
                    .next("run the same command again, once the cause is mended")
            }
        }
        .into())
    }

    /// Runs the script in the transaction that has begun, and counts.
    async fn fill(&self, script: &Script, label: Option<Label>) -> Result<()> {
        let client = &self.owned.connected.session.client;
        self.context.output.live("restoring");
        let sent = migrate::send(&self.owned.connected.session, &script.path, "the snapshot").await;
        self.context.output.live("");
        sent?;
        for statement in self.record.iter().flat_map(|record| &record.attached) {
            let made = client.batch_execute(statement).await;
            made.with_context(|| format!("what stands on the platform's tables could not be made: {statement}"))?;
        }
        if let Some(label) = label.filter(|_| self.owned.with_label) {
            migrate::write_label(client, label).await?;
        }
        let Some(record) = self.record else { return Ok(()) };
        let names: Vec<&str> = record.tables.keys().map(String::as_str).collect();
        let counted = snapshot::count(client, &names).await?;
        let wrong = snapshot::differences(&record.tables, &counted);
        if wrong.is_empty() {
            return Ok(());
        }
        let message = format!("what was restored is not what the snapshot has:\n{}", reset::list(&wrong));
        Err(Failure::new(Outcome::RolledBack, message).next("take another snapshot's file").into())
    }

    fn answer(&self) -> Answer {
        let file = self.args.file.display().to_string();
        let (outcome, text) = match self.record {
            Some(record) => {
                let (tables, taken) = (record.tables.len(), &record.taken_at);
                let tables = format!("{tables} {}", reset::plural("table", tables));
                (Outcome::Done, format!("restored {tables} with {} rows, as of {taken}; counted\n", record.rows()))
            }
            None => {
                (Outcome::Findings, "restored; not counted, because nothing says how many rows there must be\n".into())
            }
        };
        let value = json!({
            "file": file, "proven": self.record.is_some(), "taken_at": self.record.map(|record| &record.taken_at),
            "tables": self.record.map(|record| &record.tables), "rows": self.record.map(Record::rows),
        });
        Answer { outcome, text, value }
    }
}

/// Creates an empty file that nobody else may read.
fn private(path: &Path) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    created.map(|_| ()).with_context(|| format!("cannot create {}", path.display()))
}

/// The setting that `pg_restore` writes from version 17 on, and that earlier servers do not know.
const NEWER: &str = "\nSET transaction_timeout = 0;\n";

/// Makes comments of settings at the top of a script that an older server does not know.
fn without_newer_settings(path: &Path) -> Result<()> {
    let failed = || format!("cannot change {}", path.display());
    let mut file = OpenOptions::new().read(true).write(true).open(path).with_context(failed)?;
    let mut top = vec![0; 4096];
    let length = file.read(&mut top).with_context(failed)?;
    let top = String::from_utf8_lossy(&top[..length]);
    if let Some(at) = top.find(NEWER) {
        file.seek(SeekFrom::Start(at as u64 + 1)).with_context(failed)?;
        file.write_all(b"--").with_context(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_old_servers_do_not_know_is_no_statement() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sql");
        fs::write(&path, "SET lock_timeout = 0;\nSET transaction_timeout = 0;\nSET x = 1;\n").unwrap();
        without_newer_settings(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "SET lock_timeout = 0;\n--T transaction_timeout = 0;\nSET x = 1;\n");
    }
}
