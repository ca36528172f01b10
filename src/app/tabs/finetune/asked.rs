//! What a sweep is asked for.

use crate::finetune::SweepSettings;
use crate::source::Dataset;

/// Which digits, and what is trained on them.
pub type Asked = (Dataset, SweepSettings);
