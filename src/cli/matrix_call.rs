//! One view of one matrix, for the subcommands that measure something of it: outputs checked, matrix
//! computed, the view made, written and printed.

use std::path::Path;

use super::approximate::MatrixResult;
use super::output::Outputs;
use super::{Failure, FigureArgs, FormatArgs, SettingsArgs, SourceArgs};
use crate::views::{Material, Shown};

/// The arguments that such subcommands share.
pub(super) struct MatrixCall<'a> {
    pub source: &'a SourceArgs,
    pub settings: &'a SettingsArgs,
    pub format: FormatArgs,
    pub figure: &'a FigureArgs,
    /// A file beside the figure.
    pub out: Option<&'a Path>,
}

impl MatrixCall<'_> {
    /// Computes the matrix, lets `measure` do what the view needs beside it, and shows the view of
    /// what `material` makes of the measurement.
    pub fn show<T>(
        &self,
        shown: &Shown,
        measure: impl FnOnce(&mut MatrixResult) -> Result<T, Failure>,
        material: impl for<'m> FnOnce(&'m T) -> Material<'m>,
    ) -> Result<(), Failure> {
        let target = self.figure.target()?;
        let outputs = Outputs::of(self.format)
            .and("--figure", self.figure.figure.as_deref())
            .and("--out", self.out);
        outputs.check(&self.source.files())?;
        let mut computed = MatrixResult::new(self.source, self.settings, shown.view, false)?;
        let measured = measure(&mut computed)?;
        computed.present(
            shown,
            material(&measured),
            (&self.source.limits(), self.format),
            target.as_ref(),
            &outputs,
        )
    }
}
