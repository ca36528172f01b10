//! The halves of a data set.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The two halves of a data set of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// The training images, 60,000 in MNIST.
    Train,
    /// The test images, 10,000 in MNIST.
    #[default]
    Test,
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Train => "train",
            Self::Test => "test",
        })
    }
}
