//! `approximate`: one matrix, every method.

use std::io;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::builder::TypedValueParser;

use super::figure::FigureTarget;
use super::output::{self, Outputs};
use super::present::{PrintedPage, present};
use super::progress::AnalysisProgress;
use super::{Failure, FigureArgs, FormatArgs, SettingsArgs, SourceArgs, choice, number, show};
use crate::analysis::{
    Analysis, Analyst, Closest, GridSearch, PartChoice, TensorFormat, Terms, factors_file,
    grid_budget, reconstructions_file,
};
use crate::approx::Method;
use crate::figure::Gain;
use crate::figure::palette::ColorMap;
use crate::session::Settings;
use crate::source::{Limits, LoadedMatrix};
use crate::views::{Material, Shown, View, approximation, factors};

/// Arguments of `approximate`.
#[derive(Clone, Debug, clap::Args)]
pub struct ApproximateArgs {
    #[command(flatten)]
    pub(super) source: SourceArgs,
    /// Shows another view instead
    #[arg(long, value_name = "VIEW", value_parser = show::parser("approximate"))]
    pub show: Option<&'static View>,
    /// The method whose factors are shown [default: Localized LoRA, else the first one]
    #[arg(long, value_name = "METHOD", value_parser = methods(), requires = "show")]
    pub of: Option<Method>,
    /// The block whose factors are shown, counted from 1, row by row [default: the one with the
    /// most energy]
    #[arg(long, value_name = "NUMBER", value_parser = number::non_zero, requires = "of")]
    pub block: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    /// Sets K to the grid with the lowest error within the budget (default: Localized's own cost)
    #[arg(long, conflicts_with_all = ["grid", "block-rank", "adaptive-grid", "adaptive-ranks"], help_heading = "Settings")]
    pub best_grid: bool,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    /// Writes the factors of every method, with their layout in the header
    #[arg(long, value_name = "FILE.safetensors|.npz", value_parser = tensors(), help_heading = "Output")]
    pub factors: Option<TensorTarget>,
    /// Writes what every method's factors multiply to
    #[arg(long, value_name = "FILE.safetensors|.npz", value_parser = tensors(), help_heading = "Output")]
    pub reconstruction: Option<TensorTarget>,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
    /// Adds a row of signed residuals to the figure
    #[arg(long, requires = "figure", help_heading = "Figure")]
    pub error_maps: bool,
    /// Gain of the residuals' colours, a whole number; larger residuals get the last colour
    #[arg(
        long,
        value_name = "TIMES",
        requires = "error_maps",
        help_heading = "Figure"
    )]
    pub error_gain: Option<Gain>,
    /// Colours of the matrices [default: automatic]
    #[arg(long, value_parser = colors(), requires = "figure", help_heading = "Figure")]
    pub colors: Option<ColorMap>,
}

/// A file of tensors to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorTarget {
    path: PathBuf,
    format: TensorFormat,
}

/// Reads the path of a file of tensors.
fn tensors() -> impl TypedValueParser<Value = TensorTarget> {
    output::parser().try_map(|path| match TensorFormat::from_path(&path) {
        Some(format) => Ok(TensorTarget { path, format }),
        None => Err("the file's name must end in .safetensors or .npz"),
    })
}

impl TensorTarget {
    /// Writes what `bytes` makes of an analysis, and says where.
    fn write(
        &self,
        analysis: &Analysis,
        bytes: fn(&Analysis, TensorFormat) -> io::Result<Vec<u8>>,
        what: &str,
    ) -> Result<Option<String>, Failure> {
        let bytes =
            bytes(analysis, self.format).map_err(|error| Failure::run(error.to_string()))?;
        output::write(&self.path, &bytes, what)
    }
}

pub(super) fn colors() -> impl TypedValueParser<Value = ColorMap> {
    choice::parser(ColorMap::ALL.map(|map| (map.name(), map.about(), map)))
}

fn methods() -> impl TypedValueParser<Value = Method> {
    let methods = Method::ALL.iter();
    choice::parser(methods.map(|method| (method.key(), method.title(), *method)))
}

impl ApproximateArgs {
    pub(super) fn shown(&self) -> Shown {
        Shown {
            part: PartChoice {
                method: self.of,
                part: self.block.map(|number| number.get() - 1),
            },
            ..Shown::of(self.show.unwrap_or(&approximation::VIEW))
        }
    }

    /// The figure with what only a picture of matrices has.
    pub(super) fn target(&self) -> Result<Option<FigureTarget>, Failure> {
        let mut target = self.figure.target()?;
        let view = self.show.unwrap_or(&approximation::VIEW);
        if self.error_maps && *view != approximation::VIEW {
            return Err(Failure::usage(format!(
                "residuals belong to the reconstructions; leave out --error-maps or --show {}",
                view.file_name
            )));
        }
        if let Some(target) = &mut target {
            target.export.error_maps = self.error_maps;
            target.export.error_gain = self.error_gain.unwrap_or_default();
            target.export.colors = self.colors.unwrap_or_default();
        }
        Ok(target)
    }
}

/// The results of a command line about one matrix, with remarks for its user.
pub(super) struct MatrixResult {
    pub analysis: Analysis,
    /// Beside the notes on the methods.
    pub notes: Vec<String>,
}

impl MatrixResult {
    /// Loads the matrix, fits the settings to it and measures every method; with `best_grid` at
    /// the best grid for the budget.
    pub fn new(
        source: &SourceArgs,
        settings: &SettingsArgs,
        view: &View,
        best_grid: bool,
    ) -> Result<Self, Failure> {
        let (mut analyst, limits) = (Analyst::default(), source.limits());
        let progress = AnalysisProgress::begin();
        let mut session = source.session();
        let loaded = analyst.load(&session, &limits, &progress)?;
        let (rows, cols) = loaded.matrix.shape();
        session.settings = settings.wanted(rows, cols)?;
        let mut chosen = None;
        if best_grid {
            let fitted = session.settings.fitted(rows, cols).settings;
            let grids = grids(&loaded, &fitted)?;
            chosen = Some(
                grids
                    .choose(&mut session.settings)
                    .map_err(Failure::usage)?,
            );
        }
        let analysis = analyst.analyse(session, &limits, &progress)?;
        let left_out = match view.searches() {
            true => Vec::new(),
            false => analysis.left_out().map_err(Failure::usage)?,
        };
        let known = analysis.loaded.notes.iter().chain(&analysis.changes);
        let notes = known.cloned().chain(chosen).chain(left_out).collect();
        Ok(Self { analysis, notes })
    }

    /// What a page of text says before the notes.
    fn remarks(&self, shown: &Shown) -> Vec<String> {
        let closest = (*shown.view == approximation::VIEW).then(|| Closest::of(&self.analysis));
        closest
            .flatten()
            .map(|one| one.sentence)
            .into_iter()
            .collect()
    }

    /// Writes and prints a view of it, made from the analysis and `material`.
    pub fn present(
        &self,
        shown: &Shown,
        material: Material<'_>,
        (limits, format): (&Limits, FormatArgs),
        target: Option<&FigureTarget>,
        outputs: &Outputs<'_>,
    ) -> Result<(), Failure> {
        let session = &self.analysis.session;
        let export = target.map(|target| &target.export);
        let command = shown.command(session, limits, export);
        let options = shown.options(shown.subject(session), command, export);
        let material = Material {
            analysis: Some(&self.analysis),
            ..material
        };
        let document = shown.view.document(&material, &options);
        let page = PrintedPage {
            heading: self.analysis.heading(),
            remarks: self.remarks(shown),
            notes: self.notes.iter().cloned().chain(document.notes()).collect(),
        };
        present(&document, page, format, target, outputs)
    }
}

/// Every grid at the budget of `settings`, which fit the matrix.
pub(super) fn grids(loaded: &LoadedMatrix, settings: &Settings) -> Result<GridSearch, Failure> {
    let (rows, cols) = loaded.matrix.shape();
    let budget = grid_budget(settings, rows, cols);
    Ok(GridSearch::search(loaded.approximated(), budget, &|_| {
        ControlFlow::Continue(())
    })?)
}

/// Runs `approximate`.
pub(super) fn run(arguments: &ApproximateArgs) -> Result<(), Failure> {
    let target = arguments.target()?;
    let outputs = Outputs::of(arguments.format)
        .and("--figure", arguments.figure.figure.as_deref())
        .and(
            "--factors",
            arguments.factors.as_ref().map(|file| &*file.path),
        )
        .and(
            "--reconstruction",
            arguments.reconstruction.as_ref().map(|file| &*file.path),
        );
    outputs.check(&arguments.source.files())?;
    let shown = arguments.shown();
    let mut computed = MatrixResult::new(
        &arguments.source,
        &arguments.settings,
        shown.view,
        arguments.best_grid,
    )?;
    let analysis = &computed.analysis;
    if *shown.view == factors::VIEW {
        // A part that does not exist is a wrong option, found before anything is written.
        Terms::of(analysis, shown.part).map_err(Failure::usage)?;
    }
    let factors = arguments.factors.as_ref();
    let factors = factors.map(|file| file.write(analysis, factors_file, "factors"));
    let whole = arguments.reconstruction.as_ref();
    let whole = whole.map(|file| file.write(analysis, reconstructions_file, "reconstructions"));
    let written = [factors.transpose()?, whole.transpose()?];
    computed
        .notes
        .extend(written.into_iter().flatten().flatten());
    computed.present(
        &shown,
        Material::default(),
        (&arguments.source.limits(), arguments.format),
        target.as_ref(),
        &outputs,
    )
}
