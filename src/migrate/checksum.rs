//! Two checksums of each script: refinery's own, so that both tools agree on one history, and ours, which does not mind
//! line ends and trailing space.

use std::hash::{Hash, Hasher};

use siphasher::sip::SipHasher13;

use super::Script;
use super::history::Applied;
use crate::sql;

/// The checksums of a script.
pub struct Checksums<'a> {
    script: &'a Script,
}

impl<'a> Checksums<'a> {
    /// The checksums of `script`.
    pub fn of(script: &'a Script) -> Self {
        Checksums { script }
    }

    /// Ours: SHA-256 without byte-order mark, carriage returns and trailing space.
    pub fn normalised(&self) -> String {
        sql::checksum(&self.script.source.text)
    }

    /// Refinery's: SipHash 1-3 of name, version and text. Refinery keeps versions in 32 bits unless it was built
    /// otherwise, and hashes what it keeps.
    pub fn refinery(&self, wide_versions: bool) -> u64 {
        self.refinery_of(&self.script.source.text, wide_versions)
    }

    /// Whether an applied script is this one. A history that only refinery wrote knows the text by its exact bytes, so
    /// both kinds of line ends are tried.
    pub fn matches(&self, row: &Applied) -> bool {
        if let Some(normalised) = &row.normalised {
            return *normalised == self.normalised();
        }
        let text = &self.script.source.text;
        let unix = text.replace("\r\n", "\n");
        let windows = unix.replace('\n', "\r\n");
        let same =
            |text: &str| [false, true].iter().any(|wide| row.checksum == self.refinery_of(text, *wide).to_string());
        same(text) || same(&unix) || same(&windows)
    }

    fn refinery_of(&self, text: &str, wide_versions: bool) -> u64 {
        let mut hasher = SipHasher13::new();
        self.script.name.hash(&mut hasher);
        match i32::try_from(self.script.version) {
            Ok(version) if !wide_versions => version.hash(&mut hasher),
            _ => self.script.version.hash(&mut hasher),
        }
        text.hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Source;

    #[test]
    fn the_checksum_is_refinerys() {
        let text = "create table invoice (id int);\n".to_owned();
        let theirs = refinery_core::Migration::unapplied("V12__add_invoice", &text).unwrap();
        let source = Source { path: "migrations/V12__add_invoice.sql".to_owned(), text };
        let script = Script { version: 12, name: "add_invoice".to_owned(), tag: "V12__add_invoice".to_owned(), source };
        assert_eq!(Checksums::of(&script).refinery(false), theirs.checksum());
    }
}
