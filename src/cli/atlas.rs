//! `atlas`: every structure, each at its best settings within one budget.

use super::matrix_call::MatrixCall;
use super::progress::bar;
use super::{Failure, FigureArgs, FormatArgs, SettingsArgs, SourceArgs};
use crate::analysis::{Analysis, AtlasSettings};
use crate::approx::atlas::Atlas;
use crate::views::{Material, Shown, atlas};

/// Arguments of `atlas`.
#[derive(Clone, Debug, clap::Args)]
pub struct AtlasArgs {
    #[command(flatten)]
    pub(super) source: SourceArgs,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
}

impl AtlasArgs {
    pub(super) fn shown(&self) -> Shown {
        Shown::of(&atlas::VIEW)
    }
}

/// Runs `atlas`.
pub(super) fn run(arguments: &AtlasArgs) -> Result<(), Failure> {
    let call = MatrixCall {
        source: &arguments.source,
        settings: &arguments.settings,
        format: arguments.format,
        figure: &arguments.figure,
        out: None,
    };
    call.show(
        &arguments.shown(),
        |computed| measure(&computed.analysis),
        |found| Material {
            atlas: Some(found),
            ..Material::default()
        },
    )
}

/// Every structure within the budget of an analysis.
pub(super) fn measure(analysis: &Analysis) -> Result<Atlas, Failure> {
    let (rows, cols) = analysis.shape();
    let settings = AtlasSettings::of(&analysis.session.settings, rows, cols);
    let progress = bar();
    let on_layout = |done: usize, of: usize| progress.reached(done, of);
    let found = settings.measure(analysis.loaded.approximated(), &on_layout);
    progress.end();
    Ok(found?)
}
