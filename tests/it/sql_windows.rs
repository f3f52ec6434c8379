//! However a script is cut to be read in little memory, what is read of it is the same, and so is what is refused.

use std::fs::File;
use std::path::{Path, PathBuf};

use pgplumb::sql::{Blocks, Checksum, Piece, Source, Splitter, Windows, checksum, decode, read, split};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::sql_script::Generator;
use crate::support::Result;

crate::trials!(
    "sql_windows",
    windows_of_any_size_hold_what_a_whole_script_holds,
    a_script_of_one_window_has_the_pieces_of_a_whole_one,
    a_part_of_a_script_keeps_its_places,
    the_rows_of_a_copy_are_not_held,
    blocks_of_any_size_are_the_file_or_its_refusal,
    a_checksum_does_not_depend_on_the_parts,
);

const SCRIPTS: u64 = 8_000;

/// A folder for the one file that a test writes again and again.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    fn write(&self, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join("x.sql");
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// A piece of a script by its places in the whole file.
#[derive(Debug, PartialEq)]
enum Read {
    Statement(usize, usize, bool),
    Copy(usize, usize, usize, usize),
}

fn at(piece: &Piece, by: usize) -> Read {
    match piece {
        Piece::Statement { range, changes_strings } => {
            Read::Statement(range.start + by, range.end + by, *changes_strings)
        }
        Piece::Copy { statement, data } => {
            Read::Copy(statement.start + by, statement.end + by, data.start + by, data.end + by)
        }
    }
}

/// What the windows of a script hold, put together.
struct Whole {
    text: String,
    pieces: Vec<Read>,
    refusal: Option<String>,
    windows: usize,
    /// The last piece is a COPY whose end was not given.
    open: bool,
}

/// Goes through the windows as a sender does, and holds every place against that in `source`.
fn through(windows: Windows, source: &Source) -> Whole {
    let mut whole = Whole { text: String::new(), pieces: Vec::new(), refusal: None, windows: 0, open: false };
    for window in windows {
        let window = match window {
            Ok(window) => window,
            Err(error) => {
                whole.refusal = Some(error.to_string());
                break;
            }
        };
        let by = whole.text.len();
        assert_eq!(window.source.before.bytes, by as u64);
        assert_eq!(window.first, whole.pieces.len());
        assert_eq!(window.rows.is_some(), whole.open, "{window:?}");
        whole.open = window.more;
        if let Some(rows) = &window.rows {
            let Some(Read::Copy(_, _, _, end)) = whole.pieces.last_mut() else { panic!("{window:?}") };
            assert_eq!(*end, by);
            *end += rows.data.end;
            assert!(rows.data.start == 0 && !(rows.more && (!window.pieces.is_empty() || window.more)), "{window:?}");
            whole.open |= rows.more;
        }
        for piece in &window.pieces {
            let start = piece.statement().start;
            let (place, expected) = (window.source.location(start), source.location(by + start));
            assert_eq!((place.line, place.column), (expected.line, expected.column));
            whole.pieces.push(at(piece, by));
        }
        whole.text += &window.source.text;
        whole.windows += 1;
    }
    assert!(!whole.open || whole.refusal.is_some());
    whole
}

fn scripts(seed: u64) -> String {
    let mut generator = Generator::new(seed);
    generator.beyond_psql = true;
    match seed % 4 {
        0 => generator.soup(),
        2 if seed % 16 == 2 => generator.script(true) + "; \\restrict aB1\n" + &generator.script(false),
        1 | 2 => {
            let head = if seed % 8 == 1 { "BEGIN; SET standard_conforming_strings = off;ROLLBACK;\n" } else { "" };
            format!("{head}{}", generator.script(true))
        }
        _ => {
            let text = generator.soup() + &generator.script(true) + "\n-- pgplumb: x\n" + &generator.soup();
            let mut end = text.len() - seed as usize % 50.min(text.len());
            end = text.floor_char_boundary(end);
            if seed % 8 == 3 { text[..end].replace('x', "\\") } else { text[..end].to_owned() }
        }
    }
}

fn windows_of_any_size_hold_what_a_whole_script_holds() -> Result {
    let (folder, mut random) = (Folder::new(), Random(1));
    let (mut counts, mut refused, mut cut_rows) = ([0; 2], 0, 0);
    for seed in 0..SCRIPTS {
        let source = Source::new("x.sql", scripts(seed));
        let mark = if seed % 5 == 0 { "\u{feff}" } else { "" };
        let path = folder.write(format!("{mark}{}", source.text));
        let size = if seed % 2 == 0 { 1 + seed as usize / 2 % 64 } else { 1 + random.below(400) };
        let whole = through(Windows::open(&path, "x.sql", 0..u64::MAX)?.with_size(size), &source);

        let mut pieces = Vec::new();
        let mut refusal = None;
        for piece in Splitter::new(&source) {
            match piece {
                Ok(piece) => pieces.push(at(&piece, 0)),
                Err(error) => refusal = Some(error.to_string()),
            }
        }
        assert_eq!(whole.refusal, refusal, "seed {seed}, size {size}\n{}", source.text);
        counts[0] += pieces.len();
        counts[1] += whole.windows;
        if refusal.is_some() {
            refused += 1;
            // The rows of a COPY are given before its end is seen.
            let known = whole.pieces.len() - usize::from(whole.open);
            assert_eq!(whole.pieces[..known], pieces[..known], "seed {seed}, size {size}\n{}", source.text);
            assert!(source.text.starts_with(&whole.text));
        } else {
            cut_rows +=
                pieces.iter().filter(|piece| matches!(piece, Read::Copy(_, _, from, to) if to - from > size)).count();
            assert_eq!(whole.pieces, pieces, "seed {seed}, size {size}\n{}", source.text);
            assert_eq!(whole.text, source.text);
        }
    }
    assert!(
        counts.iter().all(|count| *count > 16_000) && refused > 1_000 && cut_rows > 130,
        "{counts:?} {refused} {cut_rows}"
    );
    Ok(())
}

fn a_script_of_one_window_has_the_pieces_of_a_whole_one() -> Result {
    let folder = Folder::new();
    let line = "INSERT INTO line VALUES ('é');\n";
    let mebibyte = line.repeat((1 << 20) / line.len());
    let full = format!("{mebibyte}{}", "-".repeat((1 << 20) - mebibyte.len()));
    for text in ["", "-- nothing\n", "select 1", "\u{feff}select 1;", &full] {
        let path = folder.write(text);
        let source = read(&path, "x.sql")?;
        let windows: Vec<_> = Windows::open(&path, "x.sql", 0..u64::MAX)?.collect::<anyhow::Result<_>>()?;
        let [window] = windows.as_slice() else { panic!("{} windows", windows.len()) };
        assert_eq!((&window.source, &window.pieces), (&source, &split(&source)?));
        assert!(window.rows.is_none() && !window.more && window.first == 0);
    }
    let path = folder.write(format!("{full}\n{full}"));
    let source = read(&path, "x.sql")?;
    let whole = through(Windows::open(&path, "x.sql", 0..u64::MAX)?, &source);
    assert_eq!(whole.text, source.text);
    assert_eq!(whole.pieces.len(), 2 * (mebibyte.len() / line.len()));
    assert!((2..=3).contains(&whole.windows), "{}", whole.windows);
    Ok(())
}

fn a_part_of_a_script_keeps_its_places() -> Result {
    let (folder, mut random) = (Folder::new(), Random(2));
    for seed in 0..2_000 {
        let [before, text, after] = [0, 1, 2].map(|part| Generator::new(seed * 3 + part + 77).script(true));
        let path = folder.write(format!("\u{feff}{before}\n{text}\n{after}"));
        let range = before.len() as u64 + 1..(before.len() + text.len()) as u64 + 1;
        let mut source = Source::new("x.sql", text);
        source.before.pass(&before);
        source.before.pass("\n");
        let expected = split(&source)?;
        let size = 1 + random.below(100);
        let mut text = String::new();
        let mut found = 0;
        for window in Windows::open(&path, "x.sql", range)?.with_size(size) {
            let window = window?;
            for piece in &window.pieces {
                let start = piece.statement().start;
                let (place, other) = (window.source.location(start), source.location(text.len() + start));
                assert_eq!((place.line, place.column), (other.line, other.column));
            }
            text += &window.source.text;
            found += window.pieces.len();
        }
        assert_eq!((text, found), (source.text, expected.len()));
    }
    let path = folder.write("aé;b;");
    let read = |range| -> String {
        let windows = Windows::open(&path, "x.sql", range).unwrap().with_size(1);
        windows.map(|window| window.unwrap().source.text).collect()
    };
    assert_eq!([read(0..3), read(1..4), read(4..6), read(6..9), read(9..9)], ["aé", "é;", "b;", "", ""]);
    Ok(())
}

fn the_rows_of_a_copy_are_not_held() -> Result {
    let folder = Folder::new();
    let rows = format!("{}\n", "row\t".repeat(300)).repeat(4_000);
    let path = folder.write(format!("COPY line FROM stdin;\n{rows}\\.\nselect 1;"));
    let source = read(&path, "x.sql")?;
    let whole = through(Windows::open(&path, "x.sql", 0..u64::MAX)?, &source);
    assert_eq!(whole.pieces, split(&source)?.iter().map(|piece| at(piece, 0)).collect::<Vec<_>>());
    let largest = |windows: Windows| windows.map(|window| window.unwrap().source.text.len()).max();
    assert!(largest(Windows::open(&path, "x.sql", 0..u64::MAX)?).unwrap() < 3 << 20);
    // Neither is one long row, nor a long stretch of blanks between statements.
    let path = folder.write(format!("COPY line FROM stdin;\n{}\n\\.\n{}", "x".repeat(5000), "-- x\n \n".repeat(900)));
    assert!(largest(Windows::open(&path, "x.sql", 0..u64::MAX)?.with_size(50)).unwrap() < 200);
    Ok(())
}

fn blocks_of_any_size_are_the_file_or_its_refusal() -> Result {
    let (folder, mut random) = (Folder::new(), Random(3));
    let mut refused = 0;
    for seed in 0..4_000 {
        let mark = if seed % 3 == 0 { "\u{feff}" } else { "" };
        let mut bytes = (mark.to_owned() + &scripts(seed)).into_bytes();
        for _ in 0..(seed % 3).min(bytes.len() as u64) {
            let place = random.below(bytes.len());
            bytes[place] = [0, 0xe9, 0x92, 0xff, 0xc3, b'a'][random.below(6)];
        }
        let path = folder.write(&bytes);
        let size = 1 + random.below(100);
        let blocks: anyhow::Result<Vec<String>> = Blocks::open(&path, "x.sql")?.with_size(size).collect();
        match (blocks, decode(bytes, "x.sql")) {
            (Ok(blocks), Ok(source)) => {
                assert!(blocks.iter().all(|block| block.len() <= size.max(4)));
                assert_eq!(blocks.concat(), source.text);
            }
            (Err(error), Err(expected)) => {
                refused += 1;
                assert_eq!(error.to_string(), expected.to_string());
            }
            (blocks, source) => panic!("{blocks:?} and {source:?}"),
        }
    }
    assert!(refused > 1_000, "only {refused} were refused");
    only_regular_files_are_opened(folder.0.path())
}

fn only_regular_files_are_opened(folder: &Path) -> Result {
    let refused = |path: &Path| Blocks::open(path, "b.sql").err().unwrap().to_string();
    std::os::unix::fs::symlink(folder.join("x.sql"), folder.join("link"))?;
    assert!(refused(&folder.join("link")).contains("b.sql is a symbolic link"));
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket"))?;
    for path in ["socket", "."] {
        assert!(refused(&folder.join(path)).contains("b.sql is not a regular file"), "{path}");
    }
    assert!(refused(Path::new("/dev/null")).contains("not a regular file"));
    assert!(refused(&folder.join("none")).contains("failed to read b.sql: "));
    // Even a file that was opened by others can turn out to be none.
    assert!(Blocks::new(File::open(folder)?, "b.sql").any(|block| block.is_err()));
    Ok(())
}

fn a_checksum_does_not_depend_on_the_parts() -> Result {
    let mut random = Random(4);
    let blanks = [" ", "\n", "\r\n", "\t", "\x0c", "\x0b", "a", "é", "\u{feff}", "b c"];
    for seed in 0..20_000 {
        let mut text = if seed % 2 == 0 { scripts(seed) } else { String::new() };
        text.extend((0..random.below(20)).map(|_| blanks[random.below(blanks.len())]));
        let mut parts = Checksum::new();
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let length = rest.ceil_char_boundary(random.below(12));
            parts.update(&rest[..length]);
            rest = &rest[length..];
        }
        assert_eq!(parts.finish(), checksum(&text), "{text:?}");
        let trimmed: Vec<&str> = text.strip_prefix('\u{feff}').unwrap_or(&text).split('\n').map(trim).collect();
        let hash = Sha256::digest(format!("{}\n", trim(&trimmed.join("\n"))));
        assert_eq!(checksum(&text), hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), "{text:?}");
    }
    Ok(())
}

fn trim(text: &str) -> &str {
    text.trim_end_matches(|character: char| character.is_ascii_whitespace())
}
