//! Two checksums of each script: refinery's own, so that both tools agree on one history, and ours, which does not mind
//! line ends and trailing space.

use std::hash::{Hash, Hasher};

use siphasher::sip::SipHasher13;

use crate::sql::Checksum;

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
    /// Refinery's checksum. It keeps versions in 32 bits unless it was built otherwise, and hashes what it keeps.
    pub fn refinery(&self, wide_versions: bool) -> u64 {
        if wide_versions { self.wide } else { self.narrow }
    }
}

/// The checksums of a text that comes in parts.
pub struct Summing {
    normalised: Checksum,
    narrow: SipHasher13,
    wide: SipHasher13,
}

impl Summing {
    /// Begins with the text of a script of that name and version.
    pub fn begin(name: &str, version: i64) -> Self {
        let [narrow, wide] = [false, true].map(|wide| {
            let mut hasher = SipHasher13::new();
            name.hash(&mut hasher);
            match i32::try_from(version) {
                Ok(version) if !wide => version.hash(&mut hasher),
                _ => version.hash(&mut hasher),
            }
            hasher
        });
        Summing { normalised: Checksum::new(), narrow, wide }
    }

    /// Takes the part of the text that comes next.
    pub fn update(&mut self, text: &str) {
        self.normalised.update(text);
        self.narrow.write(text.as_bytes());
        self.wide.write(text.as_bytes());
    }

    /// The checksums of all that was taken.
    pub fn finish(self) -> Checksums {
        // What the hash of a text ends with.
        let [narrow, wide] = [self.narrow, self.wide].map(|mut hasher| {
            hasher.write_u8(0xff);
            hasher.finish()
        });
        Checksums { normalised: self.normalised.finish(), narrow, wide }
    }
}

/// Whether a checksum that refinery wrote is that of a text, with either kind of line ends: refinery knows the exact bytes.
pub fn is_refinerys(checksum: &str, name: &str, version: i64, text: &str) -> bool {
    let unix = text.replace("\r\n", "\n");
    let windows = unix.replace('\n', "\r\n");
    let is = |text: &str| {
        let mut summing = Summing::begin(name, version);
        summing.update(text);
        let sums = summing.finish();
        [sums.narrow, sums.wide].iter().any(|sum| sum.to_string() == checksum)
    };
    is(text) || is(&unix) || is(&windows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_refinerys() {
        let text = "create table invoice (id int);\n";
        let theirs = refinery_core::Migration::unapplied("V12__add_invoice", text).unwrap().checksum();
        let mut summing = Summing::begin("add_invoice", 12);
        text.split_inclusive(' ').for_each(|part| summing.update(part));
        assert_eq!(summing.finish().refinery(false), theirs);
        assert!(is_refinerys(&theirs.to_string(), "add_invoice", 12, &text.replace('\n', "\r\n")));
        assert!(!is_refinerys(&theirs.to_string(), "add_invoice", 13, text));
    }
}
