//! The one budget that ties the methods, and whether they can spend it.

use eframe::egui::{self, Frame, RichText, Slider, WidgetInfo};

use super::fit::Fit;
use crate::analysis::Analysis;
use crate::analysis::not_matched;
use crate::app::state::State;
use crate::app::widgets::knobs::{named, slider_width, whole};
use crate::app::widgets::plot::typeset;
use crate::approx::budget::{BudgetRule, nearest_exact, neighbours};
use crate::figure::compose::tells_bits;
use crate::figure::label;
use crate::session::Settings;

/// Lines that are kept free for what is said about the budget.
const LINES: f32 = 3.0;

/// Draws the card.
pub fn show(ui: &mut egui::Ui, state: &State, settings: &mut Settings, fit: &Fit) {
    Frame::group(ui.style()).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let mut matched = settings.matched.is_some();
        let hint = "Give every method the same parameter budget and the largest rank that fits; \
                    moving one rank moves the others";
        if ui
            .checkbox(&mut matched, "Same budget")
            .on_hover_text(hint)
            .changed()
        {
            settings.matched = matched.then(BudgetRule::default);
            if matched {
                begin(settings, fit);
            }
        }
        charge(
            ui,
            state.analysis.as_deref(),
            &mut settings.charge_structure,
        );
        let Some(rule) = &mut settings.matched else {
            return;
        };
        for choice in [BudgetRule::EqualParameters, BudgetRule::SectionTwoE] {
            let font = egui::TextStyle::Body.resolve(ui.style());
            let text = typeset(choice.describe(), &font, ui.visuals().text_color());
            ui.radio_value(rule, choice, text);
        }
        let exact = fit.fitted.settings.exact_budgets(fit.shape.0, fit.shape.1);
        slider(ui, &mut settings.adaptive.budget, fit, &exact);
        let height = ui.text_style_height(&egui::TextStyle::Small) * LINES;
        let width = ui.available_width();
        ui.allocate_ui(egui::vec2(width, height), |ui| {
            ui.set_min_height(height);
            verdict(
                ui,
                state.analysis.as_deref(),
                &mut settings.adaptive.budget,
                &exact,
            );
        });
    });
}

/// The switch for the bits of what is chosen from the data, where anything is.
fn charge(ui: &mut egui::Ui, analysis: Option<&Analysis>, charged: &mut bool) {
    let evaluations = analysis.map(Analysis::evaluations).unwrap_or_default();
    if *charged || tells_bits(&evaluations) {
        let hint = "Count the bits of ranks, trees and positions that are chosen from the matrix \
                    against the budget, as numbers of 32 bits";
        ui.checkbox(charged, "Charge structure bits")
            .on_hover_text(hint);
    }
}

/// Begins with what LoRA costs, at the nearest budget that all can spend.
fn begin(settings: &mut Settings, fit: &Fit) {
    let (rows, cols) = fit.shape;
    let rank = settings.lora.rank.clamp(1, rows.min(cols).max(1));
    let budget = rank * (rows + cols);
    let exact = settings
        .fitted(rows, cols)
        .settings
        .exact_budgets(rows, cols);
    settings.adaptive.budget = nearest_exact(&exact, budget).unwrap_or(budget);
}

/// A slider that stops at the budgets of `exact` where one is near, and a field that takes any. Both
/// say what all channels have together; the setting is for one.
pub fn slider(ui: &mut egui::Ui, budget: &mut usize, fit: &Fit, exact: &[usize]) {
    let of_all: Vec<usize> = exact.iter().map(|one| one * fit.channels).collect();
    let mut all = *budget * fit.channels;
    of_all_channels(ui, &mut all, fit, &of_all);
    if all != *budget * fit.channels {
        *budget = (all / fit.channels).max(1);
    }
}

fn of_all_channels(ui: &mut egui::Ui, budget: &mut usize, fit: &Fit, exact: &[usize]) {
    let (rows, cols) = fit.shape;
    let step = fit.channels * (rows + cols);
    let most = (rows.min(cols) * step).max(2);
    let of = match fit.channels {
        1 => String::new(),
        channels => format!(" of all {channels} channels"),
    };
    let hint = format!(
        "Parameters{of}; one rank of LoRA costs {}",
        label::count(step)
    );
    ui.horizontal(|ui| {
        let name = named(ui, "budget");
        slider_width(ui);
        let mut place = (*budget).clamp(2, most);
        let bar = Slider::new(&mut place, 2..=most)
            .show_value(false)
            .logarithmic(most > 20_000);
        let response = ui.add(bar);
        response.widget_info(|| WidgetInfo::slider(true, place as f64, "budget"));
        if response.changed() {
            *budget = snapped(exact, *budget, place);
        }
        response.on_hover_text(&hint);
        let field = ui.add(whole(budget, 1, usize::MAX >> 12).speed(step as f64 / 8.0));
        field.labelled_by(name.id).on_hover_text(hint);
    });
}

/// The budget at which a slider that was moved to `place` comes to rest. A key moves it by little: that is a step
/// to the next budget on that side.
fn snapped(exact: &[usize], from: usize, place: usize) -> usize {
    let Some(near) = nearest_exact(exact, place) else {
        return place;
    };
    if near != from {
        return near;
    }
    let (below, above) = match place < from {
        true => (neighbours(exact, from - 1).0, None),
        false => (None, neighbours(exact, from + 1).1),
    };
    let beside = place.abs_diff(from) <= 1;
    below.or(above).filter(|_| beside).unwrap_or(near)
}

/// Whether the budget is matched, what each method spends where it is not, and what would be.
fn verdict(ui: &mut egui::Ui, analysis: Option<&Analysis>, budget: &mut usize, exact: &[usize]) {
    let Some(analysis) = analysis else {
        return;
    };
    let spent = analysis.spending();
    let small = |text: String| RichText::new(text).small();
    match not_matched(&spent) {
        None if spent.is_empty() => {}
        None => {
            let shares: Vec<usize> = spent.iter().map(|one| one.share).collect();
            let all = shares.iter().all(|share| *share == shares[0]);
            ui.label(small(match all {
                true => format!("matched: each spends {}", label::count(shares[0])),
                false => "matched: each spends its share".to_owned(),
            }));
        }
        Some(told) => {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = egui::vec2(4.0, 0.0);
                let color = ui.visuals().warn_fg_color;
                ui.label(small(told).color(color));
                let (below, above) = neighbours(exact, *budget);
                let mut offered: Vec<usize> = below.into_iter().chain(above).collect();
                offered.dedup();
                offered.retain(|offer| offer != budget);
                for offer in offered {
                    let all = offer * analysis.channels();
                    let text = format!("Set {}", label::count(all));
                    let button = ui.small_button(text);
                    if button
                        .on_hover_text("A budget that every method can spend exactly")
                        .clicked()
                    {
                        *budget = offer;
                    }
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slider_rests_on_common_budgets_and_a_key_goes_to_the_next() {
        let exact = [112, 224, 336];
        assert_eq!(snapped(&exact, 224, 300), 336);
        assert_eq!(snapped(&exact, 224, 225), 336);
        assert_eq!(snapped(&exact, 224, 223), 112);
        assert_eq!(snapped(&exact, 224, 240), 224, "not moved far enough");
        assert_eq!(snapped(&exact, 336, 337), 336, "the last one");
        assert_eq!(snapped(&exact, 224, 1000), 1000, "none is near");
        assert_eq!(snapped(&[], 224, 300), 300);
    }
}
