//! `animate`: the build-up from nothing to the settings, as an animation.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::builder::TypedValueParser;
use indicatif::{ProgressBar, ProgressStyle};

use super::approximate::{MatrixResult, colors};
use super::look::themes;
use super::output::{self, Outputs};
use super::{Failure, FormatArgs, SettingsArgs, SourceArgs, choice, print};
use crate::analysis::{BuildUp, Growth};
use crate::figure::animation::{Animation, AnimationFormat};
use crate::figure::palette::{ColorMap, Theme};
use crate::process::signals::StopGuard;
use crate::source::Limits;
use crate::views::approximation;
use crate::views::build_up::{self, AnimationExport};

/// Arguments of `animate`.
#[derive(Clone, Debug, clap::Args)]
pub struct AnimateArgs {
    #[command(flatten)]
    pub(super) source: SourceArgs,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    /// Adds one rank of every block at a time, or one block's singular triplet [default: rank]
    #[arg(long, value_parser = growths(), help_heading = "Animation")]
    pub by: Option<Growth>,
    /// Writes the animation; the ending decides the format (.png is an animated PNG), - is standard output
    #[arg(long, value_name = "FILE.gif|.png|.apng", value_parser = output::parser(), allow_hyphen_values = true, help_heading = "Animation")]
    pub figure: Option<PathBuf>,
    /// The animation's format, where no ending tells
    #[arg(long, value_parser = formats(), requires = "figure", help_heading = "Animation")]
    pub format: Option<AnimationFormat>,
    /// Frames in a second [default: 2, or more where there are many]
    #[arg(long, value_name = "F", requires = "figure", conflicts_with = "delay", value_parser = frames_in_a_second, help_heading = "Animation")]
    pub fps: Option<Duration>,
    /// Milliseconds that each frame is shown
    #[arg(long, value_name = "MS", requires = "figure", value_parser = milliseconds, help_heading = "Animation")]
    pub delay: Option<Duration>,
    /// Width in pixels [default: 960]
    #[arg(
        long,
        value_name = "PX",
        requires = "figure",
        help_heading = "Animation"
    )]
    pub width: Option<u32>,
    /// Light or dark ground [default: light]
    #[arg(long, value_parser = themes(), requires = "figure", help_heading = "Animation")]
    pub theme: Option<Theme>,
    /// Colours of the matrices [default: automatic]
    #[arg(long, value_parser = colors(), requires = "figure", help_heading = "Animation")]
    pub colors: Option<ColorMap>,
    #[command(flatten)]
    pub(super) output: FormatArgs,
}

fn growths() -> impl TypedValueParser<Value = Growth> {
    choice::parser([
        (
            Growth::Rank.id(),
            "One more rank of every block",
            Growth::Rank,
        ),
        (
            Growth::Block.id(),
            "One singular triplet of one block",
            Growth::Block,
        ),
    ])
}

fn formats() -> impl TypedValueParser<Value = AnimationFormat> {
    choice::parser([
        ("gif", "256 colours, shown everywhere", AnimationFormat::Gif),
        (
            "apng",
            "All colours, shown by browsers",
            AnimationFormat::Apng,
        ),
    ])
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let delay = text.parse().ok().map(Duration::from_millis);
    let possible = Animation::SHORTEST..=Animation::LONGEST;
    delay
        .filter(|delay| possible.contains(delay))
        .ok_or_else(|| "write a whole number of milliseconds from 20 to 60000".to_owned())
}

fn frames_in_a_second(text: &str) -> Result<Duration, String> {
    let fps = text
        .parse::<f64>()
        .ok()
        .filter(|fps| (0.02..=50.0).contains(fps));
    let delay = fps.map(|fps| Duration::from_millis((1000.0 / fps).round() as u64));
    delay.ok_or_else(|| "write a number from 0.02 to 50".to_owned())
}

impl AnimateArgs {
    /// The file and what is chosen for it, with its format.
    pub(super) fn export(&self) -> Result<Option<(AnimationExport, AnimationFormat)>, Failure> {
        let Some(path) = &self.figure else {
            return Ok(None);
        };
        let given = self.format;
        let named = AnimationFormat::from_path(path);
        let format = match (named, given) {
            _ if output::is_standard(path) => {
                output::refuse_terminal("--figure", "an animation")?;
                given.ok_or_else(|| {
                    Failure::usage(
                        "an animation on standard output has no ending that names its format; \
                         add --format gif or apng",
                    )
                })?
            }
            (Ok(named), Some(given)) if named != given => {
                return Err(Failure::usage(format!(
                    "--format {} contradicts the ending; leave it out, or change the ending of {}",
                    given.extension(),
                    path.display()
                )));
            }
            (Ok(format), _) | (Err(_), Some(format)) => format,
            (Err(error), None) => {
                return Err(Failure::usage(format!(
                    "{error}, or add --format gif or apng"
                )));
            }
        };
        let by_name = AnimationFormat::from_path(path).is_err();
        let export = AnimationExport {
            format: by_name.then_some(format),
            growth: self.by.unwrap_or_default(),
            delay: self.delay.or(self.fps),
            width: self.width.unwrap_or(AnimationExport::WIDTH),
            theme: self.theme.unwrap_or_default(),
            colors: self.colors.unwrap_or_default(),
            ..AnimationExport::to(path)
        };
        Ok(Some((export, format)))
    }
}

/// Runs `animate`.
pub(super) fn run(arguments: &AnimateArgs) -> Result<(), Failure> {
    let export = arguments.export()?;
    let outputs = Outputs::of(arguments.output).and("--figure", arguments.figure.as_deref());
    outputs.check(&arguments.source.files())?;
    let MatrixResult { analysis, notes } = MatrixResult::new(
        &arguments.source,
        &arguments.settings,
        &approximation::VIEW,
        false,
    )?;
    let heading = analysis.heading();
    let mut notes = notes;
    let build_up = BuildUp::new(Arc::new(analysis), arguments.by.unwrap_or_default());
    if let Some((export, format)) = &export {
        let bytes = encode(&build_up, export, *format, &arguments.source.limits())?;
        notes.extend(output::write(&export.path, &bytes, "animation")?);
    }
    if outputs.leave_only_remarks(&notes) {
        return Ok(());
    }
    if arguments.output.for_programs() {
        print::remarks(&notes);
    }
    let table = build_up::table(&build_up);
    match arguments.output {
        FormatArgs { json: true, .. } => {
            print::text(&build_up::json(&build_up).map_err(Failure::run)?)
        }
        FormatArgs { csv: true, .. } => print::text(&table.to_csv()),
        FormatArgs { latex: true, .. } => print::text(&table.to_latex()),
        FormatArgs { .. } => print::page(&heading, &[&table], &notes),
    }
}

/// Draws and encodes the frames, with progress on standard error if that is a terminal. A signal
/// stops it after the frame under way.
fn encode(
    build_up: &BuildUp,
    export: &AnimationExport,
    format: AnimationFormat,
    limits: &Limits,
) -> Result<Vec<u8>, Failure> {
    let stoppable = StopGuard::begin();
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} frame {pos} of {len}, {eta} left") {
        bar.set_style(style);
    }
    let encoded = build_up::encode(build_up, export, format, limits, &|done, of| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
        stoppable.keep_going()
    });
    bar.finish_and_clear();
    match encoded? {
        ControlFlow::Continue(bytes) => Ok(bytes),
        ControlFlow::Break(()) => Err(Failure::stopped(
            stoppable.stopped().unwrap_or(1),
            "no animation was written",
        )),
    }
}
