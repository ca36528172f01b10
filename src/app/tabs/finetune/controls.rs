//! What is trained, on which digits, and the buttons that move it.

use std::fmt::Display;
use std::str::FromStr;

use eframe::egui::{self, RichText};

use super::FinetuneTab;
use super::training::Training;
use crate::app::command::Command;
use crate::app::state::State;
use crate::app::texture::color32;
use crate::experiment::{Experiment, Preset, figures};
use crate::figure::palette::{self, Theme};
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
            sweep(ui, &mut state.preferences.experiment, theme);
        }
        ui.separator();
        data_set(ui, &mut state.preferences.experiment, out);
    });
    ui.separator();
    moves(&tab.training, ui, out);
    progress(&tab.training, ui);
    if fixed {
        ui.label(RichText::new("Stop the sweep to change what is trained.").small());
    }
    ui.separator();
    files(ui, out);
    ui.separator();
    protocol(ui, &tab.settings(state));
}

/// Run, pause, step, stop, reset, new seed.
fn moves(training: &Training, ui: &mut egui::Ui, out: &mut Vec<Command>) {
    let (under_way, paused) = (training.under_way(), training.paused());
    let runs = training.results().map_or(0, |one| one.all_runs().count());
    let complete = training.results().is_some_and(|one| one.complete);
    let mut button = |ui: &mut egui::Ui, enabled: bool, command: Command| {
        ui.add_enabled_ui(enabled, |ui| command.button(ui, out));
    };
    ui.horizontal_wrapped(|ui| {
        button(ui, (!under_way || paused) && !complete, Command::Train);
        button(ui, under_way && !paused, Command::PauseTraining);
        button(
            ui,
            (!under_way || paused) && !complete,
            Command::StepTraining,
        );
        button(ui, under_way, Command::StopTraining);
    });
    ui.horizontal_wrapped(|ui| {
        button(ui, under_way || runs > 0, Command::ResetTraining);
        button(ui, !under_way, Command::NewSeed);
    });
}

fn progress(training: &Training, ui: &mut egui::Ui) {
    let Some(results) = training.results() else {
        let text = match training.progress() {
            Some(_) => "reading the digits…",
            None => "nothing trained yet",
        };
        ui.label(text);
        return;
    };
    let (done, wanted) = (results.all_runs().count(), results.wanted().len());
    let text = match training.progress() {
        Some(_) if training.paused() => format!("{done} of {wanted} runs, paused"),
        Some(progress) => match progress.seconds_left {
            Some(left) => format!("{done} of {wanted} runs, about {left:.0} s left"),
            None => format!("{done} of {wanted} runs"),
        },
        None if results.complete => format!("all {wanted} runs done"),
        None => format!("{done} of {wanted} runs done, Run goes on"),
    };
    if let Some(progress) = training.progress() {
        ui.add(
            egui::ProgressBar::new(progress.fraction as f32).desired_width(ui.available_width()),
        );
    }
    ui.label(text);
    if let Some(base) = results.full.test_accuracy {
        ui.label(format!("full fine-tuning: {base:.2} % of the digits 5–9"));
    }
    for one in &results.pretrained {
        let text = format!(
            "seed {}: pretrained to {:.2} % of the digits 0–4",
            one.seed, one.accuracy
        );
        ui.label(RichText::new(text).small());
    }
}

/// Settings of a file that the controls cannot say.
fn foreign(tab: &mut FinetuneTab, ui: &mut egui::Ui) {
    ui.label("The settings of the opened file, which no preset gives.");
    let hint = "Forget the file's settings and choose anew";
    if ui
        .button("Back to the presets")
        .on_hover_text(hint)
        .clicked()
    {
        tab.custom = None;
    }
}

/// The preset and what is changed about it.
fn sweep(ui: &mut egui::Ui, experiment: &mut Experiment, theme: Theme) {
    ui.horizontal_wrapped(|ui| {
        ui.strong("Sweep");
        for preset in Preset::ALL {
            let chosen = experiment.preset == preset;
            let response = ui
                .selectable_label(chosen, preset.title())
                .on_hover_text(preset.tooltip());
            if response.clicked() {
                *experiment = Experiment {
                    preset,
                    dataset: experiment.dataset.clone(),
                    ..Experiment::default()
                };
            }
        }
    });
    layouts(ui, experiment, theme);
    let whole = |number: &usize| *number > 0;
    let base = experiment.preset.settings();
    egui::Grid::new("sweep").num_columns(2).show(ui, |ui| {
        list_field(
            ui,
            "ranks",
            "those of the preset",
            &mut experiment.ranks,
            whole,
        );
        list_field(
            ui,
            "N and K",
            "those of the preset",
            &mut experiment.segments,
            whole,
        );
        let rates = text_of(&base.learning_rates);
        let usable = |rate: &f64| rate.is_finite() && *rate > 0.0;
        list_field(
            ui,
            "learning rates",
            &rates,
            &mut experiment.learning_rates,
            usable,
        );
        let seeds = text_of(&base.seeds);
        list_field(ui, "seeds", &seeds, &mut experiment.seeds, |_| true);
        let name = ui.label("epochs");
        let mut epochs = experiment.epochs.unwrap_or(base.epochs);
        let field = egui::DragValue::new(&mut epochs).range(1..=1000);
        if ui.add(field).labelled_by(name.id).changed() {
            experiment.epochs = (epochs != base.epochs).then_some(epochs);
        }
        ui.end_row();
    });
}

fn layouts(ui: &mut egui::Ui, experiment: &mut Experiment, theme: Theme) {
    let mut kept = experiment
        .layouts
        .clone()
        .unwrap_or_else(|| Layout::ALL.to_vec());
    for layout in Layout::ALL {
        let look = figures::look(layout, theme);
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

/// A list of numbers as text. What cannot be read is said, and the last good list stays.
fn list_field<T: FromStr + Display + PartialEq>(
    ui: &mut egui::Ui,
    name: &str,
    hint: &str,
    value: &mut Option<Vec<T>>,
    usable: impl Fn(&T) -> bool,
) {
    let label = ui.label(name);
    let id = ui.make_persistent_id(("list", name));
    let shown = value.as_deref().map_or_else(String::new, text_of);
    let typed: Option<String> = ui.data(|data| data.get_temp(id));
    let mut text = typed.unwrap_or(shown);
    let read = list_of(&text, &usable);
    let field = egui::TextEdit::singleline(&mut text)
        .hint_text(hint)
        .desired_width(150.0)
        .text_color_opt(read.is_none().then(|| ui.visuals().error_fg_color));
    let response = ui
        .add(field)
        .labelled_by(label.id)
        .on_hover_text("Numbers with commas between; empty for the preset's");
    if response.changed() {
        if let Some(list) = list_of(&text, &usable) {
            *value = (!list.is_empty()).then_some(list);
        }
        ui.data_mut(|data| data.insert_temp(id, text));
    } else if !response.has_focus() {
        ui.data_mut(|data| data.remove::<String>(id));
    }
    ui.end_row();
}

fn list_of<T: FromStr + PartialEq>(text: &str, usable: impl Fn(&T) -> bool) -> Option<Vec<T>> {
    let mut list = Vec::new();
    let words = text.split([',', ';', ' ']).filter(|word| !word.is_empty());
    for word in words {
        let number = word.parse().ok().filter(&usable)?;
        if !list.contains(&number) {
            list.push(number);
        }
    }
    Some(list)
}

fn text_of<T: Display>(list: &[T]) -> String {
    list.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

fn data_set(ui: &mut egui::Ui, experiment: &mut Experiment, out: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        ui.strong("Digits");
        let built_in = experiment.dataset == Dataset::BuiltIn;
        if ui.selectable_label(built_in, "MNIST").clicked() {
            experiment.dataset = Dataset::BuiltIn;
        }
        Command::ChooseDataSet.button(ui, out);
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
        .hint_text("or a folder with four files of MNIST's form")
        .desired_width(ui.available_width());
    let response = ui
        .add(field)
        .on_hover_text("Fashion-MNIST, say; classes 0–4 are pretrained, 5–9 adapted to");
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

fn files(ui: &mut egui::Ui, out: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        ui.strong("Results");
        Command::OpenResults.button(ui, out);
        Command::Export.button(ui, out);
    });
    let text = "Every run is kept as it ends and shown again with its settings; \
                a results file may be dropped here.";
    ui.label(RichText::new(text).small());
}

/// What happens, for whoever asks.
fn protocol(ui: &mut egui::Ui, settings: &SweepSettings) {
    ui.collapsing("What is trained", |ui| {
        ui.label(format!(
            "A network 784 → {} → 5 learns the digits 0–4 ({} epochs, Adam {}). Then it is \
             frozen, and an adapter beside its first layer learns the digits 5–9 ({} epochs, batches \
             of {}). A tenth of the training digits is held out: the learning rate of the lowest \
             loss on it is taken. The drop is what full fine-tuning reaches less what the adapter \
             reaches, in points of test accuracy (III.B, Figure 2).",
            settings.hidden,
            settings.pretraining_epochs,
            settings.pretraining_rate,
            settings.epochs,
            settings.batch,
        ));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_people_write_them() {
        let whole = |number: &usize| *number > 0;
        assert_eq!(list_of("1, 2;4  8,2", whole), Some(vec![1, 2, 4, 8]));
        assert_eq!(list_of("", whole), Some(vec![]));
        for wrong in ["0", "1,x", "-2", "1.5"] {
            assert_eq!(list_of(wrong, whole), None, "{wrong}");
        }
        let rate = |rate: &f64| rate.is_finite() && *rate > 0.0;
        assert_eq!(list_of("1e-3", rate), Some(vec![1e-3]));
        assert_eq!(list_of("nan", rate), None);
    }
}
