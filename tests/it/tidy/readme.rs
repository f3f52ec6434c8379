//! The manual's commands: each one in a shell block of README.md is one that the program or cargo takes.

use clap::Parser;
use pgplumb::cli::Cli;

use super::none;
use crate::support::{Result, root};

/// What people call cargo for here.
const CARGO: [&str; 8] = ["bench", "build", "clippy", "deny", "fmt", "install", "run", "test"];

crate::trials!("tidy", the_commands_of_the_manual_exist);

fn the_commands_of_the_manual_exist() -> Result {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let commands = commands(&text);
    assert!(!commands.is_empty(), "README.md shows no command");
    let found = commands.iter().filter_map(|command| wrong(command).map(|why| format!("{command}: {why}")));
    none(&found.collect::<Vec<_>>())
}

/// The command lines in the shell blocks, without prompts, comments and what follows a pipe.
fn commands(text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut shell = false;
    for line in text.lines() {
        if let Some(language) = line.strip_prefix("```") {
            shell = ["sh", "bash", "shell", "console"].contains(&language);
        } else if shell {
            let line = line.trim_start_matches("$ ");
            let end = [" #", " |", " >", " &&"].iter().filter_map(|mark| line.find(mark)).min().unwrap_or(line.len());
            commands.push(line[..end].trim().to_owned());
        }
    }
    commands.retain(|line| line.starts_with("pgplumb ") || line.starts_with("cargo "));
    commands
}

/// Why a command line cannot be run, if so.
fn wrong(command: &str) -> Option<String> {
    let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
    match words.as_slice() {
        ["cargo", "run", rest @ ..] => {
            let ours = rest.iter().position(|word| *word == "--").map_or(&[][..], |at| &rest[at + 1..]);
            refused(ours)
        }
        ["cargo", task, ..] => (!CARGO.contains(task)).then(|| "cargo is not called for that here".to_owned()),
        [_, ours @ ..] => refused(ours),
        [] => None,
    }
}

fn refused(arguments: &[&str]) -> Option<String> {
    let parsed = Cli::try_parse_from(["pgplumb"].iter().chain(arguments));
    parsed.err().filter(clap::Error::use_stderr).map(|error| error.to_string())
}
