//! Controls of the sweep: its settings, its digits, and the buttons that run it.

use eframe::egui::{self, RichText};

use super::FinetuneTab;
use super::action::SweepAction;
use super::fields::{Fields, ListRules, text_of};
use super::training::Training;
use crate::app::command::Command;
use crate::app::notices::capitalized;
use crate::app::state::State;
use crate::app::texture::color32;
use crate::experiment::{Experiment, SweepPreset};
use crate::figure::compose::Look;
use crate::figure::label;
use crate::figure::palette::{self, Theme};
use crate::finetune::bounds::{NUMBER, check_rate, echo};
use crate::finetune::settings::LayoutGrid;
use crate::finetune::{Layout, SweepSettings};
use crate::source::Dataset;

/// Draws the panel.
pub fn show(
    tab: &mut FinetuneTab,
    ui: &mut egui::Ui,
    state: &mut State,
    theme: Theme,
    out: &mut Vec<Command>,
) {
    let fixed = tab.training.under_way();
    ui.add_enabled_ui(!fixed, |ui| {
        if tab.custom.is_some() {
            foreign(tab, ui);
        } else {
            let experiment = &mut state.preferences.experiment;
            sweep(ui, experiment, &mut tab.fields, theme);
        }
        ui.separator();
        data_set(ui, &mut state.preferences.experiment, out);
    });
    ui.separator();
    moves(tab, ui, state, out);
    progress(&tab.training, ui);
    if fixed {
        ui.label(RichText::new("Stop the sweep to change what is trained.").small());
    }
    ui.separator();
    files(&tab.training, ui, out);
    ui.separator();
    protocol(ui, &tab.settings(state));
}

/// Run, pause, step, stop, reset and back, new seed.
fn moves(tab: &mut FinetuneTab, ui: &mut egui::Ui, state: &mut State, out: &mut Vec<Command>) {
    let training = &tab.training;
    let (under_way, paused) = (training.under_way(), training.paused());
    let runs = training.results().map_or(0, |one| one.all_runs().count());
    let complete = training.results().is_some_and(|one| one.complete);
    let ready = tab.problem().is_none() && training.outdated().is_none();
    let open = (!under_way || paused) && !complete && ready;
    let back = training.can_undo_reset() && !complete;
    let mut button = |ui: &mut egui::Ui, enabled: bool, command: Command| {
        ui.add_enabled_ui(enabled, |ui| command.button(ui, out));
    };
    ui.horizontal_wrapped(|ui| {
        button(ui, open, Command::Finetune(SweepAction::Train));
        button(
            ui,
            under_way && !paused,
            Command::Finetune(SweepAction::Pause),
        );
        button(ui, open, Command::Finetune(SweepAction::Step));
        button(ui, under_way, Command::Finetune(SweepAction::Stop));
    });
    ui.horizontal_wrapped(|ui| {
        button(
            ui,
            under_way || runs > 0,
            Command::Finetune(SweepAction::Reset),
        );
        if back {
            let hint = "Bring back the results that Reset archived";
            if ui.button("Undo reset").on_hover_text(hint).clicked() {
                tab.training.undo_reset(state);
            }
        }
        button(ui, !under_way, Command::Finetune(SweepAction::NewSeed));
    });
    outdated(tab, ui, state);
}

/// Results of another version can be looked at, but not be gone on with.
fn outdated(tab: &mut FinetuneTab, ui: &mut egui::Ui, state: &mut State) {
    let Some(version) = tab.training.outdated() else {
        return;
    };
    let text = format!(
        "These runs are of version {} of this program. Version {} cannot continue them: numbers of \
         two versions must not be mixed.",
        echo(version),
        env!("CARGO_PKG_VERSION"),
    );
    ui.label(RichText::new(text).color(ui.visuals().warn_fg_color));
    let hint = "Train all runs again; the old ones are kept in a file of their own";
    let ready = tab.problem().is_none();
    let button = ui.add_enabled(ready, egui::Button::new("Start over"));
    if button.on_hover_text(hint).clicked() {
        tab.training.start_over(state);
    }
}

fn progress(training: &Training, ui: &mut egui::Ui) {
    let Some(results) = training.results() else {
        let text = match training.progress() {
            Some(_) => "Reading the digits…",
            None => "Nothing trained yet",
        };
        ui.label(text);
        return;
    };
    let (done, wanted) = (results.all_runs().count(), training.wanted());
    let text = match training.progress() {
        Some(_) if training.paused() => format!("{done} of {wanted} runs, paused"),
        Some(progress) => match progress.seconds_left {
            Some(left) => format!(
                "{done} of {wanted} runs, about {} s left",
                label::count(left.round() as usize)
            ),
            None => format!("{done} of {wanted} runs"),
        },
        None if results.complete => format!("All {wanted} runs done"),
        None if training.outdated().is_some() => format!("{done} of {wanted} runs done"),
        None => format!("{done} of {wanted} runs done; press Run to continue"),
    };
    if let Some(progress) = training.progress() {
        ui.add(
            egui::ProgressBar::new(progress.fraction as f32).desired_width(ui.available_width()),
        );
    }
    ui.label(text);
    if let Some(base) = results.full.test_accuracy {
        ui.label(format!(
            "Full fine-tuning: {} correct on the digits 5–9",
            label::percentage(base)
        ));
    }
    for one in &results.pretrained {
        let text = format!(
            "Seed {}: pretrained network, {} correct on the digits 0–4",
            one.seed,
            label::percentage(one.accuracy)
        );
        ui.label(RichText::new(text).small());
    }
}

/// Settings of a file that the controls cannot say.
fn foreign(tab: &mut FinetuneTab, ui: &mut egui::Ui) {
    ui.label("Settings from the opened file (not a preset)");
    let hint = "Discard the file's settings and choose a preset";
    if ui
        .button("Back to the presets")
        .on_hover_text(hint)
        .clicked()
    {
        tab.custom = None;
    }
}

/// The preset and what is changed about it.
fn sweep(ui: &mut egui::Ui, experiment: &mut Experiment, fields: &mut Fields, theme: Theme) {
    ui.horizontal_wrapped(|ui| {
        ui.strong("Sweep");
        let changed = experiment.is_changed();
        let title = experiment.preset.title();
        for preset in SweepPreset::ALL {
            let chosen = experiment.preset == preset && !changed;
            let response = ui
                .selectable_label(chosen, preset.title())
                .on_hover_text(preset.tooltip());
            if response.clicked() {
                fields.clear();
                *experiment = Experiment {
                    preset,
                    dataset: experiment.dataset.clone(),
                    ..Experiment::default()
                };
            }
        }
        if changed {
            let hint = format!("Press {title} to go back to its own settings");
            ui.weak(format!("{title}, changed")).on_hover_text(hint);
        }
    });
    layouts(ui, experiment, theme);
    let base = experiment.preset.settings();
    egui::Grid::new("sweep").num_columns(2).show(ui, |ui| {
        lists(ui, experiment, fields, &base);
        let name = ui.label("Epochs");
        let mut epochs = experiment.epochs.unwrap_or(base.epochs);
        let field = egui::DragValue::new(&mut epochs).range(1..=1000);
        if ui.add(field).labelled_by(name.id).changed() {
            experiment.epochs = (epochs != base.epochs).then_some(epochs);
        }
        ui.end_row();
    });
}

fn lists(
    ui: &mut egui::Ui,
    experiment: &mut Experiment,
    fields: &mut Fields,
    base: &SweepSettings,
) {
    let whole = |name, list: fn(&LayoutGrid) -> &Vec<usize>| ListRules {
        name,
        hint: preset_hint(&of_all(base, list)),
        tooltip: by_layout(base, list),
        usable: |number: &usize| (1..=NUMBER).contains(number),
        form: "whole numbers from 1 to 65536",
    };
    let ranks = whole("Ranks", |grid| &grid.ranks);
    fields.list(ui, &ranks, &mut experiment.ranks);
    let segments = whole("N and K", |grid| &grid.segments);
    fields.list(ui, &segments, &mut experiment.segments);
    let rates = ListRules {
        name: "Learning rates",
        hint: preset_hint(&base.learning_rates),
        tooltip: "Numbers with commas between; empty for the preset's".to_owned(),
        usable: |rate: &f64| check_rate(*rate).is_ok(),
        form: "numbers above 0 and up to 1",
    };
    fields.list(ui, &rates, &mut experiment.learning_rates);
    let seeds = ListRules {
        name: "Seeds",
        hint: preset_hint(&base.seeds),
        tooltip: "Each seed is a whole experiment; with several the table gives mean ± standard \
                  deviation"
            .to_owned(),
        usable: |_: &u64| true,
        form: "whole numbers from 0",
    };
    fields.list(ui, &seeds, &mut experiment.seeds);
}

fn preset_hint<T: std::fmt::Display>(list: &[T]) -> String {
    format!("{} (preset)", text_of(list))
}

/// The values of all layouts together; LoRA has no segments.
fn of_all(base: &SweepSettings, list: fn(&LayoutGrid) -> &Vec<usize>) -> Vec<usize> {
    let mut all: Vec<usize> = base.grids.iter().flat_map(list).copied().collect();
    all.retain(|value| *value > 1);
    all.sort_unstable();
    all.dedup();
    all
}

/// The preset's values layout by layout.
fn by_layout(base: &SweepSettings, list: fn(&LayoutGrid) -> &Vec<usize>) -> String {
    let grids = base
        .grids
        .iter()
        .filter(|grid| list(grid).as_slice() != [1]);
    let lines = grids.map(|grid| format!("\n{}: {}", grid.layout.name(), text_of(list(grid))));
    format!(
        "Numbers with commas between; empty for the preset's:{}",
        lines.collect::<String>()
    )
}

fn layouts(ui: &mut egui::Ui, experiment: &mut Experiment, theme: Theme) {
    let mut kept = experiment
        .layouts
        .clone()
        .unwrap_or_else(|| Layout::ALL.to_vec());
    for layout in Layout::ALL {
        let look = Look::layout(layout, theme);
        let text = RichText::new(&look.name).color(color32(palette::as_text(theme, look.color)));
        let mut on = kept.contains(&layout);
        let last = on && kept.len() == 1;
        let response = ui
            .add_enabled(!last, egui::Checkbox::new(&mut on, text))
            .on_hover_text(about(layout));
        if response.changed() {
            kept.retain(|other| *other != layout);
            if on {
                kept.push(layout);
            }
            // In the order of the figures, and unsaid where it is all of them.
            let all = Layout::ALL.into_iter();
            let kept: Vec<Layout> = all.filter(|one| kept.contains(one)).collect();
            experiment.layouts = (kept.len() < Layout::ALL.len()).then_some(kept);
            return;
        }
    }
}

fn about(layout: Layout) -> &'static str {
    match layout {
        Layout::Lora => "One part over all inputs and hidden units",
        Layout::Melora => "N parts: the n-th segment of the inputs to the n-th of the hidden units",
        Layout::LocalizedBlock => {
            "K × K parts: every segment of the inputs to every one of the hidden units"
        }
        Layout::LocalizedGrid => "K × K parts: every cell of the image to all hidden units",
    }
}

fn data_set(ui: &mut egui::Ui, experiment: &mut Experiment, out: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        ui.strong("Digits");
        let built_in = experiment.dataset == Dataset::BuiltIn;
        if ui.selectable_label(built_in, "MNIST").clicked() {
            experiment.dataset = Dataset::BuiltIn;
        }
        Command::Finetune(SweepAction::ChooseDataSet).button(ui, out);
    });
    let id = ui.make_persistent_id("data set folder");
    let shown = match &experiment.dataset {
        Dataset::BuiltIn => String::new(),
        Dataset::Folder(folder) => folder.display().to_string(),
    };
    let mut text = ui
        .data(|data| data.get_temp(id))
        .unwrap_or_else(|| shown.clone());
    let field = egui::TextEdit::singleline(&mut text)
        .hint_text("or the folder of another data set")
        .desired_width(ui.available_width());
    let response = ui.add(field).on_hover_text(
        "A folder in MNIST (IDX) format, such as Fashion-MNIST; classes 0–4 are \
             pretrained, 5–9 adapted to",
    );
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::TextInput, true, "folder of the data set")
    });
    if response.changed() {
        ui.data_mut(|data| data.insert_temp(id, text));
    } else if response.lost_focus() {
        ui.data_mut(|data| data.remove::<String>(id));
        if text != shown {
            experiment.dataset = match text.trim() {
                "" => Dataset::BuiltIn,
                folder => Dataset::Folder(folder.into()),
            };
        }
    }
}

fn files(training: &Training, ui: &mut egui::Ui, out: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        ui.strong("Results");
        Command::Finetune(SweepAction::OpenResults).button(ui, out);
        Command::Export.button(ui, out);
    });
    let dropped = "a results file may be dropped here.";
    let text = match (training.unsaved(), training.folder()) {
        (Some(why), _) => {
            let text = RichText::new(format!("⚠ {}", capitalized(why)));
            ui.label(text.color(ui.visuals().error_fg_color));
            format!("The runs stay in this window until it is closed; {dropped}")
        }
        (None, None) => format!(
            "This system has no folder for settings, so runs are not kept: export them as JSON; \
             {dropped}"
        ),
        (None, Some(_)) => {
            format!("Every run is kept as it ends and shown again with its settings; {dropped}")
        }
    };
    ui.label(RichText::new(text).small());
}

/// The explanation of the experiment.
fn protocol(ui: &mut egui::Ui, settings: &SweepSettings) {
    ui.collapsing("What is trained", |ui| {
        ui.label(format!(
            "A network 784 → {} → 5 learns the digits 0–4 ({}, Adam {}). Then it is \
             frozen, and an adapter beside its first layer learns the digits 5–9 ({}, batches \
             of {}). A tenth of the training digits is held out: the learning rate with \
             the lowest loss on it is chosen. The drop is the test accuracy of full fine-tuning minus \
             that of the adapter, in percentage points (III.B, Figure 2).",
            settings.hidden,
            label::counted(settings.pretraining_epochs, "epoch"),
            settings.pretraining_rate,
            label::counted(settings.epochs, "epoch"),
            settings.batch,
        ));
    });
}
