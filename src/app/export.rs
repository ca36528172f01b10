//! Which figure, in which format, where to: the dialog, and the worker that writes the file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui;

use super::command::Command;
use super::state::{State, Tab};
use super::tabs::approximate::SecondPlot;
use super::worker::{Answer, Answers, Reply, Wake, Worker};
use crate::figure::palette::Theme;
use crate::figure::{Figure, Format, Table, render};
use crate::session::Export;
use crate::store::save_atomically;

/// The figures that can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The paper's Figure 1 with Table I under it.
    FigureOne,
    /// Error against parameters.
    ErrorCurve,
    /// Singular values of every method's blocks.
    SingularValues,
    /// Errors over the data set.
    DataSet,
    /// The paper's Figure 2.
    AccuracyDrop,
    /// Loss and accuracy of the selected runs.
    TrainingCurves,
    /// What the selected run learned.
    DeltaWeights,
    /// What the selected runs still confuse.
    Confusion,
}

impl Kind {
    /// All of them, in the order of the dialog.
    const ALL: [Self; 8] = [
        Self::FigureOne,
        Self::ErrorCurve,
        Self::SingularValues,
        Self::DataSet,
        Self::AccuracyDrop,
        Self::TrainingCurves,
        Self::DeltaWeights,
        Self::Confusion,
    ];

    /// The tab whose figure it is.
    pub fn tab(self) -> Tab {
        match self {
            Self::FigureOne | Self::ErrorCurve | Self::SingularValues | Self::DataSet => {
                Tab::Approximate
            }
            Self::AccuracyDrop | Self::TrainingCurves | Self::DeltaWeights | Self::Confusion => {
                Tab::FineTune
            }
        }
    }

    /// The figures that the open tab offers.
    fn offered(open: Tab) -> impl Iterator<Item = Self> {
        let tab = match open {
            Tab::FineTune => Tab::FineTune,
            Tab::Approximate | Tab::Method => Tab::Approximate,
        };
        Self::ALL.into_iter().filter(move |kind| kind.tab() == tab)
    }

    fn title(self) -> &'static str {
        match self {
            Self::FigureOne => "Reconstructions and table (Figure 1, Table I)",
            Self::ErrorCurve => "Error against parameters",
            Self::SingularValues => "Singular values",
            Self::DataSet => "Errors over the data set",
            Self::AccuracyDrop => "Accuracy drop against parameters (Figure 2)",
            Self::TrainingCurves => "Training curves of the selected runs",
            Self::DeltaWeights => "ΔW of the selected run",
            Self::Confusion => "Confusion matrices of the selected runs",
        }
    }

    fn file_name(self) -> &'static str {
        match self {
            Self::FigureOne => "approximation",
            Self::ErrorCurve => "error-against-parameters",
            Self::SingularValues => "singular-values",
            Self::DataSet => "data-set",
            Self::AccuracyDrop => "accuracy-drop",
            Self::TrainingCurves => "training-curves",
            Self::DeltaWeights => "delta-weights",
            Self::Confusion => "confusion",
        }
    }
}

/// What a file of an export holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The picture.
    Figure(Format),
    /// The numbers behind it.
    Csv,
    /// The numbers with their settings, as the command line prints them.
    Json,
    /// A learned update as an array.
    Npy,
}

impl Content {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Figure(Format::Png), "png"),
        (Self::Figure(Format::Svg), "svg"),
        (Self::Figure(Format::Pdf), "pdf"),
        (Self::Csv, "csv"),
        (Self::Json, "json"),
        (Self::Npy, "npy"),
    ];

    /// What a file's name asks for.
    fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?;
        Self::ALL
            .into_iter()
            .find(|(_, extension)| ending.eq_ignore_ascii_case(extension))
            .map(|(content, _)| content)
    }

    fn extension(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(content, _)| *content == self)
            .map_or("png", |(_, extension)| extension)
    }
}

/// What the tabs give for an export: a picture and its numbers.
pub struct Exported {
    /// The picture.
    pub figure: Figure,
    /// The numbers as a table.
    pub table: Table,
    /// The numbers with their settings.
    pub json: String,
    /// The matrix as an NPY file, where it is one.
    pub npy: Option<Vec<u8>>,
}

/// The file that was written, or why none was.
type Written = Result<PathBuf, String>;

struct Write {
    exported: Exported,
    content: Content,
    width: u32,
    dpi: f64,
    path: PathBuf,
}

/// The dialog and its worker.
pub struct Exporter {
    open: bool,
    kind: Kind,
    content: Content,
    theme: Theme,
    path: String,
    /// Why the last file could not be written.
    failure: Option<String>,
    worker: Option<(Worker<Write>, Answers<Written>)>,
}

impl Default for Exporter {
    fn default() -> Self {
        Self {
            open: false,
            kind: Kind::FigureOne,
            content: Content::Figure(Format::Png),
            theme: Theme::Light,
            path: String::new(),
            failure: None,
            worker: None,
        }
    }
}

impl Exporter {
    /// Opens the dialog.
    pub fn open(&mut self, state: &State) {
        self.open = true;
        self.failure = None;
        if Kind::offered(state.tab).all(|kind| kind != self.kind) {
            self.kind = Kind::offered(state.tab).next().unwrap_or(Kind::FigureOne);
        }
        self.fit();
        self.suggest(state);
    }

    /// Whether the dialog is on screen: keys are its own then.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Closes the dialog; whether it was open.
    pub fn close(&mut self) -> bool {
        std::mem::take(&mut self.open)
    }

    /// Takes the path that the system's dialog gave.
    pub fn set_path(&mut self, path: &Path) {
        self.path = path.display().to_string();
        if let Some(content) = Content::of(path) {
            self.content = content;
        }
    }

    /// Which figure is chosen.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The choices for a file at `path`, as the command line knows them.
    pub fn export_of(&self, state: &State, path: &Path) -> Export {
        let (width, dpi) = state.preferences.png;
        Export {
            width: Some(width),
            dpi,
            theme: self.theme,
            colors: state.preferences.view.map,
            error_maps: state.preferences.view.error_maps,
            ..Export::to(path)
        }
    }

    /// Whether a file is being written.
    pub fn busy(&self) -> bool {
        self.worker
            .as_ref()
            .is_some_and(|(worker, _)| worker.busy())
    }

    /// Only ΔW is an array.
    fn fit(&mut self) {
        if self.content == Content::Npy && self.kind != Kind::DeltaWeights {
            self.content = Content::Figure(Format::Png);
        }
    }

    fn suggest(&mut self, state: &State) {
        let folder = state
            .preferences
            .export_folder
            .clone()
            .or_else(|| std::env::current_dir().ok())
            .unwrap_or_default();
        let name = format!("{}.{}", self.kind.file_name(), self.content.extension());
        self.path = folder.join(name).display().to_string();
    }

    /// Draws the dialog while it is open.
    pub fn ui(&mut self, ctx: &egui::Context, state: &mut State, out: &mut Vec<Command>) {
        if !self.open {
            return;
        }
        let modal = egui::Modal::new(egui::Id::unique("export")).show(ctx, |ui| {
            ui.set_width(460.0);
            ui.heading("Export");
            let before = (self.kind, self.content);
            for kind in Kind::offered(state.tab) {
                ui.radio_value(&mut self.kind, kind, kind.title());
            }
            ui.separator();
            ui.horizontal(|ui| {
                for (content, extension) in Content::ALL {
                    if content == Content::Npy && self.kind != Kind::DeltaWeights {
                        continue;
                    }
                    ui.radio_value(&mut self.content, content, extension.to_uppercase());
                }
            });
            self.details(ui, state);
            self.fit();
            if before != (self.kind, self.content) {
                self.suggest(state);
            }
            if self.kind == Kind::DataSet {
                // The plot behind the dialog measures what is to be exported.
                state.preferences.view.second = SecondPlot::DataSet;
            }
            ui.horizontal(|ui| {
                let field = egui::TextEdit::singleline(&mut self.path)
                    .desired_width(ui.available_width() - 80.0);
                ui.add(field).widget_info(|| {
                    egui::WidgetInfo::labeled(egui::Role::TextInput, true, "file to write")
                });
                let name = format!("{}.{}", self.kind.file_name(), self.content.extension());
                Command::BrowseExport(name).button(ui, out);
            });
            if let Some(why) = &self.failure {
                ui.colored_label(ui.visuals().error_fg_color, why);
            }
            ui.separator();
            self.buttons(ui, out);
        });
        if modal.should_close() {
            self.open = false;
        }
    }

    fn buttons(&mut self, ui: &mut egui::Ui, out: &mut Vec<Command>) {
        let path = PathBuf::from(self.path.trim());
        ui.horizontal(|ui| {
            let (save, hint) = match path.is_file() {
                true => (
                    "Replace",
                    "There is a file of this name; write the figure over it",
                ),
                false => ("Save", "Write the file"),
            };
            if ui.button(save).on_hover_text(hint).clicked() {
                out.push(Command::ExportTo(path.clone()));
                self.open = false;
            }
            if ui.button("Close").on_hover_text("Write nothing").clicked() {
                self.open = false;
            }
            if let Content::Figure(_) = self.content {
                Command::CopyFigureCommand(path).button(ui, out);
            }
        });
    }

    fn details(&mut self, ui: &mut egui::Ui, state: &mut State) {
        let Content::Figure(format) = self.content else {
            return;
        };
        ui.horizontal(|ui| {
            ui.radio_value(&mut self.theme, Theme::Light, "light");
            ui.radio_value(&mut self.theme, Theme::Dark, "dark");
        });
        if format == Format::Png {
            let (width, dpi) = &mut state.preferences.png;
            ui.horizontal(|ui| {
                ui.add(
                    egui::DragValue::new(width)
                        .range(100..=20_000)
                        .suffix(" pixels wide"),
                );
                ui.add(
                    egui::DragValue::new(dpi)
                        .range(36.0..=2400.0)
                        .suffix(" dpi"),
                );
            });
        }
    }

    /// Writes what the tab gave to `path`.
    pub fn write(&mut self, state: &mut State, exported: Exported, path: PathBuf, wake: &Wake) {
        state.preferences.export_folder = path.parent().map(Path::to_path_buf);
        let (width, dpi) = state.preferences.png;
        let (worker, _) = self
            .worker
            .get_or_insert_with(|| Worker::spawn("export", Arc::clone(wake), write));
        worker.ask(Write {
            exported,
            // A name that was typed says more than a button that was not pressed.
            content: Content::of(&path).unwrap_or(self.content),
            width,
            dpi,
            path,
        });
    }

    /// Says what became of the file.
    pub fn receive(&mut self, state: &mut State) {
        let Some((worker, answers)) = &mut self.worker else {
            return;
        };
        let mut failed = Vec::new();
        for answer in worker.receive(answers) {
            match answer {
                Answer::Given(Ok(path)) => state.done(format!("wrote {}", path.display())),
                Answer::Given(Err(why)) | Answer::Failed(why) => failed.push(why),
                Answer::Finished => {}
            }
        }
        for why in failed {
            self.fail(state, why);
        }
    }

    /// Says why nothing was written, with the choices still there to be changed.
    pub fn fail(&mut self, state: &mut State, why: String) {
        self.open = true;
        self.failure = Some(why.clone());
        state.fail(why);
    }
}

fn write(request: Write, reply: &Reply<'_, Written>) {
    let Exported {
        figure,
        table,
        json,
        npy,
    } = request.exported;
    let bytes = match request.content {
        Content::Figure(format) => {
            render(&figure, format, request.width, request.dpi).map_err(|e| e.to_string())
        }
        Content::Csv => Ok(table.to_csv().into_bytes()),
        Content::Json => Ok(json.into_bytes()),
        Content::Npy => npy.ok_or_else(|| "only ΔW is written as NPY, choose png".to_owned()),
    };
    let written = bytes.and_then(|bytes| {
        save_atomically(&request.path, &bytes).map_err(|error| error.to_string())
    });
    reply.send(written.map(|()| request.path));
}
