//! The rank of each block as a map, which a brush may repaint (II.C's `r_ij`).

use eframe::egui::{
    self, Color32, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Vec2, WidgetInfo,
};

use super::ApproximateTab;
use super::rank_map::beside;
use crate::analysis::Analysis;
use crate::app::state::State;
use crate::app::widgets::focus;
use crate::app::widgets::heat_map::paint;
use crate::app::widgets::knobs::ranged;
use crate::approx::{LayoutKind, Method};
use crate::figure::compose::{BlockRanks, rank_heatmap};
use crate::figure::palette::Theme;
use crate::figure::{Heatmap, label};
use crate::session::{Session, Settings};

/// Room beside the map for its method and its colour scale.
const LEGEND: f32 = 150.0;

/// Draws the map of the adaptive ranks, or of Localized's uniform ones.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    analysis: &Analysis,
    session: &mut Session,
    theme: Theme,
) {
    let shown = analysis
        .outcome_of(Method::LocalizedAdaptive)
        .or_else(|| analysis.outcome_of(Method::Localized));
    let Some(outcome) = shown else {
        return;
    };
    let LayoutKind::Grid(grid) = outcome.factors.layout().kind() else {
        return;
    };
    let most = outcome.factors.layout().max_rank();
    let brush = &mut state.preferences.view.brush;
    ui.horizontal_wrapped(|ui| {
        ranged(ui, brush, 0..=most, "Brush: rank", false);
        ui.label("Drag over blocks to set their ranks");
    });
    let brush = (*brush).min(most);
    over_budget(ui, analysis);
    let ranks = &outcome.evaluation.ranks;
    let blocks = BlockRanks {
        evaluation: &outcome.evaluation,
        layout: outcome.factors.layout(),
    };
    let map = rank_heatmap(theme, &blocks);
    let (place, response) = draw(ui, &map, theme);
    let cell = place.width() / grid as f32;
    let block_at = |at: Pos2| {
        let offset = (at - place.min) / cell;
        place
            .contains(at)
            .then_some(offset.y as usize * grid + offset.x as usize)
            .filter(|block| *block < ranks.len())
    };
    let selected = selected(tab).filter(|block| *block < ranks.len());
    if let Some(block) = selected {
        paint_selected(ui, place, grid, block);
    }
    let pointed = response.interact_pointer_pos().and_then(block_at);
    let (block, rank) = match pointed {
        Some(block) => {
            let painting = response.clicked() || response.dragged();
            (block, painting.then_some(brush))
        }
        None => match by_key(ui, &response, selected, grid, ranks, brush) {
            Some(chosen) => chosen,
            None => return,
        },
    };
    tab.selected = Some((outcome.evaluation.method(), block));
    if let Some(rank) = rank {
        set(&mut session.settings, grid, ranks, (block, rank.min(most)));
    }
}

/// The selected block of either map: the first rank that is set turns Localized's into one of its
/// own, block by block the same.
fn selected(tab: &ApproximateTab) -> Option<usize> {
    let either = [Method::Localized, Method::LocalizedAdaptive];
    let (_, block) = tab.selected.filter(|(of, _)| either.contains(of))?;
    Some(block)
}

/// Sets the rank of one block of `ranks`, which from then on are set by hand.
fn set(settings: &mut Settings, grid: usize, ranks: &[usize], (block, rank): (usize, usize)) {
    let mut painted = match &settings.adaptive.painted {
        Some(painted) if painted.len() == ranks.len() => painted.clone(),
        _ => ranks.to_vec(),
    };
    painted[block] = rank;
    settings.adaptive.grid = grid;
    settings.adaptive.painted = Some(painted);
    settings.show_adaptive = true;
}

/// The map with its legend beside it: where it lies, and what the user does there.
fn draw(ui: &mut egui::Ui, map: &Heatmap, theme: Theme) -> (Rect, Response) {
    let side = (ui.available_width() - LEGEND)
        .min(ui.available_height() - 4.0)
        .max(120.0);
    let (place, response) = ui
        .horizontal_top(|ui| {
            let drawn = ui.allocate_exact_size(Vec2::splat(side), Sense::click_and_drag());
            ui.add_space(8.0);
            ui.vertical(|ui| beside(ui, map, side, theme));
            drawn
        })
        .inner;
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "ranks per block"));
    paint(ui, place, map, theme);
    (place, response)
}

/// Ranks set by hand may cost more than the one budget: said where they are set.
fn over_budget(ui: &mut egui::Ui, analysis: &Analysis) {
    let settings = &analysis.session.settings;
    let (budget, by_hand) = (
        settings.adaptive.budget,
        settings.adaptive.painted.is_some(),
    );
    let Some(outcome) = analysis.outcome_of(Method::LocalizedAdaptive) else {
        return;
    };
    let params = outcome.evaluation.params;
    if settings.matched.is_some() && by_hand && params != budget {
        let difference = label::count(params.abs_diff(budget));
        let side = if params > budget { "over" } else { "under" };
        let text = format!(
            "not matched: these ranks cost {} parameters, {difference} {side} the budget of {}",
            label::count(params),
            label::count(budget)
        );
        ui.colored_label(ui.visuals().warn_fg_color, text);
    }
}

/// The block that the arrows go to, and the rank that a key gives it: a digit its own, + and − one
/// more and one less, Enter the brush's.
fn by_key(
    ui: &egui::Ui,
    response: &Response,
    selected: Option<usize>,
    grid: usize,
    ranks: &[usize],
    brush: usize,
) -> Option<(usize, Option<usize>)> {
    if !response.has_focus() {
        return None;
    }
    let block = selected.unwrap_or(0).min(ranks.len().checked_sub(1)?);
    if let Some((down, right)) = focus::arrows(ui, response) {
        let step = |at: usize, by: isize| at.saturating_add_signed(by).min(grid - 1);
        let to = step(block / grid, down) * grid + step(block % grid, right);
        return Some((selected.map_or(0, |_| to), None));
    }
    let typed = ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            egui::Event::Text(text) => text.chars().next(),
            _ => None,
        })
    });
    let rank = match typed {
        Some('+') => ranks[block] + 1,
        Some('-' | '−') => ranks[block].saturating_sub(1),
        Some(digit) if digit.is_ascii_digit() => digit.to_digit(10)? as usize,
        _ if response.clicked() => brush,
        _ => return None,
    };
    Some((block, Some(rank)))
}

/// The selected block, seen on every colour.
fn paint_selected(ui: &egui::Ui, place: Rect, grid: usize, block: usize) {
    let cell = place.width() / grid as f32;
    let corner = Vec2::new((block % grid) as f32, (block / grid) as f32) * cell;
    let rect = Rect::from_min_size(place.min + corner, Vec2::splat(cell));
    for (width, color) in [(4.0, Color32::BLACK), (2.0, Color32::WHITE)] {
        let stroke = Stroke::new(width, color);
        ui.painter()
            .rect_stroke(rect, 0.0, stroke, StrokeKind::Inside);
    }
}
