//! The window, or a subcommand.

use std::process::ExitCode;

use localized_lora::cli::{self, Failure, Invocation};
#[cfg(feature = "window")]
use localized_lora::source::Limits;
use localized_lora::source::Source;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.status())
        }
    }
}

fn run() -> Result<(), Failure> {
    match cli::parse(std::env::args_os())? {
        None => Ok(()),
        Some(Invocation::Command(command)) => cli::run(&command),
        Some(Invocation::Window(source)) => window(source),
    }
}

#[cfg(feature = "window")]
fn window(source: Option<Source>) -> Result<(), Failure> {
    localized_lora::app::run(source, Limits::default()).map_err(Failure::run)
}

#[cfg(not(feature = "window"))]
fn window(_source: Option<Source>) -> Result<(), Failure> {
    Err(Failure::run(
        "this build has no window, use a subcommand (--help lists them) or build with the feature window",
    ))
}
