//! GraLoRA (arXiv 2505.20355): the grid of Localized LoRA, in PEFT's layout.

use nalgebra::DMatrix;

use super::config::AdapterConfig;
use super::factors::{low_rank, product};
use super::kind::{AdapterKind, LayerTensors, Update};
use super::scale::Scale;
use crate::source::SourceError;

/// `gralora_A` [k, n/k, r] and `gralora_B` [k, r, m/k].
pub struct GraLora;

const A: &str = ".gralora_A";
const B: &str = ".gralora_B";
const GENERAL_A: &str = ".gralora_A_general.weight";
const GENERAL_B: &str = ".gralora_B_general.weight";

/// The settings of a configuration.
struct Settings {
    k: u64,
    /// Columns of the tensors.
    columns: u64,
    hybrid: u64,
    scale: Scale,
}

impl AdapterKind for GraLora {
    fn name(&self) -> &'static str {
        "GraLoRA"
    }

    fn peft_type(&self) -> Option<&'static str> {
        Some("GRALORA")
    }

    fn parts(&self) -> &'static [&'static str] {
        &[A, B, GENERAL_A, GENERAL_B]
    }

    fn describe(&self, layer: &mut LayerTensors<'_>) -> Result<Update, SourceError> {
        let Some(config) = layer.config else {
            return Err(layer.unsupported(
                "a GraLoRA adapter without its adapter_config.json, so that its scale is unknown",
                "put that file beside it",
            ));
        };
        let settings = settings(config)?;
        let Settings { k, columns, .. } = settings;
        let (down, up) = (layer.shape(A)?, layer.shape(B)?);
        let ([a_k, inputs, a_r], [b_k, b_r, outputs]) = (&down[..], &up[..]) else {
            return Err(layer.wrong("gralora_A and gralora_B need three dimensions"));
        };
        if [*a_k, *b_k] != [k, k] {
            return Err(layer.wrong(format!(
                "gralora_k is {k} in its configuration, {a_k} in gralora_A and {b_k} in gralora_B"
            )));
        }
        if [*a_r, *b_r] != [columns, columns] || columns % k != 0 {
            return Err(layer.wrong(format!(
                "its configuration gives {columns} columns in {k} segments, gralora_A has {a_r} and gralora_B {b_r}"
            )));
        }
        let mut shape = vec![outputs.saturating_mul(k), inputs.saturating_mul(k)];
        if settings.hybrid == 0 && layer.has(GENERAL_A) {
            return Err(layer.wrong("it has a general part and hybrid_r is 0"));
        }
        if settings.hybrid > 0 {
            let (general, rank) = low_rank(layer, (GENERAL_B, GENERAL_A))?;
            if (&general, rank) != (&shape, settings.hybrid) {
                return Err(layer.wrong("its general part does not fit its grid or hybrid_r"));
            }
        }
        if config.has("fan_in_fan_out") {
            shape.reverse();
        }
        Ok(Update {
            shape,
            rank: columns,
            scale: settings.scale,
            needs_base: false,
        })
    }

    fn delta(
        &self,
        layer: &mut LayerTensors<'_>,
        update: &Update,
    ) -> Result<DMatrix<f64>, SourceError> {
        let scale = update.scale.value;
        let (down, up) = (layer.shape(A)?, layer.shape(B)?);
        // Flattened to (first, rest): in a row of A entry (x, c) is at x·r + c, in one of B entry (c, y) at c·(m/k) + y.
        let (a, b) = (layer.matrix(A)?, layer.matrix(B)?);
        let (k, inputs, columns) = (down[0] as usize, down[1] as usize, down[2] as usize);
        let (outputs, rank) = (up[2] as usize, columns / k);
        let mut delta = DMatrix::zeros(outputs * k, inputs * k);
        for row in 0..k {
            for col in 0..k {
                let up = DMatrix::from_fn(outputs, rank, |y, t| {
                    b[(row, (col * rank + t) * outputs + y)]
                });
                let down =
                    DMatrix::from_fn(rank, inputs, |t, x| a[(col, x * columns + row * rank + t)]);
                let mut block = delta.view_mut((row * outputs, col * inputs), (outputs, inputs));
                block.copy_from(&(up * down * scale));
            }
        }
        if layer.has(GENERAL_A) {
            delta += product(layer, (GENERAL_B, GENERAL_A), scale)?;
        }
        let transposed = layer
            .config
            .is_some_and(|config| config.has("fan_in_fan_out"));
        Ok(match transposed {
            true => delta.transpose(),
            false => delta,
        })
    }
}

/// PEFT's own settings, or those of the authors' fork, where r includes `hybrid_r`.
fn settings(config: &AdapterConfig) -> Result<Settings, SourceError> {
    let (r, k) = (config.count("r", 1)?, config.count("gralora_k", 1)?);
    let hybrid = match config.states("hybrid_r") {
        true => config.count("hybrid_r", 0)?,
        false => 0,
    };
    let fork = config.states("gralora_alpha");
    if fork && config.states("alpha") {
        return Err(config.wrong(
            "it has alpha, as PEFT writes it, and gralora_alpha, as the authors' fork does",
        ));
    }
    if fork && hybrid >= r {
        return Err(config.wrong("hybrid_r is not below r"));
    }
    let (columns, total, alpha) = match fork {
        true => (r - hybrid, r, "gralora_alpha"),
        false => (r, r.saturating_add(hybrid), "alpha"),
    };
    let value = config.number(alpha)?;
    let origin = match (fork, hybrid) {
        (false, 1..) => format!("{alpha} {value} / (r {r} + hybrid_r {hybrid})"),
        _ => format!("{alpha} {value} / r {r}"),
    };
    Ok(Settings {
        k,
        columns,
        hybrid,
        scale: Scale {
            value: value / total as f64,
            origin,
        },
    })
}
