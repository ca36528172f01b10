//! A checkpoint in several files, and the index that names them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use nalgebra::DMatrix;
use serde::Deserialize;

use super::TensorStore;
use super::file::TensorFile;
use super::header::TensorInfo;
use crate::source::error::{one_line, printable, shown};
use crate::source::opening::open;
use crate::source::{Limits, SourceError};
use crate::system::folder_of;
use crate::text::encoding::as_utf8;

/// The end of an index's file name.
pub const INDEX_ENDING: &str = ".safetensors.index.json";

const EXPECTED: &str = "an index of safetensors files";

/// The largest index that is read.
const MAX_BYTES: u64 = 64 << 20;

/// The tensors of several files in one folder. A file is opened when a tensor of it is asked for.
pub struct Shards {
    name: String,
    folder: PathBuf,
    /// The file of each tensor.
    map: BTreeMap<String, String>,
    open: BTreeMap<String, TensorFile<BufReader<File>>>,
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

impl Shards {
    /// Reads an index.
    ///
    /// # Errors
    /// A file that is no index, or one that names a file outside its folder.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let name = shown(path);
        let damaged = |reason: String| SourceError::damaged(&name, EXPECTED, reason);
        let (file, length) = open(path)?;
        if length > MAX_BYTES {
            return Err(damaged(format!("it has {length} bytes")));
        }
        let mut bytes = Vec::new();
        file.take(MAX_BYTES)
            .read_to_end(&mut bytes)
            .map_err(|error| SourceError::from_io(path, &error))?;
        let index: Index = serde_json::from_slice(&as_utf8(&bytes))
            .map_err(|error| damaged(one_line(&error.to_string())))?;
        if let Some(outside) = index.weight_map.values().find(|file| !is_plain(file)) {
            return Err(damaged(format!(
                "it names a file that is not in its folder, '{}'",
                one_line(&printable(outside))
            )));
        }
        Ok(Self {
            folder: folder_of(path).to_owned(),
            map: index.weight_map,
            open: BTreeMap::new(),
            name,
        })
    }

    /// The files that the index names.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut names: Vec<&String> = self.map.values().collect();
        names.sort_unstable();
        names.dedup();
        names.iter().map(|name| self.folder.join(name)).collect()
    }

    /// The open file that holds a tensor.
    fn shard(&mut self, tensor: &str) -> Result<&mut TensorFile<BufReader<File>>, SourceError> {
        let file = self.map.get(tensor).cloned().ok_or_else(|| {
            let reason = format!("it has no tensor '{}'", printable(tensor));
            SourceError::damaged(&self.name, EXPECTED, reason)
        })?;
        if !self.open.contains_key(&file) {
            let path = self.folder.join(&file);
            let (opened, length) = open(&path)?;
            let shard = TensorFile::open(&shown(&path), BufReader::new(opened), length)?;
            self.open.insert(file.clone(), shard);
        }
        self.open
            .get_mut(&file)
            .ok_or_else(|| SourceError::Missing {
                path: shown(&self.folder.join(&file)),
            })
    }
}

/// Whether a name stays in its folder, whatever the system.
fn is_plain(name: &str) -> bool {
    let has = |c: char| matches!(c, '/' | '\\' | ':' | '\0');
    !name.is_empty() && name != "." && name != ".." && !name.contains(has)
}

impl TensorStore for Shards {
    fn name(&self) -> &str {
        &self.name
    }

    fn names(&self) -> Vec<String> {
        self.map.keys().cloned().collect()
    }

    fn info(&mut self, tensor: &str) -> Result<TensorInfo, SourceError> {
        self.shard(tensor)?.info(tensor)
    }

    fn matrix(&mut self, tensor: &str, limits: &Limits) -> Result<DMatrix<f64>, SourceError> {
        self.shard(tensor)?.matrix(tensor, limits)
    }

    fn number(&mut self, tensor: &str) -> Result<f64, SourceError> {
        self.shard(tensor)?.number(tensor)
    }

    fn metadata(&self, _key: &str) -> Option<String> {
        None
    }
}
