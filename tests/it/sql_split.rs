//! No byte of a script is lost, doubled or sent twice, whatever it holds.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use pgplumb::sql::token::Tokens;
use pgplumb::sql::{Piece, Source, chunks, split};

use crate::sql_script::Generator;
use crate::support::Result;

crate::trials!(
    "sql_split",
    pieces_cover_a_script_and_only_blanks_lie_between,
    any_text_is_read_or_refused_without_a_panic,
);

fn pieces_cover_a_script_and_only_blanks_lie_between() -> Result {
    let mut read = 0;
    for seed in 0..20_000 {
        let mut generator = Generator::new(seed);
        generator.beyond_psql = true;
        let text = if seed % 2 == 0 { generator.soup() } else { generator.script(true) };
        let source = Source::new(format!("{seed}.sql"), text);
        match split(&source) {
            Ok(pieces) => {
                check(&source, &pieces);
                read += pieces.len();
            }
            Err(error) => assert!(seed % 2 == 0, "{error}\n{}", source.text),
        }
    }
    assert!(read > 50_000, "only {read} statements were read");
    Ok(())
}

fn check(source: &Source, pieces: &[Piece]) {
    let mut end = 0;
    for piece in pieces {
        let range = piece.statement();
        blank(source, end, range.start);
        end = range.end;
        let statement = &source.text[range];
        assert!(!statement.is_empty() && !statement.starts_with(char::is_whitespace), "{statement:?}");
        if let Piece::Copy { data, .. } = piece {
            blank(source, end, data.start);
            assert!(source.text[data.end..].starts_with("\\."));
            end = data.end + 2;
        }
    }
    blank(source, end, source.text.len());
    let sent: Vec<usize> = chunks(source, pieces).into_iter().flat_map(|chunk| chunk.pieces).collect();
    assert_eq!(sent, (0..pieces.len()).collect::<Vec<_>>());
}

fn blank(source: &Source, from: usize, to: usize) {
    let between = source.text[from..to].replace("\n\\restrict aB1 \r", "").replace("\n\\unrestrict aB1", "");
    for token in Tokens::new(&between) {
        let token = token.unwrap();
        let text = &between[token.range];
        assert!(token.kind.is_blank() || text == ";", "{text:?} is lost from\n{}", source.text);
    }
}

fn any_text_is_read_or_refused_without_a_panic() -> Result {
    for seed in 0..20_000 {
        let mut generator = Generator::new(seed);
        let text = generator.soup() + &generator.script(true) + &generator.soup();
        let cut = (0..=text.len()).rev().filter(|at| text.is_char_boundary(*at)).nth(seed as usize % 40).unwrap_or(0);
        let source = Source::new("x.sql", text[..cut].replace("x", "\\"));
        if let Ok(pieces) = split(&source) {
            chunks(&source, &pieces);
        }
    }
    Ok(())
}
