//! Products of two factors.

use nalgebra::DMatrix;

use super::kind::LayerTensors;
use crate::source::SourceError;

/// The sides of `up` · `down` and the rank between them, from shapes [out, r, 1 …] and [r, in …].
pub fn low_rank(
    layer: &mut LayerTensors<'_>,
    (up, down): (&str, &str),
) -> Result<(Vec<u64>, u64), SourceError> {
    let (left, right) = (layer.shape(up)?, layer.shape(down)?);
    let rest = left.iter().skip(1);
    let inner = rest.fold(1_u64, |all, side| all.saturating_mul(*side));
    if left.len() < 2 || right.len() < 2 {
        return Err(layer.wrong("its factors need two dimensions or more"));
    }
    if right[0] != inner || inner == 0 {
        let (up, down) = (up.trim_start_matches('.'), down.trim_start_matches('.'));
        return Err(layer.wrong(format!(
            "{down} has {} rows and {up} {inner} columns",
            right[0]
        )));
    }
    let mut shape = vec![left[0]];
    shape.extend(&right[1..]);
    Ok((shape, inner))
}

/// `scale` · `up` · `down`
pub fn product(
    layer: &mut LayerTensors<'_>,
    (up, down): (&str, &str),
    scale: f64,
) -> Result<DMatrix<f64>, SourceError> {
    let (up, down) = (layer.matrix(up)?, layer.matrix(down)?);
    Ok(up * down * scale)
}
