//! Several matrices at one setting, such as red, green and blue of a picture: the numbers over all
//! of them.

use super::curve::CurvePoint;
use super::evaluate::{Evaluation, evaluate, unused};
use super::factor::Spectra;
use super::method::MethodSettings;

/// The root of the mean of squared errors, each weighed by the squared norm of its channel: squared
/// errors add over channels as they do over blocks.
fn over_channels(errors: impl Iterator<Item = f64>, norms: &[f64]) -> f64 {
    let whole = norms.iter().fold(0.0, |sum: f64, norm| sum.hypot(*norm));
    if whole == 0.0 {
        return 0.0;
    }
    let missed = errors.zip(norms);
    missed.fold(0.0, |sum: f64, (error, norm)| sum.hypot(error * norm)) / whole
}

/// The numbers over all channels, whose ‖W‖ are `norms`. Settings and ranks are those of `one`, which are
/// the same for all where they do not follow from the matrix; of a single channel they are its own. The
/// bits of all are charged together, so that they are rounded to whole numbers once.
pub fn combined(one: Evaluation, each: &[Evaluation], norms: &[f64]) -> Evaluation {
    if let [only] = each {
        return only.clone();
    }
    let params: usize = each.iter().map(|one| one.params).sum();
    let structure_bits = each.iter().map(|one| one.structure_bits).sum();
    let spent = params + one.settings.charge_for(structure_bits);
    Evaluation {
        params,
        spent,
        unused: unused(&one.settings, each.len(), spent),
        channels: each.len(),
        share: each.iter().map(|one| one.share).sum::<f64>() / each.len() as f64,
        error: over_channels(each.iter().map(|one| one.error), norms),
        out_of_reach: over_channels(each.iter().map(|one| one.out_of_reach), norms),
        structure_bits,
        ..one
    }
}

/// Measures `settings` over all channels; nothing where they give nothing.
pub fn evaluate_all(spectra: &[Spectra], settings: &MethodSettings) -> Option<Evaluation> {
    let each = spectra.iter().map(|one| evaluate(one, settings));
    let each: Vec<Evaluation> = each.collect::<Result<_, _>>().ok()?;
    let norms: Vec<f64> = spectra.iter().map(|one| one.norm).collect();
    Some(combined(each.first()?.clone(), &each, &norms))
}

/// The curve over all channels, where each of its points is at the same setting in all of them;
/// nothing otherwise.
pub fn combined_curve(each: &[Vec<CurvePoint>], norms: &[f64]) -> Vec<CurvePoint> {
    let (first, others) = match each {
        [] => return Vec::new(),
        [only] => return only.clone(),
        [first, others @ ..] => (first, others),
    };
    let point = |(at, first_point): (usize, &CurvePoint)| {
        let same = others.iter().map(|curve| curve.get(at));
        let same = same.map(|point| point.filter(|point| point.rank == first_point.rank));
        let same: Vec<&CurvePoint> = same.collect::<Option<_>>()?;
        let all = || std::iter::once(first_point).chain(same.iter().copied());
        Some(CurvePoint {
            rank: first_point.rank,
            params: all().map(|point| point.params).sum(),
            error: over_channels(all().map(|point| point.error), norms),
        })
    };
    let shortest = each.iter().map(Vec::len).min().unwrap_or(0);
    let points = first[..shortest].iter().enumerate().map(point);
    points.collect::<Option<Vec<_>>>().unwrap_or_default()
}
