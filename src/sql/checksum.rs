//! The checksum of a script, which an editor that changes line ends or trailing blanks does not change.

use memchr::memchr;
use sha2::{Digest, Sha256};

use crate::sql::blocks::BOM;

/// The checksum of a text that comes in parts.
#[derive(Clone, Debug, Default)]
pub struct Checksum {
    hash: Sha256,
    begun: bool,
    /// Line ends that count only if something follows them.
    lines: u64,
    /// White space at the end so far, on the last line: it counts only if that line goes on.
    blanks: String,
}

impl Checksum {
    /// The checksum of no text yet.
    pub fn new() -> Self {
        Checksum::default()
    }

    /// Takes the text that comes next; where it is cut makes no difference.
    pub fn update(&mut self, text: &str) {
        let mut rest = text;
        if !self.begun && !text.is_empty() {
            self.begun = true;
            rest = text.strip_prefix(BOM).unwrap_or(text);
        }
        while let Some(end) = memchr(b'\n', rest.as_bytes()) {
            self.part_of_line(&rest[..end]);
            self.blanks.clear();
            self.lines += 1;
            rest = &rest[end + 1..];
        }
        self.part_of_line(rest);
    }

    fn part_of_line(&mut self, part: &str) {
        let told = part.trim_end_matches(|character: char| character.is_ascii_whitespace());
        if !told.is_empty() {
            for _ in 0..std::mem::take(&mut self.lines) {
                self.hash.update("\n");
            }
            self.hash.update(&self.blanks);
            self.hash.update(told);
            self.blanks.clear();
        }
        self.blanks.push_str(&part[told.len()..]);
    }

    /// The checksum of all that was taken, in hexadecimal digits.
    pub fn finish(mut self) -> String {
        self.hash.update("\n");
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The checksum of a script: the hexadecimal SHA-256 of its text without a byte order mark, without white space at the
/// ends of lines (so with any line ends) and at the end.
pub fn checksum(text: &str) -> String {
    let mut checksum = Checksum::new();
    checksum.update(text);
    checksum.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_sees_text_and_not_line_ends() {
        assert_eq!(checksum("\u{feff}a \t\r\n  b\r\n\r\n"), checksum("a\n  b"));
        assert_ne!(checksum("a\nb"), checksum("a\n\nb"));
        assert_ne!(checksum("a\n b"), checksum("a\nb"));
    }

    #[test]
    fn it_is_the_hash_of_the_trimmed_lines() {
        let hash = |text: &str| -> String { Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect() };
        assert_eq!(checksum(""), hash("\n"));
        assert_eq!(checksum("\r\n \n\ta \tb \u{b}\n\n c\r\n\x0c"), hash("\n\n\ta \tb \u{b}\n\n c\n"));
        assert_eq!(checksum("\u{feff}\u{feff}é"), hash("\u{feff}é\n"));
    }
}
