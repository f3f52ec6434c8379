//! The checksums that other tools make of a script's text, with either kind of line ends.

use anyhow::Result;
use sha2::{Digest, Sha256, Sha384};

use super::Row;
use crate::migrate::script::Script;

/// Whether a test holds for the whole file of a script: as it is, or with the line ends of the other systems.
pub fn any_line_ends(script: &Script, is: impl Fn(&str) -> bool) -> Result<bool> {
    let whole = script.up.whole()?;
    let unix = whole.replace("\r\n", "\n");
    Ok(is(&whole) || is(&unix) || is(&unix.replace('\n', "\r\n")))
}

/// Whether the row's checksum is that of the script; nothing if the row has none.
pub fn has(row: &Row, script: &Script, sum: impl Fn(&str) -> String) -> Result<Option<bool>> {
    let Some(checksum) = &row.checksum else { return Ok(None) };
    any_line_ends(script, |text| sum(text) == *checksum).map(Some)
}

/// The hexadecimal SHA-256.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hexadecimal SHA-256 as early versions of Prisma wrote it: no byte is filled up with a zero.
pub fn sha256_unpadded(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:x}")).collect()
}

/// The hexadecimal SHA-384.
pub fn sha384(text: &str) -> String {
    Sha384::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Flyway's CRC32 of the lines, without their ends and without a byte order mark.
pub fn crc32_of_lines(text: &str) -> String {
    let mut hash = crc32fast::Hasher::new();
    for line in text.strip_prefix('\u{feff}').unwrap_or(text).split(['\r', '\n']) {
        hash.update(line.as_bytes());
    }
    hash.finalize().cast_signed().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSONS: &str = "CREATE TABLE persons (\n    id int,\n    name varchar(255),\n    city varchar(255)\n);\n";

    #[test]
    fn the_checksums_are_those_of_the_tools() {
        assert_eq!(crc32_of_lines(PERSONS), "214714684");
        assert_eq!(crc32_of_lines(&PERSONS.replace('\n', "\r\n")), "214714684");
        assert_eq!(sha256(PERSONS), "3e336e36e1ce2062977c3b54c50e084a2bb72ca161792689fc05b347e39a73fe");
        assert_eq!(
            sha384(PERSONS),
            "455bb8f47b19759e7b193c86a91439f0feb8967ee2ee1538b5f07664867d6b6f951c108bfda2cc9a536fc08300490d47"
        );
        let unpadded = "3e336e36e1ce2062977c3b54c5e84a2bb72ca161792689fc5b347e39a73fe";
        assert_eq!(sha256_unpadded(PERSONS), unpadded);
    }
}
