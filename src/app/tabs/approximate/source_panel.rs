//! Where the matrix comes from: presets, digits, files, synthetic matrices, and what is done to it.

use eframe::egui::{self, CollapsingHeader, RichText, Slider};

use super::ApproximateTab;
use super::presets::presets;
use crate::app::command::Command;
use crate::app::state::State;
use crate::session::Session;
use crate::source::{Dataset, DigitSet, Source, Split, SyntheticKind, SyntheticSettings};

/// Height of the wall of digits.
const GALLERY: f32 = 124.0;

/// Draws the panel; `session` changes as the user chooses.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    session: &mut Session,
    out: &mut Vec<Command>,
) {
    present(ui, state, out);
    path_field(ui, state, out);
    preset_menu(ui, session);
    digits(tab, ui, state, session, out);
    synthetic(ui, state, session);
    change(ui, state, session, out);
}

/// What is on screen now.
fn present(ui: &mut egui::Ui, state: &State, out: &mut Vec<Command>) {
    if let Some(analysis) = &state.analysis {
        let loaded = &analysis.loaded;
        let mut title = RichText::new(analysis.name()).strong();
        if state.opening.is_some() {
            title = title.weak();
        }
        ui.add(egui::Label::new(title).truncate());
        for note in loaded.notes.iter().chain(&analysis.notes) {
            ui.label(RichText::new(note).small());
        }
    }
    ui.horizontal_wrapped(|ui| {
        Command::Open.button(ui, out);
        Command::Subtract.button(ui, out);
        recent_menu(ui, state, out);
    });
}

fn recent_menu(ui: &mut egui::Ui, state: &State, out: &mut Vec<Command>) {
    ui.add_enabled_ui(!state.preferences.recent.is_empty(), |ui| {
        ui.menu_button("Recent", |ui| {
            for source in &state.preferences.recent {
                if ui.button(source).clicked() {
                    out.push(Command::OpenText(source.clone()));
                    ui.close();
                }
            }
        });
    });
}

/// A typed path or SOURCE, for where no file dialog answers.
fn path_field(ui: &mut egui::Ui, state: &mut State, out: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 44.0).max(60.0);
        let field = egui::TextEdit::singleline(&mut state.path_field)
            .hint_text("path, FILE#NAME, mnist:test:1 …")
            .desired_width(width);
        let response = ui
            .add(field)
            .on_hover_text("A file's path, or a SOURCE as on the command line");
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::TextInput, true, "path or source")
        });
        let entered = response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let go = ui
            .button("Go")
            .on_hover_text("Open what is typed")
            .clicked();
        if (entered || go) && !state.path_field.trim().is_empty() {
            out.push(Command::OpenText(state.path_field.trim().to_owned()));
        }
    });
}

fn preset_menu(ui: &mut egui::Ui, session: &mut Session) {
    ui.menu_button("Presets: each method's home ground", |ui| {
        for preset in presets() {
            if ui
                .button(preset.name)
                .on_hover_text(preset.lesson)
                .clicked()
            {
                *session = preset.session;
                ui.close();
            }
        }
    });
}

/// The present digit's place, if the source is one.
fn digit_of(session: &Session) -> Option<(Dataset, Split, usize)> {
    match &session.source {
        Source::Digit {
            dataset,
            split,
            index,
        } => Some((dataset.clone(), *split, *index)),
        _ => None,
    }
}

fn digits(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    session: &mut Session,
    out: &mut Vec<Command>,
) {
    CollapsingHeader::new("Digits")
        .default_open(true)
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                let view = &mut state.preferences.view;
                ui.selectable_value(&mut view.split, Split::Test, "test");
                ui.selectable_value(&mut view.split, Split::Train, "training");
                filter(ui, &mut view.filter, state.digits.as_deref());
                Command::OpenFolder.button(ui, out);
            });
            let Some(set) = state.digits.clone() else {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label("reading the digits");
                });
                return;
            };
            let present = digit_of(session);
            let dataset = present
                .as_ref()
                .map_or(Dataset::BuiltIn, |(dataset, ..)| dataset.clone());
            let index = present
                .filter(|(_, split, _)| *split == set.split())
                .map(|(_, _, index)| index);
            let mut chosen = navigation(ui, index, set.count(), out);
            ui.scope(|ui| {
                let filter = state.preferences.view.filter;
                chosen = tab
                    .gallery
                    .show(ui, &set, filter, index, GALLERY)
                    .or(chosen);
            });
            if let Some(index) = chosen {
                session.source = Source::Digit {
                    dataset,
                    split: set.split(),
                    index,
                };
            }
        });
}

/// Chooses one of the labels that the data set has.
fn filter(ui: &mut egui::Ui, chosen: &mut Option<u8>, set: Option<&DigitSet>) {
    let name = |label: u8| {
        let class = set.map_or_else(|| label.to_string(), |set| set.class_name(label));
        format!("only {class}")
    };
    egui::ComboBox::from_label("digits")
        .width(56.0)
        .selected_text(chosen.map_or("all".to_owned(), name))
        .show_ui(ui, |ui| {
            ui.selectable_value(chosen, None, "all");
            for label in set.map(DigitSet::classes).unwrap_or_default() {
                ui.selectable_value(chosen, Some(label), name(label));
            }
        });
}

fn navigation(
    ui: &mut egui::Ui,
    index: Option<usize>,
    count: usize,
    out: &mut Vec<Command>,
) -> Option<usize> {
    ui.horizontal(|ui| {
        let arrow = |ui: &mut egui::Ui, text: &str, command: Command, out: &mut Vec<Command>| {
            if ui.button(text).on_hover_text(command.tooltip()).clicked() {
                out.push(command);
            }
        };
        arrow(ui, "◀", Command::PreviousDigit, out);
        let mut typed = index.unwrap_or(0);
        let field = egui::DragValue::new(&mut typed).range(0..=count.saturating_sub(1));
        let changed = ui
            .add(field)
            .on_hover_text("The image's index, counted from 0")
            .changed();
        arrow(ui, "▶", Command::NextDigit, out);
        arrow(ui, "Random", Command::RandomDigit, out);
        changed.then_some(typed)
    })
    .inner
}

fn synthetic(ui: &mut egui::Ui, state: &mut State, session: &mut Session) {
    CollapsingHeader::new("Synthetic matrix").show(ui, |ui| {
        let settings = &mut state.preferences.view.synthetic;
        // A preset's or a typed matrix is changed from what it is, not from what was offered before.
        if let Source::Synthetic(shown) = session.source {
            *settings = shown;
        }
        let before = *settings;
        egui::ComboBox::from_label("kind")
            .selected_text(settings.kind.name())
            .show_ui(ui, |ui| {
                for kind in SyntheticKind::ALL {
                    if ui
                        .selectable_label(settings.kind == kind, kind.name())
                        .clicked()
                    {
                        *settings = SyntheticSettings::new(kind);
                    }
                }
            });
        sliders(ui, settings);
        let made = matches!(session.source, Source::Synthetic(_));
        if ui.button("Make it").clicked() || (made && before != *settings) {
            session.source = Source::Synthetic(*settings);
        }
    });
}

fn sliders(ui: &mut egui::Ui, settings: &mut SyntheticSettings) {
    let kind = settings.kind;
    ui.add(
        Slider::new(&mut settings.rows, 2..=1024)
            .text("rows")
            .logarithmic(true),
    );
    ui.add(
        Slider::new(&mut settings.cols, 2..=1024)
            .text("columns")
            .logarithmic(true),
    );
    let side = settings.rows.min(settings.cols);
    if kind.uses_grid() {
        settings.grid = settings.grid.clamp(1, side);
        ui.add(Slider::new(&mut settings.grid, 1..=side.min(32)).text("blocks a side"));
    }
    if kind.uses_rank() {
        let most = match kind.uses_grid() {
            true => side / settings.grid.max(1),
            false => side,
        };
        settings.rank = settings.rank.clamp(1, most.max(1));
        ui.add(Slider::new(&mut settings.rank, 1..=most.max(1)).text("true rank"));
    }
    if kind.uses_noise() {
        ui.add(Slider::new(&mut settings.noise, 0.0..=1.0).text("noise"));
    }
    ui.horizontal(|ui| {
        ui.add(egui::DragValue::new(&mut settings.seed).prefix("seed "))
            .on_hover_text("The same seed gives the same matrix everywhere");
        if ui.button("New seed").clicked() {
            settings.seed = settings.seed.wrapping_add(1);
        }
    });
}

/// Subtract, shuffle and shift: what is done to the matrix before it is approximated.
fn change(ui: &mut egui::Ui, state: &State, session: &mut Session, out: &mut Vec<Command>) {
    CollapsingHeader::new("Shuffle, shift, subtract")
        .default_open(session.subtract.is_some() || !session.transform.is_identity())
        .show(ui, |ui| {
            let hint = "LoRA does not mind, Localized does: locality is a property of the ordering";
            let mut shuffled = session.transform.shuffle.is_some();
            ui.horizontal(|ui| {
                if ui
                    .checkbox(&mut shuffled, "shuffle rows and columns")
                    .on_hover_text(hint)
                    .changed()
                {
                    session.transform.shuffle = shuffled.then_some(0);
                }
                if let Some(seed) = &mut session.transform.shuffle {
                    ui.add(egui::DragValue::new(seed).prefix("seed "));
                }
            });
            let (rows, cols) = state
                .analysis
                .as_ref()
                .map_or((28, 28), |a| a.loaded.matrix.shape());
            let (down, right) = &mut session.transform.shift;
            let half = |side: usize| (side / 2).max(1) as i32;
            ui.add(Slider::new(down, -half(rows)..=half(rows)).text("shift down"));
            ui.add(Slider::new(right, -half(cols)..=half(cols)).text("shift right"));
            if let Some(subtracted) = session.subtract.clone() {
                ui.horizontal_wrapped(|ui| {
                    ui.label(format!("minus {subtracted}"));
                    if ui.button("Do not subtract").clicked() {
                        session.subtract = None;
                    }
                });
            } else {
                let typed = state.path_field.trim();
                if ui
                    .add_enabled(
                        !typed.is_empty(),
                        egui::Button::new("Subtract the typed source"),
                    )
                    .on_disabled_hover_text("Type a path or a SOURCE into the field above first")
                    .clicked()
                {
                    out.push(Command::SubtractText(typed.to_owned()));
                }
            }
        });
}
