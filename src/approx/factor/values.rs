//! Singular values in a unit of their own, and what is known of those that were left out.

/// Singular values, largest first, in a unit in which none over- or underflows.
#[derive(Clone, Debug)]
pub(super) struct ScaledValues {
    /// σ in units of `unit`.
    pub scaled: Vec<f64>,
    /// The power of two at or below the block's largest cell; one for the zero block.
    pub unit: f64,
    /// What the σ leave out, where they are the first ones alone.
    pub rest: Option<Rest>,
}

impl ScaledValues {
    /// All σ there are.
    pub fn all(scaled: Vec<f64>, unit: f64) -> Self {
        Self {
            scaled,
            unit,
            rest: None,
        }
    }

    /// The norm of what the σ leave out, in the block's unit.
    pub fn left_out(&self) -> f64 {
        self.rest.map_or(0.0, |rest| rest.norm)
    }

    /// σ as they are: beyond the largest number infinite, below the smallest zero.
    pub fn plain(&self) -> Vec<f64> {
        self.scaled.iter().map(|sigma| sigma * self.unit).collect()
    }
}

/// The power of two at or below a number's size, by which division is exact; one for zero.
pub(super) fn unit_of(size: f64) -> f64 {
    let bits = size.to_bits();
    let exponent = bits & f64::INFINITY.to_bits();
    match (bits, exponent) {
        (0, _) => 1.0,
        // Denormal: the highest bit that is set.
        (_, 0) => f64::from_bits(1 << bits.ilog2()),
        _ => f64::from_bits(exponent),
    }
}

/// What a truncated spectrum leaves out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rest {
    /// The norm of what no kept triplet holds, in the block's unit.
    pub norm: f64,
    /// The largest distance of a kept σ from an exact one, relative to it, as measured.
    pub bound: f64,
}
