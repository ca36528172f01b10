//! Lists of the arrays in a file.

use std::collections::{HashMap, HashSet};

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
    /// What it should be.
    #[serde(skip)]
    pub kind: OtherKind,
}

/// What a member that is no array should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherKind {
    /// No array: a text, a variable of another type.
    None,
    /// An array that cannot be looked at.
    Array,
    /// An update that cannot be known; the tensors that make it are listed as arrays.
    Update(Vec<String>),
}

/// The content of a file of arrays, in the order of the names.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Arrays {
    /// The arrays.
    pub arrays: Vec<ArrayInfo>,
    /// The other members.
    pub others: Vec<OtherMember>,
}

impl Arrays {
    /// What a scan of a model looks at: the updates of an adapter, or all arrays without the tensors that make
    /// updates; and what it should look at and cannot.
    pub fn into_model(mut self) -> (Vec<ArrayInfo>, Vec<OtherMember>) {
        self.others.retain(|other| other.kind != OtherKind::None);
        if self.arrays.iter().any(|array| array.update.is_some()) {
            self.arrays.retain(|array| array.update.is_some());
        }
        let parts = self.others.iter().filter_map(|other| match &other.kind {
            OtherKind::Update(tensors) => Some(tensors),
            OtherKind::None | OtherKind::Array => None,
        });
        let parts: HashSet<&String> = parts.flatten().collect();
        self.arrays.retain(|array| !parts.contains(&array.name));
        (self.arrays, self.others)
    }

    /// The updates of an adapter, which stand first, or all arrays where there are none.
    pub fn layers(&self) -> &[ArrayInfo] {
        match self.arrays.partition_point(|array| array.update.is_some()) {
            0 => &self.arrays,
            updates => &self.arrays[..updates],
        }
    }
}

/// The arrays of a base model by the names that those tuned from it may have.
pub struct BaseArrays<'a> {
    exact: HashMap<&'a str, usize>,
    /// By every ending behind a dot; nothing where several arrays share it.
    endings: HashMap<&'a str, Option<usize>>,
}

impl<'a> BaseArrays<'a> {
    /// Looks at the names of `base`.
    pub fn new(base: &'a [ArrayInfo]) -> Self {
        let mut endings = HashMap::new();
        for (at, array) in base.iter().enumerate() {
            for (dot, _) in array.name.match_indices('.').take(MOST_DOTS) {
                let ending = &array.name[dot + 1..];
                let known = endings.entry(ending).or_insert(Some(at));
                *known = known.filter(|known| *known == at);
            }
        }
        Self {
            exact: base
                .iter()
                .enumerate()
                .rev()
                .map(|(at, array)| (array.name.as_str(), at))
                .collect(),
            endings,
        }
    }

    /// The place of the array that one of this name was tuned from: of the same name, or the only one whose
    /// name ends with it.
    pub fn of(&self, name: &str) -> Option<usize> {
        let same = self.exact.get(name).copied();
        same.or_else(|| self.endings.get(name).copied().flatten())
    }
}

/// A name with more levels than this is that of a hostile file.
const MOST_DOTS: usize = 64;

impl ArrayInfo {
    /// Rows and columns that it is read as: of more than two sides the first, and all others together.
    pub fn as_matrix(&self) -> Option<(u64, u64)> {
        match &self.shape[..] {
            [rows, rest @ ..] if !rest.is_empty() => {
                let mut rest = rest.iter();
                Some((
                    *rows,
                    rest.try_fold(1_u64, |all, side| all.checked_mul(*side))?,
                ))
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn arrays(names: &[&str]) -> Vec<ArrayInfo> {
        let array = |name: &&str| ArrayInfo {
            name: (*name).to_owned(),
            shape: vec![64, 3, 7, 7],
            dtype: "F32".to_owned(),
            bytes: 0,
            update: None,
        };
        names.iter().map(array).collect()
    }

    #[test]
    fn a_base_is_found_by_its_name_or_by_the_only_ending() {
        let base = arrays(&["model.h.0.q", "q", "model.h.1.k", "other.h.1.k"]);
        let base = BaseArrays::new(&base);
        assert_eq!(base.of("q"), Some(1), "the exact name goes first");
        assert_eq!(base.of("h.0.q"), Some(0));
        assert_eq!(base.of("h.1.k"), None, "two end with it");
        assert_eq!(base.of("model.h.1.k"), Some(2));
        assert_eq!(base.of("0.v"), None);
    }

    #[test]
    fn more_than_two_sides_are_read_as_the_first_and_the_rest() {
        let mut array = arrays(&["conv"]).remove(0);
        assert_eq!(array.as_matrix(), Some((64, 147)));
        array.shape.truncate(1);
        assert_eq!(array.as_matrix(), None);
        array.shape = vec![2, u64::MAX, u64::MAX];
        assert_eq!(array.as_matrix(), None, "no overflow");
    }
}
