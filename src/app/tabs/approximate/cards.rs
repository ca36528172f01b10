//! A card per method with its sliders. They show what this matrix takes of the wanted settings, and
//! say why where that is something else.

use eframe::egui::{self, Frame, RichText};

use super::fit::Fit;
use super::shared_budget;
use crate::analysis::localized_parameters;
use crate::app::state::State;
use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::knobs::{line, linked, slider};
use crate::approx::layout::BlockSize;
use crate::approx::method::{Method, MethodSettings, Role, Usual};
use crate::figure::palette::Theme;
use crate::session::Settings;

/// Draws the cards; `settings` changes as the user drags and types, and not by being drawn.
pub fn show(ui: &mut egui::Ui, state: &State, settings: &mut Settings, theme: Theme) {
    let known = state.analysis.as_ref().map(|analysis| analysis.shape());
    let Some(shape) = known.or_else(|| state.latest_session().source.shape()) else {
        return waiting(ui, settings, theme);
    };
    let fit = Fit {
        shape,
        fitted: settings.fitted(shape.0, shape.1),
    };
    shared_budget::show(ui, state, settings, &fit);
    let (shown, more): (Vec<Method>, Vec<Method>) = Method::ALL
        .iter()
        .copied()
        .partition(|method| settings.shows(*method));
    for method in shown {
        card(ui, method, theme, |ui| {
            if switched_on(ui, settings, method, &fit) {
                numbers(ui, settings, method, &fit);
                told(ui, settings, method, &fit);
            }
        });
    }
    for method in more {
        ui.push_id(method.key(), |ui| switched_on(ui, settings, method, &fit));
    }
}

/// Before there is a matrix nothing is known of its blocks: the settings are shown as they are wanted.
fn waiting(ui: &mut egui::Ui, settings: &Settings, theme: Theme) {
    for wanted in settings.shown() {
        card(ui, wanted.method(), theme, |ui| {
            ui.label(wanted.describe());
            ui.label(RichText::new("Waiting for the matrix").small());
        });
    }
}

fn card(ui: &mut egui::Ui, method: Method, theme: Theme, add: impl FnOnce(&mut egui::Ui)) {
    Frame::group(ui.style()).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let color = color32(theme::method_text(method, theme));
        ui.label(RichText::new(method.title()).strong().color(color));
        ui.push_id(method.key(), add);
    });
}

/// Whether a method is shown, with the box that decides it where there is one.
fn switched_on(ui: &mut egui::Ui, settings: &mut Settings, method: Method, fit: &Fit) -> bool {
    if let Some(switch) = &method.definition().switch
        && let Some(shown) = settings.switch(method)
    {
        let response = ui.checkbox(shown, switch.label).on_hover_text(switch.hint);
        if response.changed() && *shown {
            begin(settings, method, fit);
        }
    }
    settings.shows(method)
}

/// Begins beside Localized, so that the two compare, where nothing was set by hand.
fn begin(settings: &mut Settings, method: Method, fit: &Fit) {
    if settings.of(method).by_hand().is_some() {
        return;
    }
    let (rows, cols) = fit.shape;
    let beside = localized_parameters(&fit.fitted.settings, rows, cols);
    for (place, parameter) in method.parameters().iter().enumerate() {
        let shared = parameter.role == Role::Budget && settings.matched.is_some();
        if parameter.usual != Usual::Default && !shared {
            let usual = settings.usual(method, place, beside);
            settings.set_value(method, place, usual);
        }
    }
}

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
            Role::Rank if matched => {
                let moved = linked(ui, shown, most_rank(&used, fit), &name);
                let budget = moved
                    .and_then(|rank| fit.fitted.settings.budget_of_rank(fit.shape, &used, rank));
                settings.adaptive.budget = budget.unwrap_or(settings.adaptive.budget);
            }
            Role::Rank => slider(ui, &mut wanted, shown, most_rank(&used, fit), &name),
            Role::Budget if matched || used.by_hand().is_some() => {}
            Role::Budget => shared_budget::slider(ui, &mut wanted, fit.shape, &[]),
        }
        settings.set_value(method, place, wanted);
    }
}

/// The largest rank of any of a method's blocks.
fn most_rank(used: &MethodSettings, fit: &Fit) -> usize {
    let sizes = used.layout().sizes(fit.shape.0, fit.shape.1);
    let ranks = sizes.iter().flatten().map(BlockSize::max_rank);
    ranks.max().unwrap_or(1)
}

/// Why the settings above it are not the wanted ones, else what their blocks are, or what the
/// method is called elsewhere.
fn told(ui: &mut egui::Ui, settings: &mut Settings, method: Method, fit: &Fit) {
    let used = fit.fitted.settings.of(method);
    let reasons = fit.fitted.reasons(method);
    let blocks = fit.blocks(used.layout());
    if method.definition().by_hand.is_some() {
        let caveat = method.definition().caveat.map_or(blocks, sentence);
        ui.horizontal(|ui| by_hand(ui, settings, &used, (&reasons, &caveat)));
    } else if let Some(twin) = used.configured().twin() {
        let place = format!("{}: {}\n{blocks}", twin.setting, twin.place);
        ui.scope(|ui| line(ui, &reasons, &twin.setting))
            .response
            .on_hover_text(place);
    } else {
        line(ui, &reasons, &blocks);
    }
}

/// Whose ranks these are, and the way back to those that the program chooses.
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

/// A clause as a sentence of its own.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}
