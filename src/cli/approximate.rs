//! `approximate`: one matrix, every method.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::builder::TypedValueParser;
use nalgebra::DMatrix;

use super::figure::FigureTarget;
use super::output::{self, Outputs};
use super::present::{PrintedPage, present};
use super::{Failure, FigureArgs, FormatArgs, SettingsArgs, SourceArgs, choice, number, show};
use crate::analysis::{
    Analysis, Analyst, Closest, GridSearch, PartChoice, SilentListener, factors_file, grid_budget,
    reconstructions_file,
};
use crate::approx::Method;
use crate::figure::Gain;
use crate::figure::palette::ColorMap;
use crate::session::Settings;
use crate::source::Limits;
use crate::views::{Material, Shown, View, approximation};

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
    #[arg(long, value_name = "FILE.safetensors", value_parser = tensors(), help_heading = "Output")]
    pub factors: Option<PathBuf>,
    /// Writes what every method's factors multiply to
    #[arg(long, value_name = "FILE.safetensors", value_parser = tensors(), help_heading = "Output")]
    pub reconstruction: Option<PathBuf>,
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

/// Reads the path of a file of tensors.
fn tensors() -> impl TypedValueParser<Value = PathBuf> {
    output::parser().try_map(|path| match path.extension() {
        Some(ending) if ending.eq_ignore_ascii_case("safetensors") => Ok(path),
        _ => Err("the file's name must end in .safetensors"),
    })
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
        best_grid: bool,
    ) -> Result<Self, Failure> {
        let (mut analyst, limits) = (Analyst::default(), source.limits());
        let mut session = source.session();
        let matrix = &analyst.load(&session, &limits, &SilentListener)?.matrix;
        let (rows, cols) = matrix.shape();
        session.settings = settings.wanted(rows, cols)?;
        let mut chosen = None;
        if best_grid {
            let fitted = session.settings.fitted(rows, cols).settings;
            let grids = grids(matrix, &fitted)?;
            chosen = Some(
                grids
                    .choose(&mut session.settings)
                    .map_err(Failure::usage)?,
            );
        }
        let analysis = analyst.analyse(session, &limits, &SilentListener)?;
        let left_out = analysis.left_out().map_err(Failure::usage)?;
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
pub(super) fn grids(matrix: &DMatrix<f64>, settings: &Settings) -> Result<GridSearch, Failure> {
    let budget = grid_budget(settings, matrix.nrows(), matrix.ncols());
    Ok(GridSearch::search(matrix, budget, &|_| {
        ControlFlow::Continue(())
    })?)
}

/// Runs `approximate`.
pub(super) fn run(arguments: &ApproximateArgs) -> Result<(), Failure> {
    let target = arguments.target()?;
    let outputs = Outputs::of(arguments.format)
        .and("--figure", arguments.figure.figure.as_deref())
        .and("--factors", arguments.factors.as_deref())
        .and("--reconstruction", arguments.reconstruction.as_deref());
    outputs.check(&arguments.source.files())?;
    let mut computed =
        MatrixResult::new(&arguments.source, &arguments.settings, arguments.best_grid)?;
    let analysis = &computed.analysis;
    let factors = arguments.factors.as_ref();
    let factors = factors.map(|path| output::write(path, &factors_file(analysis), "factors"));
    let whole = arguments.reconstruction.as_ref();
    let whole =
        whole.map(|path| output::write(path, &reconstructions_file(analysis), "reconstructions"));
    let written = [factors.transpose()?, whole.transpose()?];
    computed
        .notes
        .extend(written.into_iter().flatten().flatten());
    computed.present(
        &arguments.shown(),
        Material::default(),
        (&arguments.source.limits(), arguments.format),
        target.as_ref(),
        &outputs,
    )
}
