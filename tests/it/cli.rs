//! The command line: its help, and what it says to bad input.

use clap::CommandFactory;
use pgplumb::cli::Cli;
use pgplumb::error::Outcome;

use crate::pinned;
use crate::support::{Project, Result, fail, root};

crate::trials!(
    "cli",
    an_unknown_command_is_bad_input,
    the_help_of_each_command_is_pinned,
    no_command_without_its_help_is_left_in_tests_help,
    each_outcome_has_the_code_that_is_documented,
);

fn an_unknown_command_is_bad_input() -> Result {
    Project::empty().pgplumb(&["db:migrat"]).expect(2).says("db:migrate");
    Ok(())
}

/// The names of all commands.
fn commands() -> Vec<String> {
    Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// The file that a command's help is pinned in; a colon is no part of a file's name everywhere.
fn help_file(command: &str) -> String {
    format!("{}.txt", command.replace(':', "-"))
}

fn the_help_of_each_command_is_pinned() -> Result {
    let project = Project::empty();
    let folder = root().join("tests/help");
    let check = |file: &str, arguments: &[&str]| {
        let help = project.pgplumb(arguments).expect(0);
        assert_eq!(help.stderr, "", "help is data");
        pinned::compare(&folder.join(file), &help.stdout)
    };
    check("pgplumb.txt", &["--help"])?;
    commands().iter().try_for_each(|command| check(&help_file(command), &[command, "--help"]))
}

fn no_command_without_its_help_is_left_in_tests_help() -> Result {
    let known: Vec<String> = commands().iter().map(|command| help_file(command)).collect();
    for entry in std::fs::read_dir(root().join("tests/help")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name != "pgplumb.txt" && !known.contains(&name) {
            return fail(format!("tests/help/{name} is of no command: remove it"));
        }
    }
    Ok(())
}

fn each_outcome_has_the_code_that_is_documented() -> Result {
    let documented = [
        (Outcome::Done, 0, "done"),
        (Outcome::Bug, 1, "bug"),
        (Outcome::Input, 2, "bad_input"),
        (Outcome::Findings, 3, "findings"),
        (Outcome::Refused, 4, "refused"),
        (Outcome::RolledBack, 5, "rolled_back"),
        (Outcome::PartWay, 6, "part_way"),
        (Outcome::Unknown, 7, "unknown"),
        (Outcome::Transient, 8, "transient"),
        (Outcome::Interrupted, 130, "interrupted"),
        (Outcome::Terminated, 143, "terminated"),
    ];
    let manual = std::fs::read_to_string(root().join("README.md")).unwrap();
    let row = |code: &str| {
        let cells = manual.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
        cells.flat_map(|cell| cell.split(", ")).any(|cell| cell == code)
    };
    for (outcome, code, name) in documented {
        assert_eq!((outcome.exit_code(), outcome.name()), (code, name));
        assert!(row(&code.to_string()), "README.md does not say what exit code {code} means");
    }
    Ok(())
}
