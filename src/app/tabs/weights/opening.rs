//! The models that are open: their fields, and the worker that reads their headers.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{self, Key, RichText, WidgetInfo};

use super::action::{ModelRole, WeightsAction};
use crate::analysis::OpenModel;
use crate::app::command::Command;
use crate::app::notices::capitalized;
use crate::app::service::Service;
use crate::app::state::State;
use crate::app::worker::{Reply, Wake};
use crate::source::{Source, typed_path, whole_path};

/// The models that are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
struct ModelPaths {
    model: Option<PathBuf>,
    base: Option<PathBuf>,
}

/// What reading the headers gave.
struct ModelAnswer {
    paths: ModelPaths,
    /// The model, without its base where that could not be read, or why not even that.
    model: Result<OpenModel, String>,
    base_failure: Option<String>,
}

/// The open models, and what is typed to open others.
pub struct Opening {
    wake: Wake,
    service: Service<ModelPaths, ModelAnswer>,
    wanted: ModelPaths,
    model: Option<Arc<OpenModel>>,
    typed: [String; 2],
    /// The field that was last to be chosen by a dialog.
    browsed: ModelRole,
    failures: [Option<String>; 2],
}

impl Opening {
    /// Nothing is open.
    pub fn new(wake: Wake) -> Self {
        Self {
            wake,
            service: Service::new("weights", read),
            wanted: ModelPaths::default(),
            model: None,
            typed: Default::default(),
            browsed: ModelRole::Model,
            failures: Default::default(),
        }
    }

    /// The model that is open.
    pub fn model(&self) -> Option<&Arc<OpenModel>> {
        self.model.as_ref()
    }

    /// Whether headers are being read.
    pub fn busy(&self) -> bool {
        self.service.busy()
    }

    /// Stops reading; what was open stays.
    pub fn cancel(&mut self) {
        self.service.cancel();
        self.want_what_is_open();
    }

    fn want_what_is_open(&mut self) {
        self.wanted = match &self.model {
            Some(model) => ModelPaths {
                model: Some(model.path.clone()),
                base: model.base.as_ref().map(|base| base.path.clone()),
            },
            None => ModelPaths::default(),
        };
    }

    /// A dialog is asked for this one: its field has the keyboard where there is none.
    pub fn browse(&mut self, role: ModelRole) {
        self.browsed = role;
    }

    /// Opens a model, or subtracts one from it.
    pub fn open(&mut self, role: ModelRole, path: &Path) {
        self.typed[role as usize] = path.display().to_string();
        // It, its layers and its scan are remembered, for a day when the program runs in another folder.
        let path = whole_path(path);
        match role {
            ModelRole::Model => self.wanted.model = Some(path),
            ModelRole::Base => self.wanted.base = Some(path),
        }
        self.ask();
    }

    /// Opens what is typed: a path in any form, or `FILE#NAME`, whose name comes back.
    pub fn open_text(
        &mut self,
        role: ModelRole,
        text: &str,
        home: Option<&Path>,
    ) -> Option<String> {
        let path = PathBuf::from(typed_path(text, home));
        if !path.exists()
            && let Ok(Source::File { path, array }) = Source::typed(text, home)
        {
            self.open(role, &path);
            return array;
        }
        self.open(role, &path);
        None
    }

    /// Subtracts nothing any more.
    pub fn remove_base(&mut self) {
        self.wanted.base = None;
        self.typed[ModelRole::Base as usize].clear();
        self.failures[ModelRole::Base as usize] = None;
        self.ask();
    }

    fn ask(&mut self) {
        self.failures = Default::default();
        if self.wanted.model.is_some() {
            self.service.ask(self.wanted.clone(), &self.wake);
        }
    }

    /// Takes what the worker read; whether another model is open now.
    pub fn receive(&mut self) -> bool {
        let mut changed = false;
        for answer in self.service.receive() {
            match answer {
                Ok(answer) if answer.paths == self.wanted => {
                    if answer.base_failure.is_some() {
                        self.wanted.base = None;
                    }
                    self.failures[ModelRole::Base as usize] = answer.base_failure;
                    match answer.model {
                        Ok(model) => {
                            self.model = Some(Arc::new(model));
                            changed = true;
                        }
                        Err(why) => self.refuse(why),
                    }
                }
                Ok(_) => {}
                Err(why) => self.refuse(why),
            }
        }
        changed
    }

    /// Says why a model is not open; the one before stays.
    fn refuse(&mut self, why: String) {
        self.failures[ModelRole::Model as usize] = Some(why);
        self.want_what_is_open();
    }

    /// Draws the fields of both models, with what is wrong with each beneath.
    pub fn ui(&mut self, ui: &mut egui::Ui, state: &mut State, out: &mut Vec<Command>) {
        let wanted = std::mem::take(&mut state.type_path).then_some(self.browsed);
        let given = (&state.preferences.models, wanted);
        egui::Grid::new("models").num_columns(2).show(ui, |ui| {
            self.field(ui, ModelRole::Model, given, out);
            ui.end_row();
            if self.wanted.model.is_some() {
                self.field(ui, ModelRole::Base, given, out);
                ui.end_row();
            }
        });
        for why in self.failures.iter().flatten() {
            let text = RichText::new(capitalized(why)).color(ui.visuals().error_fg_color);
            ui.add(egui::Label::new(text).wrap());
        }
    }

    fn field(
        &mut self,
        ui: &mut egui::Ui,
        role: ModelRole,
        (recent, wanted): (&VecDeque<String>, Option<ModelRole>),
        out: &mut Vec<Command>,
    ) {
        let (label, name, hint) = match role {
            ModelRole::Model => (
                "Model",
                "path of the model",
                "a .safetensors file, an index, a folder, an adapter, .npz …",
            ),
            ModelRole::Base => (
                "Base to subtract",
                "path of the base",
                "optional: the base model, matched by name",
            ),
        };
        ui.label(label);
        ui.horizontal(|ui| {
            let text = &mut self.typed[role as usize];
            let width = (ui.available_width() - BUTTONS).clamp(120.0, LONGEST);
            let field = egui::TextEdit::singleline(text).hint_text(hint);
            let response = ui.add(field.desired_width(width));
            response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, name));
            if wanted == Some(role) {
                response.request_focus();
            }
            if response.changed() {
                self.failures[role as usize] = None;
            }
            let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
            let go = button(ui, WeightsAction::OpenText(role, String::new()), None);
            if (entered || go) && !text.trim().is_empty() {
                let action = WeightsAction::OpenText(role, text.trim().to_owned());
                out.push(Command::Weights(action));
            }
            button(ui, WeightsAction::BrowseFile(role), Some(out));
            button(ui, WeightsAction::BrowseFolder(role), Some(out));
            recent_menu(ui, role, recent, out);
            if role == ModelRole::Base && self.wanted.base.is_some() {
                button(ui, WeightsAction::RemoveBase, Some(out));
            }
        });
    }
}

/// Room for the buttons behind a field.
const BUTTONS: f32 = 320.0;

/// A longer field says nothing more.
const LONGEST: f32 = 760.0;

/// The models that were opened last.
fn recent_menu(
    ui: &mut egui::Ui,
    role: ModelRole,
    recent: &VecDeque<String>,
    out: &mut Vec<Command>,
) {
    ui.add_enabled_ui(!recent.is_empty(), |ui| {
        ui.menu_button("Recent", |ui| {
            for path in recent {
                if ui.button(path).clicked() {
                    let open = WeightsAction::Open(role, PathBuf::from(path));
                    out.push(Command::Weights(open));
                    ui.close();
                }
            }
        });
    });
}

/// A button of an action, which is pushed when it is clicked; whether it was.
fn button(ui: &mut egui::Ui, action: WeightsAction, out: Option<&mut Vec<Command>>) -> bool {
    let button = ui.button(action.text()).on_hover_text(action.tooltip());
    let clicked = button.clicked();
    if let Some(out) = out.filter(|_| clicked) {
        out.push(Command::Weights(action));
    }
    clicked
}

fn read(paths: ModelPaths, reply: &Reply<'_, ModelAnswer>) {
    let Some(path) = &paths.model else { return };
    let told = |error: crate::source::SourceError| error.to_string();
    let mut base_failure = None;
    let model = OpenModel::open(path).map_err(told);
    let model = model.map(|model| match &paths.base {
        None => model,
        Some(base) => {
            let alone = model.clone();
            model.with_base(base).unwrap_or_else(|error| {
                base_failure = Some(told(error));
                alone
            })
        }
    });
    reply.send(ModelAnswer {
        paths,
        model,
        base_failure,
    });
}
