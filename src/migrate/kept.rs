//! The texts that were applied, which the history keeps deflated, so that an edit can be shown later.

use std::fmt::Write as _;
use std::io::{Read, Write};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use similar::TextDiff;
use tokio_postgres::Client;

use super::script::Text;
use super::tables::SCHEMA;

/// Longer texts are not kept: a history is read again and again, and nobody reads a diff of a megabyte.
const LIMIT: usize = 1024 * 1024;

/// How many lines of a diff are shown.
const SHOWN: usize = 40;

/// The text as a value of SQL, or NULL if it is too long to keep.
///
/// # Errors
/// If it can no longer be read.
pub fn value(text: &Text) -> Result<String> {
    if text.length() > LIMIT {
        return Ok("NULL".to_owned());
    }
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.open()?.text.as_bytes())?;
    Ok(format!("pg_catalog.decode('{}', 'base64')", STANDARD.encode(encoder.finish()?)))
}

/// The text of a version as it was applied, where it was kept.
///
/// # Errors
/// What the server said.
pub async fn text(client: &Client, version: i64) -> Result<Option<String>> {
    let query = format!("SELECT script FROM {SCHEMA}.migration WHERE version = {version}");
    let rows = client.query_typed(&query, &[]).await.context("the text that was applied could not be read")?;
    let bytes: Option<Vec<u8>> = rows.first().map(|row| row.try_get(0)).transpose()?.flatten();
    let Some(bytes) = bytes else { return Ok(None) };
    let mut text = String::new();
    let read = DeflateDecoder::new(&*bytes).take(LIMIT as u64 * 2).read_to_string(&mut text);
    Ok(read.is_ok().then_some(text))
}

/// How a text differs from the one that was applied, as a unified diff.
pub fn difference(applied: &str, now: &str, file: &str) -> String {
    let unix = |text: &str| text.lines().map(str::trim_end).fold(String::new(), |all, line| all + line + "\n");
    let (applied, now) = (unix(applied), unix(now));
    let diff = TextDiff::from_lines(&applied, &now);
    let diff = diff.unified_diff().context_radius(2).header(&format!("{file} (as applied)"), file).to_string();
    let lines: Vec<&str> = diff.lines().collect();
    let mut shown = lines[..lines.len().min(SHOWN)].join("\n");
    if let Some(more) = lines.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = write!(shown, "\n… {more} more lines");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_shows_lines_and_no_line_ends() {
        let shown = difference("a\r\nb \r\nc", "a\nB\nc\n\n", "x.sql");
        assert_eq!(shown, "--- x.sql (as applied)\n+++ x.sql\n@@ -1,3 +1,4 @@\n a\n-b\n+B\n c\n+");
        assert_eq!(difference("a\n", "a", "x.sql"), "");
        let long: String = (0..100).map(|line| format!("{line}\n")).collect();
        assert!(difference("", &long, "x.sql").ends_with("… 63 more lines"));
    }
}
