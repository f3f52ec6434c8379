//! Parses the command line, runs the command, prints what came of it, and exits.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use pgplumb::cli::Cli;
use pgplumb::commands::{self, Context};
use pgplumb::error::{Failure, Outcome};
use pgplumb::output::{Answer, Output};
use pgplumb::project::Environment;
use serde_json::Value;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long a statement may take to stop after a signal.
const PATIENCE: Duration = Duration::from_secs(4);

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(Output::usage(&error, std::env::args_os().any(|word| word == "--json"))),
    };
    let environment = Environment::read();
    let output = Output::new(&cli.options, environment.no_color());
    let name = cli.command.name();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(run(&cli, environment, &output));
            // A name that is still being looked up must not hold the process.
            runtime.shutdown_background();
            outcome
        }
        Err(error) => output.finish(name, &Value::Null, &Err(error.into())),
    };
    ExitCode::from(outcome.exit_code())
}

async fn run(cli: &Cli, environment: Environment, output: &Output) -> Outcome {
    let name = cli.command.name();
    match Context::open(&cli.options, environment, output) {
        Ok(context) => {
            let result = until_signal(&context, cli).await;
            let outcome = output.finish(name, &context.target_value(), &result);
            context.close().await;
            outcome
        }
        Err(error) => output.finish(name, &Value::Null, &Err(error)),
    }
}

/// Runs the command. The first signal stops the running statement, whose transaction is then rolled back; the second
/// one ends the process at once, and then the server rolls back.
async fn until_signal(context: &Context, cli: &Cli) -> Result<Answer> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let command = commands::run(context, &cli.command);
    tokio::pin!(command);
    let outcome = loop {
        tokio::select! {
            result = &mut command => return result,
            outcome = stop(&mut interrupt, &mut terminate) => break outcome,
            // A terminal that is closed is no reason to stop half-way.
            _ = hangup.recv() => {}
        }
    };
    context.say("stopping: the running statement is cancelled and rolled back");
    let late = Failure::new(outcome, "stopped by a signal")
        .state("the connection was dropped, so the server rolls back what was running");
    let ended = async {
        context.interrupt(outcome).await;
        command.await
    };
    tokio::select! {
        result = ended => result.map_err(|error| stopped(error, outcome)),
        _ = stop(&mut interrupt, &mut terminate) => Err(late.into()),
        () = tokio::time::sleep(PATIENCE) => Err(late.into()),
    }
}

async fn stop(interrupt: &mut Signal, terminate: &mut Signal) -> Outcome {
    tokio::select! {
        _ = interrupt.recv() => Outcome::Interrupted,
        _ = terminate.recv() => Outcome::Terminated,
    }
}

/// What a failure that a signal brought about is called.
fn stopped(error: anyhow::Error, outcome: Outcome) -> anyhow::Error {
    let failure = match error.downcast::<Failure>() {
        Ok(failure) => Failure { outcome, server: None, location: None, ..failure },
        Err(error) => Failure::new(outcome, format!("{error:#}")),
    };
    let message = format!("stopped by a signal ({})", failure.message);
    Failure { message, ..failure }.next("run the command again; what is applied stays applied").into()
}
