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
    /// An alpha that the file gives, over the rank.
    pub fn of_alpha(alpha: f64, rank: u64) -> Self {
        Self {
            value: alpha / rank as f64,
            origin: format!("alpha {alpha} / r {rank}"),
        }
    }

    /// A scale of 1.
    pub fn one(why: &str) -> Self {
        Self {
            value: 1.0,
            origin: why.to_owned(),
        }
    }
}
