//! Weights of models: checkpoints, and the updates that adapters hold.

mod folder;
mod heads;
mod names;

use std::io::BufReader;
use std::path::{Path, PathBuf};

use nalgebra::DMatrix;

use super::adapter::{Adapter, AdapterConfig};
use super::error::{one_line, printable, shown};
use super::format::input::ByteSource;
use super::head_blocks::HeadBlocks;
use super::listing::UpdateInfo;
use super::opening::open;
use super::tensors::{Shards, TensorFile, TensorStore, shape_note};
use super::{ArrayInfo, Arrays, Limits, LoadedMatrix, OtherKind, OtherMember, SourceError};
use crate::system::folder_of;
pub use folder::is_index;
use folder::{ADAPTER_CONFIG, ADAPTER_TENSORS, FolderWeights};
use heads::Heads;
pub use names::nearest;

/// Open weights: tensors by name, and the layers of an adapter.
pub struct Weights<'a> {
    store: Box<dyn TensorStore + 'a>,
    adapter: Adapter,
    heads: Option<Heads>,
}

/// An array or an update that can be read.
enum Entry<'a> {
    Tensor(&'a str),
    Update(usize),
}

/// Whether a path is read as weights whatever its bytes: a folder that holds some, or an index.
pub fn is_at(path: &Path) -> bool {
    match path.is_dir() {
        true => folder::look(path).is_some(),
        false => folder::is_index(path),
    }
}

/// Whether the configuration beside the weights at `path` names a model that stores them as inputs × outputs,
/// as GPT-2 does.
pub fn stores_inputs_first(path: &Path) -> bool {
    Heads::inputs_first(path)
}

/// The files that are read for the weights at a path.
pub fn files(path: &Path) -> Vec<PathBuf> {
    let index = |path: &Path| {
        let mut files = Shards::open(path).map_or_else(|_| Vec::new(), |one| one.files());
        files.push(path.to_owned());
        files
    };
    match path.is_dir() {
        false if folder::is_index(path) => index(path),
        false => vec![path.to_owned()],
        true => match folder::look(path) {
            Some(Ok(FolderWeights::Index(path))) => index(&path),
            Some(Ok(FolderWeights::File(file))) => vec![file, path.join(ADAPTER_CONFIG)],
            _ => vec![path.to_owned()],
        },
    }
}

impl Weights<'static> {
    /// Opens a folder or an index.
    ///
    /// # Errors
    /// Weights that are missing, damaged or of a kind that is not read.
    pub fn at(path: &Path) -> Result<Self, SourceError> {
        if folder::is_index(path) {
            return Self::of_index(path);
        }
        match folder::look(path) {
            Some(Ok(FolderWeights::Index(index))) => Self::of_index(&index),
            Some(Ok(FolderWeights::File(file))) => {
                let (opened, length) = open(&file)?;
                let reader = BufReader::new(opened);
                let store = TensorFile::open(&shown(&file), reader, length)?;
                Weights::new(Box::new(store), config_beside(&file)?)
            }
            Some(Err(error)) => Err(error),
            None => Err(SourceError::IsFolder {
                path: shown(path),
                remedy: "name a file in it".to_owned(),
            }),
        }
    }

    fn of_index(path: &Path) -> Result<Self, SourceError> {
        Weights::new(Box::new(Shards::open(path)?), None)
    }
}

/// The configuration beside the tensors of an adapter.
///
/// # Errors
/// One that cannot be read.
pub fn config_beside(file: &Path) -> Result<Option<AdapterConfig>, SourceError> {
    let config = folder_of(file).join(ADAPTER_CONFIG);
    let is_adapter = file.file_name().is_some_and(|name| name == ADAPTER_TENSORS);
    match is_adapter && config.exists() {
        true => AdapterConfig::read(&config).map(Some),
        false => Ok(None),
    }
}

impl<'a> Weights<'a> {
    /// One file of tensors.
    ///
    /// # Errors
    /// A file that is damaged or of another kind.
    pub fn of_file(
        name: &str,
        reader: &'a mut dyn ByteSource,
        length: u64,
        config: Option<AdapterConfig>,
    ) -> Result<Self, SourceError> {
        Self::new(Box::new(TensorFile::open(name, reader, length)?), config)
    }

    fn new(
        store: Box<dyn TensorStore + 'a>,
        config: Option<AdapterConfig>,
    ) -> Result<Self, SourceError> {
        let adapter = Adapter::of_names(&store.names(), config);
        Ok(Self {
            store,
            adapter,
            heads: None,
        })
    }

    /// These weights with the heads that the `config.json` beside them names.
    #[must_use]
    pub fn with_heads(mut self, path: &Path) -> Self {
        self.heads = Heads::beside(path);
        self
    }

    /// Everything in it, updates first.
    pub fn list(&mut self) -> Arrays {
        let mut listed = Arrays::default();
        let limits = &Limits::default();
        for layer in &self.adapter.layers {
            let config = self.adapter.config.as_ref();
            let described = layer
                .describe(&mut *self.store, config, limits)
                .and_then(|update| {
                    let (mut bytes, mut dtype) = (0, "");
                    for tensor in layer.tensors() {
                        let info = self.store.info(tensor)?;
                        bytes += info.bytes;
                        dtype = if info.shape.len() > 1 {
                            info.element.name
                        } else {
                            dtype
                        };
                    }
                    Ok((update, bytes, dtype.to_owned()))
                });
            match described {
                Ok((update, bytes, dtype)) => listed.arrays.push(ArrayInfo {
                    name: layer.name.clone(),
                    shape: update.shape.clone(),
                    dtype,
                    bytes,
                    update: Some(UpdateInfo::new(layer.kind(), &update)),
                }),
                Err(error) => listed.others.push(OtherMember {
                    name: layer.name.clone(),
                    reason: error.to_string(),
                    kind: OtherKind::Update(layer.tensors().cloned().collect()),
                }),
            }
        }
        if let Err(error) = self.adapter.ensure_known(self.store.name()) {
            listed.others.push(OtherMember {
                name: self.store.name().to_owned(),
                reason: error.to_string(),
                kind: OtherKind::Array,
            });
        }
        for name in self.store.names() {
            match self.store.info(&name) {
                Ok(info) => listed.arrays.push(ArrayInfo {
                    name,
                    shape: info.shape,
                    dtype: info.element.name.to_owned(),
                    bytes: info.bytes,
                    update: None,
                }),
                Err(error) => listed.others.push(OtherMember {
                    name,
                    reason: error.to_string(),
                    kind: OtherKind::Array,
                }),
            }
        }
        listed
    }

    /// The matrix of the name that is wanted, or the only one there is.
    ///
    /// # Errors
    /// No such array, or one that cannot be read.
    pub fn load(
        &mut self,
        wanted: Option<&str>,
        base: Option<&DMatrix<f64>>,
        limits: &Limits,
    ) -> Result<LoadedMatrix, SourceError> {
        let name = match wanted {
            Some(wanted) => self.resolve(wanted)?,
            None => self.only()?,
        };
        let mut loaded = match self.entry(&name) {
            Entry::Tensor(tensor) => self.tensor(tensor, limits)?,
            Entry::Update(at) => self.update(at, base, limits)?,
        };
        let heads = self.heads.as_ref();
        loaded.heads = heads.and_then(|heads| heads.blocks(&name, loaded.matrix.shape()));
        loaded.notes.extend(loaded.heads.map(HeadBlocks::remark));
        if wanted != Some(&name) {
            let note = format!("array '{}'", one_line(&printable(&name)));
            loaded.notes.insert(0, note);
        }
        Ok(loaded)
    }

    fn entry<'n>(&self, name: &'n str) -> Entry<'n> {
        let mut layers = self.adapter.layers.iter();
        match layers.position(|layer| layer.name == name) {
            Some(at) => Entry::Update(at),
            None => Entry::Tensor(name),
        }
    }

    fn layer_names(&self) -> Vec<String> {
        let layers = self.adapter.layers.iter();
        layers.map(|layer| layer.name.clone()).collect()
    }

    /// Updates go before the tensors that they are made of.
    fn resolve(&self, wanted: &str) -> Result<String, SourceError> {
        let (layers, tensors) = (self.layer_names(), self.store.names());
        let file = self.store.name();
        if tensors.iter().any(|name| name == wanted) {
            return Ok(wanted.to_owned());
        }
        if let Ok(found) = names::find(file, &layers, wanted) {
            return Ok(found);
        }
        let rest: Vec<String> = tensors
            .into_iter()
            .filter(|name| !self.adapter.uses(name))
            .chain(layers)
            .collect();
        names::find(file, &rest, wanted)
            .map_err(|error| self.adapter.ensure_known(file).err().unwrap_or(error))
    }

    /// The only update, or the only array with two or more dimensions.
    fn only(&mut self) -> Result<String, SourceError> {
        self.adapter.ensure_known(self.store.name())?;
        let mut found = self.layer_names();
        if found.is_empty() {
            for name in self.store.names() {
                if self.store.info(&name)?.shape.len() > 1 {
                    found.push(name);
                }
            }
        }
        let tensors = self.store.names();
        if found.is_empty() && tensors.len() == 1 {
            found = tensors;
        }
        match found.as_slice() {
            [only] => Ok(only.clone()),
            several => {
                let names: Vec<&String> = several.iter().collect();
                let problem = match several {
                    [] => "has no matrix".to_owned(),
                    several => format!("holds {} matrices", several.len()),
                };
                Err(names::ask(self.store.name(), problem, &names))
            }
        }
    }

    fn tensor(&mut self, name: &str, limits: &Limits) -> Result<LoadedMatrix, SourceError> {
        let info = self.store.info(name)?;
        let matrix = self.store.matrix(name, limits)?;
        let shown = format!("{}#{}", self.store.name(), printable(name));
        let shape = matrix.shape();
        let mut loaded = LoadedMatrix::new(&shown, matrix);
        loaded.notes.extend(shape_note(&info.shape, shape));
        if self.adapter.config.is_some() && !self.adapter.uses(name) {
            loaded.notes.push(
                "a whole weight that the adapter saves, not an update; subtract its base"
                    .to_owned(),
            );
        }
        Ok(loaded)
    }

    fn update(
        &mut self,
        at: usize,
        base: Option<&DMatrix<f64>>,
        limits: &Limits,
    ) -> Result<LoadedMatrix, SourceError> {
        self.adapter.ensure_known(self.store.name())?;
        let layer = self.adapter.layers[at].clone();
        let config = self.adapter.config.as_ref();
        let (update, matrix) = layer.matrix(&mut *self.store, config, base, limits)?;
        let shown = format!("{}#{}", self.store.name(), printable(&layer.name));
        let mut loaded = LoadedMatrix::new(&shown, matrix);
        loaded.is_update = !update.needs_base;
        let of = match update.needs_base {
            true => "the new weight W + ΔW of ",
            false => "ΔW of ",
        };
        let told = UpdateInfo::new(layer.kind(), &update).sentence();
        loaded.notes.push(format!("{of}{told}"));
        if update.scale.value == 0.0 {
            loaded.notes.push("the scale is 0, so ΔW is 0".to_owned());
        }
        Ok(loaded)
    }
}
