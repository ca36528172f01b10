//! Original and reconstructions side by side, one zoom and one cursor for all.

use eframe::egui::{self, RichText, Vec2};

use super::ApproximateTab;
use super::job::{Analysis, MethodResult, Outcome};
use crate::app::state::State;
use crate::app::texture::{MatrixTexture, Scale, color32};
use crate::app::theme;
use crate::app::widgets::matrix_view::{MatrixView, PaneResponse, short};
use crate::approx::{BlockLayout, Method};
use crate::figure::palette::{ColorMap, Theme};

/// Height of the lines above a pane.
const HEAD: f32 = 54.0;

/// Draws the panes and what stands above them.
pub fn show(tab: &mut ApproximateTab, ui: &mut egui::Ui, state: &mut State, theme: Theme) {
    toolbar(ui, state, tab);
    let Some(analysis) = state.analysis.clone() else {
        ui.centered_and_justified(|ui| ui.label("Loading…"));
        return;
    };
    let count = analysis.methods.len() + 1;
    let gap = ui.spacing().item_spacing.x;
    let width = (ui.available_width() - gap * (count as f32 - 1.0)) / count as f32;
    let size = pane_size(&analysis, width, ui.available_height());
    let mut hovered = None;
    ui.horizontal_top(|ui| {
        hovered = original(tab, ui, state, &analysis, size).hovered;
        for method in &analysis.methods {
            let response = approximation(tab, ui, state, &analysis, method, size, theme);
            if let Some(response) = response {
                hovered = hovered.or(response.hovered);
                if let (Some((row, col)), Ok(outcome)) = (response.clicked, &method.outcome) {
                    let block = outcome.factors.layout().block_at(row, col);
                    tab.selected = block.map(|block| (method.settings.method(), block));
                }
            }
        }
    });
    tab.cursor = hovered;
    cursor_line(ui, tab, &analysis);
}

/// As wide as the pane's place, as tall as the matrix then is, and never so tall that the table
/// and the plots have no room.
fn pane_size(analysis: &Analysis, width: f32, available: f32) -> Vec2 {
    let (rows, cols) = analysis.loaded.matrix.shape();
    let natural = width * rows as f32 / cols as f32;
    let most = (available * 0.46).max(140.0);
    Vec2::new(width.max(40.0), natural.clamp(60.0, most))
}

fn toolbar(ui: &mut egui::Ui, state: &mut State, tab: &mut ApproximateTab) {
    let view = &mut state.preferences.view;
    ui.horizontal(|ui| {
        ui.selectable_value(&mut view.error_maps, false, "Reconstructions");
        ui.selectable_value(&mut view.error_maps, true, "Error maps")
            .on_hover_text("W − Ŵ, signed, on one colour scale for all panes");
        ui.checkbox(&mut view.block_lines, "Block lines");
        egui::ComboBox::from_label("colours")
            .selected_text(view.map.name())
            .show_ui(ui, |ui| {
                for map in ColorMap::ALL {
                    ui.selectable_value(&mut view.map, map, map.name());
                }
            });
        if ui
            .button("Whole matrix")
            .on_hover_text("Reset the zoom (0); scroll to zoom, drag to move")
            .clicked()
        {
            tab.reset_zoom();
        }
    });
}

fn original(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &State,
    analysis: &Analysis,
    size: Vec2,
) -> PaneResponse {
    let matrix = &analysis.loaded.matrix;
    let scale = sequential(analysis, state.preferences.view.map);
    let id = analysis.matrix_id;
    let texture = MatrixTexture::keep(tab.textures.remove(&None), ui.ctx(), id, matrix, scale);
    let response = ui.vertical(|ui| {
        ui.set_width(size.x);
        let (rows, cols) = matrix.shape();
        let lines = [
            format!("{rows} × {cols}, numerical rank {}", analysis.rank),
            format!("{} entries, norm {}", rows * cols, short(analysis.norm)),
        ];
        head(ui, RichText::new("Original").strong(), &lines, size.x);
        let view = MatrixView {
            name: "Original",
            matrix,
            texture: &texture,
            blocks: None,
            outlines: None,
            selected: None,
            cursor: tab.cursor,
        };
        view.show(ui, size, &mut tab.pane)
    });
    tab.textures.insert(None, texture);
    response.inner
}

fn approximation(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &State,
    analysis: &Analysis,
    method: &MethodResult,
    size: Vec2,
    theme: Theme,
) -> Option<PaneResponse> {
    let kind = method.settings.method();
    let color = color32(theme::method_text(kind, theme));
    let title = RichText::new(kind.title()).strong().color(color);
    let setting = method.settings.describe();
    ui.vertical(|ui| {
        ui.set_width(size.x);
        match &method.outcome {
            Err(reason) => {
                head(ui, title, &[setting], size.x);
                ui.label(reason);
                None
            }
            Ok(outcome) => {
                let numbers = format!(
                    "{} params ({:.1} %), error {:.4}",
                    outcome.evaluation.params,
                    100.0 * outcome.evaluation.share,
                    outcome.evaluation.error
                );
                head(ui, title, &[setting, numbers], size.x);
                Some(pane(tab, ui, state, analysis, kind, outcome, size, theme))
            }
        }
    })
    .inner
}

#[allow(clippy::too_many_arguments)]
fn pane(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &State,
    analysis: &Analysis,
    method: Method,
    outcome: &Outcome,
    size: Vec2,
    theme: Theme,
) -> PaneResponse {
    let view = &state.preferences.view;
    let (matrix, scale) = if view.error_maps {
        let bound = largest_residual(analysis);
        (&outcome.residual, Scale::Diverging { theme, bound })
    } else {
        (&outcome.reconstruction, sequential(analysis, view.map))
    };
    let kept = tab.textures.remove(&Some(method));
    let texture = MatrixTexture::keep(kept, ui.ctx(), outcome.id, matrix, scale);
    let layout: &BlockLayout = outcome.factors.layout();
    let color = color32(theme::method(method, theme));
    let pane = MatrixView {
        name: method.title(),
        matrix,
        texture: &texture,
        blocks: view.block_lines.then_some((layout, color)),
        outlines: None,
        selected: tab
            .selected
            .filter(|(selected, _)| *selected == method)
            .map(|(_, block)| block),
        cursor: tab.cursor,
    };
    let response = pane.show(ui, size, &mut tab.pane);
    tab.textures.insert(Some(method), texture);
    response
}

fn head(ui: &mut egui::Ui, title: RichText, lines: &[String], width: f32) {
    ui.allocate_ui(Vec2::new(width, HEAD), |ui| {
        ui.set_min_height(HEAD);
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.label(title);
        for line in lines {
            ui.add(egui::Label::new(RichText::new(line).small()).truncate());
        }
    });
}

fn sequential(analysis: &Analysis, map: ColorMap) -> Scale {
    let (low, high) = analysis.range;
    Scale::Sequential { map, low, high }
}

/// One bound for all panes, so that equal colours are equal errors.
pub fn largest_residual(analysis: &Analysis) -> f64 {
    analysis
        .methods
        .iter()
        .filter_map(|m| m.outcome.as_ref().ok())
        .map(|outcome| outcome.largest_residual)
        .fold(0.0, f64::max)
}

/// The same cell in every pane, and the block that it is in.
fn cursor_line(ui: &mut egui::Ui, tab: &ApproximateTab, analysis: &Analysis) {
    let Some((row, col)) = tab.cursor else {
        ui.label(
            RichText::new(
                "Point at a cell to read it in every pane, click a block for its singular values",
            )
            .small(),
        );
        return;
    };
    let matrix = &analysis.loaded.matrix;
    if row >= matrix.nrows() || col >= matrix.ncols() {
        return;
    }
    // What rounding leaves of a zero reads as zero.
    let dust = 1e-12 * analysis.range.0.abs().max(analysis.range.1.abs());
    let read = |value: f64| short(if value.abs() <= dust { 0.0 } else { value });
    let mut text = format!("row {row}, column {col}: {}", read(matrix[(row, col)]));
    for method in &analysis.methods {
        if let Ok(outcome) = &method.outcome {
            let value = outcome.reconstruction[(row, col)];
            let place = match outcome.factors.layout().block_at(row, col) {
                Some(b) => {
                    let block = &outcome.factors.layout().blocks()[b];
                    format!("block ({}, {})", block.i, block.j)
                }
                None => "no block".to_owned(),
            };
            let title = method.settings.method().title();
            text += &format!("   {title} {} in {place}", read(value));
        }
    }
    ui.add(egui::Label::new(RichText::new(text).small()).truncate());
}
