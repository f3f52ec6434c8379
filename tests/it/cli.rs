//! The command line: its help, and what it says to bad input.

use crate::support::{Project, Result};

crate::trials!("cli", an_unknown_command_is_bad_input);

fn an_unknown_command_is_bad_input() -> Result {
    Project::empty().pgplumb(&["db:migrat"]).expect(2).says("db:migrate");
    Ok(())
}
