//! Original and reconstructions side by side, one zoom and one cursor for all.

use eframe::egui::{self, RichText, Stroke, StrokeKind, TextStyle, Vec2};
use nalgebra::DMatrix;

use super::ApproximateTab;
use super::arrange::Arrangement;
use super::factors::FactorsWindow;
use super::heads::{PRESENTED, longest_that_fits};
use super::maximized::Part;
use super::pointer::value_at_pointer;
use super::toolbar::{cell_scale, largest_cell, residual_scale};
use super::view::{ApproximateView, PaneContent};
use crate::analysis::{Analysis, Closest, MethodResult, Outcome};
use crate::app::state::State;
use crate::app::texture::{MatrixTexture, color32};
use crate::app::theme;
use crate::app::widgets::matrix_view::{MatrixView, PaneResponse, reading};
use crate::approx::{BlockLayout, Method};
use crate::figure::bars::BlockBars;
use crate::figure::compose::kept_entries;
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::session::Session;
use crate::views::{block_spectra, singular_values};

/// What all panes of a frame have in common.
struct Shared<'a> {
    analysis: &'a Analysis,
    arrangement: Arrangement,
    /// The methods with the lowest error, where several are compared.
    closest: Vec<Method>,
    /// The singular values in the blocks, where the panes show them.
    bars: Vec<(Method, BlockBars)>,
    theme: Theme,
}

impl Shared<'_> {
    fn bars_of(&self, method: Method) -> Option<(&BlockBars, Theme)> {
        let mut all = self.bars.iter();
        let found = all.find(|(of, _)| *of == method);
        found.map(|(_, bars)| (bars, self.theme))
    }
}

/// The bars of all methods, where the panes show them.
fn bars(analysis: &Analysis, panes: PaneContent, theme: Theme) -> Vec<(Method, BlockBars)> {
    if panes != PaneContent::Spectra {
        return Vec::new();
    }
    let bars = block_spectra::bars(theme, analysis).methods;
    let methods = analysis.outcomes().map(|one| one.evaluation.method());
    methods.zip(bars).collect()
}

/// The panes: of the matrix and of each method, or of the one that is maximized.
fn panes_of(analysis: &Analysis, maximized: Option<Part>) -> Vec<Option<&MethodResult>> {
    let all = std::iter::once(None).chain(analysis.methods.iter().map(Some));
    match maximized {
        Some(Part::Pane(only)) => all.filter(|pane| method_of(pane) == only).collect(),
        _ => all.collect(),
    }
}

fn method_of(pane: &Option<&MethodResult>) -> Option<Method> {
    pane.map(|one| one.settings.method())
}

/// Draws the panes in `room`, all or the one that is maximized, and below them what the cursor
/// points at.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    session: &mut Session,
    theme: Theme,
    room: Vec2,
) {
    let Some(analysis) = state.analysis.clone() else {
        return;
    };
    none_fits(ui, &analysis, session);
    let panes = panes_of(&analysis, tab.maximized);
    let presented = tab.presentation.is_some();
    let scale = if presented { PRESENTED } else { 1.0 };
    let small = !presented && Arrangement::is_small(room);
    let gap = ui.spacing().item_spacing;
    let place = Vec2::new(room.x, room.y - scale * CURSOR_LINE);
    let shared = Shared {
        analysis: &analysis,
        arrangement: Arrangement::best(panes.len(), analysis.shape(), place, gap, (small, scale)),
        closest: Closest::of(&analysis).map_or_else(Vec::new, |found| found.methods),
        bars: bars(&analysis, state.preferences.view.panes(), theme),
        theme,
    };
    let mut hovered = None;
    let selected = tab.selected;
    if presented {
        ui.add_space(shared.arrangement.above(panes.len(), place.y, gap.y));
    }
    for row in panes.chunks(shared.arrangement.columns) {
        ui.horizontal_top(|ui| {
            for pane in row {
                let drawn = ui.vertical(|ui| {
                    ui.set_width(shared.arrangement.picture.x);
                    one(tab, ui, state, session, &shared, *pane)
                });
                tab.maximize(ui, Part::Pane(method_of(pane)), drawn.response.rect);
                let here = drawn.inner.and_then(|response| response.hovered);
                if let Some(cell) = here.filter(|_| presented) {
                    let text = value_of(&analysis, *pane, state, cell);
                    value_at_pointer(ui, text, theme);
                }
                hovered = hovered.or(here);
            }
        });
    }
    tab.cursor = hovered;
    // A block was clicked for its singular values.
    if tab.selected != selected && tab.selected.is_some() {
        state.preferences.view.second = &singular_values::VIEW;
    }
    cursor_line(ui, tab, &analysis, state.preferences.view.panes());
}

/// The value of a cell as its pane shows it.
fn value_of(
    analysis: &Analysis,
    pane: Option<&MethodResult>,
    state: &State,
    cell: (usize, usize),
) -> String {
    let outcome = pane.and_then(|one| one.outcome.as_ref().ok());
    let matrix = match outcome {
        None => &analysis.loaded.matrix,
        Some(outcome) if state.preferences.view.panes() == PaneContent::ErrorMaps => {
            outcome.residual()
        }
        Some(outcome) => outcome.reconstruction(),
    };
    let value = matrix.get(cell).copied();
    value.map_or_else(String::new, |value| reading(value, largest_cell(analysis)))
}

/// Height of the line below the panes.
const CURSOR_LINE: f32 = 20.0;

/// One pane with its head.
fn one(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &State,
    session: &mut Session,
    shared: &Shared<'_>,
    method: Option<&MethodResult>,
) -> Option<PaneResponse> {
    let Some(method) = method else {
        return Some(original(tab, ui, state, shared));
    };
    match &method.outcome {
        Ok(outcome) => Some(approximation(tab, ui, state, shared, outcome)),
        Err(why) => {
            nothing(ui, method, why, session, shared);
            None
        }
    }
}

/// Where the one budget pays for no method there is nothing to see: says so, with the way out.
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
            label::count(analysis.channels() * settings.adaptive.budget)
        );
        ui.colored_label(ui.visuals().warn_fg_color, text);
        if let Some(budget) = needed.max() {
            let set = format!(
                "Set {} for all methods",
                label::count(analysis.channels() * budget)
            );
            if ui.button(set).clicked() {
                session.settings.adaptive.budget = budget;
            }
        }
    });
}

fn original(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &State,
    shared: &Shared<'_>,
) -> PaneResponse {
    let (analysis, size) = (shared.analysis, shared.arrangement.picture);
    let matrix = &analysis.loaded.matrix;
    let scale = cell_scale(analysis, &state.preferences.view, shared.theme);
    let id = analysis.matrix_id;
    let kept = tab.textures.remove(&None);
    let texture = match analysis.loaded.channels.as_deref() {
        Some(channels) => MatrixTexture::keep_colour(kept, ui.ctx(), id, channels, scale),
        None => MatrixTexture::keep(kept, ui.ctx(), id, matrix, scale),
    };
    shared.arrangement.head.original(ui, size.x, analysis);
    let view = MatrixView {
        name: "Original",
        matrix,
        texture: &texture,
        bars: None,
        blocks: None,
        ranks: None,
        outlines: None,
        selected: None,
        cursor: tab.cursor,
    };
    let response = view.show(ui, size, &mut tab.pane);
    describe(ui, &response, analysis.heading());
    tab.textures.insert(None, texture);
    response
}

/// One sentence on a pane for those who hear it.
fn describe(ui: &egui::Ui, response: &PaneResponse, text: String) {
    ui.ctx()
        .accesskit_node_builder(response.response.id, |node| node.set_description(text));
}

/// The place of a method whose setting gives nothing: why, and the way out where a larger budget
/// is one.
fn nothing(
    ui: &mut egui::Ui,
    method: &MethodResult,
    why: &str,
    session: &mut Session,
    shared: &Shared<'_>,
) {
    let (rows, cols) = shared.analysis.shape();
    let settings = &shared.analysis.session.settings;
    let Arrangement { head, picture, .. } = shared.arrangement;
    let title = (method.settings.method(), shared.theme);
    head.of_nothing(ui, picture.x, method.settings.describe(), title);
    ui.label(why);
    if let Some(budget) = settings.budget_needed(rows, cols, &method.settings) {
        let all = shared.analysis.channels() * budget;
        let set = format!("Set {}", label::count(all));
        let hint = "The smallest budget that gives this method a rank";
        if ui.button(set).on_hover_text(hint).clicked() {
            session.settings.adaptive.budget = budget;
        }
    }
}

fn approximation(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &State,
    shared: &Shared<'_>,
    outcome: &Outcome,
) -> PaneResponse {
    let (view, theme, analysis) = (&state.preferences.view, shared.theme, shared.analysis);
    let method = outcome.evaluation.method();
    let closest = shared.closest.contains(&method);
    let Arrangement { head, picture, .. } = shared.arrangement;
    let one = &outcome.evaluation;
    let setting = analysis.describe(&one.settings);
    head.of_method(ui, picture.x, (one, setting), closest, theme);
    let kept = tab.textures.remove(&Some(method));
    let (matrix, texture) = pane_picture(ui.ctx(), outcome, (analysis, view, theme), kept);
    let layout: &BlockLayout = outcome.factors.layout();
    let color = color32(theme::method(method, theme));
    let kept = kept_entries(layout, outcome.reconstruction());
    let pane = MatrixView {
        name: method.title(),
        matrix,
        texture: &texture,
        bars: shared.bars_of(method),
        blocks: view.block_lines.then_some((layout, color)),
        ranks: layout.kind().overlaps().then_some(&one.ranks),
        outlines: view.block_lines.then_some((&kept, color)),
        selected: tab
            .selected
            .filter(|(selected, _)| *selected == method)
            .map(|(_, block)| block),
        cursor: tab.cursor,
    };
    let response = pane.show(ui, picture, &mut tab.pane);
    if closest {
        let stroke = Stroke::new(2.5, color);
        ui.painter()
            .rect_stroke(response.shown, 0.0, stroke, StrokeKind::Outside);
        head.mark_winner(ui, (response.shown, picture.x), method, theme);
    }
    describe(ui, &response, sentence(outcome, closest, view.panes()));
    tab.textures.insert(Some(method), texture);
    if let Some((row, col)) = response.clicked {
        tab.selected = layout.block_at(row, col).map(|block| (method, block));
    }
    if FactorsWindow::shows(outcome) {
        response.response.context_menu(|ui| {
            if ui.button("Factors of this block").clicked() {
                tab.factors = Some(FactorsWindow::of(method));
                ui.close();
            }
        });
    }
    response
}

/// The matrix that a method's pane shows, and its picture.
fn pane_picture<'a>(
    ctx: &egui::Context,
    outcome: &'a Outcome,
    (analysis, view, theme): (&Analysis, &ApproximateView, Theme),
    kept: Option<MatrixTexture>,
) -> (&'a DMatrix<f64>, MatrixTexture) {
    let id = outcome.id();
    if view.panes() == PaneContent::ErrorMaps {
        let scale = residual_scale(analysis, view, theme);
        let matrix = outcome.residual();
        return (matrix, MatrixTexture::keep(kept, ctx, id, matrix, scale));
    }
    let scale = cell_scale(analysis, view, theme);
    let matrix = outcome.reconstruction();
    let texture = match outcome.channels() {
        Some(channels) => MatrixTexture::keep_colour(kept, ctx, id, channels, scale),
        None => MatrixTexture::keep(kept, ctx, id, matrix, scale),
    };
    (matrix, texture)
}

/// What a pane shows and its error, in one sentence.
fn sentence(outcome: &Outcome, closest: bool, panes: PaneContent) -> String {
    let one = &outcome.evaluation;
    let what = match panes {
        PaneContent::ErrorMaps => "what it leaves out",
        PaneContent::Reconstructions => "its reconstruction",
        PaneContent::Spectra => "the singular values of its blocks",
    };
    let mark = if closest { ", the closest here" } else { "" };
    format!(
        "{what} at {}, {} parameters: error {}{mark}",
        one.settings.describe(),
        label::count(one.params),
        label::error(one.error)
    )
}

/// How many of a block's singular values are kept, and what that leaves.
fn kept_of(outcome: &Outcome, block: usize) -> String {
    let spectra = &outcome.factors.spectra;
    let (rank, all) = (
        outcome.evaluation.ranks[block],
        spectra.numerical_rank(block),
    );
    format!(
        "keeps {} of {all} (error {})",
        rank.min(all),
        label::error(spectra.block_error(block, rank))
    )
}

/// The values of the cell under the pointer in every pane, and the block that it is in.
fn cursor_line(ui: &mut egui::Ui, tab: &ApproximateTab, analysis: &Analysis, panes: PaneContent) {
    let Some((row, col)) = tab.cursor else {
        let hint = match tab.presentation {
            Some(_) => "Click a picture to enlarge it",
            None => {
                "Hover to compare a cell; click a block to see its singular values; double-click \
                 to maximize"
            }
        };
        ui.add(egui::Label::new(RichText::new(hint).small()).truncate());
        return;
    };
    let matrix = &analysis.loaded.matrix;
    if row >= matrix.nrows() || col >= matrix.ncols() {
        return;
    }
    let largest = largest_cell(analysis);
    let read = |value: f64| reading(value, largest);
    let cell = format!(
        "row {}, column {}: {}",
        row + 1,
        col + 1,
        read(matrix[(row, col)])
    );
    // All of it, without the blocks, and the numbers alone in the order of the panes.
    let [mut whole, mut named, mut bare] = [cell.clone(), cell.clone(), cell];
    for method in &analysis.methods {
        if let Ok(outcome) = &method.outcome {
            let at = outcome.factors.layout().block_at(row, col);
            let place = match at {
                Some(b) => {
                    let block = &outcome.factors.layout().blocks()[b];
                    format!("block ({}, {})", block.i + 1, block.j + 1)
                }
                None => "no block".to_owned(),
            };
            let title = method.settings.method().title();
            let value = match (panes, at) {
                (PaneContent::Spectra, Some(block)) => kept_of(outcome, block),
                (PaneContent::Spectra, None) => "keeps nothing".to_owned(),
                (PaneContent::ErrorMaps, _) => {
                    let value = read(outcome.residual()[(row, col)]);
                    format!("{} − Ŵ = {value}", analysis.letter())
                }
                (PaneContent::Reconstructions, _) => read(outcome.reconstruction()[(row, col)]),
            };
            whole += &format!("   {title} {value} in {place}");
            named += &format!("   {title} {value}");
            bare += &format!("   {value}");
        }
    }
    let wordings = [whole, named, bare];
    let text = longest_that_fits(ui, &wordings, &TextStyle::Small);
    ui.add(egui::Label::new(RichText::new(text).small()).truncate());
}
