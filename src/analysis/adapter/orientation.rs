//! Which way round a model stores its weights.

use super::super::scan::ScanTargets;
use crate::source::{module, stores_inputs_first};

/// The weight that GPT-2 makes queries, keys and values with.
const FUSED: &str = "c_attn";

/// What says that a model stores its weights as inputs × outputs, as GPT-2's `Conv1D` does: its
/// configuration, or that queries, keys and values stand side by side. Nothing where nothing does.
pub fn inputs_first(targets: &ScanTargets) -> Option<String> {
    let models = [targets.subtract.as_deref(), Some(&targets.model)];
    if models.into_iter().flatten().any(stores_inputs_first) {
        return Some("config.json names a model that stores them so".to_owned());
    }
    let fused = targets
        .targets
        .iter()
        .chain(&targets.unasked)
        .find(|target| {
            let (rows, cols) = target.sides;
            module(&target.name).rsplit('.').next() == Some(FUSED)
                && rows.checked_mul(3) == Some(cols)
        })?;
    let (rows, cols) = fused.sides;
    Some(format!(
        "{} is {rows} × {cols}, with queries, keys and values side by side",
        fused.name
    ))
}
