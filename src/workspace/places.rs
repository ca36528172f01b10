//! Paths in a session: a file beside its data moves with it.

use std::path::{Component, Path, PathBuf};

use super::Workspace;
use crate::source::Dataset;

impl Workspace {
    /// This workspace with every path as it is found from anywhere.
    pub(super) fn absolute(self) -> Self {
        self.with_paths(&|path| absolute(&path))
    }

    /// This workspace with paths below `folder` written from there on.
    pub(super) fn seen_from(self, folder: &Path) -> Self {
        let folder = absolute(folder);
        self.with_paths(&|path| {
            let path = absolute(&path);
            path.strip_prefix(&folder).map_or(path.clone(), portable)
        })
    }

    /// This workspace with relative paths taken from `folder` on.
    pub(super) fn found_from(self, folder: &Path) -> Self {
        let folder = absolute(folder);
        self.with_paths(&|path| folder.join(path))
    }

    fn with_paths(mut self, change: &dyn Fn(PathBuf) -> PathBuf) -> Self {
        let session = &mut self.session;
        session.source.change_paths(change);
        if let Some(part) = &mut session.subtract {
            part.change_paths(change);
        }
        if let Some(experiment) = &mut self.experiment
            && let Dataset::Folder(path) = &mut experiment.dataset
        {
            *path = change(std::mem::take(path));
        }
        self
    }
}

fn absolute(path: &Path) -> PathBuf {
    let path = match path.as_os_str().is_empty() {
        true => Path::new("."),
        false => path,
    };
    // Only where the present folder is gone: then the path stays as it is.
    let whole = std::path::absolute(path);
    whole.unwrap_or_else(|_| path.to_owned())
}

/// With slashes, which every system reads.
fn portable(path: &Path) -> PathBuf {
    if !cfg!(windows) {
        return path.to_owned();
    }
    let mut text = String::new();
    for part in path.components() {
        let Component::Normal(part) = part else {
            return path.to_owned();
        };
        if !text.is_empty() {
            text.push('/');
        }
        text += &part.to_string_lossy();
    }
    PathBuf::from(text)
}
