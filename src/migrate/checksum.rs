//! Two checksums of each script: refinery's own, so that both tools agree on one history, and ours, which does not mind
//! line ends and trailing space.

use std::hash::{Hash, Hasher};

use siphasher::sip::SipHasher13;

use crate::sql;

/// The checksums of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checksums {
    /// Ours: SHA-256 without byte-order mark, carriage returns and trailing space.
    pub normalised: String,
    /// Refinery's, for versions of 32 bits.
    narrow: u64,
    /// Refinery's, for versions of 64 bits.
    wide: u64,
}

impl Checksums {
    /// The checksums of the text of a script of that name and version.
    pub fn of(name: &str, version: i64, text: &str) -> Self {
        let [narrow, wide] = refinery(name, version, text);
        Checksums { normalised: sql::checksum(text), narrow, wide }
    }

    /// Refinery's checksum. It keeps versions in 32 bits unless it was built otherwise, and hashes what it keeps.
    pub fn refinery(&self, wide_versions: bool) -> u64 {
        if wide_versions { self.wide } else { self.narrow }
    }
}

/// Whether a checksum that refinery wrote is that of a text, with either kind of line ends: refinery knows the exact bytes.
pub fn is_refinerys(checksum: &str, name: &str, version: i64, text: &str) -> bool {
    let unix = text.replace("\r\n", "\n");
    let windows = unix.replace('\n', "\r\n");
    let is = |text: &str| refinery(name, version, text).iter().any(|sum| sum.to_string() == checksum);
    is(text) || is(&unix) || is(&windows)
}

/// SipHash 1-3 of name, version and text, for versions of 32 and of 64 bits.
fn refinery(name: &str, version: i64, text: &str) -> [u64; 2] {
    [false, true].map(|wide| {
        let mut hasher = SipHasher13::new();
        name.hash(&mut hasher);
        match i32::try_from(version) {
            Ok(version) if !wide => version.hash(&mut hasher),
            _ => version.hash(&mut hasher),
        }
        text.hash(&mut hasher);
        hasher.finish()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_refinerys() {
        let text = "create table invoice (id int);\n";
        let theirs = refinery_core::Migration::unapplied("V12__add_invoice", text).unwrap().checksum();
        assert_eq!(Checksums::of("add_invoice", 12, text).refinery(false), theirs);
        assert!(is_refinerys(&theirs.to_string(), "add_invoice", 12, &text.replace('\n', "\r\n")));
        assert!(!is_refinerys(&theirs.to_string(), "add_invoice", 13, text));
    }
}
