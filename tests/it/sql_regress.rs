//! PostgreSQL's own regression tests as scripts: they are cut as psql cuts them. The folder with the `.sql` files is named
//! by `PGPLUMB_TEST_REGRESS`.
//!
//! What psql sends does not depend on what the statements do, so nothing runs: the server takes all and says yes.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::Trial;
use pgplumb::sql::token::Strings;
use pgplumb::sql::{Piece, Windows, decode};

use crate::sql_psql::bare_all;
use crate::support::{Result, fail, has_program, trial, variable};

const FOLDER: &str = "PGPLUMB_TEST_REGRESS";

/// The tests of this module.
pub fn trials() -> Vec<Trial> {
    let name = "sql_regress::postgresqls_own_scripts_are_cut_as_psql_cuts_them";
    let ignored = folder().is_none() || !has_program("psql");
    vec![trial(name, postgresqls_own_scripts_are_cut_as_psql_cuts_them).with_ignored_flag(ignored)]
}

fn folder() -> Option<PathBuf> {
    variable(FOLDER).map(PathBuf::from)
}

/// What reaches a server: statements and the rows of a COPY.
#[derive(Debug, PartialEq)]
enum Sent {
    Statement(String),
    Rows(String),
}

fn postgresqls_own_scripts_are_cut_as_psql_cuts_them() -> Result {
    let folder = folder().unwrap_or_default();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    let scratch = tempfile::tempdir()?;
    let listener = UnixListener::bind(scratch.path().join(".s.PGSQL.5432"))?;
    let (mut same, mut rows, mut differ) = (0, 0, Vec::new());
    let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
    for file in &files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let script = scratch.path().join("script.sql");
        let Ok(source) = decode(std::fs::read(file)?, &name) else {
            *skipped.entry("not UTF-8".to_owned()).or_default() += 1;
            continue;
        };
        std::fs::write(&script, without_commands(&source.text))?;
        let ours = match ours(&script, &name) {
            Ok(ours) => ours,
            Err(error) => {
                *skipped.entry(error.to_string()).or_default() += 1;
                continue;
            }
        };
        let theirs = theirs(&listener, scratch.path(), &script)?;
        match (0..ours.len().max(theirs.len())).find(|index| ours.get(*index) != theirs.get(*index)) {
            None => {
                rows += ours.iter().filter(|sent| matches!(sent, Sent::Rows(_))).count();
                same += ours.len();
            }
            Some(at) => differ.push(format!("{name}\n  ours:   {:?}\n  theirs: {:?}", ours.get(at), theirs.get(at))),
        }
    }
    let refused: usize = skipped.values().sum();
    let told = files.len() - differ.len() - refused;
    eprintln!(
        "{told} of {} files and {same} pieces, {rows} with rows, are cut alike; not compared: {refused}",
        files.len()
    );
    for (reason, count) in skipped {
        eprintln!("{count} x {reason}");
    }
    if differ.is_empty() && same > 0 { Ok(()) } else { fail(differ.join("\n")) }
}

/// A script without psql's own commands: it may be another one, but it is the same for both.
fn without_commands(text: &str) -> String {
    let mut kept = String::new();
    for line in text.split_inclusive('\n') {
        // Neither are there variables of psql.
        let line = line.replace("\\;", ";").replace(":'", ": '").replace(":\"", ": \"");
        let command = line.match_indices('\\').find(|(at, _)| {
            let alone = line[..*at].trim().is_empty();
            let name: String = line[at + 1..].chars().take_while(char::is_ascii_lowercase).collect();
            let ends =
                ["g", "gset", "gexec", "gx", "gdesc", "crosstabview", "watch", "parse", "bind"].contains(&&*name);
            (alone && (!name.is_empty() || line[at + 1..].starts_with('!'))) || ends
        });
        match command {
            None => kept += &line,
            Some((at, _)) if line[at..].starts_with("\\g") || line[at..].starts_with("\\cross") => {
                kept += &line[..at];
                kept += ";\n";
            }
            Some((at, _)) => {
                kept += &line[..at];
                kept += "\n";
            }
        }
    }
    kept
}

fn ours(script: &Path, name: &str) -> anyhow::Result<Vec<Sent>> {
    let mut sent = Vec::new();
    let mut data = String::new();
    for window in Windows::open(script, name, 0..u64::MAX)?.with_size(1000) {
        let window = window?;
        let text = &window.source.text;
        if let Some(rows) = &window.rows {
            data += &text[rows.data.clone()];
            if !rows.more {
                sent.push(Sent::Rows(std::mem::take(&mut data)));
            }
        }
        for (index, piece) in window.pieces.iter().enumerate() {
            sent.extend(statement(&text[piece.statement()]));
            if let Piece::Copy { data: range, .. } = piece {
                data += &text[range.clone()];
                if !(window.more && index + 1 == window.pieces.len()) {
                    sent.push(Sent::Rows(std::mem::take(&mut data)));
                }
            }
        }
    }
    Ok(sent)
}

fn statement(text: &str) -> Option<Sent> {
    bare_all([text], Strings::Standard).pop().map(Sent::Statement)
}

/// What psql sends of a script.
fn theirs(listener: &UnixListener, folder: &Path, script: &Path) -> Result<Vec<Sent>> {
    let mut psql = Command::new("psql");
    psql.args(["-X", "-q", "-U", "nobody", "-d", "none", "-p", "5432", "-h"]).arg(folder).arg("-f").arg(script);
    psql.env("PGCLIENTENCODING", "UTF8").stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
    let mut psql = psql.spawn()?;
    let (stream, _) = listener.accept()?;
    let sent = Server { stream }.serve();
    psql.wait()?;
    Ok(sent?)
}

/// A server that takes everything and runs nothing.
struct Server {
    stream: UnixStream,
}

impl Server {
    fn serve(mut self) -> std::io::Result<Vec<Sent>> {
        self.body()?;
        self.answer(b'R', &0_i32.to_be_bytes())?;
        for (name, value) in [("server_version", "15.0"), ("client_encoding", "UTF8"), ("server_encoding", "UTF8")] {
            self.setting(name, value)?;
        }
        self.setting("standard_conforming_strings", "on")?;
        self.answer(b'Z', b"I")?;
        let mut sent = Vec::new();
        while let Some(kind) = self.kind()? {
            let body = self.body()?;
            if kind == b'X' {
                break;
            }
            let query = String::from_utf8_lossy(body.strip_suffix(b"\0").unwrap_or(&body)).into_owned();
            sent.extend(statement(&query));
            if copies_in(&query) {
                sent.push(Sent::Rows(self.rows()?));
            }
            if let Some(value) = strings(&query) {
                self.setting("standard_conforming_strings", value)?;
            }
            self.answer(b'C', b"DONE\0")?;
            self.answer(b'Z', b"I")?;
        }
        Ok(sent)
    }

    fn rows(&mut self) -> std::io::Result<String> {
        self.answer(b'G', &[0, 0, 0])?;
        let mut rows = Vec::new();
        while self.kind()? == Some(b'd') {
            rows.extend(self.body()?);
        }
        self.body()?;
        // psql sends the line that ends them too.
        let rows = String::from_utf8_lossy(&rows);
        Ok(rows.strip_suffix("\\.\n").unwrap_or(&rows).to_owned())
    }

    fn kind(&mut self) -> std::io::Result<Option<u8>> {
        let mut kind = [0];
        Ok((self.stream.read(&mut kind)? == 1).then_some(kind[0]))
    }

    fn body(&mut self) -> std::io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
        self.stream.read_exact(&mut body)?;
        Ok(body)
    }

    fn setting(&mut self, name: &str, value: &str) -> std::io::Result<()> {
        self.answer(b'S', format!("{name}\0{value}\0").as_bytes())
    }

    fn answer(&mut self, kind: u8, body: &[u8]) -> std::io::Result<()> {
        let length = (body.len() as u32 + 4).to_be_bytes();
        self.stream.write_all(&[&[kind], length.as_slice(), body].concat())
    }
}

fn words(query: &str) -> Vec<String> {
    let lines = query.lines().filter(|line| !line.trim_start().starts_with("--"));
    let told = lines.collect::<Vec<_>>().join(" ").to_lowercase().replace('=', " = ").replace(';', " ");
    told.split_whitespace().map(str::to_owned).collect()
}

/// Whether a server would ask for rows now.
fn copies_in(query: &str) -> bool {
    let words = words(query);
    let from_client =
        |two: &[String]| two[0] == "from" && (two[1].starts_with("stdin") || two[1].starts_with("stdout"));
    words.first().is_some_and(|word| word == "copy")
        && words.get(1).is_some_and(|word| !word.starts_with('('))
        && words.windows(2).any(from_client)
}

fn strings(query: &str) -> Option<&'static str> {
    match words(query).iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["set", "standard_conforming_strings", "to" | "=", "on"] => Some("on"),
        ["set", "standard_conforming_strings", "to" | "=", "off"] => Some("off"),
        _ => None,
    }
}
