//! Parses the command line, runs the command, prints what came of it, and exits.

fn main() {}
