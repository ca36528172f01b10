//! Real weights: a model or an adapter, its layers one by one, and all of them at one budget.

pub mod action;
mod browse;
mod differences;
mod dropped;
pub mod figures;
mod keeper;
mod map;
mod opening;
mod plan_view;
mod saving;
mod scan_fields;
mod scan_view;
mod scanning;
mod tree;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui;

use self::action::{ModelRole, TAB, WeightsAction};
use self::browse::Browser;
use self::dropped::DroppedModel;
use self::opening::Opening;
use self::plan_view::PlanView;
use self::saving::Saved;
use self::scan_view::ScanView;
use crate::analysis::{LayerSource, OpenModel, Scan, begin_beside};
use crate::app::command::Command;
use crate::app::dialogs::Question;
use crate::app::export::home;
use crate::app::page::Page;
use crate::app::state::{Act, Message, Origin, State, Tab};
use crate::app::tabs::StartState;
use crate::app::widgets::focus;
use crate::approx::Method;
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::session::Settings;
use crate::source::{Source, holds_weights, typed_path, whole_path};
use crate::store::JsonKind;
use crate::views::scan::{arrays_command, plan_command};

/// The tab: the open models, and how they are looked at.
pub struct WeightsTab {
    section: Section,
    opening: Opening,
    browser: Browser,
    scan: ScanView,
    plan: PlanView,
    /// What was dropped beside an open model, until it is said what it is.
    dropped: Option<DroppedModel>,
    /// Whether the tab has been on screen.
    seen: bool,
    /// Whether another tab has been since.
    left: bool,
}

/// Why nothing of a scan can be written.
const NO_SCAN: &str = "no model has been scanned; scan one first";

/// A part of the tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Section {
    /// The tree of arrays.
    #[default]
    Arrays,
    /// All layers at one budget.
    Scan,
    /// Ranks for all layers.
    Plan,
}

impl Section {
    const ALL: [Self; 3] = [Self::Arrays, Self::Scan, Self::Plan];

    fn title(self) -> &'static str {
        match self {
            Self::Arrays => "Arrays",
            Self::Scan => "Scan",
            Self::Plan => "Plan",
        }
    }

    fn tooltip(self) -> &'static str {
        match self {
            Self::Arrays => "What is in the model; a click opens a layer",
            Self::Scan => {
                "Every layer at one budget: which structure has the least error, as a map and a table"
            }
            Self::Plan => "Ranks for every layer under one budget, by what the scan found",
        }
    }
}

impl WeightsTab {
    /// A tab with nothing open.
    pub fn new(place: &StartState) -> Self {
        Self {
            section: Section::default(),
            opening: Opening::new(Arc::clone(&place.wake)),
            browser: Browser::default(),
            scan: ScanView::new(place.folder.as_ref().map(|folder| folder.join("scans"))),
            plan: PlanView::default(),
            dropped: None,
            seen: false,
            left: false,
        }
    }

    /// The open model, for tests that look at what the window knows.
    pub fn model(&self) -> Option<&OpenModel> {
        self.opening.model().map(AsRef::as_ref)
    }

    /// The scan, for tests.
    pub fn scan(&self) -> Option<&Scan> {
        self.scan.scanning.found().map(AsRef::as_ref)
    }

    /// The command line of the arrays or the plan that are shown, else of the scan or of the next one.
    ///
    /// # Errors
    /// Why there is none.
    fn command(&self) -> Result<String, &'static str> {
        let command = match (self.plan.plan(), self.scan(), self.model()) {
            (_, _, Some(model)) if self.section == Section::Arrays => arrays_command(model),
            (Some(plan), Some(_), _) if self.section == Section::Plan => {
                let scan = self.scan.file();
                let scan = scan.ok_or("a plan is made of a scan’s file; save the scan first")?;
                plan_command(scan, (plan.structure, plan.budget))
            }
            (_, None, None) => return Err("no model is open; open one first"),
            _ => figures::command(self, None),
        };
        let command = command.ok_or("no command can name this path; rename the file")?;
        Ok(command.whole)
    }

    /// Opens a layer in the first tab, which can lead back here.
    fn open_layer(&self, layer: LayerSource, state: &mut State, out: &mut Vec<Command>) {
        let mut session = state.latest_session().clone();
        if let Some(model) = self.model() {
            look(&mut session.settings, &self.scan, (model, &layer));
        }
        session.source = layer.source.clone();
        session.subtract = layer.subtract;
        state.opened_from = Some(Origin {
            tab: TAB,
            source: layer.source,
            steps: [WeightsAction::PreviousLayer, WeightsAction::NextLayer].map(Command::Weights),
        });
        out.push(Command::SetSession(Box::new(session)));
        out.push(Command::Show(Tab::HOME));
    }

    /// Opens the layer before the one in the first tab, or the next one.
    fn step(&self, next: bool, state: &mut State, out: &mut Vec<Command>) {
        let shown = &state.latest_session().source;
        let beside = self.model().and_then(|model| {
            let at = model.place_of(shown)?;
            model.layer_beside(at, next)
        });
        match beside {
            Some(layer) => self.open_layer(layer, state, out),
            None => {
                let why =
                    "no open model has another layer beside this one; open its model in Weights";
                let why = Message::Error(why.to_owned());
                state.notices.say(Tab::HOME, Act::Other, why);
            }
        }
    }

    /// Marks the layer in the first tab wherever it is listed.
    fn mark(&mut self, state: &State) {
        let shown = state.origin().map(|origin| &origin.source);
        let Some((model, shown)) = self.opening.model().zip(shown) else {
            return;
        };
        if let Some(at) = model.place_of(shown) {
            let name = &model.listed.arrays[at].name;
            self.scan.mark(name);
            self.plan.mark(name);
            self.browser.mark(at);
        }
    }

    fn body(&mut self, ui: &mut egui::Ui, state: &mut State, theme: Theme, out: &mut Vec<Command>) {
        let model = self.opening.model().cloned();
        match self.section {
            Section::Arrays => {}
            Section::Scan => return self.scan.ui(ui, model.as_deref(), theme, out),
            Section::Plan => {
                self.scan.remarks(ui, model.as_deref());
                return self.plan.ui(ui, self.scan.scanning.found(), out);
            }
        }
        let Some(model) = model else {
            return nothing_open(ui);
        };
        if let Some(base) = &model.base {
            differences::show(ui, base);
        }
        self.browser.ui(ui, &model, state, out);
    }

    fn run_on_models(&mut self, action: &WeightsAction, state: &mut State) {
        match action {
            WeightsAction::BrowseFile(role) => {
                let open: fn(PathBuf) -> Command = match role {
                    ModelRole::Model => open_model,
                    ModelRole::Base => open_base,
                };
                self.opening.browse(*role);
                state.dialogs.ask(Question::arrays(), open);
            }
            WeightsAction::BrowseFolder(role) => {
                let open: fn(PathBuf) -> Command = match role {
                    ModelRole::Model => open_model,
                    ModelRole::Base => open_base,
                };
                self.opening.browse(*role);
                state.dialogs.ask(Question::Folder, open);
            }
            WeightsAction::Open(role, path) => self.opening.open(*role, path),
            WeightsAction::OpenText(role, text) => {
                let home = home();
                let path = PathBuf::from(typed_path(text, home.as_deref()));
                if *role == ModelRole::Model && JsonKind::of(&path) == Some(JsonKind::Scan) {
                    self.section = Section::Scan;
                    return self.scan.read(whole_path(&path), state);
                }
                if let Some(name) = self.opening.open_text(*role, text, home.as_deref()) {
                    self.browser.find(name);
                }
            }
            WeightsAction::Offer(path) => self.dropped = Some(DroppedModel::new(path.clone())),
            WeightsAction::RemoveBase => self.opening.remove_base(),
            _ => {}
        }
    }

    /// Shows the scan that was on screen when the window was closed, with its models. Nothing that was
    /// opened since gives way to it.
    fn show_last(&mut self, state: &mut State) {
        let seen = std::mem::replace(&mut self.seen, true);
        let idle = self.opening.model().is_none() && !self.opening.busy() && !self.scan.busy();
        if seen || !idle || self.scan.scanning.found().is_some() {
            return;
        }
        match state.preferences.scan.clone() {
            Some(path) if path.exists() => self.scan.read(path, state),
            _ => state.preferences.scan = None,
        }
    }

    fn run_on_scan(&mut self, action: &WeightsAction, state: &mut State, out: &mut Vec<Command>) {
        let model = self.opening.model().cloned();
        match action {
            WeightsAction::Scan => match &model {
                Some(model) => self.scan.run(model, state),
                None => state.fail("no model is open; open one first"),
            },
            WeightsAction::StopScan => self.scan.scanning.stop(),
            WeightsAction::ClearScan => self.scan.clear(state),
            WeightsAction::SaveScan => self.scan.save(Saved::Scan, state),
            WeightsAction::SavePlan => self.scan.save(Saved::Plan, state),
            WeightsAction::BrowseSave(name) => {
                state.dialogs.ask(Question::Save(name.clone()), |path| {
                    Command::Weights(WeightsAction::ChooseSave(path))
                });
            }
            WeightsAction::ChooseSave(path) => self.scan.saving.dialog.set_path(path),
            WeightsAction::SaveTo(path) => {
                self.scan.write(path.clone(), self.plan.plan(), state);
            }
            WeightsAction::BrowseScan => {
                state
                    .dialogs
                    .ask(Question::File("Scans", vec!["json"]), |path| {
                        Command::Weights(WeightsAction::OpenScan(path))
                    });
            }
            WeightsAction::OpenScan(path) => {
                self.section = Section::Scan;
                self.scan.read(path.clone(), state);
            }
            WeightsAction::OpenScanned(name) => match self.scan.layer(name, model.as_deref()) {
                Ok(layer) => self.open_layer(layer, state, out),
                Err(why) => state.fail(why),
            },
            WeightsAction::CopyCommand => match self.command() {
                Ok(command) => out.push(Command::CopyText(command)),
                Err(why) => state.fail(why),
            },
            WeightsAction::NoFigure => state.fail(NO_SCAN),
            _ => {}
        }
    }
}

fn open_model(path: PathBuf) -> Command {
    Command::Weights(WeightsAction::Open(ModelRole::Model, path))
}

fn open_base(path: PathBuf) -> Command {
    Command::Weights(WeightsAction::Open(ModelRole::Base, path))
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

/// The first of many lines for a hint under the pointer, and how many more there are.
fn first_lines(lines: impl ExactSizeIterator<Item = String>) -> String {
    const TOLD: usize = 20;
    let more = lines.len().saturating_sub(TOLD);
    let mut told: Vec<String> = lines.take(TOLD).collect();
    if more > 0 {
        told.push(format!("… and {} more", label::count(more)));
    }
    told.join("\n")
}

/// Rows and columns of the array that a layer is read from.
fn shape_of(model: &OpenModel, layer: &LayerSource) -> Option<(usize, usize)> {
    let Source::File { array, .. } = &layer.source else {
        return None;
    };
    let at = model.find(array.as_deref().unwrap_or_default())?;
    let (rows, cols) = model.listed.arrays[at].as_matrix()?;
    Some((rows.try_into().ok()?, cols.try_into().ok()?))
}

/// The settings at which a layer is looked at, by whatever way it is opened: those of the scan, beside which
/// every added structure begins anew.
fn look(settings: &mut Settings, scan: &ScanView, (model, layer): (&OpenModel, &LayerSource)) {
    scan.show(settings, model);
    let Some(shape) = shape_of(model, layer) else {
        return;
    };
    for method in Method::ALL.iter().copied() {
        if settings.shows(method) {
            begin_beside(settings, method, shape);
        }
    }
}

impl Page for WeightsTab {
    fn tab(&self) -> Tab {
        TAB
    }

    fn receive(&mut self, state: &mut State) {
        self.left |= state.tab != TAB;
        if self.opening.receive()
            && let Some(model) = self.opening.model()
        {
            self.browser.show_model(model);
            let base = model.base.as_ref().map(|base| &base.path);
            for path in base.into_iter().chain([&model.path]) {
                let path = path.display().to_string();
                state.preferences.remember_model(&path);
            }
        }
        // A scan that is opened brings its models.
        if let Some((model, base)) = self.scan.receive(state) {
            self.opening.remove_base();
            self.opening.open(ModelRole::Model, &model);
            if let Some(base) = base {
                self.opening.open(ModelRole::Base, &base);
            }
        }
    }

    fn busy(&self) -> bool {
        self.opening.busy() || self.scan.busy()
    }

    fn asks(&self) -> bool {
        self.dropped.is_some() || self.scan.saving.dialog.is_open()
    }

    fn cancel(&mut self) -> bool {
        if self.dropped.take().is_none() && !self.scan.saving.dialog.close() {
            self.scan.scanning.stop();
            self.opening.cancel();
        }
        true
    }

    fn instead_of(&self, command: &Command) -> Option<Command> {
        Some(Command::Weights(match command {
            Command::Open => WeightsAction::BrowseFile(ModelRole::Model),
            Command::Subtract => WeightsAction::BrowseFile(ModelRole::Base),
            // The dialog of all figures has the map.
            Command::Export if self.scan().is_some_and(|scan| !scan.layers.is_empty()) => {
                return None;
            }
            Command::Export => WeightsAction::NoFigure,
            Command::CopyCommand => WeightsAction::CopyCommand,
            _ => return None,
        }))
    }

    /// Anything that is dropped on it is a model or a scan; elsewhere only what can be nothing else. Beside
    /// an open model it may be its base as well, and that is asked.
    fn takes(&self, path: &Path, open: bool) -> Option<Command> {
        let weights = holds_weights(path);
        let json = JsonKind::of(path).filter(|_| !weights);
        let other = self.opening.model().filter(|model| model.path != path);
        let action = match json {
            Some(JsonKind::Scan) => WeightsAction::OpenScan(path.to_owned()),
            Some(_) => return None,
            None if !(open || weights) => return None,
            None if open && other.is_some() => WeightsAction::Offer(path.to_owned()),
            None => WeightsAction::Open(ModelRole::Model, path.to_owned()),
        };
        Some(Command::Weights(action))
    }

    fn drop_hint(&self) -> &'static str {
        match self.opening.model() {
            Some(_) => "Drop a model or its base, and choose which it is",
            None => "Drop a model to open it",
        }
    }

    fn run(&mut self, command: &Command, state: &mut State, out: &mut Vec<Command>) {
        let Command::Weights(action) = command else {
            return;
        };
        state.notices.settle(TAB, Act::Other);
        match action {
            WeightsAction::OpenModel => {
                state.tab = TAB;
                self.run_on_models(&WeightsAction::BrowseFile(ModelRole::Model), state);
            }
            WeightsAction::BrowseFile(_)
            | WeightsAction::BrowseFolder(_)
            | WeightsAction::Open(..)
            | WeightsAction::OpenText(..)
            | WeightsAction::Offer(_)
            | WeightsAction::RemoveBase => self.run_on_models(action, state),
            WeightsAction::PreviousLayer => self.step(false, state, out),
            WeightsAction::NextLayer => self.step(true, state, out),
            WeightsAction::OpenLayer(layer) => self.open_layer(layer.as_ref().clone(), state, out),
            _ => self.run_on_scan(action, state, out),
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, state: &mut State, theme: Theme, out: &mut Vec<Command>) {
        self.show_last(state);
        if std::mem::take(&mut self.left) {
            self.mark(state);
        }
        egui::CentralPanel::default().show(ui, |ui| {
            focus::content(ui);
            self.opening.ui(ui, state, out);
            if self.opening.busy() {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label("Reading names and shapes…");
                    Command::Cancel.button(ui, out);
                });
            }
            ui.horizontal(|ui| {
                for section in Section::ALL {
                    ui.selectable_value(&mut self.section, section, section.title())
                        .on_hover_text(section.tooltip());
                }
            });
            ui.separator();
            self.body(ui, state, theme, out);
        });
        let home = home();
        self.scan.saving.ui(ui.ctx(), home.as_deref(), out);
        if let (Some(dropped), Some(model)) = (&mut self.dropped, self.opening.model())
            && dropped.ui(ui.ctx(), model, out)
        {
            self.dropped = None;
        }
    }
}
