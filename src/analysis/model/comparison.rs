//! The arrays of a model beside those of its base.

use serde::Serialize;

use crate::figure::label;
use crate::source::{ArrayInfo, BaseArrays};

/// The differences between a model and its base, told before any work.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelComparison {
    /// The base.
    pub file: String,
    /// Arrays whose shape is another one: the name, the shape, and that in the base.
    pub other_shapes: Vec<(String, Vec<u64>, Vec<u64>)>,
    /// Arrays that the base does not have.
    pub not_in_base: Vec<String>,
    /// Arrays that only the base has.
    pub only_in_base: Vec<String>,
}

impl ModelComparison {
    /// Compares `arrays` with those of the base in `file`, by their names.
    pub fn new(file: String, arrays: &[ArrayInfo], base: &[ArrayInfo]) -> Self {
        let known = BaseArrays::new(base);
        let mut found = Self {
            file,
            other_shapes: Vec::new(),
            not_in_base: Vec::new(),
            only_in_base: Vec::new(),
        };
        let mut taken = vec![false; base.len()];
        for array in arrays {
            let Some(at) = known.of(&array.name) else {
                found.not_in_base.push(array.name.clone());
                continue;
            };
            taken[at] = true;
            if base[at].shape != array.shape {
                let (own, other) = (array.shape.clone(), base[at].shape.clone());
                found.other_shapes.push((array.name.clone(), own, other));
            }
        }
        let only = base.iter().zip(taken).filter(|(_, taken)| !taken);
        found.only_in_base = only.map(|(array, _)| array.name.clone()).collect();
        found
    }

    /// What is told where there is no difference.
    pub const NONE: &str = "every layer has its base, in the same shape";

    /// A sentence for each difference.
    pub fn notes(&self) -> Vec<String> {
        let sides = |shape: &[u64]| -> String {
            let sides: Vec<String> = shape.iter().map(u64::to_string).collect();
            sides.join(" × ")
        };
        let file = &self.file;
        let other = self.other_shapes.iter().map(|(name, shape, base)| {
            let name = label::name(name);
            format!("{name} is {} and {} in {file}", sides(shape), sides(base))
        });
        let missing = self.not_in_base.iter();
        let missing = missing.map(|name| format!("{} is not in {file}", label::name(name)));
        let only = self.only_in_base.iter();
        let only = only.map(|name| format!("{} is only in {file}", label::name(name)));
        other.chain(missing).chain(only).collect()
    }
}
