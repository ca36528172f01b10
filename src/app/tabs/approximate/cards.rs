//! A card per method with its sliders. They show what this matrix takes of the wanted settings, and
//! say why where that is something else.

use eframe::egui::{self, Align, Frame, Layout, RichText, TextStyle, WidgetInfo};

use super::factors::FactorsWindow;
use super::fit::Fit;
use super::shared_budget;
use crate::analysis::{Analysis, begin_beside};
use crate::app::state::State;
use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::knobs::{line, linked, slider, stepped};
use crate::app::widgets::plot::indexed;
use crate::approx::Pieces;
use crate::approx::layout::BlockSize;
use crate::approx::method::{Method, MethodSettings, Role};
use crate::approx::segment::divisors;
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::session::Settings;

/// Draws the cards; `settings` changes as the user drags and types, and not by being drawn.
pub fn show(
    ui: &mut egui::Ui,
    state: &State,
    settings: &mut Settings,
    factors: &mut Option<FactorsWindow>,
    theme: Theme,
) {
    let known = state.analysis.as_ref().map(|analysis| analysis.shape());
    let Some(shape) = known.or_else(|| state.latest_session().source.shape()) else {
        return waiting(ui, settings, theme);
    };
    let fit = Fit {
        shape,
        channels: state
            .analysis
            .as_ref()
            .map_or(1, |analysis| analysis.channels()),
        fitted: settings.fitted(shape.0, shape.1),
    };
    shared_budget::show(ui, state, settings, &fit);
    for method in Method::ALL.iter().copied() {
        if !settings.shows(method) {
            continue;
        }
        let outcome = state.analysis.as_ref();
        let outcome = outcome.and_then(|analysis| analysis.outcome_of(method));
        let has_factors = outcome.is_some_and(FactorsWindow::shows);
        let open = has_factors.then_some(&mut *factors);
        card(ui, settings, method, (theme, open), |ui, settings| {
            numbers(ui, settings, method, &fit);
            told(ui, state, settings, method, &fit);
        });
    }
    add_structure(ui, settings, &fit);
}

/// Before there is a matrix nothing is known of its blocks: the settings are shown as they are wanted.
fn waiting(ui: &mut egui::Ui, settings: &mut Settings, theme: Theme) {
    for wanted in settings.shown() {
        card(ui, settings, wanted.method(), (theme, None), |ui, _| {
            let setting = wanted.describe();
            ui.label(indexed(ui, &setting, &TextStyle::Body));
            ui.label(RichText::new("Waiting for the matrix").small());
        });
    }
}

fn card(
    ui: &mut egui::Ui,
    settings: &mut Settings,
    method: Method,
    (theme, factors): (Theme, Option<&mut Option<FactorsWindow>>),
    add: impl FnOnce(&mut egui::Ui, &mut Settings),
) {
    Frame::group(ui.style()).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let color = color32(theme::method_text(method, theme));
        ui.push_id(method.key(), |ui| {
            ui.horizontal(|ui| {
                ui.label(RichText::new(method.title()).strong().color(color));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if settings.switch(method).is_some() {
                        remove(ui, settings, method);
                    }
                    if let Some(factors) = factors {
                        open_factors(ui, method, factors);
                    }
                });
            });
            add(ui, settings);
        });
    });
}

/// The cross at the right end of a card that can be taken away.
fn remove(ui: &mut egui::Ui, settings: &mut Settings, method: Method) {
    let name = format!("Remove {}", method.title());
    let button = ui.small_button("×").on_hover_text(&name);
    button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
    if button.clicked()
        && let Some(shown) = settings.switch(method)
    {
        *shown = false;
    }
}

/// Opens the window on a method's factors.
fn open_factors(ui: &mut egui::Ui, method: Method, factors: &mut Option<FactorsWindow>) {
    let name = format!("Factors of {}", method.title());
    let hint = "One block as W ≈ B A: the factors, the terms, and what each adds";
    let button = ui.small_button("Factors…").on_hover_text(hint);
    button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
    if button.clicked() {
        *factors = Some(FactorsWindow::of(method));
    }
}

/// The structures that are not shown, each with what it is.
fn add_structure(ui: &mut egui::Ui, settings: &mut Settings, fit: &Fit) {
    let methods = Method::ALL.iter().copied();
    let hidden: Vec<Method> = methods.filter(|one| !settings.shows(*one)).collect();
    if hidden.is_empty() {
        return;
    }
    let menu = ui.menu_button("Add structure…", |ui| {
        ui.set_max_width(MENU_WIDTH);
        for method in hidden {
            let button = ui.button(RichText::new(method.title()).strong());
            let about = indexed(ui, method.definition().about, &TextStyle::Small);
            // A menu would spread the words over its width.
            ui.with_layout(Layout::top_down(Align::Min), |ui| ui.label(about));
            if button.clicked() {
                begin_beside(settings, method, fit.shape);
                if let Some(shown) = settings.switch(method) {
                    *shown = true;
                }
                ui.close();
            }
        }
    });
    let hint = "Compare another structure with these";
    menu.response.on_hover_text(hint);
}

/// Wide enough for what a structure is in two lines.
const MENU_WIDTH: f32 = 380.0;

/// The sliders of a method. Under the one budget a rank that is moved sets the budget, and so the
/// other ranks.
fn numbers(ui: &mut egui::Ui, settings: &mut Settings, method: Method, fit: &Fit) {
    let (rows, cols) = fit.shape;
    let used = fit.fitted.settings.of(method);
    let matched = settings.matched.is_some();
    for (place, (parameter, shown)) in used.values().into_iter().enumerate() {
        let mut wanted = settings.of(method).value(place);
        let name = format!("{} {}", parameter.noun, parameter.letter);
        match parameter.role {
            Role::Segments(side) => slider(ui, &mut wanted, shown, side.most(rows, cols), &name),
            Role::Divisor(side) => {
                stepped(
                    ui,
                    &mut wanted,
                    shown,
                    &divisors(side.most(rows, cols)),
                    &name,
                );
            }
            Role::Rank if matched => {
                let moved = linked(ui, shown, most_rank(&used, fit), &name);
                let budget = moved
                    .and_then(|rank| fit.fitted.settings.budget_of_rank(fit.shape, &used, rank));
                settings.adaptive.budget = budget.unwrap_or(settings.adaptive.budget);
            }
            Role::Rank => slider(ui, &mut wanted, shown, most_rank(&used, fit), &name),
            Role::Budget if used.price().is_some() => at_price(ui, settings, &used),
            Role::Budget if matched || used.by_hand().is_some() => {}
            Role::Budget => shared_budget::slider(ui, &mut wanted, fit, &[]),
        }
        settings.set_value(method, place, wanted);
    }
}

/// The price in the budget's place, and the way back.
fn at_price(ui: &mut egui::Ui, settings: &mut Settings, used: &MethodSettings) {
    let Some(price) = used.price() else { return };
    ui.horizontal(|ui| {
        ui.label(format!(
            "price λ = {} per parameter",
            label::short(price.get())
        ));
        let hint = "Choose the leaves for a number of parameters instead";
        if ui
            .small_button("Use a budget")
            .on_hover_text(hint)
            .clicked()
        {
            let mut free = settings.of(used.method());
            free.set_price(None);
            settings.set(free);
        }
    });
}

/// The largest rank of any of a method's blocks.
fn most_rank(used: &MethodSettings, fit: &Fit) -> usize {
    let sizes = used.layout().sizes(fit.shape.0, fit.shape.1);
    let ranks = sizes.iter().flatten().map(BlockSize::max_rank);
    ranks.max().unwrap_or(1)
}

/// Why the settings above it are not the wanted ones, else what their blocks are, or what the
/// method is called elsewhere.
fn told(ui: &mut egui::Ui, state: &State, settings: &mut Settings, method: Method, fit: &Fit) {
    let used = fit.fitted.settings.of(method);
    let reasons = fit.fitted.reasons(method);
    let blocks = match used.layout().overlaps() {
        true => chosen(state.analysis.as_deref(), method),
        false => fit.blocks(used.layout()),
    };
    if method.definition().by_hand.is_some() {
        ui.horizontal(|ui| by_hand(ui, settings, &used, (&reasons, &blocks)));
    } else if let Some(twin) = used.configured().twin() {
        let place = format!("{}: {}\n{blocks}", twin.setting, twin.place);
        ui.scope(|ui| line(ui, &reasons, &twin.setting))
            .response
            .on_hover_text(place);
    } else {
        line(ui, &reasons, &blocks);
    }
}

/// The line on ranks that were set by hand, and the way back to those that the program chooses.
fn by_hand(
    ui: &mut egui::Ui,
    settings: &mut Settings,
    used: &MethodSettings,
    (reasons, otherwise): (&[String], &str),
) {
    if used.by_hand().is_none() {
        line(ui, reasons, otherwise);
        return;
    }
    if ui.small_button("Choose automatically").clicked() {
        settings.set_by_hand(used.method(), None);
    }
    line(ui, reasons, "Ranks set by hand");
}

/// What was chosen from the matrix: `58 leaves, 12 of them empty`.
fn chosen(analysis: Option<&Analysis>, method: Method) -> String {
    let Some(outcome) = analysis.and_then(|analysis| analysis.outcome_of(method)) else {
        return String::new();
    };
    let ranks = &outcome.evaluation.ranks;
    let empty = ranks.iter().filter(|rank| **rank == 0).count();
    let blocks = outcome.factors.layout().blocks().iter();
    let dense = blocks
        .filter(|block| block.pieces() == Pieces::Whole)
        .count();
    let leaves = label::count(ranks.len());
    format!("{leaves} leaves: {empty} empty, {dense} stored entry by entry")
}
