//! Where the matrix comes from: digits, files, synthetic matrices, and what is done to it.

use eframe::egui::{self, CollapsingHeader, RichText, Role, WidgetInfo};

use super::ApproximateTab;
use super::action::MatrixAction;
use crate::analysis::{Analysis, follow_heads};
use crate::app::command::Command;
use crate::app::notices::capitalized;
use crate::app::path_field;
use crate::app::state::{Act, State, Tab};
use crate::app::widgets::knobs::{choice, line, ranged};
use crate::app::widgets::{elide, prose};
use crate::figure::label;
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
    let open = head(ui, state, session, out);
    // Above what differs from matrix to matrix: the field stays where it is while one after another is typed.
    if open {
        ui.horizontal_wrapped(|ui| {
            Command::Open.button(ui, out);
            Command::Subtract.button(ui, out);
            recent_menu(ui, state, out);
        });
        path_field::show(ui, state, out);
    }
    back(ui, state, out);
    notes(ui, state, session);
    if !open {
        return;
    }
    digits(tab, ui, state, session, out);
    synthetic(ui, state, session);
    change(ui, state, session);
}

/// The way back to the tab that the matrix was opened from.
fn back(ui: &mut egui::Ui, state: &State, out: &mut Vec<Command>) {
    if let Some(origin) = state.origin() {
        let text = format!("← Back to {}", origin.tab.title());
        let hint = "The tab that this matrix was opened from, as you left it";
        if ui.button(text).on_hover_text(hint).clicked() {
            out.push(Command::Show(origin.tab));
        }
    }
}

/// What is on screen, which unfolds what a matrix can be taken from, and the way through the
/// digits, or through what it was opened from. Whether it is unfolded.
fn head(ui: &mut egui::Ui, state: &mut State, session: &Session, out: &mut Vec<Command>) -> bool {
    // What is wrong with a typed path stands beneath its field.
    let wrong = state.notices.at(Tab::HOME, Act::Path).is_some();
    let open = state.preferences.view.source_open || wrong;
    let name = match &state.analysis {
        Some(analysis) => analysis.name(),
        None => session.source.to_string(),
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let width = (ui.available_width() - NAVIGATION).max(80.0);
        let arrow = if open { "▾" } else { "▸" };
        let shown = match &state.analysis {
            Some(analysis) => short_title(ui, analysis, width - EDGES),
            None => elide::middle(ui, &name, width - EDGES),
        };
        let mut text = RichText::new(format!("{arrow} {shown}")).strong();
        if state.opening.is_some() {
            text = text.weak();
        }
        let size = egui::vec2(width, ui.spacing().interact_size.y);
        let layout = egui::Layout::left_to_right(egui::Align::Center).with_main_justify(true);
        let button = ui.allocate_ui_with_layout(size, layout, |ui| {
            let button = egui::Button::new(text).truncate().right_text("");
            ui.add(button)
        });
        let hint = format!("{name}; click for files, digits and synthetic matrices");
        let button = button.inner.on_hover_text(hint);
        button.widget_info(|| WidgetInfo::selected(Role::Button, true, open, &name));
        if button.clicked() {
            state.preferences.view.source_open = !open;
            state.notices.settle(Tab::HOME, Act::Path);
        }
        navigation(ui, state, out);
    });
    // Where it is not the folded list that tells it.
    if let Some(subtracted) = session.subtract.as_ref().filter(|_| !open) {
        minus(ui, subtracted);
    }
    open
}

/// What is subtracted, by the name of its file: the array has the same name mostly.
fn minus(ui: &mut egui::Ui, subtracted: &Source) {
    let whole = format!("minus {subtracted}");
    let file = match subtracted {
        Source::File { path, .. } => path.file_name(),
        _ => None,
    };
    let short = file.map(|name| format!("minus {}", label::clean(&name.to_string_lossy())));
    let text = RichText::new(short.as_deref().unwrap_or(&whole)).small();
    let line = ui.add(egui::Label::new(text).truncate());
    line.widget_info(|| WidgetInfo::labeled(Role::Label, true, &whole));
    line.on_hover_text(&whole);
}

/// As much of the name of a matrix as has `room`, without what is told elsewhere, and in a word whether it is
/// reordered.
pub(super) fn short_title(ui: &egui::Ui, analysis: &Analysis, room: f32) -> String {
    let session = &analysis.session;
    let done = match (session.transform.shuffle, session.transform.is_identity()) {
        (Some(_), _) => ", shuffled",
        (None, false) => ", shifted",
        (None, true) if session.order.is_some() => ", reordered",
        (None, true) => "",
    };
    let room = room - prose::width(ui, done, &egui::TextStyle::Button);
    let name = short_name(&analysis.loaded.labelled_name());
    elide::middle(ui, &name, room) + done
}

/// Width of the way through the digits.
const NAVIGATION: f32 = 146.0;

/// What the button's edges and its arrow take of it.
const EDGES: f32 = 42.0;

/// A name without what is told elsewhere: the file of an array, what is subtracted, that a digit is an image.
fn short_name(name: &str) -> String {
    let name = name.split_once(" minus ").map_or(name, |(name, _)| name);
    let name = name.split_once('#').map_or(name, |(_, array)| array);
    let digit = [" test image ", " train image "].into_iter();
    digit.fold(name.to_owned(), |text, words| {
        text.replacen(words, &words.replace(" image", ""), 1)
    })
}

/// In one line what is to be known of the matrix: a note may not push the controls away from under
/// the pointer.
fn notes(ui: &mut egui::Ui, state: &State, session: &mut Session) {
    let Some(analysis) = &state.analysis else {
        return;
    };
    if let Some(heads) = analysis.loaded.heads {
        let button = ui.button("Block per head").on_hover_text(format!(
            "Add a rectangular grid with a block for each of the {}",
            heads.describe()
        ));
        if button.clicked() {
            follow_heads(&mut session.settings, heads, analysis.shape());
        }
        // As with colours, it changes with the matrix only.
        prose::small(ui, &capitalized(&analysis.loaded.notes.join("; ")));
        return;
    }
    if analysis.loaded.coloured {
        let hint = "Approximate red, green and blue, each with these settings; parameters and \
                    errors are of all three";
        let name = match analysis.channels() {
            1 => "Colour",
            _ => "Colour: one setting, 3 channels",
        };
        ui.checkbox(&mut session.color, name).on_hover_text(hint);
        // The switch is what changes it: nothing is pushed away from under another pointer.
        prose::small(ui, &capitalized(&analysis.loaded.notes.join("; ")));
        return;
    }
    line(ui, &analysis.loaded.notes, &about(analysis));
}

/// The matrix's shape and the values in it.
fn about(analysis: &Analysis) -> String {
    let (rows, cols) = analysis.loaded.matrix.shape();
    let (low, high) = analysis.extremes;
    let [low, high] = [low, high].map(label::short);
    format!("{rows} × {cols}, values from {low} to {high}")
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
                    ui.label("Reading the digits…");
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
            let mut chosen = index_field(ui, index, set.count());
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
        format!("Only {class}")
    };
    let shown = chosen.map_or("all".to_owned(), name);
    choice(ui, "Digits", shown, 56.0, |ui| {
        ui.selectable_value(chosen, None, "all");
        for label in set.map(DigitSet::classes).unwrap_or_default() {
            ui.selectable_value(chosen, Some(label), name(label));
        }
    });
}

fn navigation(ui: &mut egui::Ui, state: &State, out: &mut Vec<Command>) {
    let digits = [MatrixAction::PreviousDigit, MatrixAction::NextDigit];
    let digits = digits.map(Command::Approximate);
    let steps = state.origin().map_or(digits, |origin| origin.steps.clone());
    let random = Command::Approximate(MatrixAction::RandomDigit);
    let commands = steps.into_iter().chain([random]);
    for (text, command) in ["◀", "▶", "Random"].into_iter().zip(commands) {
        let button = ui.button(text).on_hover_text(command.tooltip());
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, command.text()));
        if button.clicked() {
            out.push(command);
        }
    }
}

/// The field for the digit's index; the answer is one that was typed.
fn index_field(ui: &mut egui::Ui, index: Option<usize>, count: usize) -> Option<usize> {
    ui.horizontal(|ui| {
        let name = ui.label("Index");
        // A matrix that is no image of this half has no index in it.
        let mut typed = index.unwrap_or(0);
        let field = egui::DragValue::new(&mut typed)
            .range(0..=count.saturating_sub(1))
            .update_while_editing(false)
            .custom_formatter(move |value, _| match index {
                Some(_) => (value as usize).to_string(),
                None => "–".to_owned(),
            });
        let field = ui.add(field).labelled_by(name.id);
        let changed = field
            .on_hover_text("The image's index, counted from 0")
            .changed();
        changed.then_some(typed)
    })
    .inner
}

fn synthetic(ui: &mut egui::Ui, state: &mut State, session: &mut Session) {
    CollapsingHeader::new("Synthetic matrix").show(ui, |ui| {
        // A preset's or a typed matrix is changed from what it is, not from what was offered before.
        let made = match session.source {
            Source::Synthetic(shown) => Some(shown),
            _ => None,
        };
        let mut settings = made.unwrap_or(state.preferences.view.synthetic);
        let before = settings;
        ui.horizontal(|ui| {
            choice(ui, "Kind", settings.kind.name(), 100.0, |ui| {
                for kind in SyntheticKind::ALL {
                    if ui
                        .selectable_label(settings.kind == kind, kind.name())
                        .clicked()
                    {
                        settings = SyntheticSettings::new(kind);
                    }
                }
            });
        });
        sliders(ui, &mut settings);
        if before != settings {
            state.preferences.view.synthetic = settings;
        }
        // Once it is shown, every change is at once.
        let generate = made.is_none() && ui.button("Generate").clicked();
        if generate || (made.is_some() && before != settings) {
            session.source = Source::Synthetic(settings);
        }
    });
}

fn sliders(ui: &mut egui::Ui, settings: &mut SyntheticSettings) {
    let kind = settings.kind;
    let mut changed = ranged(ui, &mut settings.rows, 2..=1024, "rows", true);
    changed |= ranged(ui, &mut settings.cols, 2..=1024, "columns", true);
    let side = settings.rows.min(settings.cols);
    if kind.uses_grid() {
        let most = side.clamp(1, 32);
        changed |= ranged(ui, &mut settings.grid, 1..=most, "Blocks a side", false);
    }
    if kind.uses_rank() {
        let most = match kind.uses_grid() {
            true => side / settings.grid.max(1),
            false => side,
        };
        changed |= ranged(ui, &mut settings.rank, 1..=most.max(1), "True rank", false);
    }
    if kind.uses_noise() {
        changed |= ranged(ui, &mut settings.noise, 0.0..=1.0, "noise", false);
    }
    ui.horizontal(|ui| {
        let name = ui.label("Seed");
        let field = ui.add(egui::DragValue::new(&mut settings.seed));
        changed |= field.changed();
        field
            .labelled_by(name.id)
            .on_hover_text("The same seed gives the same matrix everywhere");
        if ui.button("New seed").clicked() {
            settings.seed = settings.seed.wrapping_add(1);
            changed = true;
        }
    });
    if changed {
        // More blocks than a side has entries cannot be made.
        settings.grid = settings.grid.clamp(1, side.max(1));
    }
}

/// Subtract, shuffle and shift: what is done to the matrix before it is approximated.
fn change(ui: &mut egui::Ui, state: &State, session: &mut Session) {
    let changed =
        session.subtract.is_some() || session.order.is_some() || !session.transform.is_identity();
    CollapsingHeader::new("Shuffle, shift, subtract")
        .default_open(changed)
        .show(ui, |ui| {
            let hint =
                "LoRA is unaffected, Localized is not: locality is a property of the ordering";
            let mut shuffled = session.transform.shuffle.is_some();
            ui.horizontal(|ui| {
                if ui
                    .checkbox(&mut shuffled, "Shuffle rows and columns")
                    .on_hover_text(hint)
                    .changed()
                {
                    session.transform.shuffle = shuffled.then_some(0);
                }
                if let Some(seed) = &mut session.transform.shuffle {
                    let name = ui.label("Seed");
                    ui.add(egui::DragValue::new(seed)).labelled_by(name.id);
                }
            });
            let (rows, cols) = state
                .analysis
                .as_ref()
                .map_or((28, 28), |a| a.loaded.matrix.shape());
            let (down, right) = &mut session.transform.shift;
            let half = |side: usize| (side / 2).max(1) as i32;
            let (rows, cols) = (half(rows), half(cols));
            ranged(ui, down, -rows..=rows, "shift down", false);
            ranged(ui, right, -cols..=cols, "shift right", false);
            order(ui, session);
            subtraction(ui, session);
        });
}

/// The way back from an order that was found.
fn order(ui: &mut egui::Ui, session: &mut Session) {
    if session.order.is_none() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.label("Rows and columns in another order");
        if ui.button("Remove order").clicked() {
            session.order = None;
        }
    });
}

/// What is subtracted, and the way back.
fn subtraction(ui: &mut egui::Ui, session: &mut Session) {
    let Some(subtracted) = session.subtract.clone() else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(format!("minus {subtracted}"));
        if ui.button("Remove subtraction").clicked() {
            session.subtract = None;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_keeps_what_tells_matrices_apart() {
        for (name, short) in [
            ("MNIST test image 38 (label 3)", "MNIST test 38 (label 3)"),
            (
                "tuned.safetensors#model.layers.11.q_proj.weight minus base.safetensors",
                "model.layers.11.q_proj.weight",
            ),
            ("f.npz#a", "a"),
            ("photo.png", "photo.png"),
        ] {
            assert_eq!(short_name(name), short);
        }
    }
}
