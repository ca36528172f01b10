//! The tab's side of an export: the map of the scan, its numbers, and its command line.

use std::path::PathBuf;
use std::sync::Arc;

use super::{NO_SCAN, WeightsTab};
use crate::app::export::{Content, ExportedContent};
use crate::session::{CommandLine, Export};
use crate::views::{Document, Material, View};

/// The command line that makes the same scan, and its figure where there is an export; `None` where no
/// command can name its paths.
pub fn command(tab: &WeightsTab, export: Option<&Export>) -> Option<CommandLine> {
    tab.scan.call(tab.model())?.command(export)
}

/// A view of the scan as the file of an export holds it, or the sentence that says why there is none.
pub fn exported(
    tab: &WeightsTab,
    view: &'static View,
    (content, export): (Content, &Export),
) -> Result<ExportedContent, String> {
    read(tab, view, export, |document| content.of_document(document))
}

/// The caption of a view's figure.
pub fn caption(tab: &WeightsTab, view: &'static View, export: &Export) -> Result<String, String> {
    let caption = |document: &Document<'_>| -> Result<String, String> { document.caption() };
    read(tab, view, export, caption)
}

/// Reads the document of a view.
fn read<T>(
    tab: &WeightsTab,
    view: &'static View,
    export: &Export,
    read: impl FnOnce(&Document<'_>) -> Result<T, String>,
) -> Result<T, String> {
    let (Some(scan), Some(call)) = (tab.scan(), tab.scan.call(tab.model())) else {
        return Err(NO_SCAN.to_owned());
    };
    let material = Material {
        scan: Some((scan, call.color.unwrap_or_default())),
        ..Material::default()
    };
    let options = call.options(scan, Some(export));
    read(&view.document(&material, &options))
}

/// The files of the scanned models, which no export may overwrite.
pub fn sources(tab: &WeightsTab) -> Vec<PathBuf> {
    let call = tab.scan.call(tab.model());
    call.map_or_else(Vec::new, |call| call.files())
}

/// A number that changes with what the views show.
pub fn version(tab: &WeightsTab) -> u64 {
    let found = tab.scan.scanning.found();
    let column = tab.scan.call(None).and_then(|call| call.color);
    let color = column.map_or(0, |column| column as u64 + 1);
    found
        .map_or(0, |scan| Arc::as_ptr(scan) as u64)
        .rotate_left(8)
        ^ color
}
