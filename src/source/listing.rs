//! Lists of the arrays in a file.

use serde::Serialize;

use super::adapter::Update;
use super::tensors::sides;

/// One array of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArrayInfo {
    /// Its name in an archive; empty for the array of an `.npy` file.
    pub name: String,
    /// Its sides.
    pub shape: Vec<u64>,
    /// Its type as its format names it, such as `float32`, or Octave's `int32 matrix`.
    pub dtype: String,
    /// The bytes that it takes in the file once unpacked, its header included.
    pub bytes: u64,
    /// What it is the update of, where an adapter's tensors make it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<UpdateInfo>,
}

/// An update ΔW of an adapter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UpdateInfo {
    /// The kind of adapter.
    pub kind: &'static str,
    /// Its rank.
    pub rank: u64,
    /// The factor before the product of its tensors.
    pub scale: f64,
    /// The origin of that factor.
    pub scale_from: String,
    /// Whether the base weight is needed to know it.
    pub needs_base: bool,
}

impl UpdateInfo {
    pub(super) fn new(kind: &'static str, update: &Update) -> Self {
        Self {
            kind,
            rank: update.rank,
            scale: update.scale.value,
            scale_from: update.scale.origin.clone(),
            needs_base: update.needs_base,
        }
    }

    /// A factor with at most four digits behind its point.
    pub(super) fn rounded(value: f64) -> String {
        match value.abs() {
            1e-3..1e6 => ((value * 1e4).round() / 1e4).to_string(),
            0.0 => "0".to_owned(),
            _ => format!("{value:.3e}"),
        }
    }

    /// `LoRA, rank 4, scale 2 (lora_alpha 8 / r 4)`
    pub fn sentence(&self) -> String {
        let (rank, from) = (self.rank, &self.scale_from);
        let scale = Self::rounded(self.scale);
        let needs = match self.needs_base {
            true => ", DoRA: needs its base",
            false => "",
        };
        format!("{}, rank {rank}, scale {scale} ({from}){needs}", self.kind)
    }
}

/// A member of an archive that is no array.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherMember {
    /// Its name in the archive.
    pub name: String,
    /// Why it is none, as one sentence where it should be one.
    pub reason: String,
}

/// The content of a file of arrays, in the order of the names.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Arrays {
    /// The arrays.
    pub arrays: Vec<ArrayInfo>,
    /// The other members.
    pub others: Vec<OtherMember>,
}

impl ArrayInfo {
    /// The array of a base model that this one was tuned from: of the same name, or the only one whose name
    /// ends with it.
    pub fn base_among<'a>(&self, base: &'a [Self]) -> Option<&'a Self> {
        if let Some(same) = base.iter().find(|one| one.name == self.name) {
            return Some(same);
        }
        let ending = format!(".{}", self.name);
        let mut found = base.iter().filter(|one| one.name.ends_with(&ending));
        match (found.next(), found.next()) {
            (only, None) => only,
            _ => None,
        }
    }

    /// `784 × 64`, or *one number*.
    pub fn sides(&self) -> String {
        match self.shape.is_empty() {
            true => "one number".to_owned(),
            false => sides(&self.shape),
        }
    }
}
