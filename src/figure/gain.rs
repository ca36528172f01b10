//! How much stronger than their scale needs error maps are coloured.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A gain of error maps: their colours end at this part of the largest error, larger ones have the
/// last colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Gain(u32);

impl Gain {
    /// Those of a menu.
    pub const USUAL: [Self; 6] = [Self(1), Self(2), Self(5), Self(10), Self(20), Self(50)];

    /// The largest.
    pub const MOST: u32 = 1000;

    /// The factor.
    pub fn factor(self) -> f64 {
        f64::from(self.0)
    }
}

impl Default for Gain {
    fn default() -> Self {
        Self(1)
    }
}

impl fmt::Display for Gain {
    /// As the command line takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<u32> for Gain {
    type Error = String;

    fn try_from(factor: u32) -> Result<Self, String> {
        match (1..=Self::MOST).contains(&factor) {
            true => Ok(Self(factor)),
            false => Err(format!(
                "a gain is a whole number from 1 to {}: {factor}",
                Self::MOST
            )),
        }
    }
}

impl From<Gain> for u32 {
    fn from(gain: Gain) -> Self {
        gain.0
    }
}

impl FromStr for Gain {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let factor: Option<u32> = text.parse().ok();
        let refused = || format!("a gain is a whole number from 1 to {}", Self::MOST);
        factor.ok_or_else(refused)?.try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_is_read_as_it_is_written() {
        for gain in Gain::USUAL {
            assert_eq!(gain.to_string().parse(), Ok(gain));
        }
        for wrong in ["0", "1001", "-2", "2.5", "", "×5"] {
            assert!(wrong.parse::<Gain>().is_err(), "{wrong}");
        }
    }
}
