//! One method on one matrix.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::color::{CHANNELS, Channels, ColorPicture};
use super::picture::Picture;
use crate::approx::curve::CurvePoint;
use crate::approx::{Evaluation, Factors, MethodSettings};

/// One method at its setting.
#[derive(Debug)]
pub struct MethodResult {
    /// The settings that were asked for.
    pub settings: MethodSettings,
    /// Error at every rank of the same layout, also where the present setting gives nothing.
    pub curve: Arc<Vec<CurvePoint>>,
    /// The results, or the reason why there are none.
    pub outcome: Result<Outcome, String>,
}

/// The results of one method.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Parameters, ranks and error.
    pub evaluation: Evaluation,
    /// The factorization it comes from.
    pub factors: Arc<Factors>,
    pub(super) picture: Arc<Picture>,
    /// The channels, where the picture is approximated in colour.
    pub(super) color: Option<Arc<ColorPicture>>,
}

impl Outcome {
    /// Names the reconstruction and its residual.
    pub fn id(&self) -> u64 {
        self.picture.id
    }

    /// Ŵ, of the matrix's shape. Multiplied out the first time.
    pub fn reconstruction(&self) -> &DMatrix<f64> {
        self.picture.reconstruction()
    }

    /// Red, green and blue of Ŵ, where the picture is approximated in colour. Multiplied out the
    /// first time.
    pub fn channels(&self) -> Option<&Channels<DMatrix<f64>>> {
        self.color.as_ref().map(|color| color.reconstructed())
    }

    /// What is stored: the factors and numbers of each channel under the channel's name, or those of the
    /// matrix without one.
    pub fn stored(&self) -> Vec<(Option<&'static str>, &Factors, &Evaluation)> {
        let Some(color) = &self.color else {
            return vec![(None, &*self.factors, &self.evaluation)];
        };
        let channels = CHANNELS.into_iter().zip(&color.channels);
        channels
            .map(|(name, one)| (Some(name), &*one.factors, &one.evaluation))
            .collect()
    }

    /// Ŵ of each channel under its name, or of the matrix without one. Multiplied out the first time.
    pub fn reconstructions(&self) -> Vec<(Option<&'static str>, &DMatrix<f64>)> {
        match self.channels() {
            None => vec![(None, self.reconstruction())],
            Some(channels) => CHANNELS.into_iter().map(Some).zip(channels).collect(),
        }
    }

    /// W − Ŵ, signed. Computed the first time.
    pub fn residual(&self) -> &DMatrix<f64> {
        &self.picture.residual().0
    }

    /// The largest |W − Ŵ|.
    pub fn largest_residual(&self) -> f64 {
        self.picture.residual().1
    }
}
