//! Original and reconstructions side by side, one zoom and one cursor for all.

use eframe::egui::{self, Rect, RichText, Role, Sense, Vec2, WidgetInfo};

use super::ApproximateTab;
use crate::analysis::{Analysis, MethodResult, Outcome};
use crate::app::notices::capitalized;
use crate::app::state::State;
use crate::app::texture::{MatrixTexture, Scale, color32};
use crate::app::theme;
use crate::app::widgets::knobs::choice;
use crate::app::widgets::matrix_view::{MatrixView, PaneResponse, reading};
use crate::approx::{BlockLayout, Method};
use crate::figure::compose::{kept_entries, residual_limit};
use crate::figure::label;
use crate::figure::palette::{ColorMap, Theme};
use crate::session::Session;
use crate::views::singular_values;

/// Height of the title above a pane, and of a line under it.
const TITLE: f32 = 22.0;
const LINE: f32 = 15.0;

/// Narrower panes have their numbers on lines of their own.
const NARROW: f32 = 220.0;

/// Panes that would be narrower than this stand in two rows.
const LEAST_WIDTH: f32 = 120.0;

/// Draws the panes and what stands above them.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    session: &mut Session,
    theme: Theme,
) {
    toolbar(ui, state, tab, theme);
    let Some(analysis) = state.analysis.clone() else {
        let doing = tab.progress().unwrap_or_else(|| "Loading…".to_owned());
        ui.centered_and_justified(|ui| ui.label(doing));
        return;
    };
    none_fits(ui, &analysis, session);
    let panes: Vec<Option<&MethodResult>> = std::iter::once(None)
        .chain(analysis.methods.iter().map(Some))
        .collect();
    let (columns, width) = columns(ui, panes.len());
    let size = pane_size(&analysis, width, ui.available_height());
    let mut hovered = None;
    let selected = tab.selected;
    for row in panes.chunks(columns) {
        ui.horizontal_top(|ui| {
            for pane in row {
                let response = match pane {
                    None => Some(original(tab, ui, state, &analysis, size)),
                    Some(method) => match &method.outcome {
                        Ok(outcome) => Some(approximation(
                            tab, ui, state, &analysis, outcome, size, theme,
                        )),
                        Err(why) => {
                            nothing(ui, &analysis, method, why, session, (size, theme));
                            None
                        }
                    },
                };
                hovered = hovered.or(response.and_then(|response| response.hovered));
            }
        });
    }
    tab.cursor = hovered;
    // A block was clicked for its singular values.
    if tab.selected != selected && tab.selected.is_some() {
        state.preferences.view.second = &singular_values::VIEW;
    }
    cursor_line(ui, tab, &analysis, state.preferences.view.error_maps);
}

/// A line where the one budget pays for no method and there is nothing to see, with the way out.
fn none_fits(ui: &mut egui::Ui, analysis: &Analysis, session: &mut Session) {
    if analysis.methods.is_empty() || analysis.outcomes().next().is_some() {
        return;
    }
    let (rows, cols) = analysis.shape();
    let settings = &analysis.session.settings;
    let needed = analysis.methods.iter();
    let needed = needed.filter_map(|one| settings.budget_needed(rows, cols, &one.settings));
    ui.horizontal_wrapped(|ui| {
        let text = format!(
            "No method fits in {} parameters on this {rows} × {cols} matrix; increase the budget",
            label::count(settings.adaptive.budget)
        );
        ui.colored_label(ui.visuals().warn_fg_color, text);
        if let Some(budget) = needed.max() {
            let set = format!("Set {} for all methods", label::count(budget));
            if ui.button(set).clicked() {
                session.settings.adaptive.budget = budget;
            }
        }
    });
}

/// The number of panes side by side, and the width of each.
fn columns(ui: &egui::Ui, count: usize) -> (usize, f32) {
    let gap = ui.spacing().item_spacing.x;
    let available = ui.available_width();
    let fitting = (((available + gap) / (LEAST_WIDTH + gap)) as usize).max(1);
    let columns = count.div_ceil(count.div_ceil(fitting));
    let width = (available - gap * (columns as f32 - 1.0)) / columns as f32;
    (columns, width)
}

/// As wide as the pane's place, as tall as the matrix then is, and never so tall that the table
/// and the plots have no room.
fn pane_size(analysis: &Analysis, width: f32, available: f32) -> Vec2 {
    let (rows, cols) = analysis.loaded.matrix.shape();
    let natural = width * rows as f32 / cols as f32;
    let most = (available * 0.46).max(140.0);
    Vec2::new(width.max(40.0), natural.clamp(60.0, most))
}

fn toolbar(ui: &mut egui::Ui, state: &mut State, tab: &mut ApproximateTab, theme: Theme) {
    let view = &mut state.preferences.view;
    ui.horizontal_wrapped(|ui| {
        ui.selectable_value(&mut view.error_maps, false, "Reconstructions");
        ui.selectable_value(&mut view.error_maps, true, "Error maps")
            .on_hover_text("W − Ŵ, signed, on one colour scale for all panes");
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
        if let Some(analysis) = &state.analysis {
            let scale = match view.error_maps {
                true => residuals(analysis, theme),
                false => sequential(analysis, view.map),
            };
            let size = Vec2::new(SCALE_BAR, ui.spacing().interact_size.y);
            ui.allocate_ui(size, |ui| ui.horizontal(|ui| scale_bar(ui, scale)));
        }
    });
}

/// Width of the colour scale with its two numbers.
const SCALE_BAR: f32 = 190.0;

/// The colour scale of the panes.
fn scale_bar(ui: &mut egui::Ui, scale: Scale) {
    const STEPS: usize = 48;
    let (low, high) = scale.ends();
    ui.label(RichText::new(label::short(low)).small());
    let (place, response) = ui.allocate_exact_size(Vec2::new(96.0, 10.0), Sense::hover());
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
    response.on_hover_text(match scale {
        Scale::Sequential { .. } => "The colours of the cells, the same in all panes",
        Scale::Diverging { .. } => "W − Ŵ: the colours of the error maps, the same in all panes",
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
        let shape = format!("{rows} × {cols}");
        let rank = format!("numerical rank {}", analysis.rank);
        let norm = format!("norm {}", label::short(analysis.norm));
        let lines = if size.x < NARROW {
            vec![shape, rank, norm]
        } else {
            let entries = label::entries(rows * cols);
            vec![format!("{shape}, {rank}"), format!("{entries}, {norm}")]
        };
        head(ui, RichText::new("Original").strong(), &lines, size);
        let view = MatrixView {
            name: "Original",
            matrix,
            texture: &texture,
            blocks: None,
            ranks: None,
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
    outcome: &Outcome,
    size: Vec2,
    theme: Theme,
) -> PaneResponse {
    let e = &outcome.evaluation;
    let (kind, setting) = (e.method(), e.settings.describe());
    let params = format!(
        "{} params ({})",
        label::count(e.params),
        label::percent(e.share)
    );
    let error = format!("error {}", label::error(e.error));
    let lines = if size.x < NARROW {
        vec![setting, params, error]
    } else {
        vec![setting, format!("{params}, {error}")]
    };
    let response = ui.vertical(|ui| {
        ui.set_width(size.x);
        head(ui, title(kind, theme), &lines, size);
        pane(tab, ui, state, analysis, kind, outcome, size, theme)
    });
    response.inner
}

fn title(method: Method, theme: Theme) -> RichText {
    let color = color32(theme::method_text(method, theme));
    RichText::new(method.title()).strong().color(color)
}

/// The place of a method whose setting gives nothing: why, and the way out where a larger budget
/// is one.
fn nothing(
    ui: &mut egui::Ui,
    analysis: &Analysis,
    method: &MethodResult,
    why: &str,
    session: &mut Session,
    (size, theme): (Vec2, Theme),
) {
    let (rows, cols) = analysis.loaded.matrix.shape();
    let settings = &analysis.session.settings;
    ui.vertical(|ui| {
        ui.set_width(size.x);
        let name = title(method.settings.method(), theme);
        head(ui, name, &[method.settings.describe()], size);
        ui.label(why);
        if let Some(budget) = settings.budget_needed(rows, cols, &method.settings) {
            let set = format!("Set {}", label::count(budget));
            let hint = "The smallest budget that gives this method a rank";
            if ui.button(set).on_hover_text(hint).clicked() {
                session.settings.adaptive.budget = budget;
            }
        }
    });
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
        (outcome.residual(), residuals(analysis, theme))
    } else {
        (outcome.reconstruction(), sequential(analysis, view.map))
    };
    let kept = tab.textures.remove(&Some(method));
    let texture = MatrixTexture::keep(kept, ui.ctx(), outcome.id(), matrix, scale);
    let layout: &BlockLayout = outcome.factors.layout();
    let color = color32(theme::method(method, theme));
    let chosen = layout.kind().overlaps();
    let kept = kept_entries(layout, outcome.reconstruction());
    let pane = MatrixView {
        name: method.title(),
        matrix,
        texture: &texture,
        blocks: view.block_lines.then_some((layout, color)),
        ranks: chosen.then_some(&outcome.evaluation.ranks),
        outlines: view.block_lines.then_some((&kept, color)),
        selected: tab
            .selected
            .filter(|(selected, _)| *selected == method)
            .map(|(_, block)| block),
        cursor: tab.cursor,
    };
    let response = pane.show(ui, size, &mut tab.pane);
    tab.textures.insert(Some(method), texture);
    if let Some((row, col)) = response.clicked {
        tab.selected = layout.block_at(row, col).map(|block| (method, block));
    }
    response
}

/// Title and numbers, as high in every pane so that the pictures stand in line.
fn head(ui: &mut egui::Ui, title: RichText, lines: &[String], size: Vec2) {
    let most = if size.x < NARROW { 3.0 } else { 2.0 };
    let height = TITLE + most * LINE;
    ui.allocate_ui(Vec2::new(size.x, height), |ui| {
        ui.set_min_height(height);
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

fn residuals(analysis: &Analysis, theme: Theme) -> Scale {
    let largest = analysis.outcomes().map(Outcome::largest_residual);
    let bound = residual_limit(largest_cell(analysis), largest);
    Scale::Diverging { theme, bound }
}

fn largest_cell(analysis: &Analysis) -> f64 {
    analysis.extremes.0.abs().max(analysis.extremes.1.abs())
}

/// The values of the cell under the pointer in every pane, and the block that it is in.
fn cursor_line(ui: &mut egui::Ui, tab: &ApproximateTab, analysis: &Analysis, errors: bool) {
    let Some((row, col)) = tab.cursor else {
        ui.label(
            RichText::new("Hover to compare a cell; click a block to see its singular values")
                .small(),
        );
        return;
    };
    let matrix = &analysis.loaded.matrix;
    if row >= matrix.nrows() || col >= matrix.ncols() {
        return;
    }
    let largest = largest_cell(analysis);
    let read = |value: f64| reading(value, largest);
    let mut text = format!(
        "row {}, column {}: {}",
        row + 1,
        col + 1,
        read(matrix[(row, col)])
    );
    for method in &analysis.methods {
        if let Ok(outcome) = &method.outcome {
            let (shown, what) = match errors {
                true => (outcome.residual(), "W − Ŵ = "),
                false => (outcome.reconstruction(), ""),
            };
            let value = shown[(row, col)];
            let place = match outcome.factors.layout().block_at(row, col) {
                Some(b) => {
                    let block = &outcome.factors.layout().blocks()[b];
                    format!("block ({}, {})", block.i + 1, block.j + 1)
                }
                None => "no block".to_owned(),
            };
            let title = method.settings.method().title();
            text += &format!("   {title} {what}{} in {place}", read(value));
        }
    }
    ui.add(egui::Label::new(RichText::new(text).small()).truncate());
}
