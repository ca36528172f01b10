//! How the panes show things: the row above them, and the colours of the cells.

use eframe::egui::{self, Rect, RichText, Role, Sense, TextStyle, Vec2, WidgetInfo};

use super::ApproximateTab;
use super::action::MatrixAction;
use super::view::{ApproximateView, PaneContent};
use crate::analysis::Analysis;
use crate::app::command::Command;
use crate::app::notices::capitalized;
use crate::app::state::State;
use crate::app::texture::{Scale, color32};
use crate::app::widgets::knobs::choice;
use crate::app::widgets::prose;
use crate::figure::compose::ResidualScale;
use crate::figure::palette::{ColorMap, Theme};
use crate::figure::{Gain, label};
use crate::views::block_spectra;

/// Draws the row, folded into a menu where there is little room.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    theme: Theme,
    small: bool,
    out: &mut Vec<Command>,
) {
    ui.horizontal_wrapped(|ui| {
        let shown = state.preferences.view.controls;
        let toggle = Command::Approximate(MatrixAction::ToggleControls);
        let keys = toggle.shortcut().map(|key| ui.ctx().format_shortcut(&key));
        let hint = format!("{} ({})", toggle.tooltip(), keys.unwrap_or_default());
        if ui
            .selectable_label(shown, "Controls")
            .on_hover_text(hint)
            .clicked()
        {
            out.push(toggle);
        }
        if small {
            ui.menu_button("Panes", |ui| choices(tab, ui, state));
        } else {
            choices(tab, ui, state);
        }
        if let Some(part) = tab.maximized {
            let back = ui.button("Show all panes and plots");
            if back
                .on_hover_text("Leave the maximized part (Esc)")
                .clicked()
            {
                tab.maximized = tab.maximized.filter(|now| *now != part);
            }
        }
        if let Some(analysis) = state.analysis.as_ref().filter(|_| !small) {
            legend(ui, analysis, &state.preferences.view, theme);
        }
    });
    let analysis = state.analysis.as_ref().filter(|_| !small);
    let spectra = state.preferences.view.panes() == PaneContent::Spectra;
    if let Some(analysis) = analysis.filter(|_| spectra) {
        prose::small(ui, &block_spectra::bars(theme, analysis).note());
    }
}

fn choices(tab: &mut ApproximateTab, ui: &mut egui::Ui, state: &mut State) {
    let view = &mut state.preferences.view;
    for (content, name, hint) in [
        (
            PaneContent::Reconstructions,
            "Reconstructions",
            "What each method makes of the matrix",
        ),
        (
            PaneContent::ErrorMaps,
            "Error maps",
            "W − Ŵ, signed, on one colour scale for all panes",
        ),
        (
            PaneContent::Spectra,
            block_spectra::VIEW.short,
            block_spectra::VIEW.about,
        ),
    ] {
        let shown = ui.selectable_label(view.panes() == content, name);
        if shown.on_hover_text(hint).clicked() {
            view.show_in_panes(content);
        }
    }
    if view.panes() == PaneContent::ErrorMaps {
        let times = |gain: Gain| format!("×{gain}");
        choice(ui, "Gain", times(view.error_gain), 50.0, |ui| {
            for gain in Gain::USUAL {
                ui.selectable_value(&mut view.error_gain, gain, times(gain))
                    .on_hover_text("How much stronger the error maps are coloured");
            }
        });
    }
    ui.checkbox(&mut view.block_lines, "Block lines");
    choice(ui, "Colours", capitalized(view.map.name()), 90.0, |ui| {
        for map in ColorMap::ALL {
            ui.selectable_value(&mut view.map, map, capitalized(map.name()))
                .on_hover_text(map.about());
        }
    });
    if ui
        .button("Zoom to fit")
        .on_hover_text("Show the whole matrix in every pane (0); scroll to zoom, drag to move")
        .clicked()
    {
        tab.reset_zoom();
    }
}

/// Width of the colours between their two numbers.
const COLORS: f32 = 96.0;

/// Which colour stands for which number, and for which numbers.
fn legend(ui: &mut egui::Ui, analysis: &Analysis, view: &ApproximateView, theme: Theme) {
    let bar = |ui: &mut egui::Ui, scale: Scale, name: &str| {
        let numbers = [scale.range.0, scale.range.1].map(label::short);
        let numbers = numbers.map(|text| prose::width(ui, &text, &TextStyle::Small));
        let gaps = 2.0 * ui.spacing().item_spacing.x;
        let width = COLORS + gaps + numbers[0] + numbers[1];
        let size = Vec2::new(width, ui.spacing().interact_size.y);
        ui.label(RichText::new(name).small());
        ui.allocate_ui(size, |ui| ui.horizontal(|ui| scale_bar(ui, scale)));
    };
    match view.panes() {
        PaneContent::Reconstructions => {
            return bar(ui, cell_scale(analysis, view, theme), "Cells");
        }
        // Said below.
        PaneContent::Spectra => return,
        PaneContent::ErrorMaps => {}
    }
    let residuals = residuals(analysis, view);
    bar(
        ui,
        residual_scale(analysis, view, theme),
        &capitalized(&residuals.name()),
    );
    if let Some(note) = residuals.note() {
        let told = RichText::new("larger errors have the last colour").small();
        ui.label(told).on_hover_text(note);
    }
}

/// Which colour stands for which number.
fn scale_bar(ui: &mut egui::Ui, scale: Scale) {
    const STEPS: usize = 48;
    let (low, high) = scale.range;
    ui.label(RichText::new(label::short(low)).small());
    let (place, response) = ui.allocate_exact_size(Vec2::new(COLORS, 10.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "colour scale"));
    let width = place.width() / STEPS as f32;
    for step in 0..STEPS {
        let value = low + (high - low) * (step as f64 + 0.5) / STEPS as f64;
        let corner = place.min + Vec2::new(step as f32 * width, 0.0);
        let rect = Rect::from_min_size(corner, Vec2::new(width + 0.5, place.height()));
        ui.painter()
            .rect_filled(rect, 0.0, color32(scale.color(value)));
    }
    ui.label(RichText::new(label::short(high)).small());
    response.on_hover_text("The same colours in all panes");
}

/// The colours of the matrix and its reconstructions.
pub fn cell_scale(analysis: &Analysis, view: &ApproximateView, theme: Theme) -> Scale {
    Scale::of(view.map, analysis.range, theme)
}

/// The colours of the error maps.
pub fn residual_scale(analysis: &Analysis, view: &ApproximateView, theme: Theme) -> Scale {
    Scale::signed(residuals(analysis, view).end, theme)
}

fn residuals(analysis: &Analysis, view: &ApproximateView) -> ResidualScale {
    let outcomes = analysis.outcomes();
    let largest = outcomes.map(|one| (&one.evaluation, one.largest_residual()));
    ResidualScale::of(
        (analysis.letter(), largest_cell(analysis)),
        &largest.collect::<Vec<_>>(),
        view.error_gain,
    )
}

/// The largest absolute value of the matrix.
pub fn largest_cell(analysis: &Analysis) -> f64 {
    analysis.extremes.0.abs().max(analysis.extremes.1.abs())
}
