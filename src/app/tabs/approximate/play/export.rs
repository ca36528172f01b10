//! The build-up as a file: the dialog, and the worker that draws and writes the frames.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui;

use super::action::PlayAction;
use crate::analysis::BuildUp;
use crate::app::command::Command;
use crate::app::save_dialog::{FileForm, SaveDialog, SaveMessage, SaveRequest};
use crate::app::save_path::SaveBusy;
use crate::app::state::State;
use crate::app::worker::Reply;
use crate::figure::animation::AnimationFormat;
use crate::figure::palette::Theme;
use crate::source::Limits;
use crate::store::{check_outputs, save_atomically};
use crate::views::build_up::{AnimationExport, encode};

const FORMS: [FileForm; 2] = [
    FileForm {
        endings: &[".gif"],
        name: "GIF",
        hint: "256 colours, shown everywhere",
    },
    FileForm {
        endings: &[".png", ".apng"],
        name: "Animated PNG",
        hint: "All colours, shown by browsers",
    },
];

/// An animation that is to be written.
pub struct AnimationJob {
    build_up: Arc<BuildUp>,
    export: AnimationExport,
    format: AnimationFormat,
    limits: Limits,
    /// Files that must not be overwritten.
    sources: Vec<PathBuf>,
}

/// The dialog, and the look of the animation.
pub struct AnimationExporter {
    /// The dialog, which draws and writes its files.
    pub dialog: SaveDialog<AnimationJob>,
    theme: Theme,
    width: u32,
}

impl Default for AnimationExporter {
    fn default() -> Self {
        Self {
            dialog: SaveDialog::new("animation", work),
            theme: Theme::Light,
            width: AnimationExport::WIDTH,
        }
    }
}

fn work(job: AnimationJob, reply: &Reply<'_, SaveMessage>) {
    let AnimationJob {
        build_up,
        export,
        format,
        limits,
        sources,
    } = job;
    let going = |drawn: usize, of: usize| {
        reply.send(SaveMessage::At(SaveBusy {
            text: format!("Drawing frame {} of {of}…", drawn + 1),
            share: Some(drawn as f32 / of.max(1) as f32),
        }));
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
            reply.send(SaveMessage::Ended(saved.map(|()| path.clone())));
        }
        Err(why) => reply.send(SaveMessage::Ended(Err(why))),
    }
}

impl AnimationExporter {
    /// Asks for the file.
    pub fn open(&mut self, state: &State) {
        self.dialog
            .open(state.preferences.export_folder.clone(), "build-up.gif");
    }

    /// Draws and writes the build-up.
    pub fn write(&mut self, build_up: Arc<BuildUp>, path: &Path, state: &State) {
        let format = match AnimationFormat::from_path(path) {
            Ok(format) => format,
            Err(why) => return self.dialog.fail(why.to_string()),
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
        self.dialog.write(job, state);
    }

    /// Draws the dialog while it is open.
    pub fn ui(&mut self, ctx: &egui::Context, home: Option<&Path>, out: &mut Vec<Command>) {
        let asked = SaveRequest {
            heading: "Export animation",
            forms: &FORMS,
            browse: Command::play(PlayAction::Browse("build-up.gif".to_owned())),
        };
        let (theme, width) = (&mut self.theme, &mut self.width);
        let choices = |ui: &mut egui::Ui| choices(ui, theme, width);
        let path = self.dialog.ui(ctx, asked, home, choices, out);
        out.extend(path.map(|path| Command::play(PlayAction::ExportTo(path))));
    }
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
