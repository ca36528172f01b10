//! The numbers of a batch on its way through a model.

use super::Model;
use crate::finetune::kernels::{AlignedVec, ColumnSlice, aligned, padded};
use crate::finetune::real::Real;

/// Room for the numbers of a batch on its way through a model, kept from batch to batch.
#[derive(Debug, Clone)]
pub struct BatchWorkspace<T> {
    /// Run by run, image by image: the hidden units, and after the classifier their gradients.
    pub(super) hidden: AlignedVec<T>,
    /// Of one run.
    pub(super) dhidden: AlignedVec<T>,
    hidden_units: usize,
    hidden_stride: usize,
    /// Of one run, image by image: the scores, and after the loss their gradients.
    pub(super) scores: AlignedVec<T>,
    classes: usize,
    pub(super) score_stride: usize,
    /// Group by group of an adapter, image by image.
    pub(super) latents: AlignedVec<T>,
    /// Of one group.
    pub(super) dlatents: AlignedVec<T>,
    /// Of every group the images that light it.
    pub(super) seen: Vec<Vec<u16>>,
    /// For panels that do not fit as they are.
    pub(super) room: AlignedVec<T>,
}

impl<T> Default for BatchWorkspace<T> {
    fn default() -> Self {
        Self {
            hidden: aligned(),
            dhidden: aligned(),
            hidden_units: 0,
            hidden_stride: 0,
            scores: aligned(),
            classes: 0,
            score_stride: 0,
            latents: aligned(),
            dlatents: aligned(),
            seen: Vec::new(),
            room: aligned(),
        }
    }
}

impl<T: Real> BatchWorkspace<T> {
    /// Makes room for a batch of `images`.
    pub(super) fn make_room(&mut self, model: &impl Model<T>, images: usize) {
        let shape = model.shape();
        self.hidden_units = shape.hidden;
        self.hidden_stride = model.hidden_stride();
        self.classes = shape.classes;
        self.score_stride = padded(shape.classes);
        let units = images * self.hidden_stride;
        self.hidden.resize(model.runs() * units, T::ZERO);
        self.dhidden.resize(units, T::ZERO);
        self.scores.resize(images * self.score_stride, T::ZERO);
    }

    /// The place of an image's hidden units among a run's.
    pub(super) fn hidden_columns(&self) -> ColumnSlice {
        ColumnSlice {
            stride: self.hidden_stride,
            column: 0,
            width: self.hidden_units,
        }
    }

    /// The place of an image's scores.
    pub(super) fn score_columns(&self) -> ColumnSlice {
        ColumnSlice {
            stride: self.score_stride,
            column: 0,
            width: self.classes,
        }
    }
}
