//! A script on disk: read once, whole and unchanged, or refused with the reason and the place.

use std::io::{Cursor, Read, Seek};
use std::path::Path;

use anyhow::Result;

use crate::error::Location;
use crate::sql::blocks::Blocks;
use crate::sql::place::Before;

/// The text of a script, or a part of it, and its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The file as it is shown to people.
    pub path: String,
    /// The bytes of the file, without a byte order mark at the start.
    pub text: String,
    /// What lies before the text, if it is a part of the file.
    pub before: Before,
}

impl Source {
    /// A script that is `text` from its first line on.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Source { path: path.into(), text: text.into(), before: Before::default() }
    }

    /// The place of byte `offset` of the text.
    pub fn location(&self, offset: usize) -> Location {
        self.before.location(&self.path, &self.text, offset)
    }

    /// Whether a line of the file begins at byte `offset` of the text.
    pub fn begins_line(&self, offset: usize) -> bool {
        match offset.checked_sub(1) {
            None => self.before.ends_line(),
            Some(before) => self.text.as_bytes().get(before) == Some(&b'\n'),
        }
    }
}

/// Reads the script at `path`, which messages call `shown_as`. Anything but a regular file of UTF-8 text is refused.
pub fn read(path: &Path, shown_as: &str) -> Result<Source> {
    collect(Blocks::open(path, shown_as)?, shown_as)
}

/// Checks the bytes of a script and makes text of them.
pub fn decode(bytes: Vec<u8>, shown_as: &str) -> Result<Source> {
    collect(Blocks::new(Cursor::new(bytes), shown_as), shown_as)
}

fn collect<R: Read + Seek>(blocks: Blocks<R>, shown_as: &str) -> Result<Source> {
    let text: String = blocks.collect::<Result<_>>()?;
    Ok(Source::new(shown_as, text))
}

#[cfg(test)]
mod tests {
    use std::fs;

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
}
