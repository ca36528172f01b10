//! A colour picture approximated channel by channel, with one setting for all three.

use std::sync::{Arc, OnceLock};

use nalgebra::DMatrix;

use crate::approx::{Evaluation, Factors, Spectra, reconstruct};

/// What goes on in each of red, green and blue.
pub type Channels<T> = [T; 3];

/// The names of the channels.
pub const CHANNELS: Channels<&str> = ["red", "green", "blue"];

/// One channel at the setting.
#[derive(Debug)]
pub(super) struct ColorChannel {
    pub factors: Arc<Factors>,
    pub evaluation: Evaluation,
}

/// The reconstruction of the three channels, multiplied out when somebody looks.
#[derive(Debug)]
pub(super) struct ColorPicture {
    pub channels: Channels<ColorChannel>,
    made: OnceLock<Channels<DMatrix<f64>>>,
}

impl ColorPicture {
    /// The picture of these channels.
    pub fn new(channels: Channels<ColorChannel>) -> Self {
        Self {
            channels,
            made: OnceLock::new(),
        }
    }

    /// The three channels of Ŵ. Cost: a product of the factors for each, once.
    pub fn reconstructed(&self) -> &Channels<DMatrix<f64>> {
        let one = |channel: &ColorChannel| reconstruct(&channel.factors, &channel.evaluation.ranks);
        self.made.get_or_init(|| self.channels.each_ref().map(one))
    }
}

/// The norms of the channels.
pub(super) fn norms(spectra: Channels<&Spectra>) -> Channels<f64> {
    spectra.map(|one| one.norm)
}
