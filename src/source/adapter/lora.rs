//! LoRA as PEFT and diffusers write it (arXiv 2106.09685).

use nalgebra::DMatrix;

use super::config::AdapterConfig;
use super::factors::{low_rank, product};
use super::kind::{AdapterKind, LayerTensors, Update};
use super::scale::Scale;
use crate::source::SourceError;

/// `lora_A` and `lora_B` of linear layers and convolutions.
pub struct Lora;

/// `lora_embedding_A` and `lora_embedding_B`, which lie the other way round.
pub struct Embedding;

const A: &str = ".lora_A.weight";
const B: &str = ".lora_B.weight";
const EMBEDDING_A: &str = ".lora_embedding_A";
const EMBEDDING_B: &str = ".lora_embedding_B";

/// The header's text in which diffusers keeps a configuration, the keys prefixed with the model's name.
const DIFFUSERS: &str = "lora_adapter_metadata";

impl AdapterKind for Lora {
    fn name(&self) -> &'static str {
        "LoRA"
    }

    fn peft_type(&self) -> Option<&'static str> {
        Some("LORA")
    }

    fn parts(&self) -> &'static [&'static str] {
        &[A, B]
    }

    fn describe(&self, layer: &mut LayerTensors<'_>) -> Result<Update, SourceError> {
        let (mut shape, rank) = low_rank(layer, (B, A))?;
        let scale = scale(layer, rank)?;
        if transposed(layer) {
            shape.reverse();
        }
        let needs_base = layer.has(".lora_magnitude_vector");
        if needs_base && (shape.len() != 2 || transposed(layer)) {
            let what = "a DoRA update of a convolution or of a transposed weight";
            return Err(layer.unsupported(what, "merge it into its base and open that"));
        }
        Ok(Update {
            shape,
            rank,
            scale,
            needs_base,
        })
    }

    fn delta(
        &self,
        layer: &mut LayerTensors<'_>,
        update: &Update,
    ) -> Result<DMatrix<f64>, SourceError> {
        let delta = product(layer, (B, A), update.scale.value)?;
        Ok(match transposed(layer) {
            true => delta.transpose(),
            false => delta,
        })
    }
}

impl AdapterKind for Embedding {
    fn name(&self) -> &'static str {
        "LoRA"
    }

    fn parts(&self) -> &'static [&'static str] {
        &[EMBEDDING_A, EMBEDDING_B]
    }

    fn describe(&self, layer: &mut LayerTensors<'_>) -> Result<Update, SourceError> {
        let (mut shape, rank) = low_rank(layer, (EMBEDDING_B, EMBEDDING_A))?;
        shape.reverse();
        Ok(Update {
            shape,
            rank,
            scale: scale(layer, rank)?,
            needs_base: false,
        })
    }

    fn delta(
        &self,
        layer: &mut LayerTensors<'_>,
        update: &Update,
    ) -> Result<DMatrix<f64>, SourceError> {
        let delta = product(layer, (EMBEDDING_B, EMBEDDING_A), update.scale.value)?;
        Ok(delta.transpose())
    }
}

/// Whether the base stores its weight as in × out.
fn transposed(layer: &LayerTensors<'_>) -> bool {
    layer
        .config
        .is_some_and(|config| config.has("fan_in_fan_out"))
}

/// The scale: of PEFT's configuration, of the one in the header, of an alpha beside the factors, or 1.
fn scale(layer: &mut LayerTensors<'_>, rank: u64) -> Result<Scale, SourceError> {
    if let Some(config) = layer.config {
        ensure_update(layer, config)?;
        return configured(layer, config, layer.module, rank);
    }
    if let Some(text) = layer.metadata(DIFFUSERS) {
        let name = format!("{} ({DIFFUSERS})", layer.name);
        let config = AdapterConfig::parse(&name, text.as_bytes())?;
        let (model, module) = layer.module.split_once('.').unwrap_or(("", layer.module));
        let config = config.within(&format!("{model}."))?;
        ensure_update(layer, &config)?;
        return configured(layer, &config, module, rank);
    }
    if layer.has(".alpha") {
        let alpha = layer.number(".alpha")?;
        return Ok(Scale::of_alpha(alpha, rank));
    }
    match layer.of_peft {
        true => Err(layer.unsupported(
            "an adapter without its adapter_config.json, so that its scale is unknown",
            "put that file beside it",
        )),
        false => Ok(Scale::one("no alpha in the file: alpha = r")),
    }
}

fn configured(
    layer: &LayerTensors<'_>,
    config: &AdapterConfig,
    module: &str,
    rank: u64,
) -> Result<Scale, SourceError> {
    let stated = config.rank(module)?;
    if stated != rank {
        return Err(layer.wrong(format!(
            "r is {stated} in its configuration and {rank} in its tensors"
        )));
    }
    config.scale("lora_alpha", module, rank)
}

/// Starts at which PEFT changes the base, so that s·B·A is not what was learned.
const CHANGED_STARTS: [&str; 5] = ["pissa", "olora", "corda", "lora_ga", "loftq"];

/// Variants whose tensors have the names of LoRA's and mean something else.
const VARIANTS: [(&str, &str); 6] = [
    ("use_bdlora", "BD-LoRA"),
    ("use_gralora", "a private GraLoRA variant of LoraConfig"),
    ("use_qalora", "QALoRA"),
    (
        "target_parameters",
        "LoRA of single parameters (mixture of experts)",
    ),
    ("layer_replication", "LoRA of replicated layers"),
    ("loftq_config", "LoftQ"),
];

/// Refuses what looks like LoRA and is not an update.
fn ensure_update(layer: &LayerTensors<'_>, config: &AdapterConfig) -> Result<(), SourceError> {
    let start = config.text("init_lora_weights").unwrap_or_default();
    if CHANGED_STARTS
        .iter()
        .any(|one| start.to_lowercase().starts_with(one))
    {
        let what = format!(
            "a {start} adapter, which changed its base at the start: B·A is not the update"
        );
        let remedy = "convert it to LoRA with path_initial_model_for_weight_conversion in PEFT's save_pretrained, \
                      or subtract the base from the merged model";
        return Err(layer.unsupported(what, remedy));
    }
    match VARIANTS.iter().find(|(key, _)| config.has(key)) {
        Some((_, what)) => Err(layer.unsupported(*what, "merge it into its base and open that")),
        None => Ok(()),
    }
}
