//! Results files: those kept by themselves, and those that the user opens.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::app::worker::Reply;
use crate::experiment::{self, Experiment};
use crate::finetune::{Results, SweepSettings};
use crate::source::Dataset;

/// Reads a results file.
pub struct Read {
    /// The file.
    pub path: PathBuf,
    /// Whether the user asked for it: one that is kept may be missing.
    pub asked: bool,
}

/// What became of it.
pub enum ReadAnswer {
    /// The results that the user opened.
    Opened(Box<Results>),
    /// What was kept of this sweep.
    Kept(Box<Results>),
    /// Why there are none.
    Failed(String),
}

/// Reads a results file; one that is kept and not there is no answer.
pub fn read(request: &Read, reply: &Reply<'_, ReadAnswer>) {
    if !request.asked && !request.path.exists() {
        return;
    }
    reply.send(match experiment::load(&request.path) {
        Ok(results) if request.asked => ReadAnswer::Opened(Box::new(results)),
        Ok(results) => ReadAnswer::Kept(Box::new(results)),
        Err(error) => ReadAnswer::Failed(error.to_string()),
    });
}

/// Where a sweep is kept: the same file for the same digits and settings.
pub fn kept_file(folder: &Path, dataset: &Dataset, settings: &SweepSettings) -> PathBuf {
    let asked = serde_json::to_vec(&(dataset, settings)).unwrap_or_default();
    let digest: String = Sha256::digest(asked)
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let preset = Experiment::of(settings, dataset).map_or("other", |one| one.preset.id());
    folder.join(format!("{preset}-{digest}.json"))
}
