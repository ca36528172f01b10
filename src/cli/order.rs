//! `order`: an order of rows and columns in which a matrix is local.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::matrix_call::MatrixCall;
use super::output;
use super::{Failure, FigureArgs, FormatArgs, SettingsArgs, SourceArgs, number};
use crate::analysis::{Analysis, FoundOrder, STARTS};
use crate::approx::order::Search;
use crate::session::ChosenOrder;
use crate::views::{Material, Shown, order};

/// Arguments of `order`.
#[derive(Clone, Debug, clap::Args)]
pub struct OrderArgs {
    #[command(flatten)]
    pub(super) source: SourceArgs,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    /// Random orders that the search starts from, beside the one the matrix has
    #[arg(long, value_name = "S", default_value_t = default_starts(), value_parser = number::repeats)]
    pub starts: NonZeroUsize,
    /// Chooses the random orders
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    /// Writes the order as JSON, for --order
    #[arg(long, value_name = "FILE", value_parser = output::parser())]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
}

fn default_starts() -> NonZeroUsize {
    NonZeroUsize::new(STARTS).unwrap_or(NonZeroUsize::MIN)
}

impl OrderArgs {
    pub(super) fn shown(&self) -> Shown {
        Shown {
            starts: (self.starts.get(), self.seed),
            ..Shown::of(&order::VIEW)
        }
    }
}

/// Runs `order`.
pub(super) fn run(arguments: &OrderArgs) -> Result<(), Failure> {
    let call = MatrixCall {
        source: &arguments.source,
        settings: &arguments.settings,
        format: arguments.format,
        figure: &arguments.figure,
        out: arguments.out.as_deref(),
    };
    let starts = (arguments.starts.get(), arguments.seed);
    call.show(
        &arguments.shown(),
        |computed| {
            let found = search(&computed.analysis, starts)?;
            if let Some(out) = &arguments.out {
                let text = ChosenOrder::from(found.found.order.clone()).to_json();
                let text = text.map_err(Failure::run)?;
                let told = output::write(out, text.as_bytes(), "order")?;
                computed.notes.extend(told);
            }
            Ok(found)
        },
        |found| Material {
            order: Some(found),
            ..Material::default()
        },
    )
}

/// The search at the settings of an analysis, from so many random orders of this seed.
pub(super) fn search(
    analysis: &Analysis,
    (starts, seed): (usize, u64),
) -> Result<FoundOrder, Failure> {
    let search = Search {
        localized: analysis.session.settings.localized,
        starts,
        seed,
    };
    let go_on = || ControlFlow::Continue(());
    let matrix = &analysis.loaded.matrix;
    Ok(FoundOrder::search(matrix, search, &go_on, &|_, _| {})?)
}
