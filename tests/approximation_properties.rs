//! What holds for every matrix, shape and setting: laws of section II, tried on random ones.
#![allow(clippy::unwrap_used)]

#[path = "approximation/samples.rs"]
mod samples;

#[path = "approximation/atlas.rs"]
mod atlas;
#[path = "approximation/budgets.rs"]
mod budgets;
#[path = "approximation/chosen.rs"]
mod chosen;
#[path = "approximation/edges.rs"]
mod edges;
#[path = "approximation/errors.rs"]
mod errors;
#[path = "approximation/parts.rs"]
mod parts;
#[path = "approximation/structures.rs"]
mod structures;
#[path = "approximation/symmetries.rs"]
mod symmetries;

use localized_lora::approx::{
    AdaptiveSettings, BlockLayout, Evaluation, Factors, LayoutError, LayoutKind, LocalizedSettings,
    LoraSettings, MeloraSettings, MethodSettings, Spectra, evaluate,
};
use nalgebra::DMatrix;

/// Errors are numbers from 0 to 1; what is equal in theory is equal to this.
const TOLERANCE: f64 = 1e-10;

fn lora(rank: usize) -> MethodSettings {
    MethodSettings::Lora(LoraSettings { rank })
}

fn melora(blocks: usize, rank: usize) -> MethodSettings {
    MethodSettings::Melora(MeloraSettings { blocks, rank })
}

fn localized(grid: usize, rank: usize) -> MethodSettings {
    MethodSettings::Localized(LocalizedSettings { grid, rank })
}

fn adaptive(grid: usize, budget: usize) -> MethodSettings {
    MethodSettings::LocalizedAdaptive(AdaptiveSettings {
        grid,
        budget,
        ..AdaptiveSettings::default()
    })
}

/// N or K of the paper's layouts.
fn segments_of(kind: LayoutKind) -> usize {
    match kind {
        LayoutKind::Diagonal(n) | LayoutKind::Grid(n) => n,
        LayoutKind::Rectangular(..) | LayoutKind::Own(_) => unreachable!("no sample has one"),
    }
}

fn factors(matrix: &DMatrix<f64>, kind: LayoutKind) -> Factors {
    let (rows, cols) = matrix.shape();
    Factors::of(matrix, BlockLayout::new(rows, cols, kind).unwrap()).unwrap()
}

fn spectra(matrix: &DMatrix<f64>, kind: LayoutKind) -> Spectra {
    let (rows, cols) = matrix.shape();
    Spectra::of(matrix, BlockLayout::new(rows, cols, kind).unwrap()).unwrap()
}

fn measure(matrix: &DMatrix<f64>, settings: &MethodSettings) -> Result<Evaluation, LayoutError> {
    evaluate(&spectra(matrix, settings.layout()), settings)
}

/// ‖W − Ŵ‖ / ‖W‖ from the cells; both are scaled first, so that no square over- or underflows.
fn direct_error(matrix: &DMatrix<f64>, approximation: &DMatrix<f64>) -> f64 {
    let scale = matrix.amax();
    if scale == 0.0 {
        return approximation.amax();
    }
    let (whole, part) = (matrix / scale, approximation / scale);
    (&whole - part).norm() / whole.norm()
}
