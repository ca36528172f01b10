//! Requests for a sweep.

use crate::finetune::SweepSettings;
use crate::source::Dataset;

/// The digits, and what is trained on them.
pub type SweepRequest = (Dataset, SweepSettings);
