//! What stands before the commands that take something away: whether this database may lose anything at all, and by
//! this command line.

use anyhow::Result;

use super::context::{Connected, Context};
use super::work;
use crate::error::Failure;
use crate::migrate;
use crate::project::Label;
use crate::reset;

/// What the guards came to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The database is there to be taken apart.
    Free,
    /// The user has named it.
    Confirmed,
    /// The user has not named it.
    Unconfirmed,
}

/// A command that takes something away.
pub struct Guard<'a> {
    /// Where it runs.
    pub context: &'a Context,
    /// The database.
    pub connected: &'a Connected,
    /// What it does to a database, as in "no option resets a protected database".
    pub does: &'static str,
    /// The database's name, as the user gave it.
    pub confirm: Option<&'a str>,
    /// Whether it is only to say what it would do.
    pub dry_run: bool,
}

impl Guard<'_> {
    /// Looks whether the command may be run here. Only what stands in the database makes it free: a wrong setting on one
    /// machine does not.
    ///
    /// # Errors
    /// Refused, where no command line could make it run; or what the server said.
    pub async fn check(&self) -> Result<Access> {
        let Connected { session, target, local } = self.connected;
        let label = migrate::read_label(&session.client).await.map_err(|error| reset::failed(session, error))?;
        if [label, target.label].contains(&Some(Label::Protected)) {
            let does = self.does;
            let message = format!("{target} is labelled protected, and no option {does} a protected database");
            return Err(refused(message).next("name another database").into());
        }
        let query = "SELECT current_database()::text, current_setting('transaction_read_only')::bool";
        let row = session.client.query_typed_one(query, &[]).await;
        let row = row.map_err(|error| reset::failed(session, error.into()))?;
        let (database, read_only): (String, bool) = (row.try_get(0)?, row.try_get(1)?);
        if read_only && !self.dry_run {
            let message = format!("{target} takes no writes: it is a standby, or read-only by a setting");
            return Err(refused(message).next("name the primary server").into());
        }
        if let Some(name) = self.confirm.filter(|name| **name != database) {
            let message = format!("--confirm names {name}, and this database is {database} ({target})");
            return Err(refused(message)
                .next("name the database that is meant, in the target and in --confirm")
                .into());
        }
        work::check_platform(self.context, self.connected).await?;
        Ok(match label {
            _ if *local => Access::Free,
            Some(Label::Disposable) => Access::Free,
            _ if self.confirm.is_some() => Access::Confirmed,
            _ => Access::Unconfirmed,
        })
    }

    /// The command line that confirms: the command with its options, and the database's name. It names the target only
    /// as far as that is no secret.
    pub fn command(&self, command: &str, options: Vec<String>) -> String {
        let target = &self.connected.target;
        let by_option = target.origins.iter().any(|(_, _, source)| source.to_string() == "--url");
        let mut words = vec![format!("pgplumb {command}")];
        words.extend(target.environment.as_ref().map(|name| format!("--env {name}")));
        words.extend(by_option.then(|| "--url …".to_owned()));
        words.extend(options);
        words.push(format!("--confirm {}", shell_word(&target.database)));
        words.join(" ")
    }
}

/// A refusal that changed nothing.
pub fn refused(message: String) -> Failure {
    Failure::refused(message).state("nothing was changed")
}

/// A name as one word of a shell's command line.
pub fn shell_word(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    if name.chars().all(plain) { name.to_owned() } else { format!("'{}'", name.replace('\'', r"'\''")) }
}
