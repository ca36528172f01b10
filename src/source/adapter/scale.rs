//! The factor before an update.

/// A factor before an update, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// The factor.
    pub value: f64,
    /// Its origin: `lora_alpha 8 / r 4`.
    pub origin: String,
}

impl Scale {
    /// A scale of 1.
    pub fn one(why: &str) -> Self {
        Self {
            value: 1.0,
            origin: why.to_owned(),
        }
    }
}
