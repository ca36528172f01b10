//! Export of a figure: the dialog, and the worker that writes the file.

mod choice;
mod dialog;
mod panels;
mod paper;
mod preview;
mod target;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::analysis::Analysis;

use super::background::{Background, BackgroundTask};
use super::save_path::SavePath;
use super::service::Service;
use super::state::State;
use super::worker::{Reply, Wake};
use crate::figure::palette::Theme;
use crate::figure::{Format, Omitted, default_png_width, render};
use crate::session::Export;
use crate::source::{Limits, LoadedMatrix, typed_path};
use crate::store::{check_outputs, save_atomically};
use crate::views::{Composition, View, approximation};

use choice::offered;
pub use choice::{Content, ExportedContent, tab_of};
use panels::Panels;
use preview::Preview;
pub use preview::{PreviewContent, PreviewKey};
use target::{ExportTarget, Places, with_ending};

/// The file that was written, with what is to be said about it, or why none was.
type ExportResult = Result<(PathBuf, Option<String>), String>;

struct WriteRequest {
    exported: ExportedContent,
    dpi: f64,
    path: PathBuf,
    /// Files that must not be overwritten.
    sources: Vec<PathBuf>,
}

/// The file name of several views together.
const TOGETHER: &str = "figure";

/// What a figure has, by which choices are offered.
pub struct FigureParts {
    /// The parts that can be left out, and those that are.
    pub omissible: Vec<Omitted>,
    /// Whether lines are in it that differ in their dashes.
    pub line_styles: bool,
}

/// A figure that must be measured before it can be written.
struct Measuring {
    ask: BackgroundTask,
    path: PathBuf,
    work: Background,
}

/// All that an exported file follows from but the results.
#[derive(Debug, PartialEq)]
struct Choices {
    view: &'static str,
    together: Option<Composition>,
    export: Export,
}

/// The dialog and its worker.
pub struct Exporter {
    open: bool,
    view: &'static View,
    /// Whether several views are put into one figure.
    together: bool,
    panels: Panels,
    preview: Preview,
    content: Content,
    theme: Theme,
    /// What figures do without, where they have it.
    omit: Vec<Omitted>,
    /// What the figure at hand has; `None` before it was drawn.
    parts: Option<FigureParts>,
    path: SavePath,
    /// What the file that was written last shows.
    written: Option<Choices>,
    measuring: Option<Measuring>,
    files: Service<WriteRequest, ExportResult>,
}

impl Default for Exporter {
    fn default() -> Self {
        Self {
            open: false,
            view: &approximation::VIEW,
            together: false,
            panels: Panels::default(),
            preview: Preview::default(),
            content: Content::Figure(Format::Png),
            theme: Theme::Light,
            omit: Vec::new(),
            parts: None,
            path: SavePath::default(),
            written: None,
            measuring: None,
            files: Service::new("export", write),
        }
    }
}

impl Exporter {
    /// Opens the dialog.
    pub fn open(&mut self, state: &State) {
        self.open = true;
        self.path.begin();
        let known = offered(state).find(|view| *view == self.view);
        let view = known.or_else(|| offered(state).next());
        let view = view.unwrap_or(self.view);
        self.choose(state, view, self.together && view.is_panel());
    }

    /// Whether the dialog is on screen: keys are its own then.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Closes the dialog and stops what was measured for it; whether it was open.
    pub fn close(&mut self) -> bool {
        self.measuring = None;
        self.preview.close();
        std::mem::take(&mut self.open)
    }

    /// Takes the path that the system's dialog gave.
    pub fn set_path(&mut self, path: &Path) {
        self.path.set(path);
        self.follow_ending();
    }

    /// The view that is chosen.
    pub fn view(&self) -> &'static View {
        self.view
    }

    /// The panels, where several views are put into one figure.
    pub fn composition(&self, state: &State) -> Option<Composition> {
        let split = state.preferences.view.split;
        self.together.then(|| self.panels.composition(split))
    }

    /// The analyses of further rows; `None` while they are on their way.
    pub fn rows(
        &mut self,
        state: &State,
        limits: Limits,
    ) -> Option<Result<Vec<Arc<Analysis>>, String>> {
        match self.together {
            true => self.panels.rows(state.session(), limits, &state.wake),
            false => Some(Ok(Vec::new())),
        }
    }

    /// What the preview shows.
    pub fn preview(&mut self) -> &mut Preview {
        &mut self.preview
    }

    /// Takes what the figure of the preview has.
    pub fn tell_parts(&mut self, parts: Option<FigureParts>) {
        self.parts = parts;
    }

    /// The parts that the figure can do without; all while it is not drawn.
    fn omissible(&self) -> Vec<Omitted> {
        match &self.parts {
            Some(parts) => parts.omissible.clone(),
            None => Omitted::all().collect(),
        }
    }

    /// The parts of the figure that it does without.
    fn omitted(&self) -> Vec<Omitted> {
        let omissible = self.omissible();
        let omitted = self.omit.iter().copied();
        omitted.filter(|part| omissible.contains(part)).collect()
    }

    /// Whether a drawing or further rows are on their way.
    pub fn drawing(&self) -> bool {
        self.open && (self.preview.busy() || self.panels.busy())
    }

    /// The content of a file at `path`: a name that was typed says more than a button that was not
    /// pressed.
    pub fn content_of(&self, path: &Path) -> Content {
        Content::of(path).unwrap_or(self.content)
    }

    /// The choices for a file at `path`, as the command line knows them.
    pub fn export_of(&self, state: &State, path: &Path) -> Export {
        Export {
            dpi: state.preferences.dpi,
            paper: state.preferences.paper,
            theme: self.theme,
            colors: state.preferences.view.map,
            error_maps: state.preferences.view.error_maps,
            omit: self.omitted(),
            error_gain: state.preferences.view.error_gain,
            ..Export::to(path)
        }
    }

    fn choices_for(&self, state: &State, path: &Path) -> Choices {
        Choices {
            view: self.view.key,
            together: self.composition(state),
            export: self.export_of(state, path),
        }
    }

    /// Takes down that a file was saved, once something else would be.
    fn doubt_saved(&mut self, state: &State) {
        let target = self.target().ok();
        let choices = target.map(|target| self.choices_for(state, &target.path));
        if choices.is_some() && choices != self.written {
            self.path.forget_saved();
        }
    }

    /// Whether a file is being measured or written.
    pub fn busy(&self) -> bool {
        self.measuring.is_some() || self.writing()
    }

    fn writing(&self) -> bool {
        self.files.busy()
    }

    /// The name under which the file of this figure is remembered.
    fn file_name(&self) -> &'static str {
        match self.together {
            true => TOGETHER,
            false => self.view.file_name,
        }
    }

    /// Whether files of a content can be written: several views are a picture.
    fn fits(&self, content: Content) -> bool {
        match self.together {
            true => matches!(content, Content::Figure(_)),
            false => content.fits(self.view),
        }
    }

    /// Chooses a figure and offers the name that its file had last.
    fn choose(&mut self, state: &State, view: &'static View, together: bool) {
        if self.view != view || self.together != together {
            self.parts = None;
        }
        self.view = view;
        self.together = together;
        if !self.fits(self.content) {
            self.content = Content::Figure(Format::Png);
        }
        let preferences = &state.preferences;
        let name = self.file_name();
        let known = preferences.export_names.get(name);
        let stem = known.map_or(name, String::as_str);
        let name = format!("{stem}.{}", self.content.extension());
        self.path.suggest(preferences.export_folder.clone(), &name);
    }

    /// Another format: the name stays, its ending changes.
    fn chose_content(&mut self) {
        let home = home();
        let path = typed_path(&self.path.text, home.as_deref());
        if !path.is_empty() {
            self.path.text = with_ending(&path.to_string_lossy(), self.content);
        }
    }

    /// A typed ending that names a format chooses it.
    fn follow_ending(&mut self) {
        if let Ok(target) = self.target() {
            self.content = target.content;
        }
    }

    fn target(&self) -> Result<ExportTarget, String> {
        let home = home();
        let places = Places {
            home: home.as_deref(),
            folder: &self.path.folder,
        };
        ExportTarget::read(&self.path.text, self.content, self.view, &places)
    }

    /// Measures what the figure shows before it is written to `path`.
    pub fn measure(
        &mut self,
        ask: BackgroundTask,
        loaded: Option<Arc<LoadedMatrix>>,
        path: PathBuf,
        wake: &Wake,
    ) {
        let mut work = Background::default();
        work.ask(ask.clone(), loaded, wake);
        self.open = true;
        self.path.settle();
        self.measuring = Some(Measuring { ask, path, work });
    }

    /// The file that can be written now that its figure has been measured; what was measured is
    /// left in `known` for the plot.
    pub fn measured(&mut self, known: &mut Background) -> Option<PathBuf> {
        let Measuring { ask, path, work } = self.measuring.as_mut()?;
        work.receive();
        let path = path.clone();
        if work.answers(ask) {
            known.take(work);
            self.measuring = None;
            return Some(path);
        }
        if let Some(why) = work.failure.take() {
            self.fail(why);
        }
        None
    }

    /// Writes what the tab gave to `path`, which is none of `sources`.
    pub fn write(
        &mut self,
        state: &mut State,
        (exported, mut sources): (ExportedContent, Vec<PathBuf>),
        path: PathBuf,
    ) {
        let wake = Arc::clone(&state.wake);
        let preferences = &mut state.preferences;
        preferences.export_folder = path.parent().map(Path::to_path_buf);
        if let Some(stem) = ExportTarget::stem(&path) {
            let name = self.file_name().to_owned();
            preferences.export_names.insert(name, stem);
        }
        let dpi = preferences.dpi;
        sources.extend(preferences.experiment.dataset.files());
        sources.extend(state.session().files());
        self.path.settle();
        self.written = Some(self.choices_for(state, &path));
        let write = WriteRequest {
            exported,
            dpi,
            path,
            sources,
        };
        self.files.ask(write, &wake);
    }

    /// Says what became of the file. The dialog stays: the next format is one click away.
    pub fn receive(&mut self, state: &mut State) {
        for answer in self.files.receive() {
            match answer.and_then(|written| written) {
                Ok((path, note)) => {
                    self.path.saved(path.clone());
                    let note = note.map_or_else(String::new, |note| format!(" ({note})"));
                    state.done(format!("wrote {}{note}", path.display()));
                }
                Err(why) => {
                    self.open = true;
                    self.path.fail(why);
                }
            }
        }
    }

    /// Says why nothing was written, with the choices still there to be changed.
    pub fn fail(&mut self, why: String) {
        self.open = true;
        self.measuring = None;
        self.path.fail(why);
    }
}

/// The user's own folder, for `~`.
pub fn home() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|known| known.home_dir().to_path_buf())
}

fn write(request: WriteRequest, reply: &Reply<'_, ExportResult>) {
    let mut note = None;
    let bytes = match request.exported {
        ExportedContent::Figure { figure, format, .. } => {
            note = figure.font_note();
            let width = default_png_width(&figure, request.dpi);
            render(&figure, format, width, request.dpi).map_err(|e| e.to_string())
        }
        ExportedContent::Bytes(bytes) => Ok(bytes),
    };
    let written = bytes.and_then(|bytes| {
        check_outputs(&[&request.path], &request.sources)
            .and_then(|()| save_atomically(&request.path, &bytes))
            .map_err(|error| error.to_string())
    });
    reply.send(written.map(|()| (request.path, note)));
}
