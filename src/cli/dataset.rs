//! `dataset`: every image of a data set, because one digit proves little.

use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::builder::TypedValueParser;
use indicatif::{ProgressBar, ProgressStyle};

use super::output::Outputs;
use super::present::{PrintedPage, present};
use super::source::TransformArgs;
use super::{Failure, FigureArgs, FormatArgs, SettingsArgs, choice, number};
use crate::analysis::{Images, SurveyResult, survey_images};
use crate::figure::compose::verdict_sentence;
use crate::figure::label;
use crate::session::{Session, Settings};
use crate::source::{Dataset, DigitSet, Limits, Split, Transform, digits};
use crate::views::{Material, Shown, data_set};

/// Arguments of `dataset`.
#[derive(Clone, Debug, clap::Args)]
pub struct DatasetArgs {
    /// The half of the data set to measure
    #[arg(long, value_parser = splits(), default_value = "test")]
    pub split: Split,
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

pub(super) fn splits() -> impl TypedValueParser<Value = Split> {
    choice::parser([
        (
            "train",
            "The training images, 60,000 in MNIST",
            Split::Train,
        ),
        ("test", "The test images, 10,000 in MNIST", Split::Test),
    ])
}

impl DatasetArgs {
    fn dataset(&self) -> Dataset {
        self.data.clone().map_or(Dataset::BuiltIn, Dataset::Folder)
    }

    pub(super) fn shown(&self) -> Shown {
        Shown {
            images: Images {
                dataset: self.dataset(),
                split: self.split,
                digit: self.digit,
            },
            ..Shown::of(&data_set::VIEW)
        }
    }
}

/// Runs `dataset`.
pub(super) fn run(arguments: &DatasetArgs) -> Result<(), Failure> {
    let target = arguments.figure.target()?;
    let outputs = Outputs::of(arguments.format).and("--figure", arguments.figure.figure.as_deref());
    outputs.check(&arguments.dataset().files())?;
    let set = digits(&arguments.dataset(), arguments.split)?;
    let wanted = arguments.settings.wanted(set.rows(), set.cols())?;
    let shown = arguments.shown();
    let surveyed = measure(
        &set,
        &shown.images,
        arguments.transform.transform(),
        &wanted,
    )?;
    let session = Session {
        settings: surveyed.settings.clone(),
        transform: surveyed.transform,
        ..Session::default()
    };
    let export = target.as_ref().map(|target| &target.export);
    let command = shown.command(&session, &Limits::default(), export);
    let options = shown.options(shown.subject(&session), command, export);
    let material = Material {
        survey: Some(&surveyed),
        ..Material::default()
    };
    let document = shown.view.document(&material, &options);
    let page = PrintedPage {
        heading: heading(&set, &surveyed),
        remarks: Vec::new(),
        notes: document.notes(),
    };
    present(&document, page, arguments.format, target.as_ref(), &outputs)
}

/// One line about the images, with who wins.
fn heading(set: &DigitSet, surveyed: &SurveyResult) -> String {
    let survey = &surveyed.survey;
    let verdict = survey.localized_against_lora();
    let verdict = verdict.map(|verdict| format!("; {}", verdict_sentence(&verdict)));
    format!(
        "{} {}: {} images of {} × {}{}{}",
        set.name(),
        set.split(),
        label::count(survey.count()),
        set.rows(),
        set.cols(),
        surveyed.transform.describe(),
        verdict.unwrap_or_default()
    )
}

/// With progress on standard error, and only if that is a terminal.
pub(super) fn measure(
    set: &DigitSet,
    images: &Images,
    transform: Transform,
    wanted: &Settings,
) -> Result<SurveyResult, Failure> {
    let bar = ProgressBar::new(0);
    if let Ok(style) =
        ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len}, {eta} left")
    {
        bar.set_style(style);
    }
    let measured = survey_images(set, images, transform, wanted, &|_, of| {
        bar.set_length(of as u64);
        bar.inc(1);
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    Ok(measured?)
}
