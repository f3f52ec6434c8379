//! Two judges of how scripts are cut into statements: psql, and the server's own parser.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use pgplumb::db::local::{self, Cluster, Places};
use pgplumb::sql::token::{Strings, Tokens};
use pgplumb::sql::{Source, Splitter, identifier, split};
use tempfile::TempDir;

use crate::sql_script::Generator;
use crate::support::{Result, block_on, cluster, has_program, open_to_all, places, trial};

/// The tests of this module. The scripts have bodies with BEGIN ATOMIC, which came with PostgreSQL 14.
pub fn trials() -> Vec<Trial> {
    let test = scripts_are_cut_as_psql_and_the_server_cut_them;
    let name = "sql_psql::scripts_are_cut_as_psql_and_the_server_cut_them";
    vec![trial(name, test).with_ignored_flag(!has_program("psql") || cluster().major < 14)]
}

const SUPERUSER: &str = "supabase_admin";
const OFF: &str = "SET standard_conforming_strings = off;\n";
const BATCH: u64 = 250;

/// Stands for a line feed inside a message while a log is cut into messages; no script has it.
const CONTINUED: &str = "\u{1}\u{2}";

/// A private server that logs every statement that reaches it.
struct Server {
    cluster: Cluster,
    places: Places,
    log: PathBuf,
    /// How much of the log was read before.
    from: Cell<usize>,
    folder: TempDir,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("pgplumb-psql-").tempdir().unwrap();
        open_to_all(folder.path());
        let places = places(folder.path());
        let cluster = block_on(local::ensure_running(&places, SUPERUSER, &|_| ())).unwrap();
        let log = block_on(local::state(&places)).unwrap().remove(0).log;
        let server = Server { cluster, places, log, from: Cell::new(0), folder };
        succeed(&server.psql(&["-c".into(), "ALTER DATABASE postgres SET log_statement = 'all'".into()]));
        server
    }

    fn psql(&self, arguments: &[String]) -> Output {
        let mut command = Command::new("psql");
        command.args(["-X", "-q", "-U", SUPERUSER, "-d", "postgres", "-h"]).arg(&self.cluster.socket_folder);
        command.args(["-p", &self.cluster.port.to_string()]).args(arguments);
        command.env("PGCLIENTENCODING", "UTF8").env("PGOPTIONS", "-c client_min_messages=error");
        command.output().unwrap()
    }

    /// What was logged between the marks of each script; `last` is the mark to wait for.
    fn log(&self, last: &str) -> BTreeMap<u64, Vec<Entry>> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let text = fs::read(&self.log).unwrap();
            let text = String::from_utf8_lossy(&text[self.from.get()..]).into_owned();
            if text.contains(last) {
                return by_script(entries(&text));
            }
            assert!(Instant::now() < deadline, "the server never logged {last}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Leaves out what was logged until now.
    fn clear_log(&self) {
        self.from.set(fs::metadata(&self.log).unwrap().len() as usize);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        block_on(local::stop(&self.places)).unwrap();
    }
}

fn succeed(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// One message in a server's log, with what was said along with it.
#[derive(Default)]
struct Entry {
    message: String,
    detail: String,
    /// The statement that failed.
    statement: Option<String>,
}

/// The messages of a log; further lines of a text begin with a tab.
fn entries(log: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for text in log.replace("\n\t", CONTINUED).split('\n') {
        let text = text.replace(CONTINUED, "\n");
        let Some((_, said)) = text.split_once("] ") else { continue };
        let Some((sort, said)) = said.split_once(":  ") else { continue };
        let said = said.to_owned();
        match (sort, entries.last_mut()) {
            ("STATEMENT", Some(Entry { statement, .. })) => *statement = Some(said),
            ("DETAIL", Some(Entry { detail, .. })) => *detail = said,
            ("HINT" | "QUERY" | "CONTEXT", _) => {}
            _ => entries.push(Entry { message: said, ..Entry::default() }),
        }
    }
    entries
}

fn by_script(entries: Vec<Entry>) -> BTreeMap<u64, Vec<Entry>> {
    let mut scripts = BTreeMap::new();
    let mut current = None;
    for entry in entries {
        let message = &entry.message;
        if let Some(number) = message.strip_prefix("statement: SELECT 'script ") {
            current = number.trim_end_matches('\'').parse::<u64>().ok();
        } else if message.starts_with("statement: SELECT 'end") {
            current = None;
        } else if let Some(number) = current {
            scripts.entry(number).or_insert_with(Vec::new).push(entry);
        }
    }
    scripts
}

/// The statements that arrived, also those that the server could not parse.
fn received(entries: &[Entry]) -> Vec<String> {
    let mut statements: Vec<String> = Vec::new();
    let mut answered = true;
    for entry in entries {
        if let Some(statement) = entry.message.strip_prefix("statement: ") {
            statements.push(statement.to_owned());
            answered = false;
        } else if let Some(failed) = &entry.statement {
            if answered || statements.last().is_none_or(|last| last != failed) {
                statements.push(failed.clone());
            }
            answered = true;
        }
    }
    statements
}

/// A statement without blanks around it and its `;`, and without empty lines, which psql leaves out.
fn bare(statement: &str, strings: Strings) -> String {
    let tokens = Tokens::with_strings(statement, strings).flatten();
    let telling: Vec<_> =
        tokens.filter(|token| !token.kind.is_blank() && &statement[token.range.clone()] != ";").collect();
    let Some(first) = telling.first() else { return String::new() };
    let whole = Tokens::with_strings(statement, strings).all(|token| token.is_ok());
    let end = if whole { telling.last().unwrap().range.end } else { statement.len() };
    let lines: Vec<&str> = statement[first.range.start..end].split('\n').filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// The statements that say something, without blanks around them.
pub fn bare_all<'a>(statements: impl IntoIterator<Item = &'a str>, strings: Strings) -> Vec<String> {
    statements.into_iter().map(|statement| bare(statement, strings)).filter(|statement| !statement.is_empty()).collect()
}

/// Our statements, and whether the script was read to its end.
fn ours(source: &Source, strings: Strings) -> (Vec<String>, bool) {
    let pieces: Vec<_> = Splitter::new(source).collect();
    let whole = pieces.iter().all(anyhow::Result::is_ok);
    let texts = pieces.iter().flatten().map(|piece| &source.text[piece.statement()]);
    (bare_all(texts, strings), whole)
}

/// Runs scripts in one session of psql each batch, and gives what the server received of each.
fn through_psql(server: &Server, sources: &[Source], stop: bool) -> BTreeMap<u64, Vec<String>> {
    server.clear_log();
    let mut arguments = vec!["-v".to_owned(), format!("ON_ERROR_STOP={}", i32::from(stop))];
    for (number, source) in sources.iter().enumerate() {
        let file = server.folder.path().join(format!("{number}.sql"));
        fs::write(&file, &source.text).unwrap();
        for command in ["ROLLBACK".to_owned(), "RESET ALL".to_owned(), format!("SELECT 'script {number}'")] {
            arguments.extend(["-c".to_owned(), command]);
        }
        arguments.extend([
            "-f".to_owned(),
            file.display().to_string(),
            "-c".to_owned(),
            format!("SELECT 'end {number}'"),
        ]);
    }
    let output = server.psql(&arguments);
    if stop {
        succeed(&output);
    }
    let log = server.log(&format!("SELECT 'end {}'", sources.len() - 1));
    log.into_iter().map(|(number, entries)| (number, received(&entries))).collect()
}

fn modes() -> [(Strings, &'static str); 2] {
    [(Strings::Standard, ""), (Strings::Escaped, OFF)]
}

fn scripts_are_cut_as_psql_and_the_server_cut_them() -> Result {
    let server = Server::start();
    succeed(&server.psql(&["-c".into(), "CREATE TABLE line (text text)".into()]));
    let mut counts = [0; 3];
    for (strings, head) in modes() {
        for batch in 0..12 {
            counts[0] += soup_as_psql(&server, strings, head, batch);
        }
        for batch in 0..8 {
            counts[1] += scripts_as_psql(&server, strings, head, batch);
            counts[2] += scripts_as_server(&server, strings, batch);
        }
    }
    quoted_as_server(&server);
    assert!(counts.iter().all(|count| *count > 5_000), "only {counts:?} statements were compared");
    Ok(())
}

fn generated(batch: u64, strings: Strings, make: impl Fn(&mut Generator) -> String) -> Vec<Source> {
    let seeds = batch * BATCH..(batch + 1) * BATCH;
    let make = |seed: u64| {
        let mut generator = Generator::new(seed + 1_000_000);
        generator.escapes = strings == Strings::Escaped;
        Source::new(format!("{seed}.sql"), make(&mut generator))
    };
    seeds.map(make).collect()
}

fn soup_as_psql(server: &Server, strings: Strings, head: &str, batch: u64) -> usize {
    let sources = generated(batch, strings, |generator| format!("{head}{}", generator.soup()));
    let received = through_psql(server, &sources, false);
    let mut count = 0;
    for (number, source) in sources.iter().enumerate() {
        let theirs =
            received.get(&(number as u64)).map(|statements| bare_all(statements.iter().map(String::as_str), strings));
        let mut theirs = theirs.unwrap_or_default();
        let (ours, whole) = ours(source, strings);
        if !whole {
            // psql sends what is left open at the end of a file as it is.
            theirs.truncate(ours.len());
        }
        assert_eq!(ours, theirs, "{}\n{:?}", source.text, source.text);
        count += ours.len();
    }
    count
}

fn scripts_as_psql(server: &Server, strings: Strings, head: &str, batch: u64) -> usize {
    let sources = generated(batch, strings, |generator| format!("{head}{}", generator.script(true)));
    let received = through_psql(server, &sources, true);
    let mut count = 0;
    for (number, source) in sources.iter().enumerate() {
        let theirs =
            received.get(&(number as u64)).map(|statements| bare_all(statements.iter().map(String::as_str), strings));
        let (ours, whole) = ours(source, strings);
        assert!(whole, "{}\n{:?}", source.text, split(source));
        assert_eq!(ours, theirs.unwrap_or_default(), "{}\n{:?}", source.text, source.text);
        count += ours.len();
    }
    count
}

/// The server tells where each statement of one query begins and how long it is.
fn scripts_as_server(server: &Server, strings: Strings, batch: u64) -> usize {
    let sources = generated(batch, strings, |generator| {
        generator.beyond_psql = true;
        generator.script(false)
    });
    server.clear_log();
    let setting = if strings == Strings::Escaped { "off" } else { "on" };
    let mut commands = vec![format!("SET standard_conforming_strings = {setting}")];
    for (number, source) in sources.iter().enumerate() {
        commands.extend([
            format!("SELECT 'script {number}'"),
            "SET debug_print_parse = on".into(),
            source.text.clone(),
        ]);
        commands.extend(["SET debug_print_parse = off".into(), format!("SELECT 'end {number}'")]);
    }
    let mut arguments = vec!["-v".to_owned(), "ON_ERROR_STOP=1".to_owned()];
    arguments.extend(commands.into_iter().flat_map(|command| ["-c".to_owned(), command]));
    succeed(&server.psql(&arguments));
    let log = server.log(&format!("SELECT 'end {}'", sources.len() - 1));
    let mut count = 0;
    for (number, source) in sources.iter().enumerate() {
        let theirs = bare_all(parsed(&log[&(number as u64)], &source.text), strings);
        let (_, head) = modes()[usize::from(strings == Strings::Escaped)];
        let whole = Source::new(source.path.clone(), format!("{head}{}", source.text));
        let (ours, _) = ours(&whole, strings);
        assert_eq!(ours[usize::from(!head.is_empty())..], theirs, "{}\n{:?}", source.text, source.text);
        count += theirs.len();
    }
    count
}

fn parsed<'a>(entries: &[Entry], text: &'a str) -> Vec<&'a str> {
    let number = |tree: &str, field: &str| -> Option<usize> {
        let at = tree.rfind(field)? + field.len();
        tree[at..].trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    };
    let trees = entries.iter().filter(|entry| entry.message == "parse tree:").map(|entry| entry.detail.as_str());
    let mut ranges: Vec<(usize, usize)> =
        trees.filter_map(|tree| Some((number(tree, ":stmt_location")?, number(tree, ":stmt_len")?))).collect();
    // The last is of the command that ends the printing: it is sent alone.
    ranges.pop();
    // The queries inside a PREPARE or a function are printed as well, with places inside or before the whole.
    let mut end = 0;
    ranges.retain(|(start, length)| {
        let follows = *start >= end;
        end = end.max(start + length);
        follows
    });
    let cut = |(start, length)| if length == 0 { &text[start..] } else { &text[start..start + length] };
    ranges.into_iter().map(cut).collect()
}

/// What `quote_ident` makes of every keyword, and of names like them.
fn quoted_as_server(server: &Server) {
    let query = "SELECT word, quote_ident(word) FROM (SELECT word FROM pg_get_keywords() UNION SELECT word || '_' FROM \
                 pg_get_keywords() UNION SELECT chr(i) || 'a' FROM generate_series(33, 126) i) AS words";
    let output = server.psql(&["-At".into(), "-F".into(), "\t".into(), "-c".into(), query.into()]);
    succeed(&output);
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let (word, quoted) = line.split_once('\t').unwrap();
        let newer = word.starts_with("json") || ["merge_action", "system_user"].contains(&word);
        assert!(identifier(word) == quoted || newer, "{word}: {} and {quoted}", identifier(word));
    }
}
