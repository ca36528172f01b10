//! MELoRA (arXiv 2402.17263) as its authors' repository writes it: diagonal blocks with a rank each.

use nalgebra::DMatrix;

use super::config::AdapterConfig;
use super::kind::{AdapterKind, LayerTensors, Update};
use super::scale::Scale;
use crate::source::SourceError;

/// `lora_A.0.weight` [r₀, n/N], `lora_B.0.weight` [m/N, r₀], and so on for N blocks.
pub struct MeLora;

/// The blocks that a name can count.
const PARTS: [(&str, &str); 16] = [
    (".lora_A.0.weight", ".lora_B.0.weight"),
    (".lora_A.1.weight", ".lora_B.1.weight"),
    (".lora_A.2.weight", ".lora_B.2.weight"),
    (".lora_A.3.weight", ".lora_B.3.weight"),
    (".lora_A.4.weight", ".lora_B.4.weight"),
    (".lora_A.5.weight", ".lora_B.5.weight"),
    (".lora_A.6.weight", ".lora_B.6.weight"),
    (".lora_A.7.weight", ".lora_B.7.weight"),
    (".lora_A.8.weight", ".lora_B.8.weight"),
    (".lora_A.9.weight", ".lora_B.9.weight"),
    (".lora_A.10.weight", ".lora_B.10.weight"),
    (".lora_A.11.weight", ".lora_B.11.weight"),
    (".lora_A.12.weight", ".lora_B.12.weight"),
    (".lora_A.13.weight", ".lora_B.13.weight"),
    (".lora_A.14.weight", ".lora_B.14.weight"),
    (".lora_A.15.weight", ".lora_B.15.weight"),
];

impl AdapterKind for MeLora {
    fn name(&self) -> &'static str {
        "MELoRA"
    }

    fn peft_type(&self) -> Option<&'static str> {
        Some("MELORA")
    }

    fn parts(&self) -> &'static [&'static str] {
        &[]
    }

    fn part_of<'a>(&self, tensor: &'a str) -> Option<(&'a str, &'static str)> {
        let all = PARTS.iter().flat_map(|&(a, b)| [a, b]);
        all.into_iter().find_map(|part| {
            let module = tensor.strip_suffix(part)?;
            (!module.is_empty()).then_some((module, part))
        })
    }

    fn describe(&self, layer: &mut LayerTensors<'_>) -> Result<Update, SourceError> {
        let Some(config) = layer.config else {
            return Err(layer.unsupported(
                "a MELoRA adapter without its adapter_config.json, so that its scales are unknown",
                "put that file beside it",
            ));
        };
        let scales = scales(layer, config)?;
        let (mut rows, mut cols, mut total) = (0_u64, 0_u64, 0_u64);
        let mut sides = None;
        for ((a, b), (rank, _)) in PARTS.iter().zip(&scales) {
            let (down, up) = (layer.shape(a)?, layer.shape(b)?);
            let ([a_r, inputs], [outputs, b_r]) = (&down[..], &up[..]) else {
                return Err(layer.wrong("its factors need two dimensions"));
            };
            if [*a_r as f64, *b_r as f64] != [*rank, *rank] {
                return Err(layer.wrong(format!(
                    "r is {rank} in its configuration and {a_r} in a tensor"
                )));
            }
            if *sides.get_or_insert((*outputs, *inputs)) != (*outputs, *inputs) {
                return Err(layer.wrong("its blocks have different sizes"));
            }
            rows = rows.saturating_add(*outputs);
            cols = cols.saturating_add(*inputs);
            total = total.saturating_add(*a_r);
        }
        let alphas: Vec<String> = scales.iter().map(|(_, scale)| scale.to_string()).collect();
        Ok(Update {
            shape: vec![rows, cols],
            rank: total,
            scale: Scale {
                value: scales[0].1,
                origin: format!("lora_alpha / r of each block: {}", alphas.join(", ")),
            },
            needs_base: false,
        })
    }

    fn delta(
        &self,
        layer: &mut LayerTensors<'_>,
        update: &Update,
    ) -> Result<DMatrix<f64>, SourceError> {
        let scales = match layer.config {
            Some(config) => scales(layer, config)?,
            None => Vec::new(),
        };
        let mut delta = DMatrix::zeros(update.shape[0] as usize, update.shape[1] as usize);
        let mut at = (0, 0);
        for ((a, b), (_, scale)) in PARTS.iter().zip(&scales) {
            let block = layer.matrix(b)? * layer.matrix(a)? * *scale;
            delta.view_mut(at, block.shape()).copy_from(&block);
            at = (at.0 + block.nrows(), at.1 + block.ncols());
        }
        Ok(delta)
    }
}

/// Rank and scale of each block.
fn scales(
    layer: &LayerTensors<'_>,
    config: &AdapterConfig,
) -> Result<Vec<(f64, f64)>, SourceError> {
    let (ranks, alphas) = (config.numbers("r"), config.numbers("lora_alpha"));
    match (ranks, alphas) {
        (Some(ranks), Some(alphas))
            if ranks.len() == alphas.len()
                && (1..=PARTS.len()).contains(&ranks.len())
                && ranks.iter().all(|&rank| rank >= 1.0) =>
        {
            let pair = |(rank, alpha): (&f64, &f64)| (*rank, alpha / rank);
            Ok(ranks.iter().zip(&alphas).map(pair).collect())
        }
        _ => Err(layer.wrong(format!(
            "r and lora_alpha of its configuration are not two lists of 1 to {} numbers",
            PARTS.len()
        ))),
    }
}
