//! What lies before a text that is only a part of its file, so that places in it are those in the file.

use memchr::memchr_iter;

use crate::error::Location;

/// The characters of an unfinished line that are kept: one more than a message shows, so that it can tell that the line
/// was longer.
const KEPT: usize = 81;

/// What lies before a text in its file; nothing, if it is the whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// How many bytes, without a byte order mark.
    pub bytes: u64,
    /// How many line ends.
    pub lines: usize,
    /// The end of the line that the text begins in.
    line: String,
    /// How many characters of that line are not in `line`.
    hidden: usize,
}

impl Before {
    /// Counts `text`, which comes next, as lying before.
    pub fn pass(&mut self, text: &str) {
        self.bytes += text.len() as u64;
        self.lines += memchr_iter(b'\n', text.as_bytes()).count();
        let last = match text.rfind('\n') {
            None => text,
            Some(at) => {
                self.line.clear();
                self.hidden = 0;
                &text[at + 1..]
            }
        };
        let kept = last.char_indices().rev().nth(KEPT - 1).map_or(0, |(at, _)| at);
        if kept > 0 {
            self.hidden += self.line.chars().count() + last[..kept].chars().count();
            self.line.clear();
        }
        self.line.push_str(&last[kept..]);
        let too_many = self.line.chars().count().saturating_sub(KEPT);
        self.hidden += too_many;
        self.line = self.line.chars().skip(too_many).collect();
    }

    /// Whether the text begins a line.
    pub fn ends_line(&self) -> bool {
        self.line.is_empty()
    }

    /// The place of byte `offset` of `text`, which follows in `file`.
    pub fn location(&self, file: &str, text: &str, offset: usize) -> Location {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let mut location = if text[..offset].contains('\n') {
            Location::of(file, text, offset)
        } else {
            let end = text[offset..].find('\n').map_or(text.len(), |at| offset + at);
            let mut location = Location::of(file, &format!("{}{}", self.line, &text[..end]), self.line.len() + offset);
            location.column += self.hidden;
            location
        };
        location.line += self.lines;
        location
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_same_however_the_text_before_it_was_passed() {
        let line = "é, select 'x' ".repeat(20);
        let text = format!("{line}\n\n{line}{line}\r\n{line}");
        for cut in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            let mut before = Before::default();
            for character in text[..cut].chars() {
                before.pass(character.encode_utf8(&mut [0; 4]));
            }
            let mut at_once = Before::default();
            at_once.pass(&text[..cut]);
            assert_eq!(before, at_once);
            for offset in (cut..text.len()).step_by(37) {
                let place = before.location("x.sql", &text[cut..], offset - cut);
                assert_eq!(place, Location::of("x.sql", &text, offset), "{cut} {offset}");
            }
        }
    }
}
