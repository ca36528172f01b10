//! `dataset`: every image of a data set, because one digit proves little.

use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};

use super::output::Outputs;
use super::source::TransformArgs;
use super::{Failure, FigureArgs, FormatArgs, SettingsArgs, number, print};
use crate::analysis::{affordable, compared_at};
use crate::approx::survey::{Survey, survey};
use crate::approx::{FactorError, Method, MethodSettings};
use crate::figure::compose::{distribution, label_table, survey_table, verdict_sentence};
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::report;
use crate::session::{Session, View};
use crate::source::{Dataset, DigitSet, Limits, Source, Split, digits, load};

/// Arguments of `dataset`.
#[derive(Clone, Debug, clap::Args)]
pub struct DatasetArgs {
    /// Which half of the data set
    #[arg(long, value_enum, default_value = "test")]
    pub split: SplitName,
    /// Only the images with this label
    #[arg(long, value_name = "D", value_parser = number::label)]
    pub digit: Option<u8>,
    /// A folder with a data set in MNIST (IDX) format, plain or .gz, instead of the built-in MNIST;
    /// of several data sets in it FOLDER/NAME is one
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    pub(super) transform: TransformArgs,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
}

/// A split by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SplitName {
    /// The training images, 60,000 in MNIST
    Train,
    /// The test images, 10,000 in MNIST
    Test,
}

impl From<SplitName> for Split {
    fn from(name: SplitName) -> Self {
        match name {
            SplitName::Train => Self::Train,
            SplitName::Test => Self::Test,
        }
    }
}

impl DatasetArgs {
    fn dataset(&self) -> Dataset {
        self.data.clone().map_or(Dataset::BuiltIn, Dataset::Folder)
    }

    pub(super) fn view(&self) -> View {
        View::Dataset {
            dataset: self.dataset(),
            split: self.split.into(),
            digit: self.digit,
        }
    }
}

/// Runs `dataset`.
pub(super) fn run(arguments: &DatasetArgs) -> Result<(), Failure> {
    let target = arguments.figure.target()?;
    let outputs = Outputs::of(arguments.format).and("--figure", arguments.figure.figure.as_deref());
    outputs.check(&arguments.dataset().files())?;
    let set = digits(&arguments.dataset(), arguments.split.into())?;
    let (settings, mut notes) = arguments.settings.resolve(set.rows(), set.cols())?;
    let (methods, left_out) = affordable(&settings, set.rows(), set.cols());
    if let Some(first) = left_out.first().filter(|_| methods.is_empty()) {
        return Err(Failure::usage(first.replacen(" is left out", "", 1)));
    }
    notes.extend(left_out);
    notes.extend(verdict_at(&methods, &set));
    let survey = measure(arguments, &set, &methods)?;
    if let Some(target) = &target {
        let session = Session {
            settings,
            transform: arguments.transform.transform(),
            ..Session::default()
        };
        let context = target.context(&session, &arguments.view(), &Limits::default());
        notes.extend(target.write(&distribution(&context, &survey, None))?);
    }
    if outputs.leave_only_remarks(&notes) {
        return Ok(());
    }
    print(arguments, &set, &survey, &notes)
}

/// Where Localized and LoRA do not have as many parameters: said beside who wins.
fn verdict_at(methods: &[MethodSettings], set: &DigitSet) -> Option<String> {
    let of = |method| methods.iter().find(|one| one.method() == method);
    let pair = [of(Method::Lora)?, of(Method::Localized)?];
    compared_at(pair, set.rows(), set.cols())?.err()
}

fn measure(
    arguments: &DatasetArgs,
    set: &DigitSet,
    methods: &[MethodSettings],
) -> Result<Survey, Failure> {
    let indices = match arguments.digit {
        Some(digit) => set.indices_of(digit),
        None => (0..set.count()).collect(),
    };
    if indices.is_empty() {
        let digit = arguments.digit.unwrap_or_default();
        let classes: Vec<String> = set.classes().iter().map(u8::to_string).collect();
        return Err(Failure::run(format!(
            "{} has no {} image with the label {digit}; choose one of {}",
            set.name(),
            set.split(),
            classes.join(", ")
        )));
    }
    // Drawn on standard error, and only if that is a terminal.
    let bar = ProgressBar::new(indices.len() as u64);
    if let Ok(style) =
        ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len}, {eta} left")
    {
        bar.set_style(style);
    }
    let transform = arguments.transform.transform();
    let measured = survey(
        &indices,
        &|index| transform.apply(&set.matrix(index)),
        &|index| set.label(index),
        methods,
        &|_| {
            bar.inc(1);
            ControlFlow::Continue(())
        },
    );
    bar.finish_and_clear();
    measured.map_err(|error| match error {
        FactorError::NotFinite { .. } => not_finite(arguments, &indices, error),
        other => other.into(),
    })
}

/// The first image with such a cell, in the words of the image alone as a source.
fn not_finite(arguments: &DatasetArgs, indices: &[usize], error: FactorError) -> Failure {
    let refused = indices.iter().find_map(|&index| {
        let image = Source::Digit {
            dataset: arguments.dataset(),
            split: arguments.split.into(),
            index,
        };
        load(&image, &Limits::default()).err()
    });
    refused.map_or_else(|| error.into(), Failure::from)
}

fn print(
    arguments: &DatasetArgs,
    set: &DigitSet,
    survey: &Survey,
    notes: &[String],
) -> Result<(), Failure> {
    if arguments.format.for_programs() {
        print::remarks(notes);
    }
    if arguments.format.json {
        let view = arguments.view();
        return print::json(&report::Dataset::new(
            survey,
            &view,
            arguments.transform.transform(),
        ));
    }
    let whole = survey_table(survey, Theme::Light);
    if let Some(text) = arguments.format.table(&whole) {
        return print::standard_output(text);
    }
    let mut heading = format!(
        "{} {}: {} images of {} × {}{}",
        set.name(),
        set.split(),
        label::count(survey.count()),
        set.rows(),
        set.cols(),
        arguments.transform.transform().describe()
    );
    if let Some(verdict) = survey.localized_against_lora() {
        heading += &format!("; {}", verdict_sentence(&verdict));
    }
    let by_label = label_table(survey, Theme::Light);
    print::page(&heading, &[&whole, &by_label], notes)
}
