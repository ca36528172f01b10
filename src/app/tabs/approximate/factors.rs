//! A window over the panes: one block as W ≈ B A, built up term by term.

mod pictures;

use eframe::egui::{self, RichText, Slider, Vec2, WidgetInfo};

use super::ApproximateTab;
use crate::analysis::{Analysis, Outcome, PartChoice, Terms};
use crate::app::notices::capitalized;
use crate::app::state::State;
use crate::app::widgets::knobs::choice;
use crate::app::widgets::numbers;
use crate::approx::Method;
use crate::figure::compose::terms_table;
use crate::figure::label;
use crate::figure::palette::Theme;

use pictures::Pictures;

/// The window while it is open.
pub struct FactorsWindow {
    method: Method,
    /// The number of terms that are summed; all where nothing was chosen.
    count: Option<usize>,
    made: Option<Made>,
}

/// A part that was taken apart, and its pictures.
struct Made {
    /// The results and the part that it is of.
    key: (u64, PartChoice),
    terms: Terms,
    pictures: Pictures,
}

/// More rows than this are left to the exported table.
const ROWS: usize = 60;

impl FactorsWindow {
    /// The window on a method.
    pub fn of(method: Method) -> Self {
        Self {
            method,
            count: None,
            made: None,
        }
    }

    /// Whether a method has factors to be shown.
    pub fn shows(outcome: &Outcome) -> bool {
        let mut blocks = outcome.factors.blocks.iter();
        blocks.any(|block| block.triplets().is_some())
    }
}

impl ApproximateTab {
    /// Opens the window on the method of the selected block, else on the one that the view takes;
    /// closes it where it is open.
    pub(super) fn toggle_factors(&mut self, state: &State) {
        if self.factors.take().is_some() {
            return;
        }
        let Some(analysis) = &state.analysis else {
            return;
        };
        let selected = self.selected.map(|(method, _)| method);
        let usual = Terms::of(analysis, PartChoice::default());
        let usual = usual.ok().map(|terms| terms.method());
        self.factors = selected.or(usual).map(FactorsWindow::of);
    }

    /// The part that the view is of: of the window that is open, else of the selected block.
    pub(super) fn part(&self) -> PartChoice {
        let open = self.factors.as_ref().map(|open| open.method);
        let method = open.or(self.selected.map(|(method, _)| method));
        let selected = self.selected.filter(|(of, _)| Some(*of) == method);
        PartChoice {
            method,
            part: selected.map(|(_, part)| part),
        }
    }
}

/// Draws the window while it is open.
pub fn show(tab: &mut ApproximateTab, ctx: &egui::Context, state: &State, theme: Theme) {
    let (Some(mut window), Some(analysis)) = (tab.factors.take(), state.analysis.as_deref()) else {
        return;
    };
    let mut open = true;
    let room = ctx.content_rect().size();
    egui::Window::new("Factors")
        .open(&mut open)
        .default_size([(0.62 * room.x).min(760.0), (0.8 * room.y).min(640.0)])
        .pivot(egui::Align2::RIGHT_TOP)
        .default_pos(ctx.content_rect().right_top() + Vec2::new(-16.0, 56.0))
        .vscroll(true)
        .show(ctx, |ui| {
            content(tab, ui, &mut window, state, analysis, theme);
        });
    if open {
        tab.factors = Some(window);
    }
}

fn content(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    window: &mut FactorsWindow,
    state: &State,
    analysis: &Analysis,
    theme: Theme,
) {
    choose(tab, ui, window, analysis);
    let part = tab.selected.filter(|(of, _)| *of == window.method);
    let choice = PartChoice {
        method: Some(window.method),
        part: part.map(|(_, part)| part),
    };
    if let Err(why) = window.make(analysis, choice) {
        ui.label(capitalized(&why));
        return;
    }
    let Some(Made {
        terms, pictures, ..
    }) = &mut window.made
    else {
        return;
    };
    blocks(tab, ui, terms);
    ui.label(RichText::new(terms.heading()).small());
    let rank = terms.rank();
    let mut count = window.count.unwrap_or(rank).min(rank);
    pictures.overview(ui, terms, count, (analysis, &state.preferences.view, theme));
    steps(ui, terms, &mut count);
    pictures.terms(ui, terms, &mut count, theme);
    window.count = (count < rank).then_some(count);
    ui.separator();
    numbers::table(ui, "terms", &terms_table(terms), ROWS, count.checked_sub(1));
    if rank > ROWS {
        let more = label::count(rank - ROWS);
        ui.small(format!("{more} more terms are in the exported table"));
    }
    for note in terms.notes() {
        ui.small(note);
    }
}

impl FactorsWindow {
    /// Takes the part apart, unless it is at hand.
    fn make(&mut self, analysis: &Analysis, choice: PartChoice) -> Result<(), String> {
        let id = analysis.outcome_of(self.method).map_or(0, Outcome::id);
        let key = (id, choice);
        if self.made.as_ref().is_some_and(|made| made.key == key) {
            return Ok(());
        }
        self.made = None;
        let terms = Terms::of(analysis, choice)?;
        self.made = Some(Made {
            key,
            terms,
            pictures: Pictures::default(),
        });
        Ok(())
    }
}

/// The method.
fn choose(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    window: &mut FactorsWindow,
    analysis: &Analysis,
) {
    ui.horizontal(|ui| {
        choice(ui, "Method", window.method.title(), 190.0, |ui| {
            let shown = analysis.outcomes().filter(|one| FactorsWindow::shows(one));
            for method in shown.map(|one| one.evaluation.method()) {
                let chosen = window.method == method;
                if ui.selectable_label(chosen, method.title()).clicked() && !chosen {
                    *window = FactorsWindow::of(method);
                    tab.selected = None;
                }
            }
        });
    });
}

/// The block among those of the method, with a step to the one before and the next.
fn blocks(tab: &mut ApproximateTab, ui: &mut egui::Ui, terms: &Terms) {
    if terms.parts < 2 {
        return;
    }
    ui.horizontal(|ui| {
        let mut to = None;
        for (symbol, name, way) in [
            ("◀", "Previous block", terms.parts - 1),
            ("▶", "Next block", 1),
        ] {
            let button = ui.button(symbol).on_hover_text(name);
            button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, name));
            if button.clicked() {
                to = Some((terms.part + way) % terms.parts);
            }
        }
        ui.label(capitalized(&terms.name()));
        if let Some(part) = to {
            tab.selected = Some((terms.method(), part));
        }
    });
}

/// How many terms are summed, and what that gives.
fn steps(ui: &mut egui::Ui, terms: &Terms, count: &mut usize) {
    let rank = terms.rank();
    ui.horizontal_wrapped(|ui| {
        let name = ui.label("Terms");
        for (symbol, name, next) in [
            ("◀", "One term less", count.checked_sub(1)),
            ("▶", "One term more", (*count < rank).then_some(*count + 1)),
        ] {
            let button = ui.add_enabled(next.is_some(), egui::Button::new(symbol));
            let button = button.on_hover_text(name);
            button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, name));
            if button.clicked() {
                *count = next.unwrap_or(*count);
            }
        }
        ui.spacing_mut().slider_width = 120.0;
        let slider = Slider::new(count, 0..=rank).show_value(false);
        ui.add(slider).labelled_by(name.id);
        ui.label(told(terms, *count));
    });
}

fn told(terms: &Terms, count: usize) -> String {
    let share: f64 = terms.terms[..count].iter().map(|term| term.share).sum();
    let last = count.checked_sub(1).and_then(|k| terms.terms.get(k));
    let errors = match last {
        None => format!("error {}", label::error(1.0)),
        Some(last) if terms.parts == 1 => format!("error {}", label::error(last.part_error)),
        Some(last) => format!(
            "error of the block {}, of W {}",
            label::error(last.part_error),
            label::error(last.error)
        ),
    };
    let energy = label::percent(share);
    format!(
        "{count} of {}: {energy} of the energy, {errors}",
        terms.rank()
    )
}
