//! Results files: those kept by themselves, and those that the user opens.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::asked::SweepRequest;
use crate::app::digest::digest_of;
use crate::app::worker::Reply;
use crate::experiment::{self, Experiment};
use crate::finetune::{Results, SweepSettings};
use crate::source::Dataset;

/// So many sweeps are looked through for runs that another sweep shares.
const SWEEPS: usize = 256;

/// Sweeps are looked through up to so many bytes.
const BYTES: u64 = 64 * 1024 * 1024;

/// Reads results.
pub enum ReadRequest {
    /// The file that the user opens.
    Opened(PathBuf),
    /// Reads what is kept in a folder of a sweep, in its own file or in those of others.
    Kept(PathBuf, SweepRequest),
}

/// The answer to it.
pub enum ReadAnswer {
    /// The results that the user opened.
    Opened(Box<Results>),
    /// The kept results of this sweep.
    Kept(SweepRequest, Box<Results>),
    /// Why there are none.
    Failed(String),
}

/// Reads results; of a sweep of which nothing is kept there is no answer.
pub fn read(request: ReadRequest, reply: &Reply<'_, ReadAnswer>) {
    match request {
        ReadRequest::Opened(path) => reply.send(match experiment::load(&path) {
            Ok(results) => ReadAnswer::Opened(Box::new(results)),
            Err(error) => ReadAnswer::Failed(error.to_string()),
        }),
        ReadRequest::Kept(folder, asked) => {
            let (dataset, settings) = &asked;
            let own = kept_file(&folder, dataset, settings);
            let own = own.exists().then(|| experiment::load(&own));
            let mut found = match own {
                Some(Ok(own)) if own.settings == *settings => Some(own),
                Some(Err(error)) => {
                    reply.send(ReadAnswer::Failed(error.to_string()));
                    None
                }
                _ => None,
            };
            match &mut found {
                Some(found) => take_over_others(&folder, dataset, found),
                None => found = from_others(&folder, dataset, settings),
            }
            if let Some(found) = found {
                reply.send(ReadAnswer::Kept(asked, Box::new(found)));
            }
        }
    }
}

/// The file of a sweep: one for each choice of digits and settings.
pub fn kept_file(folder: &Path, dataset: &Dataset, settings: &SweepSettings) -> PathBuf {
    let digest = digest_of(&(dataset, settings));
    let preset = Experiment::of(settings, dataset).map_or("other", |one| one.preset.id());
    folder.join(format!("{preset}-{digest}.json"))
}

/// Takes over the runs that other sweeps kept in the folder and these results ask for too.
pub fn take_over_others(folder: &Path, dataset: &Dataset, results: &mut Results) {
    if results.complete || !results.is_current() {
        return;
    }
    let settings = results.settings.clone();
    for other in others(folder, dataset, &settings) {
        if other.shares_runs(&settings, &results.dataset) && other.image == results.image {
            results.take_over(&other);
        }
        if results.complete {
            return;
        }
    }
}

/// Results made of the runs of other sweeps alone, if there are any.
fn from_others(folder: &Path, dataset: &Dataset, settings: &SweepSettings) -> Option<Results> {
    let mut others = others(folder, dataset, settings);
    let first = others.find(|other| other.shares_runs(settings, &other.dataset))?;
    let [rows, cols] = first.image;
    let mut results = Results::new(&first.dataset, (rows, cols), settings);
    take_over_others(folder, dataset, &mut results);
    results.has_runs().then_some(results)
}

/// The other sweeps on the same digits that are kept in the folder, the newest first.
fn others(
    folder: &Path,
    dataset: &Dataset,
    settings: &SweepSettings,
) -> impl Iterator<Item = Results> {
    let own = kept_file(folder, dataset, settings);
    let mut files = kept_files(folder);
    files.retain(|file| file.path != own);
    files.truncate(SWEEPS);
    let mut bytes = 0;
    files.retain(|file| {
        bytes += file.length;
        bytes <= BYTES
    });
    files.into_iter().filter_map(move |file| {
        let other = experiment::load(&file.path).ok()?;
        // The name says of which digits: the data set's own name may be that of another folder.
        let name = kept_file(file.path.parent()?, dataset, &other.settings);
        (name == file.path).then_some(other)
    })
}

struct KeptFile {
    path: PathBuf,
    length: u64,
    written: Option<SystemTime>,
}

/// The results files of a folder, the newest first.
fn kept_files(folder: &Path) -> Vec<KeptFile> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let of_results = |entry: std::fs::DirEntry| {
        let (path, found) = (entry.path(), entry.metadata().ok()?);
        let json = path.extension().is_some_and(|ending| ending == "json");
        (json && found.is_file()).then(|| KeptFile {
            path,
            length: found.len(),
            written: found.modified().ok(),
        })
    };
    let mut files: Vec<KeptFile> = entries.filter_map(of_results).collect();
    files.sort_by_key(|file| std::cmp::Reverse(file.written));
    files
}
