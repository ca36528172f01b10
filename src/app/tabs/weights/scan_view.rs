//! The scan on screen: its settings, how far it is, the map of the model and the table of its layers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{self, RichText};

use super::action::WeightsAction;
use super::map::{self, MapView};
use super::saving::{Saved, SavedFile, Saving, plan_bytes, scan_bytes};
use super::scan_fields::ScanFields;
use super::scanning::{ScanAdvance, Scanning};
use super::{NO_SCAN, first_lines};
use crate::analysis::{
    LayerSource, OpenModel, Plan, Scan, ScanSettings, read_scan, show_as_scanned,
};
use crate::app::command::Command;
use crate::app::notices::capitalized;
use crate::app::service::Service;
use crate::app::state::State;
use crate::app::widgets::knobs::choice;
use crate::app::widgets::sorted_table::{SortedTable, TableView};
use crate::app::worker::Reply;
use crate::figure::compose::{
    MapColumn, SCAN_VERDICT, ScanMap, model_name, scan_heading, scan_rounding, scan_sentence,
    scan_table,
};
use crate::figure::palette::Theme;
use crate::figure::{Table, label};
use crate::session::Settings;
use crate::views::scan::{COLORS, ScanCall};

/// The results as they are drawn.
struct DrawnScan {
    scan: Arc<Scan>,
    table: Table,
    map: ScanMap,
    column: MapColumn,
}

/// The paths of a model and its base.
pub type ModelAndBase = (PathBuf, Option<PathBuf>);

/// The part of the tab that scans.
pub struct ScanView {
    fields: ScanFields,
    /// The patterns of the last run.
    patterns: Vec<String>,
    /// The worker and what it found.
    pub scanning: Scanning,
    /// The dialog of its files.
    pub saving: Saving,
    /// Reads the files of scans.
    files: Service<PathBuf, Result<(PathBuf, Scan), String>>,
    /// The file that holds a scan, whole.
    file: Option<(PathBuf, Arc<Scan>)>,
    column: MapColumn,
    drawn: Option<DrawnScan>,
    map: MapView,
    table: SortedTable,
}

impl ScanView {
    /// Nothing is measured; scans are kept in `folder`, if there is one.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self {
            fields: ScanFields::default(),
            patterns: Vec::new(),
            scanning: Scanning::new(folder),
            saving: Saving::default(),
            files: Service::new("read scan", |path: PathBuf, reply: &Reply<'_, _>| {
                reply.send(match read_scan(&path) {
                    Ok(scan) => Ok((path, scan)),
                    Err(why) => Err(format!("{why}: {}", path.display())),
                });
            }),
            file: None,
            column: MapColumn::default(),
            drawn: None,
            map: MapView::default(),
            table: SortedTable::default(),
        }
    }

    /// Takes what the workers sent; the models of a scan that was opened.
    pub fn receive(&mut self, state: &mut State) -> Option<ModelAndBase> {
        if self.scanning.receive(state) {
            self.drawn = None;
        }
        if let Some(path) = self.saving.dialog.receive(state)
            && let Some(scan) = self.saving.written_scan(&path)
        {
            self.file = Some((path, scan));
        }
        let mut models = None;
        for read in self.files.receive() {
            match read.and_then(|scan| scan) {
                Ok((path, scan)) => {
                    // Preferences are text.
                    state.preferences.scan = path.to_str().is_some().then(|| path.clone());
                    let settings = settings_of(&scan);
                    models = Some((settings.model, settings.subtract));
                    self.take(scan);
                    let found = self.scanning.found().cloned();
                    self.file = found.map(|scan| (path, scan));
                }
                Err(why) => state.fail(why),
            }
        }
        models.filter(|(model, _)| model.exists())
    }

    /// Whether layers are measured, or files read or written.
    pub fn busy(&self) -> bool {
        self.scanning.busy() || self.saving.dialog.busy() || self.files.busy()
    }

    /// Forgets all results.
    pub fn clear(&mut self, state: &mut State) {
        state.preferences.scan = None;
        self.scanning.clear();
        self.drawn = None;
    }

    /// The file that holds the scan on screen.
    pub fn file(&self) -> Option<&Path> {
        let shown = self.scanning.found()?;
        let saved = self.file.as_ref();
        let saved = saved.filter(|(_, scan)| Arc::ptr_eq(scan, shown));
        let saved = saved.map(|(path, _)| path.as_path());
        saved.or_else(|| self.scanning.kept())
    }

    /// Reads the scan in a file.
    pub fn read(&mut self, path: PathBuf, state: &State) {
        self.files.ask(path, &state.wake);
    }

    /// The call of the scan that is shown, or of the next one.
    pub fn call(&self, model: Option<&OpenModel>) -> Option<ScanCall> {
        let settings = match (self.scanning.found(), model) {
            (Some(scan), _) => settings_of(scan),
            (None, Some(model)) => self.fields.settings(model),
            (None, None) => return None,
        };
        Some(ScanCall {
            settings,
            layers: self.patterns.clone(),
            part: None,
            merge: Vec::new(),
            color: Some(self.column).filter(|column| *column != MapColumn::default()),
        })
    }

    /// The layer of a scan in the model that is open.
    ///
    /// # Errors
    /// Another model is open, or none.
    pub fn layer(&self, name: &str, model: Option<&OpenModel>) -> Result<LayerSource, String> {
        let scan = self.scanning.found().ok_or("no model has been scanned")?;
        let open = model.filter(|model| is_of(scan, model));
        let known = open.and_then(|model| Some((model, model.find(name)?)));
        let (model, at) = known.ok_or_else(|| {
            format!(
                "the model of this scan is not open; open {}",
                model_name(scan)
            )
        })?;
        model.layer(at)
    }

    /// Marks the layer of this name in the table.
    pub fn mark(&mut self, name: &str) {
        let layers = self.scanning.found().map(|scan| &scan.layers);
        if let Some(row) = layers.and_then(|all| all.iter().position(|one| one.layer == name)) {
            self.table.mark(row);
        }
    }

    /// Sets what a layer of the open model is looked at with: the settings of its scan, or of the next one.
    pub fn show(&self, settings: &mut Settings, model: &OpenModel) {
        match self.scanning.found().filter(|scan| is_of(scan, model)) {
            Some(scan) => scan.show(settings),
            None => show_as_scanned(settings, (self.fields.budget_rank, self.fields.grid)),
        }
    }

    fn take(&mut self, scan: Scan) {
        self.fields = ScanFields {
            budget_rank: scan.budget_rank,
            grid: scan.localized_grid,
            draws: scan.draws,
            seed: scan.seed as usize,
            layers: String::new(),
        };
        self.patterns.clear();
        self.scanning.take(scan);
        self.drawn = None;
    }

    /// Measures what is not known yet.
    pub fn run(&mut self, model: &OpenModel, state: &State) {
        let settings = self.fields.settings(model);
        self.patterns = self.fields.patterns();
        let patterns = self.patterns.clone();
        self.scanning.run(settings, patterns, &state.wake);
    }

    /// Asks where to save the scan, or the plan of it.
    pub fn save(&mut self, what: Saved, state: &mut State) {
        match self.scanning.found() {
            Some(scan) if !scan.layers.is_empty() => self.saving.open(what, state, &scan.model),
            _ => state.fail(NO_SCAN),
        }
    }

    /// Writes what the dialog is of.
    pub fn write(&mut self, path: PathBuf, plan: Option<&Plan>, state: &State) {
        let (Some(scan), Some(call)) = (self.scanning.found().cloned(), self.call(None)) else {
            return;
        };
        let (sources, named) = (call.files(), path.clone());
        self.saving.write_of(&scan);
        let bytes: Box<dyn FnOnce() -> Result<Vec<u8>, String> + Send> =
            match (self.saving.what(), plan) {
                (Saved::Scan, _) => Box::new(move || scan_bytes(&scan, &named)),
                (Saved::Plan, Some(plan)) => {
                    let plan = plan.clone();
                    Box::new(move || plan_bytes(&plan, &named))
                }
                (Saved::Plan, None) => {
                    return self
                        .saving
                        .dialog
                        .fail("there is no plan; increase the budget".to_owned());
                }
            };
        let file = SavedFile {
            bytes,
            path,
            sources,
        };
        self.saving.dialog.write(file, state);
    }

    /// Draws it.
    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        model: Option<&OpenModel>,
        theme: Theme,
        out: &mut Vec<Command>,
    ) {
        self.settings(ui, model, out);
        self.state_line(ui, model);
        self.remarks(ui, model);
        let Some(scan) = self.scanning.found().cloned() else {
            return;
        };
        if scan.layers.is_empty() {
            return;
        }
        self.head(ui, &scan);
        let drawn = self.drawn.take();
        let column = self.column;
        let mut drawn = drawn.unwrap_or_else(|| {
            self.table.changed();
            self.map.changed();
            DrawnScan::new(scan, column)
        });
        if drawn.column != column {
            drawn.map = ScanMap::new(COLORS, &drawn.scan, column);
            drawn.column = column;
        }
        let chosen = self.results(ui, &drawn, theme);
        if let Some(layer) = chosen {
            let name = drawn.scan.layers[layer].layer.clone();
            out.push(Command::Weights(WeightsAction::OpenScanned(name)));
        }
        self.drawn = Some(drawn);
    }

    fn settings(&mut self, ui: &mut egui::Ui, model: Option<&OpenModel>, out: &mut Vec<Command>) {
        self.fields.ui(ui);
        ui.horizontal_wrapped(|ui| {
            match self.scanning.busy() {
                true => button(ui, WeightsAction::StopScan, true, out),
                false => button(ui, WeightsAction::Scan, model.is_some(), out),
            }
            let some = self.scanning.found().is_some();
            button(ui, WeightsAction::SaveScan, some, out);
            button(ui, WeightsAction::BrowseScan, true, out);
            button(ui, WeightsAction::ClearScan, some, out);
            self.progress(ui);
        });
    }

    /// How far the scan under way is, in the row of its buttons, so that it moves nothing.
    fn progress(&self, ui: &mut egui::Ui) {
        if !self.scanning.busy() {
            return;
        }
        let (advance, compared) = (self.scanning.advance(), self.scanning.compared());
        let share = advance.and_then(|one| one.progress).or(compared);
        let share = share.map_or(0.0, |progress| progress.fraction as f32);
        ui.add(egui::ProgressBar::new(share).desired_width(180.0));
        ui.label(match (self.scanning.stopping(), advance, compared) {
            (true, ..) => "Stopping…".to_owned(),
            (false, Some(advance), _) => going_on(advance),
            (false, None, Some(_)) => "Comparing with the model…".to_owned(),
            (false, None, None) => "Reading names and shapes…".to_owned(),
        });
    }

    /// Why the last scan ended early; before the first one what it would look at.
    fn state_line(&self, ui: &mut egui::Ui, model: Option<&OpenModel>) {
        if let Some(why) = self.scanning.failure() {
            let text = RichText::new(capitalized(why)).color(ui.visuals().error_fg_color);
            ui.add(egui::Label::new(text).wrap());
        }
        if !self.scanning.busy() && self.scanning.found().is_none() {
            ui.label(match model {
                Some(_) => "Scan measures every matrix of the model at one budget: LoRA, MELoRA and Localized at equal parameters, and whether it is local",
                None => "Open a model first, or a scan that was saved",
            });
        }
    }

    /// What keeps the results from being those of the whole open model.
    pub fn remarks(&self, ui: &mut egui::Ui, model: Option<&OpenModel>) {
        let Some(scan) = self.scanning.found() else {
            return;
        };
        let mut remarks = Vec::new();
        if let Some((done, of)) = self.scanning.unfinished() {
            let (done, of) = (label::count(done), label::counted(of, "layer"));
            remarks.push(format!("Only {done} of {of} scanned so far"));
        }
        if model.is_some_and(|model| !is_of(scan, model)) {
            let name = model_name(scan);
            remarks.push(format!(
                "This scan is of another model, {name}; Run scans the open one"
            ));
        }
        for remark in remarks {
            let text = RichText::new(remark).color(ui.visuals().warn_fg_color);
            ui.add(egui::Label::new(text).wrap());
        }
    }

    /// What the scan says in a sentence, and the colours of the map.
    fn head(&mut self, ui: &mut egui::Ui, scan: &Scan) {
        let of = scan_heading(scan);
        ui.add(egui::Label::new(RichText::new(&of).strong()).truncate());
        ui.add(egui::Label::new(scan_sentence(scan)).wrap())
            .on_hover_text(format!("Verdict: {SCAN_VERDICT}"));
        if let Some(noise) = scan_rounding(scan) {
            let text = RichText::new(capitalized(&noise)).weak();
            ui.add(egui::Label::new(text).wrap());
        }
        if !scan.skipped.is_empty() {
            let count = label::counted(scan.skipped.len(), "array");
            let told = scan.skipped.iter();
            let told = told.map(|one| format!("{}: {}", one.name, one.reason));
            ui.weak(format!("{count} left out"))
                .on_hover_text(first_lines(told));
        }
        ui.horizontal(|ui| {
            let column = &mut self.column;
            choice(ui, "Colour by", column.title(), 260.0, |ui| {
                for one in MapColumn::ALL {
                    ui.selectable_value(column, one, one.title());
                }
            });
        });
    }

    /// The map above the table; the layer that was chosen in either.
    fn results(&mut self, ui: &mut egui::Ui, drawn: &DrawnScan, theme: Theme) -> Option<usize> {
        let high = map::height(&drawn.map).min(MAP * ui.available_height());
        let spoken = |layer: usize| {
            let name = &drawn.scan.layers[layer].layer;
            let value = drawn.column.text(&drawn.scan.layers[layer]);
            let verdict = &drawn.scan.layers[layer].verdict;
            format!("{name}: {} {value}; {verdict}", drawn.column.title())
        };
        let by_map = self.map.ui(ui, &drawn.map, high, theme, &spoken);
        let view = TableView {
            name: "layers of the scan",
            table: &drawn.table,
            hint: "click to open it in Approximate",
            first: &["verdict", "lora", "localized", "melora", "best_grid", "z"],
        };
        let by_row = self.table.ui(ui, &view);
        by_map.or(by_row)
    }
}

/// The most of the room that the map takes from the table.
const MAP: f32 = 0.45;

impl DrawnScan {
    fn new(scan: Arc<Scan>, column: MapColumn) -> Self {
        Self {
            table: scan_table(&scan),
            map: ScanMap::new(COLORS, &scan, column),
            scan,
            column,
        }
    }
}

/// Whether a scan is of the models that are open.
fn is_of(scan: &Scan, model: &OpenModel) -> bool {
    let base = model.base.as_ref().map(|base| base.path.as_path());
    scan.is_of(&model.path, base)
}

/// The settings that made a scan.
fn settings_of(scan: &Scan) -> ScanSettings {
    ScanSettings {
        model: PathBuf::from(&scan.model),
        subtract: scan.subtract.as_ref().map(PathBuf::from),
        budget_rank: scan.budget_rank,
        grid: scan.localized_grid,
        draws: scan.draws,
        seed: scan.seed,
    }
}

/// *12 of 52 layers, 34 s left*
fn going_on(advance: ScanAdvance) -> String {
    let (done, of) = (
        label::count(advance.done),
        label::counted(advance.of, "layer"),
    );
    match advance.progress {
        None => format!("{done} of {of}"),
        Some(progress) => {
            let left = label::count(progress.seconds_left.round() as usize);
            format!("{done} of {of}, {left} s left")
        }
    }
}

fn button(ui: &mut egui::Ui, action: WeightsAction, possible: bool, out: &mut Vec<Command>) {
    let button = ui.add_enabled(possible, egui::Button::new(action.text()));
    if button.on_hover_text(action.tooltip()).clicked() {
        out.push(Command::Weights(action));
    }
}
