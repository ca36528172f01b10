//! The tab's side of an export, and its command line.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::FinetuneTab;
use crate::app::export::{Content, ExportedContent};
use crate::experiment::Experiment;
use crate::finetune::Inspection;
use crate::session::{CommandLine, Export};
use crate::views::{Document, Material, Need, Shown, View};

/// A view of the sweep, as a command line would call it; what is selected on the screen is nothing
/// that Figure 2 says.
fn shown(tab: &FinetuneTab, view: &'static View) -> Shown {
    let selected = tab.looks.selected();
    let runs = match view.needs {
        Need::Runs => selected,
        Need::Run => &selected[..selected.len().min(1)],
        _ => &[],
    };
    Shown {
        runs: runs.to_vec(),
        ..Shown::of(view)
    }
}

/// The command line that trains the same, with a figure where there is an export.
pub fn command(
    tab: &FinetuneTab,
    view: &'static View,
    export: Option<&Export>,
) -> Option<CommandLine> {
    let (dataset, settings) = tab.training.asked()?;
    let experiment = Experiment::of(settings, dataset)?;
    shown(tab, view).training_command(&experiment, export)
}

/// A view as the file of an export holds it, or the sentence that says why there is none.
pub fn exported(
    tab: &FinetuneTab,
    view: &'static View,
    (content, export): (Content, &Export),
) -> Result<ExportedContent, String> {
    let picture = matches!(content, Content::Figure(_));
    read(tab, view, (picture, export), |document| {
        content.of_document(document)
    })
}

/// The caption of a view's figure.
pub fn caption(tab: &FinetuneTab, view: &'static View, export: &Export) -> Result<String, String> {
    let caption = |document: &Document<'_>| -> Result<String, String> { document.caption() };
    read(tab, view, (true, export), caption)
}

/// Reads the document of a view, for a picture or for numbers.
fn read<T>(
    tab: &FinetuneTab,
    view: &'static View,
    (picture, export): (bool, &Export),
    read: impl FnOnce(&Document<'_>) -> Result<T, String>,
) -> Result<T, String> {
    let shown = shown(tab, view);
    let known = tab.looks.known();
    let runs = known.iter().map(Arc::as_ref);
    let runs: Vec<&Inspection> = runs
        .filter(|run| shown.runs.contains(&run.record.key))
        .collect();
    let results = tab.training.results();
    let unfinished = results.is_some_and(|results| results.full.test_accuracy.is_none());
    if view.needs == Need::Results && tab.training.under_way() && picture && unfinished {
        return Err(
            "the first point needs full fine-tuning, which is being trained; export again \
             when it appears"
                .to_owned(),
        );
    }
    let material = Material {
        results,
        projections: tab.looks.projections(results).map(Arc::as_ref),
        runs: &runs,
        image: results.map(|results| results.image).unwrap_or_default(),
        ..Material::default()
    };
    let source = results.map_or_else(String::new, |results| results.dataset.clone());
    let options = shown.options(source, command(tab, view, Some(export)), Some(export));
    read(&view.document(&material, &options))
}

/// A number that changes with what a view of the sweep shows.
pub fn version(tab: &FinetuneTab, view: &'static View) -> u64 {
    let mut hasher = DefaultHasher::new();
    let results = tab.training.results();
    let runs = results.map(|results| (results.runs.len(), results.full.test_accuracy.is_some()));
    (runs, tab.looks.known().len()).hash(&mut hasher);
    format!("{:?}", shown(tab, view).runs).hash(&mut hasher);
    hasher.finish()
}
