//! `curve`: error against parameters at every rank, and what else follows from the singular values.

use std::num::NonZeroUsize;

use super::approximate::{MatrixResult, grids};
use super::output::Outputs;
use super::{Failure, FigureArgs, FormatArgs, SettingsArgs, SourceArgs, number, show};
use crate::views::{Material, Need, Shown, View, error_curve, singular_values};

/// Arguments of `curve`.
#[derive(Clone, Debug, clap::Args)]
pub struct CurveArgs {
    #[command(flatten)]
    pub(super) source: SourceArgs,
    /// Ends the curves at P parameters [default: as many as the matrix has entries]
    #[arg(long, value_name = "P", value_parser = number::non_zero)]
    pub max_params: Option<NonZeroUsize>,
    /// Shows the singular values of each method's blocks instead
    #[arg(long, conflicts_with = "max_params")]
    pub singular_values: bool,
    /// Shows another view instead
    #[arg(long, value_name = "VIEW", value_parser = show::parser("curve"), conflicts_with_all = ["max_params", "singular_values"])]
    pub show: Option<&'static View>,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
}

impl CurveArgs {
    pub(super) fn shown(&self) -> Shown {
        let usual = match self.singular_values {
            true => &singular_values::VIEW,
            false => &error_curve::VIEW,
        };
        Shown {
            max_params: self.max_params.map(NonZeroUsize::get),
            ..Shown::of(self.show.unwrap_or(usual))
        }
    }
}

/// Runs `curve`.
pub(super) fn run(arguments: &CurveArgs) -> Result<(), Failure> {
    let target = arguments.figure.target()?;
    let outputs = Outputs::of(arguments.format).and("--figure", arguments.figure.figure.as_deref());
    outputs.check(&arguments.source.files())?;
    let computed = MatrixResult::new(&arguments.source, &arguments.settings, false)?;
    let shown = arguments.shown();
    let analysis = &computed.analysis;
    let grids = (shown.view.needs == Need::Grids)
        .then(|| grids(&analysis.loaded.matrix, &analysis.session.settings))
        .transpose()?;
    computed.present(
        &shown,
        Material {
            grids: grids.as_ref(),
            ..Material::default()
        },
        (&arguments.source.limits(), arguments.format),
        target.as_ref(),
        &outputs,
    )
}
