//! LoKr: a Kronecker product (LyCORIS, arXiv 2309.14859, and PEFT).

use nalgebra::DMatrix;

use super::factors::low_rank;
use super::kind::{AdapterKind, LayerTensors, Update};
use super::scale::Scale;
use crate::source::SourceError;

/// `lokr_w1` ⊗ `lokr_w2`, each whole or a product of two.
pub struct LoKr;

const W1: [&str; 3] = [".lokr_w1", ".lokr_w1_a", ".lokr_w1_b"];
const W2: [&str; 3] = [".lokr_w2", ".lokr_w2_a", ".lokr_w2_b"];
const TUCKER: &str = ".lokr_t2";

impl AdapterKind for LoKr {
    fn name(&self) -> &'static str {
        "LoKr"
    }

    fn peft_type(&self) -> Option<&'static str> {
        Some("LOKR")
    }

    fn parts(&self) -> &'static [&'static str] {
        &[
            ".lokr_w1",
            ".lokr_w1_a",
            ".lokr_w1_b",
            ".lokr_w2",
            ".lokr_w2_a",
            ".lokr_w2_b",
            TUCKER,
        ]
    }

    fn describe(&self, layer: &mut LayerTensors<'_>) -> Result<Update, SourceError> {
        layer.refuse(&[
            (TUCKER, "a LoKr update with a Tucker core"),
            (".dora_scale", "a LoKr update with DoRA"),
        ])?;
        let (left, left_rank) = sides(layer, W1)?;
        let (right, right_rank) = sides(layer, W2)?;
        if left.len() != 2 || right.len() < 2 {
            return Err(layer.wrong("its factors need two dimensions or more"));
        }
        let mut shape = vec![
            left[0].saturating_mul(right[0]),
            left[1].saturating_mul(right[1]),
        ];
        shape.extend(&right[2..]);
        if shape.len() > 2 {
            let what = "a LoKr update of a convolution";
            return Err(layer.unsupported(what, "merge it into its base and open that"));
        }
        let rank = left_rank.or(right_rank);
        let (rank, scale) = scale(layer, rank)?;
        Ok(Update {
            shape,
            rank,
            scale,
            needs_base: false,
        })
    }

    fn delta(
        &self,
        layer: &mut LayerTensors<'_>,
        update: &Update,
    ) -> Result<DMatrix<f64>, SourceError> {
        let left = factor(layer, W1)?;
        let right = factor(layer, W2)?;
        Ok(left.kronecker(&right) * update.scale.value)
    }
}

/// The sides of a factor, and its rank where it is a product.
fn sides(
    layer: &mut LayerTensors<'_>,
    [whole, a, b]: [&str; 3],
) -> Result<(Vec<u64>, Option<u64>), SourceError> {
    if layer.has(whole) {
        return Ok((layer.shape(whole)?, None));
    }
    let (shape, rank) = low_rank(layer, (a, b))?;
    Ok((shape, Some(rank)))
}

fn factor(
    layer: &mut LayerTensors<'_>,
    [whole, a, b]: [&str; 3],
) -> Result<DMatrix<f64>, SourceError> {
    match layer.has(whole) {
        true => layer.matrix(whole),
        false => Ok(layer.matrix(a)? * layer.matrix(b)?),
    }
}

/// PEFT divides alpha by r always; LyCORIS takes 1 where both factors are whole.
fn scale(layer: &mut LayerTensors<'_>, rank: Option<u64>) -> Result<(u64, Scale), SourceError> {
    if let Some(config) = layer.config {
        let stated = config.rank(layer.module)?;
        if rank.is_some_and(|rank| rank != stated) {
            return Err(layer.wrong(format!(
                "r is {stated} in its configuration and not in its tensors"
            )));
        }
        return Ok((stated, config.scale("alpha", layer.module, stated)?));
    }
    let Some(rank) = rank else {
        let scale = Scale::one("both factors are whole (LyCORIS)");
        return Ok((1, scale));
    };
    if !layer.has(".alpha") {
        return Ok((rank, Scale::one("no alpha in the file: alpha = r")));
    }
    let alpha = layer.number(".alpha")?;
    let scale = Scale::of_alpha(alpha, rank);
    Ok((rank, scale))
}
