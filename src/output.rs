//! The only printer. Standard output carries data, standard error carries talk, and neither ever carries raw text
//! from a server to a terminal.

use std::io::{IsTerminal, Write};

use anyhow::Result;
use comfy_table::{LineStyle, Table, TableStyle};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::cli::Options;
use crate::error::{Failure, Outcome};

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What a command hands back: how it ended, and its data for people and for programs.
pub struct Answer {
    /// How the command ended.
    pub outcome: Outcome,
    /// What goes to standard output in human form, with a final line feed, or nothing.
    pub text: String,
    /// What goes under `result` in `--json`.
    pub value: Value,
}

/// Where a command's words go.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// Print one JSON document instead of human text.
    pub json: bool,
    /// Keep quiet but for errors and data.
    pub quiet: bool,
    /// Say more about each step.
    pub verbose: bool,
    /// Whether standard output may carry colour.
    pub color: bool,
    /// The line at the bottom of a terminal that says what is going on.
    bar: Option<ProgressBar>,
}

impl Output {
    /// As the command line and `NO_COLOR` want it.
    pub fn new(options: &Options, no_color: bool) -> Self {
        let color = wants_color(options.color, no_color);
        let wants_bar = !options.quiet && std::io::stderr().is_terminal();
        let bar = wants_bar.then(|| {
            ProgressBar::no_length()
                .with_style(ProgressStyle::with_template("{wide_msg}").unwrap_or(ProgressStyle::default_bar()))
        });
        Output { json: options.json, quiet: options.quiet, verbose: options.verbose, color, bar }
    }

    /// Prints what clap has to say about a command line: help where it was asked for, else what is wrong with it.
    pub fn usage(error: &clap::Error, json: bool) -> u8 {
        let _ = error.print();
        if !error.use_stderr() {
            return Outcome::Done.exit_code();
        }
        if json {
            let output = Output { json, ..Output::default() };
            let failure = Failure::input(error.to_string().trim().trim_start_matches("error: "));
            output.document(None, &Value::Null, failure.outcome, &Value::Null, &describe(&failure.into()));
        }
        Outcome::Input.exit_code()
    }

    /// Says something about progress on standard error, unless asked to keep quiet.
    pub fn say(&self, text: &str) {
        if self.quiet {
            return;
        }
        let text = format!("{text}\n");
        match &self.bar {
            Some(bar) => bar.suspend(|| write(std::io::stderr().lock(), &text)),
            None => write(std::io::stderr().lock(), &text),
        }
    }

    /// Shows at the bottom of a terminal what is going on, until the next such text; an empty one takes the line away.
    pub fn live(&self, text: &str) {
        let Some(bar) = &self.bar else { return };
        bar.set_message(escape(text).replace('\n', " "));
        if text.is_empty() {
            bar.finish_and_clear();
        } else {
            bar.reset();
        }
    }

    /// Says something that only a curious reader wants.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.say(text);
        }
    }

    /// Prints what a command came to, and returns the outcome for the exit code.
    pub fn finish(&self, command: &str, target: &Value, result: &Result<Answer>) -> Outcome {
        match result {
            Ok(answer) if self.json => {
                self.document(Some(command), target, answer.outcome, &answer.value, &Value::Null);
                answer.outcome
            }
            Ok(answer) => {
                write(std::io::stdout().lock(), &answer.text);
                answer.outcome
            }
            Err(error) => {
                let failure = error.downcast_ref::<Failure>();
                let outcome = failure.map_or_else(|| unforeseen(error), |failure| failure.outcome);
                let found = failure.and_then(|failure| failure.found.as_deref());
                match found {
                    _ if self.json => {
                        let value = found.map_or(&Value::Null, |(_, value)| value);
                        self.document(Some(command), target, outcome, value, &describe(error));
                    }
                    Some((text, _)) => write(std::io::stdout().lock(), text),
                    None => {}
                }
                let text = failure.map_or_else(|| escape(&format!("{error:#}")), Failure::to_string);
                write(std::io::stderr().lock(), &format!("error: {text}\n"));
                outcome
            }
        }
    }

    fn document(&self, command: Option<&str>, target: &Value, outcome: Outcome, result: &Value, error: &Value) {
        let document = json!({
            "command": command, "outcome": outcome.name(), "exit_code": outcome.exit_code(),
            "target": target, "result": result, "error": error,
        });
        write(std::io::stdout().lock(), &format!("{document:#}\n"));
    }
}

/// A table with a rule under its header and no other lines.
pub fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    let rule = LineStyle::none().fill('─').junction('─');
    table.load_style(TableStyle::new().header_separator(rule)).set_header(header);
    table
}

/// Whether standard output is a terminal that wants colour.
fn wants_color(color: Color, no_color: bool) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => !no_color && std::io::stdout().is_terminal(),
    }
}

/// The outcome of an error that nobody turned into a failure: a file that cannot be read or written is the user's to
/// mend, and anything else is a bug.
fn unforeseen(error: &anyhow::Error) -> Outcome {
    if error.downcast_ref::<std::io::Error>().is_some() { Outcome::Input } else { Outcome::Bug }
}

fn describe(error: &anyhow::Error) -> Value {
    let Some(failure) = error.downcast_ref::<Failure>() else { return json!({ "message": format!("{error:#}") }) };
    json!({
        "message": failure.message,
        "location": failure.location.as_ref().map(|at| json!({ "file": at.file, "line": at.line, "column": at.column, "text": at.text })),
        "server": failure.server.as_ref().map(|said| json!({
            "sqlstate": said.sqlstate, "message": said.message,
            "notes": said.notes.iter().map(|(name, note)| (name.to_lowercase(), note.clone())).collect::<std::collections::BTreeMap<_, _>>(),
        })),
        "state": failure.state,
        "next": failure.next,
    })
}

/// A reader that went away (`| head`) is no reason to stop a migration, so a failed write is not an error.
fn write(mut stream: impl Write, text: &str) {
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}

/// Makes text safe for a terminal or a CI log: control characters and those that reorder lines are shown, not sent.
/// Line feeds stay, with `::` at the start of a line broken up, because CI systems take that for a command.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => safe.push(character),
            '\r' => safe.push_str("\\r"),
            c if c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') =>
            {
                safe.extend(c.escape_unicode());
            }
            c => safe.push(c),
        }
    }
    safe.replace("\n::", "\n\\::").replace("\n##[", "\n\\##[")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_read_is_no_bug() {
        use anyhow::Context;
        let missing = std::fs::read("/nowhere/at/all").context("failed to read it").unwrap_err();
        assert_eq!(unforeseen(&missing), Outcome::Input);
        assert_eq!(unforeseen(&anyhow::anyhow!("what is this")), Outcome::Bug);
    }

    #[test]
    fn control_characters_are_shown_not_sent() {
        assert_eq!(escape("a\u{1b}[31mb\r\u{202e}"), "a\\u{1b}[31mb\\r\\u{202e}");
        assert_eq!(escape("x\n::add-mask::y"), "x\n\\::add-mask::y");
    }
}
