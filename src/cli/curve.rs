//! `curve`: error against parameters at every rank, and what else follows from the singular values.

use std::num::NonZeroUsize;

use super::approximate::grids;
use super::matrix_call::MatrixCall;
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
    let call = MatrixCall {
        source: &arguments.source,
        settings: &arguments.settings,
        format: arguments.format,
        figure: &arguments.figure,
        out: None,
    };
    let shown = arguments.shown();
    call.show(
        &shown,
        |computed| {
            let analysis = &computed.analysis;
            (shown.view.needs == Need::Grids)
                .then(|| grids(&analysis.loaded, &analysis.session.settings))
                .transpose()
        },
        |grids| Material {
            grids: grids.as_ref(),
            ..Material::default()
        },
    )
}
