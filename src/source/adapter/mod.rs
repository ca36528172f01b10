//! Adapters: what their tensors say the update ΔW of a weight is.
//!
//! A kind of adapter is a file here and a line in [`KINDS`]. ΔW is given as PEFT gives it: for a weight
//! of out × in, in the orientation of the base weight (<https://github.com/huggingface/peft>).

mod config;
mod factors;
mod gralora;
mod kind;
mod kohya;
mod loha;
mod lokr;
mod lora;
mod melora;
mod module_pattern;
mod scale;

use std::collections::BTreeMap;

pub use config::AdapterConfig;
pub use kind::Update;
pub use module_pattern::{ModulePattern, alternatives};

use kind::{AdapterKind, LayerTensors};
use nalgebra::DMatrix;

use super::module_name::WEIGHT;
use super::tensors::TensorStore;
use super::{Limits, SourceError};

/// All kinds of adapters that are read.
const KINDS: &[&dyn AdapterKind] = &[
    &lora::Lora,
    &lora::Embedding,
    &gralora::GraLora,
    &melora::MeLora,
    &lokr::LoKr,
    &loha::LoHa,
    &kohya::Kohya,
    &kohya::OldDiffusers,
];

/// Tensors that stand beside those of several kinds.
const EXTRAS: &[&str] = &[
    ".alpha",
    ".dora_scale",
    ".scalar",
    ".lora_magnitude_vector",
    ".lora_B.bias",
];

/// PEFT's own prefix of all names.
const PEFT_PREFIX: &str = "base_model.model.";

/// A module whose weight an adapter changes.
#[derive(Clone)]
pub struct AdapterLayer {
    /// The name of the weight, as its base model has it where that can be told.
    pub name: String,
    module: String,
    kind: &'static dyn AdapterKind,
    /// The tensors by the endings of their names.
    tensors: BTreeMap<&'static str, String>,
}

/// The layers of an adapter among tensors.
pub struct Adapter {
    /// The configuration, where there is one.
    pub config: Option<AdapterConfig>,
    /// Its layers in the order of their names.
    pub layers: Vec<AdapterLayer>,
}

impl Adapter {
    /// The layers that the names of tensors tell of.
    pub fn of_names(names: &[String], config: Option<AdapterConfig>) -> Self {
        let mut layers: BTreeMap<String, AdapterLayer> = BTreeMap::new();
        for name in names {
            let found = KINDS.iter().find_map(|kind| {
                let (module, part) = kind.part_of(name)?;
                Some((module, part, *kind))
            });
            let Some((module, part, kind)) = found else {
                continue;
            };
            let layer = layers
                .entry(module.to_owned())
                .or_insert_with(|| AdapterLayer::new(module, kind, config.is_some()));
            layer.tensors.insert(part, name.clone());
        }
        for name in names {
            for &extra in EXTRAS {
                let module = name.strip_suffix(extra);
                if let Some(layer) = module.and_then(|module| layers.get_mut(module)) {
                    layer.tensors.insert(extra, name.clone());
                }
            }
        }
        Self {
            config,
            layers: layers.into_values().collect(),
        }
    }

    /// Whether a tensor is one of those that make a layer's update.
    pub fn uses(&self, tensor: &str) -> bool {
        let mut layers = self.layers.iter();
        layers.any(|layer| layer.tensors.values().any(|name| name == tensor))
    }

    /// The adapter's kind where it is one that is not read.
    ///
    /// # Errors
    /// Its name, and those that are read.
    pub fn ensure_known(&self, name: &str) -> Result<(), SourceError> {
        let Some(config) = &self.config else {
            return Ok(());
        };
        let kind = config.text("peft_type").unwrap_or_default();
        let mut known = KINDS.iter().filter_map(|kind| kind.peft_type());
        if known.any(|one| one == kind) {
            return Ok(());
        }
        let what = match kind {
            "" => "an adapter whose configuration has no peft_type".to_owned(),
            kind => format!("an adapter of the kind {}", super::error::one_line(kind)),
        };
        let mut read: Vec<&str> = KINDS.iter().map(|kind| kind.name()).collect();
        read.dedup();
        let remedy = format!("kinds that are read are {}", read.join(", "));
        Err(SourceError::unsupported(name, what, remedy))
    }
}

impl AdapterLayer {
    fn new(module: &str, kind: &'static dyn AdapterKind, configured: bool) -> Self {
        let name = module.strip_prefix(PEFT_PREFIX).unwrap_or(module);
        let ending = if configured { WEIGHT } else { "" };
        Self {
            name: format!("{name}{ending}"),
            module: module.to_owned(),
            kind,
            tensors: BTreeMap::new(),
        }
    }

    /// The kind of adapter.
    pub fn kind(&self) -> &'static str {
        self.kind.name()
    }

    /// The names of its tensors.
    pub fn tensors(&self) -> impl Iterator<Item = &String> {
        self.tensors.values()
    }

    /// What its update is, without the values.
    ///
    /// # Errors
    /// Tensors that are missing or do not fit, a scale that cannot be known, a variant that is not read.
    pub fn describe(
        &self,
        store: &mut dyn TensorStore,
        config: Option<&AdapterConfig>,
        limits: &Limits,
    ) -> Result<Update, SourceError> {
        self.kind.describe(&mut self.opened(store, config, limits))
    }

    /// ΔW, or with the weight of the `base` model, where that is needed, the new weight.
    ///
    /// # Errors
    /// As [`describe`](Self::describe), and values that cannot be read.
    pub fn matrix(
        &self,
        store: &mut dyn TensorStore,
        config: Option<&AdapterConfig>,
        base: Option<&DMatrix<f64>>,
        limits: &Limits,
    ) -> Result<(Update, DMatrix<f64>), SourceError> {
        let layer = &mut self.opened(store, config, limits);
        let update = self.kind.describe(layer)?;
        layer.ensure_cells(&update.shape)?;
        let delta = self.kind.delta(layer, &update)?;
        match (update.needs_base, base) {
            (false, _) => Ok((update, delta)),
            (true, Some(base)) => {
                let weight = layer.rescaled(base, delta)?;
                Ok((update, weight))
            }
            (true, None) => Err(layer.unsupported(
                "a DoRA update, which depends on the base weight",
                "subtract its base with --subtract BASE",
            )),
        }
    }

    fn opened<'a>(
        &'a self,
        store: &'a mut dyn TensorStore,
        config: Option<&'a AdapterConfig>,
        limits: &'a Limits,
    ) -> LayerTensors<'a> {
        LayerTensors {
            name: format!("{}#{}", store.name(), super::error::printable(&self.name)),
            module: self
                .module
                .strip_prefix(PEFT_PREFIX)
                .unwrap_or(&self.module),
            of_peft: self.module.starts_with(PEFT_PREFIX),
            tensors: &self.tensors,
            store,
            config,
            limits,
        }
    }
}
