//! Safetensors files: the weights of models and adapters.

use super::input::{FileStart, Input};
use super::kind::{FileFormat, FormatContent, FormatFamily, Sign};
use crate::source::tensors::begins_as_tensors;
use crate::source::weights::{Weights, config_beside};
use crate::source::{Arrays, LoadedMatrix, SourceError};

/// Tensors with names, in the format of Hugging Face.
pub struct Safetensors;

impl FileFormat for Safetensors {
    fn name(&self) -> &'static str {
        "safetensors"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["safetensors"]
    }

    fn family(&self) -> FormatFamily {
        FormatFamily::Array
    }

    fn holds(&self) -> FormatContent {
        FormatContent::Arrays
    }

    fn recognizes(&self, start: &FileStart<'_>) -> Sign {
        Sign::sure(begins_as_tensors(start.bytes))
    }

    fn read(&self, input: &mut Input<'_>) -> Result<LoadedMatrix, SourceError> {
        let (wanted, base, limits) = (input.wanted, input.base, input.limits);
        weights(input)?.load(wanted, base, limits)
    }

    fn list(&self, input: &mut Input<'_>) -> Result<Option<Arrays>, SourceError> {
        Ok(Some(weights(input)?.list()))
    }
}

fn weights<'a>(input: &'a mut Input<'_>) -> Result<Weights<'a>, SourceError> {
    let config = match input.on_disk {
        true => config_beside(input.path)?,
        false => None,
    };
    let weights = Weights::of_file(input.name, &mut *input.reader, input.length, config)?;
    Ok(match input.on_disk {
        true => weights.with_heads(input.path),
        false => weights,
    })
}
