//! An open model: its arrays, and how they match those of a base. Headers are read and no values.

mod comparison;

use std::path::{Path, PathBuf};

pub use comparison::ModelComparison;

use crate::source::{ArrayInfo, Arrays, BaseArrays, Source, SourceError, list_arrays};

/// A model that was opened.
#[derive(Clone, Debug)]
pub struct OpenModel {
    /// The file, the index or the folder.
    pub path: PathBuf,
    /// Everything in it, updates first.
    pub listed: Arrays,
    /// The model that is subtracted.
    pub base: Option<ModelBase>,
}

/// The model that is subtracted from another.
#[derive(Clone, Debug)]
pub struct ModelBase {
    /// The file, the index or the folder.
    pub path: PathBuf,
    /// Everything in it.
    pub listed: Arrays,
    /// How both differ.
    pub comparison: ModelComparison,
    /// The base array of each layer.
    matched: Vec<Option<usize>>,
}

/// The base of an array.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BaseMatch<'a> {
    /// There is no base, or none is looked for.
    Unasked,
    /// An array of the same shape.
    Same(&'a ArrayInfo),
    /// An array of another shape, which cannot be subtracted.
    OtherShape(&'a ArrayInfo),
    /// The base has no such array.
    Missing,
}

/// The source of a layer, and that of what is subtracted from it.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerSource {
    /// The array or the update.
    pub source: Source,
    /// Its base.
    pub subtract: Option<Source>,
}

impl OpenModel {
    /// Reads the names, types and shapes of a model.
    ///
    /// # Errors
    /// A file that cannot be read, is damaged or holds no arrays.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        Ok(Self {
            path: path.to_owned(),
            listed: list_arrays(path)?,
            base: None,
        })
    }

    /// This model beside a base, whose arrays are matched by name.
    ///
    /// # Errors
    /// As [`OpenModel::open`], of the base.
    pub fn with_base(mut self, path: &Path) -> Result<Self, SourceError> {
        let listed = list_arrays(path)?;
        let known = BaseArrays::new(&listed.arrays);
        let layers = self.listed.layers();
        let matched = layers.iter().map(|layer| known.of(&layer.name)).collect();
        let file = path.display().to_string();
        self.base = Some(ModelBase {
            path: path.to_owned(),
            comparison: ModelComparison::new(file, layers, &listed.arrays),
            listed,
            matched,
        });
        Ok(self)
    }

    /// Whether an adapter's updates stand first in the list.
    pub fn has_updates(&self) -> bool {
        let first = self.listed.arrays.first();
        first.is_some_and(|array| array.update.is_some())
    }

    /// The place of the array of this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        let mut arrays = self.listed.arrays.iter();
        arrays.position(|array| array.name == name)
    }

    /// The place of the array that a source is read from.
    pub fn place_of(&self, source: &Source) -> Option<usize> {
        match source {
            Source::File { path, array } if *path == self.path => {
                self.find(array.as_deref().unwrap_or_default())
            }
            _ => None,
        }
    }

    /// The layer before the array at a place, or the `next` one; the list has no ends, and arrays that are no
    /// matrix are passed over.
    pub fn layer_beside(&self, at: usize, next: bool) -> Option<LayerSource> {
        let count = self.listed.arrays.len();
        let step = if next { 1 } else { count - 1 };
        let mut places = (1..count).map(|steps| (at + steps * step) % count);
        places.find_map(|place| self.layer(place).ok())
    }

    /// The base of the array at a place.
    pub fn base_of(&self, at: usize) -> BaseMatch<'_> {
        let Some(base) = &self.base else {
            return BaseMatch::Unasked;
        };
        match base.matched.get(at) {
            None => BaseMatch::Unasked,
            Some(None) => BaseMatch::Missing,
            Some(Some(of)) => match &base.listed.arrays[*of] {
                one if one.shape == self.listed.arrays[at].shape => BaseMatch::Same(one),
                one => BaseMatch::OtherShape(one),
            },
        }
    }

    /// What is opened for the array at a place; an update is none that a base is subtracted from, unless it
    /// cannot be known without.
    ///
    /// # Errors
    /// Why it is no matrix.
    pub fn layer(&self, at: usize) -> Result<LayerSource, String> {
        let array = &self.listed.arrays[at];
        refusal(array).map_or(Ok(()), Err)?;
        let needs_base = array.update.as_ref().map(|update| update.needs_base);
        let base = match (needs_base, self.base_of(at)) {
            (Some(true), BaseMatch::Same(one)) | (None, BaseMatch::Same(one)) => Some(one),
            (Some(true), _) => {
                return Err(format!(
                    "this update is known only with its base; subtract the base model: {}",
                    array.name
                ));
            }
            _ => None,
        };
        let base = base.zip(self.base.as_ref());
        Ok(LayerSource {
            source: array_of(&self.path, &array.name),
            subtract: base.map(|(array, base)| array_of(&base.path, &array.name)),
        })
    }
}

/// An array of a file; that of an NPY file has no name.
pub fn array_of(path: &Path, name: &str) -> Source {
    Source::File {
        path: path.to_owned(),
        array: (!name.is_empty()).then(|| name.to_owned()),
    }
}

/// Why an array is no matrix that could be approximated, if it is none.
pub fn refusal(array: &ArrayInfo) -> Option<String> {
    if array.shape.contains(&0) {
        return Some(format!("this array is empty: {}", array.name));
    }
    match array.shape.len() {
        0 => Some(format!("this is one number, no matrix: {}", array.name)),
        1 => Some(format!(
            "a 1-d array has no rows and columns to approximate; choose one with two sides: {}",
            array.name
        )),
        _ => None,
    }
}
