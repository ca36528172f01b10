//! LoRA as kohya-ss/sd-scripts, LyCORIS and diffusers before 0.20 write it.

use nalgebra::DMatrix;

use super::factors::{low_rank, product};
use super::kind::{AdapterKind, LayerTensors, Update};
use super::scale::Scale;
use crate::source::SourceError;

/// `lora_down`, `lora_up` and `alpha`; the dots of the module's name are underscores.
pub struct Kohya;

/// `to_q_lora.down.weight` and `to_q_lora.up.weight`.
pub struct OldDiffusers;

const DOWN: &str = ".lora_down.weight";
const UP: &str = ".lora_up.weight";
const MIDDLE: &str = ".lora_mid.weight";
const OLD_DOWN: &str = "_lora.down.weight";
const OLD_UP: &str = "_lora.up.weight";

impl AdapterKind for Kohya {
    fn name(&self) -> &'static str {
        "kohya LoRA"
    }

    fn parts(&self) -> &'static [&'static str] {
        &[DOWN, UP, MIDDLE]
    }

    fn describe(&self, layer: &mut LayerTensors<'_>) -> Result<Update, SourceError> {
        layer.refuse(&[
            (MIDDLE, "a LoCon update with a Tucker core"),
            (".dora_scale", "a DoRA update in LyCORIS's layout"),
            (".scalar", "a LyCORIS update with a trained scale"),
        ])?;
        describe(layer, (UP, DOWN))
    }

    fn delta(
        &self,
        layer: &mut LayerTensors<'_>,
        update: &Update,
    ) -> Result<DMatrix<f64>, SourceError> {
        product(layer, (UP, DOWN), update.scale.value)
    }
}

impl AdapterKind for OldDiffusers {
    fn name(&self) -> &'static str {
        "diffusers LoRA"
    }

    fn parts(&self) -> &'static [&'static str] {
        &[OLD_DOWN, OLD_UP]
    }

    fn describe(&self, layer: &mut LayerTensors<'_>) -> Result<Update, SourceError> {
        describe(layer, (OLD_UP, OLD_DOWN))
    }

    fn delta(
        &self,
        layer: &mut LayerTensors<'_>,
        update: &Update,
    ) -> Result<DMatrix<f64>, SourceError> {
        product(layer, (OLD_UP, OLD_DOWN), update.scale.value)
    }
}

/// An alpha that is missing or 0 means a scale of 1.
fn describe(layer: &mut LayerTensors<'_>, factors: (&str, &str)) -> Result<Update, SourceError> {
    let (shape, rank) = low_rank(layer, factors)?;
    let alpha = match layer.has(".alpha") {
        true => layer.number(".alpha")?,
        false => 0.0,
    };
    let scale = match alpha {
        0.0 => Scale::one("no alpha in the file: alpha = r"),
        alpha => Scale::of_alpha(alpha, rank),
    };
    Ok(Update {
        shape,
        rank,
        scale,
        needs_base: false,
    })
}
