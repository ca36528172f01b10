//! Names of files that the window keeps by itself: short, and another one for anything else that is asked for.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// Twelve hexadecimal digits that tell `asked` from anything else.
pub fn digest_of(asked: &impl Serialize) -> String {
    let asked = serde_json::to_vec(asked).unwrap_or_default();
    let bytes = Sha256::digest(asked);
    bytes
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
