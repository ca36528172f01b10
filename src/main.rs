//! The window, or a subcommand.

use std::io::Write;
use std::process::ExitCode;

use localized_lora::cli::{self, Failure, Invocation};
use localized_lora::process;
use localized_lora::source::Limits;
use localized_lora::workspace::Opening;

fn main() -> ExitCode {
    process::start();
    match std::panic::catch_unwind(run) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => {
            // A closed standard error must not turn a failure into a panic.
            let _ = writeln!(std::io::stderr(), "{failure}");
            ExitCode::from(failure.status())
        }
        // A bug, which is told already.
        Err(_) => ExitCode::FAILURE,
    }
}

fn run() -> Result<(), Failure> {
    match cli::parse(std::env::args_os())? {
        None => Ok(()),
        Some(Invocation::Command(command)) => cli::run(&command),
        Some(Invocation::Window { opening, limits }) => window(opening, limits),
    }
}

#[cfg(feature = "window")]
fn window(opening: Option<Opening>, limits: Limits) -> Result<(), Failure> {
    localized_lora::app::run(opening, limits).map_err(Failure::run)
}

#[cfg(not(feature = "window"))]
fn window(_: Option<Opening>, _: Limits) -> Result<(), Failure> {
    Err(Failure::run(
        "this build has no window; use a subcommand (--help lists them), or build with the feature window",
    ))
}
