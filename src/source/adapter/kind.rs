//! A kind of adapter, and the tensors of one layer of it.

use std::collections::BTreeMap;

use nalgebra::DMatrix;

use super::config::AdapterConfig;
use super::scale::Scale;
use crate::source::error::printable;
use crate::source::tensors::{TensorStore, matrix_sides};
use crate::source::{Limits, SourceError};

/// A kind of adapter, by the names of its tensors.
pub trait AdapterKind: Sync {
    /// Its name: *GraLoRA*.
    fn name(&self) -> &'static str;

    /// The `peft_type` of its configuration, where PEFT has it.
    fn peft_type(&self) -> Option<&'static str> {
        None
    }

    /// The endings of its tensors' names, behind the module's name.
    fn parts(&self) -> &'static [&'static str];

    /// The module that a tensor's name begins with, and the ending.
    fn part_of<'a>(&self, tensor: &'a str) -> Option<(&'a str, &'static str)> {
        self.parts().iter().find_map(|part| {
            let module = tensor.strip_suffix(part)?;
            (!module.is_empty()).then_some((module, *part))
        })
    }

    /// What the update is, from the shapes and the configuration.
    ///
    /// # Errors
    /// What is missing or contradicts itself, or what cannot be had.
    fn describe(&self, layer: &mut LayerTensors<'_>) -> Result<Update, SourceError>;

    /// ΔW, flattened to (first, rest) where it has more than two dimensions.
    ///
    /// # Errors
    /// Values that cannot be read.
    fn delta(
        &self,
        layer: &mut LayerTensors<'_>,
        update: &Update,
    ) -> Result<DMatrix<f64>, SourceError>;
}

/// The update of one weight, without its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// The sides of the weight.
    pub shape: Vec<u64>,
    /// The rank that the kind of adapter speaks of.
    pub rank: u64,
    /// The factor.
    pub scale: Scale,
    /// Whether the base weight is needed for it.
    pub needs_base: bool,
}

/// The tensors of one layer.
pub struct LayerTensors<'a> {
    /// The layer in a sentence.
    pub name: String,
    /// The module as the base model names it.
    pub module: &'a str,
    /// Whether PEFT wrote the names.
    pub of_peft: bool,
    pub(super) tensors: &'a BTreeMap<&'static str, String>,
    pub(super) store: &'a mut dyn TensorStore,
    pub config: Option<&'a AdapterConfig>,
    pub limits: &'a Limits,
}

impl LayerTensors<'_> {
    pub fn has(&self, part: &str) -> bool {
        self.tensors.contains_key(part)
    }

    /// The sides of a tensor.
    pub fn shape(&mut self, part: &str) -> Result<Vec<u64>, SourceError> {
        let tensor = self.tensor(part)?;
        Ok(self.store.info(&tensor)?.shape)
    }

    /// The values of a tensor, flattened to (first, rest).
    pub fn matrix(&mut self, part: &str) -> Result<DMatrix<f64>, SourceError> {
        let tensor = self.tensor(part)?;
        let matrix = self.store.matrix(&tensor, self.limits)?;
        match matrix.as_slice().iter().all(|value| value.is_finite()) {
            true => Ok(matrix),
            false => Err(self.wrong(format!(
                "{} has a value that is not finite",
                printable(&tensor)
            ))),
        }
    }

    /// The only value of a tensor.
    pub fn number(&mut self, part: &str) -> Result<f64, SourceError> {
        let tensor = self.tensor(part)?;
        let info = self.store.info(&tensor)?;
        if info.shape.iter().any(|&side| side != 1) {
            return Err(self.wrong(format!("{} is not one number", printable(&tensor))));
        }
        self.store.number(&tensor)
    }

    /// A sentence in the header of the file.
    pub fn metadata(&self, key: &str) -> Option<String> {
        self.store.metadata(key)
    }

    fn tensor(&self, part: &str) -> Result<String, SourceError> {
        self.tensors
            .get(part)
            .cloned()
            .ok_or_else(|| self.wrong(format!("it has no {}", part.trim_start_matches('.'))))
    }

    /// The error for tensors that contradict each other or the configuration.
    pub fn wrong(&self, reason: impl Into<String>) -> SourceError {
        SourceError::damaged(&self.name, "a layer of an adapter", reason)
    }

    /// The error for a variant that is not read.
    pub fn unsupported(&self, what: impl Into<String>, remedy: &str) -> SourceError {
        SourceError::unsupported(&self.name, what, remedy)
    }

    /// Refuses the variants that have one of these tensors.
    pub fn refuse(&self, parts: &[(&str, &str)]) -> Result<(), SourceError> {
        match parts.iter().find(|(part, _)| self.has(part)) {
            Some((_, what)) => Err(self.unsupported(*what, "merge it into its base and open that")),
            None => Ok(()),
        }
    }

    /// Refuses a weight that is larger than the limits, before its factors are multiplied.
    pub fn ensure_cells(&self, shape: &[u64]) -> Result<(), SourceError> {
        matrix_sides(&self.name, shape, self.limits).map(|_| ())
    }

    /// The new weight of DoRA: every row of W + ΔW brought to its magnitude (arXiv 2402.09353).
    pub(super) fn rescaled(
        &mut self,
        base: &DMatrix<f64>,
        delta: DMatrix<f64>,
    ) -> Result<DMatrix<f64>, SourceError> {
        if base.shape() != delta.shape() {
            return Err(self.wrong(format!(
                "it is for {} × {} and the base is {} × {}",
                delta.nrows(),
                delta.ncols(),
                base.nrows(),
                base.ncols()
            )));
        }
        let magnitudes = self.matrix(".lora_magnitude_vector")?;
        if magnitudes.len() != delta.nrows() {
            return Err(self.wrong("its magnitudes are not one for each row"));
        }
        let mut weight = delta + base;
        for (row, magnitude) in magnitudes.iter().enumerate() {
            let norm = weight.row(row).norm();
            if norm > 0.0 {
                weight.row_mut(row).scale_mut(magnitude / norm);
            }
        }
        Ok(weight)
    }
}
