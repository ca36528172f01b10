//! Sliders that show a setting as this matrix takes it and keep the one that is wanted: only a
//! user's hand writes.

use eframe::egui::{self, Slider, WidgetInfo};

use super::plot::typeset;
use crate::figure::label;

/// Width of the labels before the sliders: a part of the row, so that the sliders stand in line.
const LABEL: std::ops::RangeInclusive<f32> = 84.0..=116.0;

/// The part of the row that labels take.
const LABEL_SHARE: f32 = 0.37;

/// Width of the numbers behind the sliders.
const NUMBER: f32 = 56.0;

/// A slider over ranks or segments; small numbers get most of its way. `shown` is the value that is
/// computed, `wanted` changes when the user moves the slider.
pub fn slider(ui: &mut egui::Ui, wanted: &mut usize, shown: usize, most: usize, name: &str) {
    let most = most.max(1);
    let mut value = shown.clamp(1, most);
    if row(ui, &mut value, 1..=most, name, most > 64) {
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
    let changed = ui
        .horizontal(|ui| {
            let label = named(ui, name);
            slider_width(ui);
            let bar = Slider::new(&mut place, 0..=last).show_value(false);
            let bar = ui.add(bar.step_by(1.0));
            bar.widget_info(|| WidgetInfo::slider(true, place as f64, name));
            let field = egui::DragValue::new(&mut place)
                .range(0..=last)
                .custom_formatter(|place, _| values[(place as usize).min(last)].to_string())
                .custom_parser(nearest);
            let field = ui.add_sized([NUMBER, ui.spacing().interact_size.y], field);
            bar.changed() || field.labelled_by(label.id).changed()
        })
        .inner;
    if changed {
        *wanted = values[place.min(last)];
    }
}

/// The slider of a rank that follows from the one budget, which may be none at all. Moved by hand
/// it gives the rank that the budget is to pay for.
pub fn linked(ui: &mut egui::Ui, shown: usize, most: usize, name: &str) -> Option<usize> {
    let most = most.max(1);
    let mut value = shown.min(most);
    let least = shown.min(1);
    row(ui, &mut value, least..=most, name, most > 64).then_some(value.max(1))
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
    let changed = row(ui, &mut value, range, name, logarithmic);
    if changed {
        *wanted = value;
    }
    changed
}

/// One row, read from left to right: name, slider, number. Whether the user changed the value.
fn row<N: egui::emath::Numeric>(
    ui: &mut egui::Ui,
    value: &mut N,
    range: std::ops::RangeInclusive<N>,
    name: &str,
    logarithmic: bool,
) -> bool {
    ui.horizontal(|ui| {
        let label = named(ui, name);
        let mut bar = Slider::new(value, range.clone())
            .show_value(false)
            .logarithmic(logarithmic);
        if N::INTEGRAL {
            bar = bar.step_by(1.0);
        }
        slider_width(ui);
        let bar = ui.add(bar);
        let now = value.to_f64();
        bar.widget_info(|| WidgetInfo::slider(true, now, name));
        let field = egui::DragValue::new(value).range(range);
        let field = ui.add_sized([NUMBER, ui.spacing().interact_size.y], field);
        let field = field.labelled_by(label.id);
        bar.changed() || field.changed()
    })
    .inner
}

/// The label at the head of a row, with its index set low.
pub fn named(ui: &mut egui::Ui, name: &str) -> egui::Response {
    let width = LABEL_SHARE * ui.available_width();
    let width = width.clamp(*LABEL.start(), *LABEL.end());
    let size = egui::vec2(width, ui.spacing().interact_size.y);
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_width(width);
        let font = egui::TextStyle::Body.resolve(ui.style());
        let text = typeset(name, &font, ui.visuals().text_color());
        ui.add(egui::Label::new(text).truncate())
    })
    .inner
}

/// Lets the next slider take what the number behind it leaves of the row.
pub fn slider_width(ui: &mut egui::Ui) {
    let rest = ui.available_width() - NUMBER - ui.spacing().item_spacing.x;
    ui.spacing_mut().slider_width = rest.clamp(40.0, 400.0);
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

/// The most of the window's height that a list of choices takes.
const CHOICES: f32 = 0.6;

/// A choice behind its name, which is also what screen readers call it.
pub fn choice(
    ui: &mut egui::Ui,
    name: &str,
    chosen: impl Into<egui::WidgetText>,
    width: f32,
    choices: impl FnOnce(&mut egui::Ui),
) {
    let label = ui.label(name);
    // A list is seen whole where the window has room for it.
    let height = CHOICES * ui.ctx().content_rect().height();
    egui::ComboBox::from_id_salt(name)
        .width(width)
        .height(height)
        .selected_text(chosen)
        .show_ui(ui, choices)
        .response
        .labelled_by(label.id);
}

/// One small line that is always there, so that what it says moves nothing: the first of `told`
/// that is not empty, whole under the pointer.
pub fn line(ui: &mut egui::Ui, told: &[String], otherwise: &str) {
    let font = egui::TextStyle::Small.resolve(ui.style());
    let visuals = ui.visuals();
    let text = match told {
        [] => typeset(otherwise, &font, visuals.text_color()),
        _ => typeset(&told.join(" · "), &font, visuals.warn_fg_color),
    };
    let response = ui.add(egui::Label::new(text).truncate());
    if told.len() > 1 {
        response.on_hover_text(told.join("\n"));
    }
}
