//! A script on disk: read once, whole and unchanged, or refused with the reason and the place.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Result, bail};
use sha2::{Digest, Sha256};

use crate::error::{Failure, Location};

const BOM: &str = "\u{feff}";

/// The text of a script and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file as it is shown to people.
    pub path: String,
    /// The bytes of the file, without a byte order mark at the start.
    pub text: String,
}

impl Source {
    /// The place of byte `offset`.
    pub fn location(&self, offset: usize) -> Location {
        Location::of(&self.path, &self.text, offset)
    }
}

/// Reads the script at `path`, which messages call `shown_as`. Anything but a regular file of UTF-8 text is refused.
pub fn read(path: &Path, shown_as: &str) -> Result<Source> {
    let unreadable = |error: io::Error| Failure::input(format!("failed to read {shown_as}: {error}"));
    let about = fs::symlink_metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        let what = if about.is_symlink() { "a symbolic link" } else { "not a regular file" };
        bail!(Failure::input(format!("{shown_as} is {what}")).next("put a regular file there"));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    decode(bytes, shown_as)
}

/// Checks the bytes of a script and makes text of them.
pub fn decode(bytes: Vec<u8>, shown_as: &str) -> Result<Source> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        refuse(error.as_bytes(), offset, shown_as, "is not UTF-8 text")
    })?;
    if let Some(offset) = text.find('\0') {
        return Err(refuse(text.as_bytes(), offset, shown_as, "has a NUL byte").into());
    }
    let text = text.strip_prefix(BOM).map(str::to_owned).unwrap_or(text);
    Ok(Source { path: shown_as.to_owned(), text })
}

fn refuse(bytes: &[u8], offset: usize, shown_as: &str, problem: &str) -> Failure {
    let guess = encoding(bytes).map(|name| format!("; it looks like {name}")).unwrap_or_default();
    let failure = Failure::input(format!("{shown_as} {problem} (byte {offset}{guess})")).at(Location::of(
        shown_as,
        &String::from_utf8_lossy(bytes),
        offset,
    ));
    match encoding(bytes) {
        Some(name) => failure.next(format!("iconv -f {name} -t UTF-8 {shown_as}")),
        None => failure.next("remove that byte"),
    }
}

/// The encoding that the bytes of a text most likely have, if it is not UTF-8.
fn encoding(bytes: &[u8]) -> Option<&'static str> {
    let nuls = |parity: usize| bytes.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let many = bytes.len() / 8;
    match bytes {
        [0xff, 0xfe, ..] => Some("UTF-16LE"),
        [0xfe, 0xff, ..] => Some("UTF-16BE"),
        _ if nuls(1) > many => Some("UTF-16LE"),
        _ if nuls(0) > many => Some("UTF-16BE"),
        _ if bytes.contains(&0) => None,
        _ if bytes.iter().any(|byte| (0x80..0xa0).contains(byte)) => Some("WINDOWS-1252"),
        _ => Some("LATIN1"),
    }
}

/// The checksum of a script: the hexadecimal SHA-256 of its text without a byte order mark, without white space at the
/// ends of lines (so with any line ends) and at the end.
pub fn checksum(text: &str) -> String {
    let blank = |character: char| character.is_ascii_whitespace();
    let mut hash = Sha256::new();
    for line in text.strip_prefix(BOM).unwrap_or(text).trim_end_matches(blank).split('\n') {
        hash.update(line.trim_end_matches(blank));
        hash.update("\n");
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> String {
        decode(bytes.to_vec(), "x.sql").unwrap_err().to_string()
    }

    #[test]
    fn only_utf8_text_is_taken_and_a_leading_mark_is_not_part_of_it() {
        assert_eq!(decode(b"\xef\xbb\xbfselect 'a\r\n';".to_vec(), "x").unwrap().text, "select 'a\r\n';");
        let latin = refused(b"select 1;\nselect 'caf\xe9';");
        assert!(latin.contains("byte 21; it looks like LATIN1") && latin.contains("x.sql:2:12"), "{latin}");
        assert!(refused(b"\xff\xfes\0").contains("UTF-16LE"));
        assert!(refused(b"s\0e\0l\0").contains("NUL byte (byte 1; it looks like UTF-16LE"));
        assert!(refused(b"\0s\0e\0l").contains("UTF-16BE"));
        assert!(refused(b"select 'it is one \0 only';").contains("NUL byte (byte 18)"));
    }

    #[test]
    fn only_regular_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a.sql"), folder.path().join("b.sql"));
        fs::write(&file, "select 1").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(read(&file, "a.sql").unwrap().text, "select 1");
        assert!(read(&link, "b.sql").unwrap_err().to_string().contains("symbolic link"));
        assert!(read(&folder.path().join("none"), "c.sql").unwrap_err().to_string().contains("failed to read c.sql"));
        assert!(read(folder.path(), "d").unwrap_err().to_string().contains("not a regular file"));
    }

    #[test]
    fn checksum_sees_text_and_not_line_ends() {
        assert_eq!(checksum("\u{feff}a \t\r\n  b\r\n\r\n"), checksum("a\n  b"));
        assert_ne!(checksum("a\nb"), checksum("a\n\nb"));
        assert_ne!(checksum("a\n b"), checksum("a\nb"));
    }
}
