//! The command line: arguments in, text, JSON and figures out. Needs no display.

mod adapter;
mod added;
mod animate;
mod approximate;
mod arrays;
mod atlas;
mod choice;
mod claims;
mod compose;
mod curve;
mod dataset;
mod experiment;
mod failure;
mod figure;
mod finetune;
mod locality;
mod look;
mod matrix_call;
mod measured;
mod number;
mod order;
mod output;
mod plan;
mod present;
mod print;
mod progress;
mod project;
mod render;
mod scan;
mod settings;
mod show;
mod source;
mod usage;

#[cfg(test)]
mod finetune_round_trip;
#[cfg(test)]
mod round_trip;

use std::ffi::OsString;
use std::num::NonZeroUsize;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use adapter::AdapterArgs;
pub use animate::AnimateArgs;
pub use approximate::ApproximateArgs;
pub use arrays::ArraysArgs;
pub use atlas::AtlasArgs;
pub use claims::ClaimsArgs;
pub use compose::ComposeArgs;
pub use curve::CurveArgs;
pub use dataset::DatasetArgs;
pub use failure::Failure;
pub use figure::FigureArgs;
pub use finetune::FinetuneArgs;
pub use locality::LocalityArgs;
pub use look::LookArgs;
pub use order::OrderArgs;
pub use plan::PlanArgs;
pub use print::FormatArgs;
pub use project::ProjectArgs;
pub use render::RenderArgs;
pub use scan::ScanArgs;
pub use settings::SettingsArgs;
pub use source::SourceArgs;

use crate::source::{Limits, SyntheticKind, readable_formats};
use crate::workspace::Opening;

/// The program's name.
const PROGRAM: &str = "localized-lora";

const ABOUT: &str = "See how well LoRA, MELoRA and Localized LoRA approximate any matrix with the \
                     same number of parameters.";

/// The forms of a SOURCE.
fn sources() -> String {
    let kinds: Vec<&str> = SyntheticKind::ALL.iter().map(|kind| kind.name()).collect();
    format!(
        "SOURCE is mnist:test:1, mnist:train:42, FOLDER#test:1 (a data set in MNIST (IDX) format), \
         synthetic:KIND or synthetic:KIND:rows=64,seed=3 (KIND: {}), a file (FILE#NAME for one of \
         several arrays in it), or - for a file on standard input. Files are {}.",
        kinds.join(", "),
        readable_formats()
    )
}

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = PROGRAM,
    version,
    about = ABOUT,
    after_help = sources(),
    args_conflicts_with_subcommands = true
)]
struct CommandLine {
    /// Opens the window on this file, SOURCE or session (*.llora.json, llora:…) instead of the last one
    #[arg(value_name = "FILE", value_parser = source::opening())]
    file: Option<Opening>,
    /// Scales down images with more pixels than this
    #[arg(long, value_name = "PIXELS", value_parser = number::non_zero)]
    max_pixels: Option<NonZeroUsize>,

    #[command(subcommand)]
    command: Option<CliCommand>,
}

/// Subcommands, none of which needs a window.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Approximate one matrix by every method; without options at the paper's Table I settings
    #[command(after_help = sources())]
    Approximate(ApproximateArgs),
    /// Error against parameters at every rank, or the singular values
    #[command(after_help = sources())]
    Curve(CurveArgs),
    /// Approximate every image of a data set: mean errors, and how often Localized beats LoRA
    Dataset(DatasetArgs),
    /// Put several views of a matrix, or reconstructions of several matrices, into one lettered figure
    #[command(after_help = sources())]
    Compose(ComposeArgs),
    /// Build the approximations up from nothing, term by term, as an animated GIF or PNG
    #[command(after_help = sources())]
    Animate(AnimateArgs),
    /// Train the paper's network on digits 0 to 4, adapt it to 5 to 9 by every layout, and compare
    Finetune(FinetuneArgs),
    /// Compare every structure, each at its best settings within one budget
    #[command(after_help = sources())]
    Atlas(AtlasArgs),
    /// Test whether a matrix is local, diagonal or low-rank beyond chance
    #[command(after_help = sources())]
    Locality(LocalityArgs),
    /// Look for an order of rows and columns in which the matrix is local
    #[command(after_help = sources())]
    Order(OrderArgs),
    /// Measure whether a lower error of the matrix means a better adapter
    Project(ProjectArgs),
    /// Hold the paper's claims, and those that follow from them, against what is measured
    Claims(ClaimsArgs),
    /// Write the figures and tables of a session that the window saved
    Render(RenderArgs),
    /// List the arrays in a file: names, shapes, element types and sizes
    Arrays(ArraysArgs),
    /// Look at every layer of a model: which structure has the least error at one budget, and where its update lives
    #[command(after_help = scan::help())]
    Scan(Box<ScanArgs>),
    /// Spend one budget of parameters over the layers of a scan, as settings for PEFT
    Plan(PlanArgs),
    /// Write the best LoRA or GraLoRA of every layer as an adapter that PEFT loads
    Adapter(AdapterArgs),
}

/// A call as its user meant it.
#[derive(Debug)]
pub enum Invocation {
    /// The window.
    Window {
        /// The source or session that it opens; the last one when absent.
        opening: Option<Opening>,
        /// Bounds on what may be read.
        limits: Limits,
    },
    /// A subcommand.
    Command(Box<CliCommand>),
}

/// Reads the command line; `arguments` begin with the program's name. Answers `None` where all
/// that was asked for is printed already (`--help`, `--version`).
///
/// # Errors
/// Wrong usage, status 2.
pub fn parse<T: Into<OsString>>(
    arguments: impl IntoIterator<Item = T>,
) -> Result<Option<Invocation>, Failure> {
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let matches = command().try_get_matches_from(&arguments);
    match matches.and_then(|matches| CommandLine::from_arg_matches(&matches)) {
        Ok(CommandLine {
            command: Some(command),
            ..
        }) => Ok(Some(Invocation::Command(Box::new(command)))),
        // Only a word that is meant as one, for a file of that name can be written ./approximate.
        Ok(CommandLine {
            max_pixels: Some(_),
            ..
        }) if usage::before_subcommand(&arguments).is_some() => Err(Failure::usage(
            usage::before_subcommand(&arguments).unwrap_or_default(),
        )),
        Ok(CommandLine {
            file, max_pixels, ..
        }) => {
            let limits = source::limits(max_pixels);
            let opening = source::for_window(file, &limits)?;
            Ok(Some(Invocation::Window { opening, limits }))
        }
        Err(error) if !error.use_stderr() => {
            print::standard_output(error.render().to_string())?;
            Ok(None)
        }
        Err(error) => Err(Failure::usage(usage::sentence(&error, &arguments))),
    }
}

/// The command line's form. `-1` behind an option is its value and no option, so that the error
/// says which values are possible. The look of a figure asks for the figure.
fn command() -> clap::Command {
    const LOOK: [&str; 6] = ["width", "font_size", "solid_lines", "omit", "dpi", "theme"];
    CommandLine::command().mut_subcommands(|one| {
        let draws = one.get_arguments().any(|arg| arg.get_id() == "figure");
        one.mut_args(|arg| {
            let arg = match draws && LOOK.contains(&arg.get_id().as_str()) {
                true => arg.requires("figure"),
                false => arg,
            };
            let takes_value = arg.get_action().takes_values() && !arg.is_positional();
            arg.allow_negative_numbers(takes_value)
        })
    })
}

/// Runs a subcommand: results on standard output, remarks on standard error.
///
/// # Errors
/// One sentence and the exit status.
pub fn run(command: &CliCommand) -> Result<(), Failure> {
    match command {
        CliCommand::Approximate(arguments) => approximate::run(arguments),
        CliCommand::Curve(arguments) => curve::run(arguments),
        CliCommand::Compose(arguments) => compose::run(arguments),
        CliCommand::Animate(arguments) => animate::run(arguments),
        CliCommand::Dataset(arguments) => dataset::run(arguments),
        CliCommand::Finetune(arguments) => finetune::run(arguments),
        CliCommand::Atlas(arguments) => atlas::run(arguments),
        CliCommand::Locality(arguments) => locality::run(arguments),
        CliCommand::Order(arguments) => order::run(arguments),
        CliCommand::Project(arguments) => project::run(arguments),
        CliCommand::Claims(arguments) => claims::run(arguments),
        CliCommand::Render(arguments) => render::run(arguments),
        CliCommand::Arrays(arguments) => arrays::run(arguments),
        CliCommand::Scan(arguments) => scan::run(arguments),
        CliCommand::Plan(arguments) => plan::run(arguments),
        CliCommand::Adapter(arguments) => adapter::run(arguments),
    }
}
