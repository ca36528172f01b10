//! `locality`: is a matrix local, diagonal or low-rank beyond chance?

use std::num::NonZeroUsize;

use super::matrix_call::MatrixCall;
use super::progress::bar;
use super::{Failure, FigureArgs, FormatArgs, SettingsArgs, SourceArgs, number};
use crate::analysis::{Analysis, DRAWS, Locality, locality_settings};
use crate::views::{Material, Shown, locality};

/// Arguments of `locality`.
#[derive(Clone, Debug, clap::Args)]
pub struct LocalityArgs {
    #[command(flatten)]
    pub(super) source: SourceArgs,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    /// Random orders that the matrix is compared with; p-values reach down to 1/(D + 1)
    #[arg(long, value_name = "D", default_value_t = default_draws(), value_parser = number::repeats)]
    pub draws: NonZeroUsize,
    /// Chooses the random orders
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
}

fn default_draws() -> NonZeroUsize {
    NonZeroUsize::new(DRAWS).unwrap_or(NonZeroUsize::MIN)
}

impl LocalityArgs {
    pub(super) fn shown(&self) -> Shown {
        Shown {
            draws: (self.draws.get(), self.seed),
            ..Shown::of(&locality::VIEW)
        }
    }
}

/// Runs `locality`.
pub(super) fn run(arguments: &LocalityArgs) -> Result<(), Failure> {
    let call = MatrixCall {
        source: &arguments.source,
        settings: &arguments.settings,
        format: arguments.format,
        figure: &arguments.figure,
        out: None,
    };
    let draws = (arguments.draws.get(), arguments.seed);
    call.show(
        &arguments.shown(),
        |computed| measure(&computed.analysis, draws),
        |found| Material {
            locality: Some(found),
            ..Material::default()
        },
    )
}

/// The test at the settings of an analysis, with so many draws of this seed.
pub(super) fn measure(
    analysis: &Analysis,
    (draws, seed): (usize, u64),
) -> Result<Locality, Failure> {
    let settings = locality_settings(&analysis.session.settings, seed);
    let matrix = &analysis.loaded.matrix;
    let progress = bar();
    let go_on = || progress.reached(0, draws);
    let on_batch = |found: &Locality| {
        let _ = progress.reached(found.test.draws(), draws);
    };
    let found = Locality::measure(matrix, settings, draws, &go_on, &on_batch);
    progress.end();
    Ok(found?)
}
