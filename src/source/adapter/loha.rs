//! LoHa: an entrywise product of two products (LyCORIS, arXiv 2309.14859, and PEFT).

use nalgebra::DMatrix;

use super::factors::{low_rank, product};
use super::kind::{AdapterKind, LayerTensors, Update};
use super::scale::Scale;
use crate::source::SourceError;

/// (`hada_w1_a` · `hada_w1_b`) ⊙ (`hada_w2_a` · `hada_w2_b`)
pub struct LoHa;

const FIRST: (&str, &str) = (".hada_w1_a", ".hada_w1_b");
const SECOND: (&str, &str) = (".hada_w2_a", ".hada_w2_b");

impl AdapterKind for LoHa {
    fn name(&self) -> &'static str {
        "LoHa"
    }

    fn peft_type(&self) -> Option<&'static str> {
        Some("LOHA")
    }

    fn parts(&self) -> &'static [&'static str] {
        &[
            ".hada_w1_a",
            ".hada_w1_b",
            ".hada_w2_a",
            ".hada_w2_b",
            ".hada_t1",
            ".hada_t2",
        ]
    }

    fn describe(&self, layer: &mut LayerTensors<'_>) -> Result<Update, SourceError> {
        layer.refuse(&[
            (".hada_t1", "a LoHa update with a Tucker core"),
            (".hada_t2", "a LoHa update with a Tucker core"),
            (".dora_scale", "a LoHa update with DoRA"),
        ])?;
        let (shape, rank) = low_rank(layer, FIRST)?;
        if low_rank(layer, SECOND)? != (shape.clone(), rank) {
            return Err(layer.wrong("its two products do not have the same size and rank"));
        }
        let scale = match layer.config {
            Some(config) => {
                let stated = config.rank(layer.module)?;
                if stated != rank {
                    return Err(layer.wrong(format!(
                        "r is {stated} in its configuration and {rank} in its tensors"
                    )));
                }
                config.scale("alpha", layer.module, rank)?
            }
            None if layer.has(".alpha") => {
                let alpha = layer.number(".alpha")?;
                Scale::of_alpha(alpha, rank)
            }
            None => Scale::one("no alpha in the file: alpha = r"),
        };
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
        let first = product(layer, FIRST, update.scale.value)?;
        Ok(first.component_mul(&product(layer, SECOND, 1.0)?))
    }
}
