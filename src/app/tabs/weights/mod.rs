//! Real weights: a model or an adapter, what is in it, and its layers one by one.

pub mod action;
mod browse;
mod opening;
mod tree;

use std::path::Path;
use std::sync::Arc;

use eframe::egui::{self, RichText};

use self::action::{ModelRole, TAB, WeightsAction};
use self::browse::Browser;
use self::opening::Opening;
use crate::analysis::{LayerSource, ModelBase, OpenModel};
use crate::app::command::Command;
use crate::app::dialogs::Question;
use crate::app::export::home;
use crate::app::notices::capitalized;
use crate::app::page::Page;
use crate::app::state::{Act, State, Tab};
use crate::app::tabs::StartState;
use crate::app::widgets::focus;
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::source::holds_weights;

/// The tab: the open models, and how they are looked at.
pub struct WeightsTab {
    opening: Opening,
    browser: Browser,
}

impl WeightsTab {
    /// A tab with nothing open.
    pub fn new(place: &StartState) -> Self {
        Self {
            opening: Opening::new(Arc::clone(&place.wake)),
            browser: Browser::default(),
        }
    }

    /// The open model, for tests that look at what the window knows.
    pub fn model(&self) -> Option<&OpenModel> {
        self.opening.model().map(AsRef::as_ref)
    }

    fn body(&mut self, ui: &mut egui::Ui, state: &mut State, out: &mut Vec<Command>) {
        let Some(model) = self.opening.model().cloned() else {
            return nothing_open(ui);
        };
        if let Some(base) = &model.base {
            differences(ui, base);
        }
        self.browser.ui(ui, &model, state, out);
    }
}

/// What can be opened.
fn nothing_open(ui: &mut egui::Ui) {
    ui.add_space(12.0);
    for text in [
        "Open a model or an adapter: type a path above, choose a file or a folder, or drop one here.",
        "A safetensors file, the index of a checkpoint in several files, the folder of either, an adapter of PEFT \
         (LoRA, GraLoRA, LoKr, LoHa), kohya or diffusers, NPZ or NPY. Only headers are read, so large files open at once.",
        "With a second model to subtract, each layer is what training changed: tuned minus base.",
    ] {
        ui.add(egui::Label::new(text).wrap());
        ui.add_space(4.0);
    }
}

/// Differences that are told at once; all others are behind a fold.
const SEEN: usize = 2;

/// How a model and its base differ, before any work.
fn differences(ui: &mut egui::Ui, base: &ModelBase) {
    let notes = base.comparison.notes();
    if notes.is_empty() {
        ui.label("Every layer has its base, in the same shape");
        return;
    }
    let warn = ui.visuals().warn_fg_color;
    let sentence = |note: &String| RichText::new(capitalized(note)).color(warn);
    if notes.len() <= SEEN {
        for note in &notes {
            ui.add(egui::Label::new(sentence(note)).truncate());
        }
        return;
    }
    let of = &base.comparison;
    let title = format!(
        "{} of another shape, {} not in the base, {} only in the base",
        label::count(of.other_shapes.len()),
        label::count(of.not_in_base.len()),
        label::count(of.only_in_base.len()),
    );
    egui::CollapsingHeader::new(RichText::new(title).color(warn))
        .id_salt("differences")
        .show(ui, |ui| {
            let height = ui.text_style_height(&egui::TextStyle::Body);
            egui::ScrollArea::vertical()
                .max_height(6.0 * (height + ui.spacing().item_spacing.y))
                .auto_shrink([false, true])
                .show_rows(ui, height, notes.len(), |ui, rows| {
                    for note in &notes[rows] {
                        ui.add(egui::Label::new(capitalized(note)).truncate());
                    }
                });
        });
}

/// Opens a layer in the first tab, which can lead back here.
fn open_layer(layer: LayerSource, state: &mut State, out: &mut Vec<Command>) {
    let mut session = state.latest_session().clone();
    session.source = layer.source.clone();
    session.subtract = layer.subtract;
    state.opened_from = Some((TAB, layer.source));
    out.push(Command::SetSession(Box::new(session)));
    out.push(Command::Show(Tab::HOME));
}

impl Page for WeightsTab {
    fn tab(&self) -> Tab {
        TAB
    }

    fn receive(&mut self, _state: &mut State) {
        if self.opening.receive()
            && let Some(model) = self.opening.model()
        {
            self.browser.show_model(model);
        }
    }

    fn busy(&self) -> bool {
        self.opening.busy()
    }

    fn cancel(&mut self) -> bool {
        self.opening.cancel();
        true
    }

    fn instead_of(&self, command: &Command) -> Option<Command> {
        Some(Command::Weights(match command {
            Command::Open => WeightsAction::BrowseFile(ModelRole::Model),
            Command::Subtract => WeightsAction::BrowseFile(ModelRole::Base),
            _ => return None,
        }))
    }

    /// Anything that is dropped on it is a model; elsewhere only what can be nothing else.
    fn takes(&self, path: &Path, open: bool) -> Option<Command> {
        let taken = open || holds_weights(path);
        let action = WeightsAction::Open(ModelRole::Model, path.to_owned());
        taken.then_some(Command::Weights(action))
    }

    fn run(&mut self, command: &Command, state: &mut State, out: &mut Vec<Command>) {
        let Command::Weights(action) = command else {
            return;
        };
        state.notices.settle(TAB, Act::Other);
        match action {
            WeightsAction::BrowseFile(ModelRole::Model) => {
                state.dialogs.ask(Question::arrays(), |path| {
                    Command::Weights(WeightsAction::Open(ModelRole::Model, path))
                });
            }
            WeightsAction::BrowseFile(ModelRole::Base) => {
                state.dialogs.ask(Question::arrays(), |path| {
                    Command::Weights(WeightsAction::Open(ModelRole::Base, path))
                });
            }
            WeightsAction::BrowseFolder(ModelRole::Model) => {
                state.dialogs.ask(Question::Folder, |path| {
                    Command::Weights(WeightsAction::Open(ModelRole::Model, path))
                });
            }
            WeightsAction::BrowseFolder(ModelRole::Base) => {
                state.dialogs.ask(Question::Folder, |path| {
                    Command::Weights(WeightsAction::Open(ModelRole::Base, path))
                });
            }
            WeightsAction::Open(role, path) => self.opening.open(*role, path.clone()),
            WeightsAction::OpenText(role, text) => {
                let home = home();
                if let Some(name) = self.opening.open_text(*role, text, home.as_deref()) {
                    self.browser.find(name);
                }
            }
            WeightsAction::RemoveBase => self.opening.remove_base(),
            WeightsAction::OpenLayer(layer) => open_layer(layer.as_ref().clone(), state, out),
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, state: &mut State, _theme: Theme, out: &mut Vec<Command>) {
        egui::CentralPanel::default().show(ui, |ui| {
            focus::content(ui);
            self.opening.ui(ui, out);
            if self.opening.busy() {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label("Reading names and shapes…");
                    Command::Cancel.button(ui, out);
                });
            }
            ui.separator();
            self.body(ui, state, out);
        });
    }
}
