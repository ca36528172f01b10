//! What the export dialog asks for: files, previews, commands and captions of what is on screen.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui;

use super::Explorer;
use super::command::CaptionForm;
use super::export::{Content, ExportedContent, FigureParts, PreviewContent, PreviewKey, tab_of};
use super::state::{Act, Message, State};
use super::tabs::approximate::figures::{self, ComposedFigure};
use super::tabs::approximate::view::second;
use super::tabs::finetune::action::TAB as SWEEP_TAB;
use super::tabs::finetune::{self, FinetuneTab};
use super::tabs::weights::action::TAB as MODEL_TAB;
use super::tabs::weights::{self, WeightsTab};
use crate::analysis::Analysis;
use crate::figure::{Format, latex};
use crate::session::Export;
use crate::views::{
    Composition, Need, View, accuracy_drop, approximation, data_set, delta_weights,
};

/// The command line of what is in view, or of the figure in the export dialog.
pub fn copy_command(explorer: &mut Explorer, ctx: &egui::Context, path: Option<&Path>) {
    let export = path.map(|path| explorer.exporter.export_of(&explorer.state, path));
    let chosen = export.as_ref().map(|_| explorer.exporter.view());
    let composition = export
        .as_ref()
        .and_then(|_| explorer.exporter.composition(&explorer.state));
    let state = &mut explorer.state;
    let (command, otherwise) = if state.tab == SWEEP_TAB {
        let tab = explorer.pages.get::<FinetuneTab>();
        let selected = tab.is_some_and(|tab| !tab.looks().selected().is_empty());
        let usual = match selected {
            true => &delta_weights::VIEW,
            false => &accuracy_drop::VIEW,
        };
        let view = chosen.unwrap_or(usual);
        (
            tab.and_then(|tab| finetune::figures::command(tab, view, export.as_ref())),
            "no command gives these settings; export the results as JSON instead",
        )
    } else if state.tab == MODEL_TAB {
        let tab = explorer.pages.get::<WeightsTab>();
        (
            tab.and_then(|tab| weights::figures::command(tab, export.as_ref())),
            "no command can name this path; rename the file",
        )
    } else {
        let view = chosen.unwrap_or_else(|| in_front(state));
        let limits = &explorer.limits;
        let command = match (&composition, &export) {
            (Some(composition), Some(export)) => {
                let first = composition.views.first().copied().unwrap_or(view);
                let session = figures::fitted_session(state, first);
                composition.command(&session, limits, export)
            }
            _ => {
                let session = figures::fitted_session(state, view);
                figures::shown(state, view).command(&session, limits, export.as_ref())
            }
        };
        (
            command,
            "no command can name this matrix; save it to a file and open that",
        )
    };
    match command {
        Some(command) => {
            ctx.copy_text(command.whole.clone());
            state.say(Act::Other, Message::Copied(command.whole));
        }
        None if path.is_some() => explorer.exporter.fail(otherwise.to_owned()),
        None => state.fail(otherwise),
    }
}

/// The view that a command without a figure is of: the survey where it is in front.
fn in_front(state: &State) -> &'static View {
    let chosen = state.preferences.view.second;
    match second::shown(chosen, &state.session().source) {
        view if *view == data_set::VIEW => view,
        _ => &approximation::VIEW,
    }
}

/// Writes the figure of the dialog; one that must be measured first is measured.
pub fn write(explorer: &mut Explorer, path: PathBuf) {
    let views = match explorer.exporter.composition(&explorer.state) {
        Some(composition) => composition.views,
        None => vec![explorer.exporter.view()],
    };
    let (tab, state) = (&explorer.pages.home, &explorer.state);
    let mut unmeasured = views.iter();
    if let Some(ask) = unmeasured.find_map(|view| figures::unmeasured(tab, state, view)) {
        let loaded = state.analysis.as_ref();
        let loaded = loaded.map(|analysis| Arc::clone(&analysis.loaded));
        let wake = Arc::clone(&state.wake);
        return explorer.exporter.measure(ask, loaded, path, &wake);
    }
    let export = explorer.exporter.export_of(state, &path);
    let content = explorer.exporter.content_of(&path);
    match exported(explorer, (content, &export)) {
        Ok(exported) => {
            let tab = explorer.pages.get::<WeightsTab>();
            let sources = tab.map_or_else(Vec::new, weights::figures::sources);
            let state = &mut explorer.state;
            explorer.exporter.write(state, (exported, sources), path);
        }
        Err(why) => explorer.exporter.fail(why),
    }
}

/// The content of the file that the dialog asks for.
fn exported(
    explorer: &mut Explorer,
    (content, export): (Content, &Export),
) -> Result<ExportedContent, String> {
    if let Some(composition) = explorer.exporter.composition(&explorer.state) {
        let Content::Figure(format) = content else {
            return Err("several views are a figure; write it as .png, .svg or .pdf".to_owned());
        };
        let composed = composed(explorer, &composition, export)?;
        return Ok(ExportedContent::Figure {
            figure: composed.figure,
            format,
            parts: composed.parts,
        });
    }
    let view = explorer.exporter.view();
    let asked = (content, export);
    match shown_by(explorer, view) {
        ViewTab::Sweep(tab) => finetune::figures::exported(tab, view, asked),
        ViewTab::Model(tab) => weights::figures::exported(tab, view, asked),
        ViewTab::Home => {
            let (tab, state) = (&explorer.pages.home, &explorer.state);
            figures::exported(tab, state, &explorer.limits, view, asked)
        }
    }
}

/// The tab that has the results of a view.
enum ViewTab<'a> {
    Home,
    Sweep(&'a FinetuneTab),
    Model(&'a WeightsTab),
}

fn shown_by<'a>(explorer: &'a Explorer, view: &View) -> ViewTab<'a> {
    let pages = &explorer.pages;
    let of = tab_of(view);
    match (pages.get::<FinetuneTab>(), pages.get::<WeightsTab>()) {
        (Some(tab), _) if of == SWEEP_TAB => ViewTab::Sweep(tab),
        (_, Some(tab)) if of == MODEL_TAB => ViewTab::Model(tab),
        _ => ViewTab::Home,
    }
}

/// Several views as a figure, with its caption.
fn composed(
    explorer: &mut Explorer,
    composition: &Composition,
    export: &Export,
) -> Result<ComposedFigure, String> {
    let rows = explorer.exporter.rows(&explorer.state, explorer.limits);
    let rows = rows.ok_or("the further rows are being computed; try again in a moment")??;
    let rows: Vec<&Analysis> = rows.iter().map(AsRef::as_ref).collect();
    let (tab, state) = (&explorer.pages.home, &explorer.state);
    figures::composed(tab, state, &explorer.limits, (composition, &rows), export)
}

/// Puts a caption for the figure of the dialog on the clipboard.
pub fn copy_caption(explorer: &mut Explorer, ctx: &egui::Context, form: CaptionForm) {
    let export = explorer.exporter.export_of(&explorer.state, Path::new(""));
    let view = explorer.exporter.view();
    let caption = match explorer.exporter.composition(&explorer.state) {
        Some(composition) => {
            composed(explorer, &composition, &export).map(|composed| composed.caption)
        }
        None => match shown_by(explorer, view) {
            ViewTab::Sweep(tab) => finetune::figures::caption(tab, view, &export),
            ViewTab::Model(tab) => weights::figures::caption(tab, view, &export),
            ViewTab::Home => {
                let (tab, state) = (&explorer.pages.home, &explorer.state);
                figures::caption(tab, state, &explorer.limits, view, &export)
            }
        },
    };
    match caption {
        Ok(text) => {
            let text = match form {
                CaptionForm::Text => text,
                CaptionForm::Latex => latex(&text),
            };
            ctx.copy_text(text.clone());
            explorer.state.say(Act::Other, Message::Copied(text));
        }
        Err(why) => explorer.exporter.fail(why),
    }
}

/// Asks for the preview of what the dialog shows, where it is not that of the last request.
pub fn preview(explorer: &mut Explorer, ctx: &egui::Context) {
    explorer.exporter.preview().receive(ctx);
    if !explorer.exporter.is_open() {
        return;
    }
    let mut export = explorer.exporter.export_of(&explorer.state, Path::new(""));
    // The pixels of the file are not those of the screen.
    export.dpi = Export::DPI;
    let composition = explorer.exporter.composition(&explorer.state);
    let view = explorer.exporter.view();
    let known = composition.unwrap_or_else(|| Composition::of(view));
    let rows = explorer.exporter.rows(&explorer.state, explorer.limits);
    // What is typed says no more of the kind than the choice, which follows it.
    let content = match explorer.exporter.content_of(Path::new("")) {
        Content::Figure(_) => Content::Figure(Format::Png),
        other => other,
    };
    let key = PreviewKey {
        results: results(explorer, &known, rows.is_some()),
        composition: known,
        export: export.clone(),
        content,
    };
    if rows.is_none() || !explorer.exporter.preview().wants(&key) {
        return;
    }
    let file = match exported(explorer, (content, &export)) {
        Ok(ExportedContent::Figure { figure, parts, .. }) => {
            explorer.exporter.tell_parts(Some(FigureParts {
                omissible: parts,
                line_styles: figure.has_line_styles(),
            }));
            Ok(PreviewContent::Figure(figure))
        }
        Ok(ExportedContent::Bytes(bytes)) => match String::from_utf8(bytes) {
            Ok(text) => Ok(PreviewContent::Text(text)),
            Err(_) => Err("numbers for programs, which have no preview".to_owned()),
        },
        Err(why) => {
            explorer.exporter.tell_parts(None);
            Err(unmeasured(explorer, &key.composition).unwrap_or(why))
        }
    };
    let wake = Arc::clone(&explorer.state.wake);
    explorer.exporter.preview().ask(key, file, &wake);
}

/// A number that changes with the results that views show.
fn results(explorer: &Explorer, composition: &Composition, rows: bool) -> u64 {
    let state = &explorer.state;
    let mut hasher = DefaultHasher::new();
    let analysis = state.analysis.as_ref();
    analysis
        .map(|one| Arc::as_ptr(one) as usize)
        .hash(&mut hasher);
    rows.hash(&mut hasher);
    for view in &composition.views {
        let waits = figures::unmeasured(&explorer.pages.home, state, view).is_some();
        waits.hash(&mut hasher);
        match shown_by(explorer, view) {
            ViewTab::Sweep(tab) => finetune::figures::version(tab, view).hash(&mut hasher),
            ViewTab::Model(tab) => weights::figures::version(tab).hash(&mut hasher),
            ViewTab::Home => {}
        }
    }
    hasher.finish()
}

/// What is said in the place of a figure that is measured when it is saved.
fn unmeasured(explorer: &Explorer, composition: &Composition) -> Option<String> {
    let waits = |view: &&&'static View| {
        figures::unmeasured(&explorer.pages.home, &explorer.state, view).is_some()
    };
    let view = composition.views.iter().find(waits)?;
    let what = match view.needs {
        Need::Survey => "all images of the data set are measured",
        _ => "this figure is computed",
    };
    Some(format!("{what} when you save; then it is shown here too"))
}
