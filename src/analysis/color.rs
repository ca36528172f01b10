//! A colour picture approximated channel by channel, with one setting for all three.

use std::sync::{Arc, OnceLock};

use nalgebra::DMatrix;

use crate::approx::curve::CurvePoint;
use crate::approx::{Evaluation, Factors, Spectra, reconstruct};

/// What goes on in each of red, green and blue.
pub type Channels<T> = [T; 3];

/// The reconstruction of the three channels, multiplied out when somebody looks.
#[derive(Debug)]
pub(super) struct ColorPicture {
    /// The factors of each channel and the ranks that are kept.
    kept: Channels<(Arc<Factors>, Vec<usize>)>,
    made: OnceLock<Channels<DMatrix<f64>>>,
}

impl ColorPicture {
    /// The picture at these ranks.
    pub fn new(kept: Channels<(Arc<Factors>, Vec<usize>)>) -> Self {
        Self {
            kept,
            made: OnceLock::new(),
        }
    }

    /// The three channels of Ŵ. Cost: a product of the factors for each, once.
    pub fn channels(&self) -> &Channels<DMatrix<f64>> {
        let one = |(factors, ranks): &(Arc<Factors>, Vec<usize>)| reconstruct(factors, ranks);
        self.made.get_or_init(|| self.kept.each_ref().map(one))
    }
}

/// The root of the mean of squared errors, each weighed by the squared norm of its channel: squared
/// errors add over channels as they do over blocks.
fn over_channels(errors: Channels<f64>, norms: Channels<f64>) -> f64 {
    let whole = norms.iter().fold(0.0, |sum: f64, norm| sum.hypot(*norm));
    if whole == 0.0 {
        return 0.0;
    }
    let missed = errors.iter().zip(norms);
    missed.fold(0.0, |sum: f64, (error, norm)| sum.hypot(error * norm)) / whole
}

/// The numbers over all channels. Settings, ranks and what a budget pays for are those of one, which
/// are the same for all.
pub(super) fn combined(
    one: Evaluation,
    each: &Channels<Evaluation>,
    norms: Channels<f64>,
) -> Evaluation {
    let errors = each.each_ref().map(|one| one.error);
    let out_of_reach = each.each_ref().map(|one| one.out_of_reach);
    Evaluation {
        params: each.iter().map(|one| one.params).sum(),
        share: each.iter().map(|one| one.share).sum::<f64>() / 3.0,
        error: over_channels(errors, norms),
        out_of_reach: over_channels(out_of_reach, norms),
        structure_bits: each.iter().map(|one| one.structure_bits).sum(),
        ..one
    }
}

/// The curve over all channels, where each of its points is at the same setting in all of them;
/// nothing otherwise.
pub(super) fn combined_curve(
    each: &Channels<Vec<CurvePoint>>,
    norms: Channels<f64>,
) -> Vec<CurvePoint> {
    let [red, green, blue] = each;
    let points = red.iter().zip(green).zip(blue);
    let points = points.map(|((red, green), blue)| {
        let same = red.rank == green.rank && green.rank == blue.rank;
        same.then(|| CurvePoint {
            rank: red.rank,
            params: red.params + green.params + blue.params,
            error: over_channels([red.error, green.error, blue.error], norms),
        })
    });
    points.collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// The norms of the channels.
pub(super) fn norms(spectra: Channels<&Spectra>) -> Channels<f64> {
    spectra.map(|one| one.norm)
}
