//! The files behind a source, so that no output is written over them.

use std::path::{Path, PathBuf};

use super::{Dataset, Source, weights};
use crate::system::folder_of;

impl Source {
    /// The files that are read for it, existing or not.
    pub fn files(&self) -> Vec<PathBuf> {
        match self {
            Self::File { path, .. } => weights::files(path),
            Self::Digit { dataset, .. } => dataset.files(),
            Self::Difference(whole, part) => [whole.files(), part.files()].concat(),
            // Leads to the file that is sent in, where it is one.
            Self::StandardInput if cfg!(unix) => vec![PathBuf::from("/dev/stdin")],
            Self::Synthetic(_) | Self::Values(_) | Self::StandardInput => Vec::new(),
        }
    }
}

impl Dataset {
    /// The files in its folder that can belong to it: all that are named as those in IDX form are.
    pub fn files(&self) -> Vec<PathBuf> {
        let Self::Folder(folder) = self else {
            return Vec::new();
        };
        // The last part may name one of several data sets in a folder.
        let folder = match folder.is_dir() {
            true => folder,
            false => folder_of(folder),
        };
        // A folder that cannot be listed is told when the data set is read.
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| is_data(path))
            .collect()
    }
}

/// `train-images-idx3-ubyte`, `t10k-labels.idx1-ubyte.gz`, `emnist-digits-test-images-idx3-ubyte` …
fn is_data(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_lowercase();
    name.contains("idx") || name.contains("ubyte")
}
