//! The weights in a folder: an adapter, a checkpoint in one file or in several.

use std::path::{Path, PathBuf};

use crate::source::SourceError;
use crate::source::error::{one_line, printable, shown};
use crate::source::tensors::INDEX_ENDING;

/// The configuration of an adapter.
pub const ADAPTER_CONFIG: &str = "adapter_config.json";

/// The tensors of an adapter.
pub const ADAPTER_TENSORS: &str = "adapter_model.safetensors";

/// So many names are told.
const TOLD: usize = 5;

/// The file of a folder to begin with.
#[derive(Debug, PartialEq, Eq)]
pub enum FolderWeights {
    /// A file of tensors, with the configuration of an adapter beside it or without.
    File(PathBuf),
    /// An index of several files.
    Index(PathBuf),
}

/// Whether a path is that of an index.
pub fn is_index(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(INDEX_ENDING)
}

/// The weights in a folder; nothing where it has none.
///
/// # Errors
/// Several checkpoints, or weights of a kind that is not read.
pub fn look(folder: &Path) -> Option<Result<FolderWeights, SourceError>> {
    let entries = std::fs::read_dir(folder).ok()?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort_unstable();
    let has = |name: &str| names.iter().any(|one| one == name);
    let ending =
        |end: &str| -> Vec<&String> { names.iter().filter(|name| name.ends_with(end)).collect() };
    if has(ADAPTER_TENSORS) {
        return Some(Ok(FolderWeights::File(folder.join(ADAPTER_TENSORS))));
    }
    let (indices, files) = (ending(INDEX_ENDING), ending(".safetensors"));
    match (&indices[..], &files[..]) {
        ([index], _) => return Some(Ok(FolderWeights::Index(folder.join(index)))),
        ([], [file]) => return Some(Ok(FolderWeights::File(folder.join(file)))),
        ([], []) => {}
        ([], several) | (several, _) => {
            let list = several.iter().take(TOLD);
            let list: Vec<String> = list.map(|name| one_line(&printable(name))).collect();
            let remedy = format!("name one of its files, such as {}", list.join(", "));
            return Some(Err(SourceError::unsupported(
                &shown(folder),
                "several checkpoints",
                remedy,
            )));
        }
    }
    let pickles = [
        "adapter_model.bin",
        "pytorch_model.bin",
        "pytorch_model.bin.index.json",
    ];
    if pickles.into_iter().any(has) || has(ADAPTER_CONFIG) {
        let (what, remedy) = match pickles.into_iter().find(|name| has(name)) {
            Some(_) => (
                "its weights as a pickle, which can run code when it is opened",
                "save them as .safetensors, for example with save_pretrained of a recent version",
            ),
            None => (
                "the configuration of an adapter and no adapter_model.safetensors",
                "put that file beside it",
            ),
        };
        return Some(Err(SourceError::unsupported(&shown(folder), what, remedy)));
    }
    None
}
