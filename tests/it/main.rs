//! One binary for every test that needs PostgreSQL or the real program. The first test that wants a server starts one
//! for all of them, through pgplumb's own local-cluster code; it is stopped when the last test has ended.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on fails"
)]

mod adopt;
mod bad_input;
mod cases;
mod chat;
mod circuits;
mod clean;
mod cli;
mod concurrency;
mod corpus;
mod data;
mod data_verify;
mod diff;
mod documents;
mod drifts;
mod dumps;
mod faults;
mod fixpoint;
mod history;
mod levels;
mod local;
mod majors;
mod manifest;
mod migrate;
mod pinned;
mod positions;
mod process;
mod refinery;
mod rehearse;
mod reset;
mod retry;
mod rollback;
mod rows;
mod schema;
mod seed;
mod signals;
mod snapshot;
mod spelling;
mod sql_psql;
mod sql_regress;
mod sql_script;
mod sql_split;
mod sql_windows;
mod steps;
mod support;
mod target;
mod tidy;
mod verify;
mod whole_server;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = Vec::new();
    trials.extend(adopt::trials());
    trials.extend(cli::trials());
    trials.extend(data::trials());
    trials.extend(chat::trials());
    trials.extend(circuits::trials());
    trials.extend(cases::trials());
    trials.extend(corpus::trials());
    trials.extend(local::trials());
    trials.extend(sql_psql::trials());
    trials.extend(sql_regress::trials());
    trials.extend(sql_split::trials());
    trials.extend(sql_windows::trials());
    trials.extend(target::trials());
    trials.extend(bad_input::trials());
    trials.extend(migrate::trials());
    trials.extend(clean::trials());
    trials.extend(history::trials());
    trials.extend(retry::trials());
    trials.extend(steps::trials());
    trials.extend(schema::trials());
    trials.extend(rollback::trials());
    trials.extend(seed::trials());
    trials.extend(signals::trials());
    trials.extend(snapshot::trials());
    trials.extend(concurrency::trials());
    trials.extend(refinery::trials());
    trials.extend(whole_server::trials());
    trials.extend(tidy::all());
    trials.extend(rehearse::trials());
    trials.extend(reset::trials());
    trials.extend(diff::trials());
    trials.extend(documents::trials());
    trials.extend(drifts::trials());
    trials.extend(manifest::trials());
    trials.extend(faults::trials());
    trials.extend(fixpoint::trials());
    trials.extend(verify::trials());
    trials.extend(data_verify::trials());
    trials.extend(positions::trials());
    trials.extend(dumps::trials());
    trials.extend(majors::trials());
    trials.extend(spelling::trials());
    trials.extend(levels::trials());
    trials.extend(rows::trials());
    let conclusion = libtest_mimic::run(&arguments, trials);
    support::stop_server();
    conclusion.exit_code()
}
