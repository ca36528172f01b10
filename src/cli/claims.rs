//! `claims`: what is claimed, what is measured, and whether it holds.

use std::path::PathBuf;

use super::output::Outputs;
use super::progress::bar;
use super::{Failure, FormatArgs, print};
use crate::claims::{self, Evidence};
use crate::experiment;

/// Arguments of `claims`.
#[derive(Clone, Debug, clap::Args)]
pub struct ClaimsArgs {
    /// The results of a sweep (finetune --out), for the claims about fine-tuning
    #[arg(long, value_name = "RESULTS.json")]
    pub results: Option<PathBuf>,
    #[command(flatten)]
    pub(super) format: FormatArgs,
}

const HEADING: &str =
    "Claims about Localized LoRA, and what this program measures on MNIST’s test digits";

/// Runs `claims`.
pub(super) fn run(arguments: &ClaimsArgs) -> Result<(), Failure> {
    Outputs::of(arguments.format).check(arguments.results.as_slice())?;
    let trained = arguments.results.as_deref().map(experiment::load);
    let trained = trained.transpose().map_err(Failure::run)?;
    let progress = bar();
    // A bar that begins before the digits do would tell of no time.
    let measured = Evidence::measure(&|_| {}, &|done, of| match done {
        0 => std::ops::ControlFlow::Continue(()),
        _ => progress.step(of),
    });
    progress.end();
    let claims = claims::claims(&measured.map_err(Failure::run)?, trained.as_ref(), None);
    let table = claims::table(&claims);
    let open = claims.iter().any(|claim| claim.finding.is_none());
    let note = "Claims without a number need a sweep: finetune --preset paper --out RESULTS.json, then \
                claims --results RESULTS.json";
    let notes = open.then(|| note.to_owned());
    let notes = notes.as_slice();
    let text = match arguments.format {
        FormatArgs { json: true, .. } => claims::json(&claims).map_err(Failure::run)?,
        FormatArgs { csv: true, .. } => table.to_csv(),
        FormatArgs { latex: true, .. } => table.to_latex(),
        FormatArgs { .. } => return print::page(HEADING, &[&table], notes),
    };
    print::remarks(notes);
    print::text(&text)
}
