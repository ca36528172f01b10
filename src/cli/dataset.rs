//! `dataset`: every image of a data set, because one digit proves little.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::TypedValueParser;

use super::output::Outputs;
use super::present::{PrintedPage, present};
use super::progress::bar;
use super::source::TransformArgs;
use super::{Failure, FigureArgs, FormatArgs, SettingsArgs, choice, number};
use crate::analysis::{
    Images, LocalitySurvey, SURVEY_DRAWS, SurveyResult, survey_images, survey_locality,
};
use crate::figure::compose::verdict_sentence;
use crate::figure::label;
use crate::session::{Session, Settings};
use crate::source::{Dataset, DigitSet, Limits, Split, Transform, digits};
use crate::views::{Material, Shown, data_set, locality_by_label};

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
    /// Tests each image instead: is it local, diagonal or low-rank beyond chance?
    #[arg(long)]
    pub locality: bool,
    /// Random orders that each image is compared with; an answer at 1 % needs 99
    #[arg(long, value_name = "D", default_value_t = default_draws(), value_parser = number::repeats, requires = "locality")]
    pub draws: NonZeroUsize,
    /// Chooses the random orders
    #[arg(long, value_name = "S", default_value_t = 0, requires = "locality")]
    pub seed: u64,
    #[command(flatten)]
    pub(super) transform: TransformArgs,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
}

fn default_draws() -> NonZeroUsize {
    NonZeroUsize::new(SURVEY_DRAWS).unwrap_or(NonZeroUsize::MIN)
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
        let of_images = Shown::of(match self.locality {
            true => &locality_by_label::VIEW,
            false => &data_set::VIEW,
        });
        Shown {
            images: Images {
                dataset: self.dataset(),
                split: self.split,
                digit: self.digit,
            },
            draws: match self.locality {
                true => (self.draws.get(), self.seed),
                false => of_images.draws,
            },
            ..of_images
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
    let transform = arguments.transform.transform();
    let (mut surveyed, mut tested) = (None, None);
    match arguments.locality {
        true => tested = Some(test(&set, &shown, transform, &wanted)?),
        false => surveyed = Some(measure(&set, &shown.images, transform, &wanted)?),
    }
    let settings = match (&surveyed, &tested) {
        (Some(found), _) => &found.settings,
        (_, Some(found)) => &found.settings,
        (None, None) => &wanted,
    };
    let session = Session {
        settings: settings.clone(),
        transform,
        ..Session::default()
    };
    let export = target.as_ref().map(|target| &target.export);
    let command = shown.command(&session, &Limits::default(), export);
    let options = shown.options(shown.subject(&session), command, export);
    let material = Material {
        survey: surveyed.as_ref(),
        locality_survey: tested.as_ref(),
        ..Material::default()
    };
    let document = shown.view.document(&material, &options);
    let count = match (&surveyed, &tested) {
        (Some(found), _) => found.survey.count(),
        (_, Some(found)) => found.labels.len(),
        (None, None) => set.count(),
    };
    let verdict = surveyed.as_ref();
    let verdict = verdict.and_then(|found| found.survey.localized_against_lora());
    let verdict = verdict.map(|verdict| format!("; {}", verdict_sentence(&verdict)));
    let page = PrintedPage {
        heading: heading(&set, count, transform) + &verdict.unwrap_or_default(),
        remarks: Vec::new(),
        notes: document.notes(),
    };
    present(&document, page, arguments.format, target.as_ref(), &outputs)
}

/// One line about the images.
fn heading(set: &DigitSet, count: usize, transform: Transform) -> String {
    format!(
        "{} {}: {} images of {} × {}{}",
        set.name(),
        set.split(),
        label::count(count),
        set.rows(),
        set.cols(),
        transform.describe()
    )
}

/// With progress on standard error, and only if that is a terminal.
pub(super) fn measure(
    set: &DigitSet,
    images: &Images,
    transform: Transform,
    wanted: &Settings,
) -> Result<SurveyResult, Failure> {
    let progress = bar();
    let measured = survey_images(set, images, transform, wanted, &|_, of| progress.step(of));
    progress.end();
    Ok(measured?)
}

/// The locality test of every image, with progress likewise.
pub(super) fn test(
    set: &DigitSet,
    shown: &Shown,
    transform: Transform,
    wanted: &Settings,
) -> Result<LocalitySurvey, Failure> {
    let progress = bar();
    let on_done = |_: usize, of: usize| progress.step(of);
    let tested = survey_locality(set, &shown.images, transform, wanted, shown.draws, &on_done);
    progress.end();
    Ok(tested?)
}
