//! Who the server runs as: the user of pgplumb, or an unprivileged account where that is root, whom postgres refuses.

use std::fs;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::error::Failure;

/// How long a program that only reports its version may take; machines under load are slow.
pub const SHORT: Duration = Duration::from_secs(30);

/// A user and a group to run a program as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user id.
    pub uid: u32,
    /// The group id, the only group that a program gets.
    pub gid: u32,
    /// Whether it is somebody other than the user of pgplumb, who then is root.
    pub is_other: bool,
}

impl Account {
    /// The account for new clusters.
    pub fn of_server() -> Result<Self> {
        let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
        if !uid.is_root() {
            return Ok(Account { uid: uid.as_raw(), gid: gid.as_raw(), is_other: false });
        }
        let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
        let Some((uid, gid)) = find_user(&users, "postgres").or_else(|| find_user(&users, "nobody")) else {
            bail!(
                Failure::input(
                    "PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as"
                )
                .next("run pgplumb as another user")
            );
        };
        Ok(Account { uid, gid, is_other: true })
    }

    /// The account that owns `data`, if we can run programs as it.
    pub fn owning(&self, data: &Path) -> Result<Option<Self>> {
        let metadata = fs::metadata(data).with_context(|| format!("cannot look at {}", data.display()))?;
        let owner = Account { uid: metadata.uid(), gid: metadata.gid(), is_other: self.is_other };
        let can_be = if self.is_other { owner.uid != 0 } else { owner.uid == self.uid };
        Ok(can_be.then_some(owner))
    }

    /// A command that runs `program` as this account.
    ///
    /// A server outlives the command that happened to start it, so it gets nothing of that command's environment.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC");
        command.current_dir("/").stdin(Stdio::null());
        if self.is_other {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Hands `path` over to this account.
    pub fn give(&self, path: &Path) -> Result<()> {
        if self.is_other {
            lchown(path, Some(self.uid), Some(self.gid))
                .with_context(|| format!("cannot change the owner of {}", path.display()))?;
        }
        Ok(())
    }

    /// Whether this account can reach what lies in `folder`. Folders that do not exist yet do not stand in the way.
    pub fn can_enter(&self, folder: &Path) -> bool {
        !self.is_other
            || folder
                .ancestors()
                .filter_map(|path| fs::metadata(path).ok())
                .all(|metadata| self.may_search(metadata.uid(), metadata.gid(), metadata.mode()))
    }

    fn may_search(&self, owner: u32, group: u32, mode: u32) -> bool {
        let bit = match (owner == self.uid, group == self.gid) {
            (true, _) => 0o100,
            (false, true) => 0o010,
            (false, false) => 0o001,
        };
        mode & bit != 0
    }
}

/// Runs `command` to its end and gives what it wrote; kills it after `limit`.
pub async fn run(command: Command, limit: Duration) -> Result<Output> {
    let name = command.get_program().display().to_string();
    let mut command = tokio::process::Command::from(command);
    match tokio::time::timeout(limit, command.kill_on_drop(true).output()).await {
        Ok(output) => output.with_context(|| format!("cannot run {name}")),
        Err(_) => {
            bail!(Failure::input(format!("{name} was stopped because it took more than {} seconds", limit.as_secs())))
        }
    }
}

/// What a program wrote, for an error.
pub fn words(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    last_lines(&String::from_utf8_lossy(&text))
}

/// The end of a log, short enough for an error.
pub fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

/// User id and group id of `name` in the text of `/etc/passwd`. macOS writes ids above 2³¹ as negative numbers.
fn find_user(users: &str, name: &str) -> Option<(u32, u32)> {
    let id = |text: &str| text.parse::<i64>().ok().map(|id| id as u32);
    users.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        (fields.len() >= 4 && fields[0] == name).then(|| Some((id(fields[2])?, id(fields[3])?)))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let users =
            "# macOS\npostgres-x:x:1:1::/:\nnobody:*:-2:-2:N:/:/bin/false\npostgres:x:101:104:,,,:/:/bin/bash\n";
        assert_eq!(find_user(users, "postgres"), Some((101, 104)));
        assert_eq!(find_user(users, "nobody"), Some((4_294_967_294, 4_294_967_294)));
        assert_eq!(find_user(users, "post"), None);
    }

    #[test]
    fn the_first_class_that_fits_decides() {
        let account = Account { uid: 101, gid: 104, is_other: true };
        assert!(account.may_search(0, 0, 0o755));
        assert!(!account.may_search(0, 0, 0o700));
        assert!(account.may_search(0, 104, 0o710));
        assert!(!account.may_search(0, 104, 0o701));
        assert!(!account.may_search(101, 104, 0o011));
    }

    #[test]
    fn only_the_end_of_a_log_is_quoted() {
        let log: String = (1..=20).map(|n| format!("{n}\n\n")).collect();
        assert_eq!(last_lines(&log), "9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20");
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_stopped() {
        let mut command = Command::new("sleep");
        command.arg("30");
        let error = run(command, Duration::from_millis(50)).await.unwrap_err();
        assert!(error.to_string().contains("sleep was stopped"), "{error}");
    }
}
