//! Sliders that show a setting as this matrix takes it and keep the one that is wanted: only a
//! user's hand writes.

use eframe::egui::{self, RichText, Slider};

use crate::figure::label;

/// A slider over ranks or segments; small numbers get most of its way. `shown` is the value that is
/// computed, `wanted` changes when the user moves the slider.
pub fn slider(ui: &mut egui::Ui, wanted: &mut usize, shown: usize, most: usize, name: &str) {
    let most = most.max(1);
    let mut value = shown.clamp(1, most);
    let slider = Slider::new(&mut value, 1..=most)
        .text(name)
        .logarithmic(most > 64)
        .step_by(1.0);
    if ui.add(slider).changed() {
        *wanted = value;
    }
}

/// A slider that rests on `values` only, which are in ascending order.
pub fn stepped(ui: &mut egui::Ui, wanted: &mut usize, shown: usize, values: &[usize], name: &str) {
    let Some(last) = values.len().checked_sub(1) else {
        return;
    };
    let mut place = values.partition_point(|value| *value < shown).min(last);
    let nearest = |text: &str| {
        let typed: usize = text.trim().parse().ok()?;
        let below = values.partition_point(|value| *value <= typed);
        Some(below.saturating_sub(1) as f64)
    };
    let slider = Slider::new(&mut place, 0..=last)
        .text(name)
        .step_by(1.0)
        .custom_formatter(|place, _| values[(place as usize).min(last)].to_string())
        .custom_parser(nearest);
    if ui.add(slider).changed() {
        *wanted = values[place.min(last)];
    }
}

/// A rank that the one budget sets, which may be none at all: shown, not to be moved.
pub fn fixed(ui: &mut egui::Ui, shown: usize, most: usize, name: &str) {
    let most = most.max(1);
    let mut value = shown.min(most);
    let slider = Slider::new(&mut value, 0..=most)
        .text(name)
        .logarithmic(most > 64)
        .step_by(1.0);
    ui.add_enabled(false, slider)
        .on_disabled_hover_text("Set by the shared budget");
}

/// A slider over any numbers that shows the nearest value in its range and leaves the number alone
/// until it is moved.
pub fn ranged<N: egui::emath::Numeric>(
    ui: &mut egui::Ui,
    wanted: &mut N,
    range: std::ops::RangeInclusive<N>,
    name: &str,
    logarithmic: bool,
) -> bool {
    let (low, high) = (range.start().to_f64(), range.end().to_f64());
    let mut value = N::from_f64(wanted.to_f64().clamp(low, high.max(low)));
    let slider = Slider::new(&mut value, range)
        .text(name)
        .logarithmic(logarithmic);
    let changed = ui.add(slider).changed();
    if changed {
        *wanted = value;
    }
    changed
}

/// A field for a large whole number, written with its thousands set apart.
pub fn whole(value: &mut usize, least: usize, most: usize) -> egui::DragValue<'_> {
    egui::DragValue::new(value)
        .range(least..=most)
        .clamp_existing_to_range(false)
        .update_while_editing(false)
        .custom_formatter(|value, _| label::count(value as usize))
        .custom_parser(|text| {
            let digits: String = text
                .chars()
                .filter(|c| !matches!(c, ',' | ' ' | '\u{202f}' | '\u{a0}'))
                .collect();
            digits.parse().ok()
        })
}

/// A choice behind its name, which is also what screen readers call it.
pub fn choice(
    ui: &mut egui::Ui,
    name: &str,
    chosen: impl Into<egui::WidgetText>,
    width: f32,
    choices: impl FnOnce(&mut egui::Ui),
) {
    let label = ui.label(name);
    egui::ComboBox::from_id_salt(name)
        .width(width)
        .selected_text(chosen)
        .show_ui(ui, choices)
        .response
        .labelled_by(label.id);
}

/// One small line that is always there, so that what it says moves nothing: the first of `told`
/// that is not empty, whole under the pointer.
pub fn line(ui: &mut egui::Ui, told: &[String], otherwise: &str) {
    let text = match told {
        [] => RichText::new(otherwise).small(),
        _ => RichText::new(told.join(" · "))
            .small()
            .color(ui.visuals().warn_fg_color),
    };
    let response = ui.add(egui::Label::new(text).truncate());
    if told.len() > 1 {
        response.on_hover_text(told.join("\n"));
    }
}
