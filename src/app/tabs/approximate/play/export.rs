//! The build-up as a file: the dialog, and the worker that draws and writes the frames.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui;

use super::action::PlayAction;
use crate::analysis::BuildUp;
use crate::app::command::Command;
use crate::app::save_dialog::{SaveDialog, SaveRequest};
use crate::app::service::Service;
use crate::app::state::State;
use crate::app::worker::Reply;
use crate::figure::animation::AnimationFormat;
use crate::figure::palette::Theme;
use crate::source::Limits;
use crate::store::{check_outputs, save_atomically};
use crate::views::build_up::{AnimationExport, encode};

const ENDINGS: [&str; 3] = [".gif", ".png", ".apng"];

/// An animation that is to be written.
struct AnimationJob {
    build_up: Arc<BuildUp>,
    export: AnimationExport,
    format: AnimationFormat,
    limits: Limits,
    /// Files that must not be overwritten.
    sources: Vec<PathBuf>,
}

/// A message of the worker.
enum AnimationMessage {
    /// So many frames are drawn, of so many.
    Drawn(usize, usize),
    /// The file is there, or why it is not.
    Ended(Result<PathBuf, String>),
}

/// The dialog and its worker.
pub struct AnimationExporter {
    dialog: SaveDialog,
    files: Service<AnimationJob, AnimationMessage>,
    theme: Theme,
    width: u32,
    drawn: Option<(usize, usize)>,
}

impl Default for AnimationExporter {
    fn default() -> Self {
        Self {
            dialog: SaveDialog::default(),
            files: Service::new("animation", work),
            theme: Theme::Light,
            width: AnimationExport::WIDTH,
            drawn: None,
        }
    }
}

fn work(job: AnimationJob, reply: &Reply<'_, AnimationMessage>) {
    let AnimationJob {
        build_up,
        export,
        format,
        limits,
        sources,
    } = job;
    let going = |drawn, of| {
        reply.send(AnimationMessage::Drawn(drawn, of));
        reply.keep_going()
    };
    let path = &export.path;
    let written = check_outputs(&[path], &sources)
        .map_err(|error| error.to_string())
        .and_then(|()| {
            let bytes = encode(&build_up, &export, format, &limits, &going);
            bytes.map_err(|error| error.to_string())
        });
    match written {
        Ok(ControlFlow::Break(())) => {}
        Ok(ControlFlow::Continue(bytes)) => {
            let saved = save_atomically(path, &bytes).map_err(|error| error.to_string());
            reply.send(AnimationMessage::Ended(saved.map(|()| path.clone())));
        }
        Err(why) => reply.send(AnimationMessage::Ended(Err(why))),
    }
}

impl AnimationExporter {
    /// Asks for the file.
    pub fn open(&mut self, state: &State) {
        self.dialog
            .open(state.preferences.export_folder.clone(), "build-up.gif");
    }

    /// Closes the dialog and stops what is being drawn; whether it was open.
    pub fn close(&mut self) -> bool {
        self.files.cancel();
        self.drawn = None;
        self.dialog.close()
    }

    /// Whether the dialog is on screen.
    pub fn is_open(&self) -> bool {
        self.dialog.is_open()
    }

    /// Whether a file is being drawn.
    pub fn busy(&self) -> bool {
        self.files.busy()
    }

    /// Takes the path that the system's dialog gave.
    pub fn set_path(&mut self, path: &Path) {
        self.dialog.set_path(path);
    }

    /// Says why nothing was written.
    pub fn fail(&mut self, why: String) {
        self.dialog.fail(why);
    }

    /// Draws and writes the build-up.
    pub fn write(&mut self, build_up: Arc<BuildUp>, path: &Path, state: &State) {
        let format = match AnimationFormat::from_path(path) {
            Ok(format) => format,
            Err(why) => return self.fail(why.to_string()),
        };
        let preferences = &state.preferences;
        let export = AnimationExport {
            growth: build_up.growth(),
            width: self.width,
            theme: self.theme,
            colors: preferences.view.map,
            ..AnimationExport::to(path)
        };
        let job = AnimationJob {
            build_up,
            export,
            format,
            limits: Limits::with_max_pixels(preferences.max_pixels),
            sources: state.session().files(),
        };
        self.files.ask(job, &state.wake);
    }

    /// Says what became of the file.
    pub fn receive(&mut self, state: &mut State) {
        for told in self.files.receive() {
            match told {
                Ok(AnimationMessage::Drawn(drawn, of)) => self.drawn = Some((drawn, of)),
                Ok(AnimationMessage::Ended(Ok(path))) => {
                    self.dialog.close();
                    state.preferences.export_folder = path.parent().map(Path::to_path_buf);
                    state.done(format!("wrote {}", path.display()));
                }
                Ok(AnimationMessage::Ended(Err(why))) | Err(why) => self.dialog.fail(why),
            }
        }
        if !self.files.busy() {
            self.drawn = None;
        }
    }

    /// Draws the dialog while it is open.
    pub fn ui(&mut self, ctx: &egui::Context, home: Option<&Path>, out: &mut Vec<Command>) {
        let was_open = self.is_open();
        let busy = self.busy().then(|| match self.drawn {
            Some((drawn, of)) => format!("Drawing frame {} of {of}…", drawn + 1),
            None => "Drawing…".to_owned(),
        });
        let asked = SaveRequest {
            heading: "Export animation",
            ending: ENDINGS[0],
            endings: &ENDINGS,
            busy,
            browse: Command::play(PlayAction::Browse("build-up.gif".to_owned())),
        };
        let mut ending = None;
        let (theme, width) = (&mut self.theme, &mut self.width);
        let all_colours = self.dialog.ends_in(&ENDINGS[1..]);
        let choices = |ui: &mut egui::Ui| {
            format_row(ui, all_colours, &mut ending);
            choices(ui, theme, width);
        };
        let path = self.dialog.ui(ctx, asked, home, choices, out);
        if let Some(ending) = ending {
            self.dialog.set_ending(&ENDINGS, ending);
        }
        out.extend(path.map(|path| Command::play(PlayAction::ExportTo(path))));
        if was_open && !self.is_open() {
            self.close();
        }
    }
}

/// The format, which is the path's ending.
fn format_row(ui: &mut egui::Ui, all_colours: bool, ending: &mut Option<&'static str>) {
    ui.horizontal(|ui| {
        ui.label("Format");
        for (text, of, hint) in [
            ("GIF", ".gif", "256 colours, shown everywhere"),
            ("Animated PNG", ".png", "All colours, shown by browsers"),
        ] {
            let chosen = all_colours == (of != ENDINGS[0]);
            if ui.radio(chosen, text).on_hover_text(hint).clicked() {
                *ending = Some(of);
            }
        }
    });
}

fn choices(ui: &mut egui::Ui, theme: &mut Theme, width: &mut u32) {
    ui.horizontal(|ui| {
        ui.label("Background");
        ui.radio_value(theme, Theme::Light, "Light");
        ui.radio_value(theme, Theme::Dark, "Dark");
    });
    ui.horizontal(|ui| {
        ui.label("Size");
        let pixels = egui::DragValue::new(width).range(200..=4000);
        ui.add(pixels.suffix(" pixels wide"))
            .on_hover_text("Width of the animation");
    });
}
