//! Below the panes: error against parameters, and one of the second plots.

use std::sync::Arc;

use eframe::egui;

use super::maximized::Part;
use super::view::second;
use super::{ApproximateTab, atlas, grids, locality, locality_by_label, order, ranks, spectrum};
use crate::analysis::Analysis;
use crate::app::state::State;
use crate::app::widgets::knobs::choice;
use crate::app::widgets::plot::{Pick, PlotView};
use crate::approx::MethodSettings;
use crate::approx::curve::CurvePoint;
use crate::figure::compose::{error_mark, error_plot};
use crate::figure::palette::Theme;
use crate::figure::{Mark, Plot, label};
use crate::session::{Session, Settings};
use crate::source::Source;
use crate::views::error_curve::curves;
use crate::views::{self, View, best_grid, build_up, data_set, rank_map};

/// Below this the axes would be all there is; the tab scrolls instead.
pub const LEAST_HEIGHT: f32 = 210.0;

/// Narrower than this the plots stand one above the other.
const SIDE_BY_SIDE: f32 = 520.0;

/// Draws both plots in `height`, or as low as they can be.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    session: &mut Session,
    theme: Theme,
    height: f32,
) {
    let Some(analysis) = state.analysis.clone() else {
        return;
    };
    let height = height.max(LEAST_HEIGHT);
    let refit = tab.refit(&analysis);
    if ui.available_width() >= SIDE_BY_SIDE {
        ui.columns_const(|[left, right]| {
            left.set_max_height(height);
            right.set_max_height(height);
            first(tab, left, state, &analysis, session, (theme, refit));
            beside(tab, right, state, &analysis, session, theme, refit);
            for (ui, part) in [(left, Part::Curve), (right, Part::Second)] {
                tab.maximize(ui, part, plot_place(ui));
            }
        });
        return;
    }
    let size = egui::vec2(ui.available_width(), LEAST_HEIGHT);
    for part in [Part::Curve, Part::Second] {
        ui.allocate_ui(size, |ui| {
            one(tab, ui, state, session, (&analysis, theme, refit), part);
        });
    }
}

/// Draws the one that has all the room.
pub fn only(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    session: &mut Session,
    (theme, height): (Theme, f32),
    part: Part,
) {
    let Some(analysis) = state.analysis.clone() else {
        return;
    };
    let refit = tab.refit(&analysis);
    let size = egui::vec2(ui.available_width(), height.max(LEAST_HEIGHT));
    ui.allocate_ui(size, |ui| {
        ui.set_max_height(size.y);
        one(tab, ui, state, session, (&analysis, theme, refit), part);
    });
}

fn one(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    session: &mut Session,
    (analysis, theme, refit): (&Analysis, Theme, bool),
    part: Part,
) {
    match part {
        Part::Second => beside(tab, ui, state, analysis, session, theme, refit),
        _ => first(tab, ui, state, analysis, session, (theme, refit)),
    }
    tab.maximize(ui, part, plot_place(ui));
}

/// The plot without the row of controls above it, which are clicked for themselves.
fn plot_place(ui: &egui::Ui) -> egui::Rect {
    let mut place = ui.min_rect();
    place.min.y += ui.spacing().interact_size.y + ui.spacing().item_spacing.y;
    place
}

impl ApproximateTab {
    /// Another matrix has other numbers: whether a plot that was moved or zoomed shows all of them
    /// again.
    fn refit(&mut self, analysis: &Analysis) -> bool {
        self.plotted.replace(analysis.matrix_id) != Some(analysis.matrix_id)
    }
}

fn first(
    tab: &ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    analysis: &Analysis,
    session: &mut Session,
    (theme, refit): (Theme, bool),
) {
    let build_up = tab
        .player
        .build_up()
        .filter(|_| tab.player.step().is_some());
    let mut plot = match build_up {
        Some(build_up) => build_up::plot(build_up, analysis, theme),
        None => error_plot(theme, analysis.entries(), &curves(analysis)),
    };
    ui.horizontal_wrapped(|ui| {
        ui.strong("Error against parameters");
        let view = &mut state.preferences.view;
        ui.checkbox(&mut view.log_error, "Log error");
        let mut log = view.log_parameters.unwrap_or(plot.log_x);
        if ui.checkbox(&mut log, "Log parameters").changed() {
            view.log_parameters = Some(log);
        }
        plot = std::mem::take(&mut plot).with_log_x(log);
    });
    // Those of another matrix lie on curves that are not here.
    let here = |pinned: &&Arc<Analysis>| pinned.session.same_matrix(&analysis.session);
    let pinned = state.pinned.iter().filter(here);
    let pinned = pinned.flat_map(|one| one.outcomes());
    let pinned: Vec<Mark> = pinned
        .map(|one| Mark {
            hollow: true,
            label: label::error(one.evaluation.error),
            ..error_mark(theme, &one.evaluation)
        })
        .collect();
    plot.marks.splice(0..0, pinned);
    if state.preferences.view.log_error {
        plot = plot.with_log_y(EXACT);
    }
    // The curves of a build-up begin with nothing, which is no setting.
    let skipped = usize::from(build_up.is_some());
    choose_rank(ui, &plot, analysis, session, skipped, (theme, refit));
}

fn beside(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    analysis: &Analysis,
    session: &mut Session,
    theme: Theme,
    refit: bool,
) {
    let source = &analysis.session.source;
    let chosen = &mut state.preferences.view.second;
    let mut shown = second::shown(chosen, source);
    if choose_view(ui, &mut shown, source) {
        *chosen = shown;
    }
    if *shown == data_set::VIEW {
        super::data_set::show(tab, ui, state, analysis, theme);
    } else if *shown == best_grid::VIEW {
        grids::show(tab, ui, analysis, session, theme);
    } else if *shown == rank_map::VIEW {
        ranks::show(tab, ui, state, analysis, session, theme);
    } else if *shown == views::atlas::VIEW {
        atlas::show(tab, ui, analysis, session, theme);
    } else if *shown == views::locality::VIEW {
        locality::show(tab, ui, analysis, theme, refit);
    } else if *shown == views::locality_by_label::VIEW {
        locality_by_label::show(tab, ui, state, analysis, theme);
    } else if *shown == views::order::VIEW {
        order::show(tab, ui, analysis, session, theme);
    } else {
        spectrum::show(tab, ui, analysis, theme, refit);
    }
}

/// The views that may stand there: as buttons where all have room in one row, else as a list; whether another
/// was chosen.
fn choose_view(ui: &mut egui::Ui, shown: &mut &'static View, source: &Source) -> bool {
    let views: Vec<&'static View> = second::offered(source).collect();
    let font = egui::TextStyle::Button.resolve(ui.style());
    let (padding, gap) = (ui.spacing().button_padding.x, ui.spacing().item_spacing.x);
    let width = views.iter().map(|view| {
        let text = view.short.to_owned();
        let text = ui
            .painter()
            .layout_no_wrap(text, font.clone(), egui::Color32::PLACEHOLDER);
        text.size().x + 2.0 * padding + gap
    });
    let width: f32 = width.sum();
    let before = *shown;
    let all = |ui: &mut egui::Ui, shown: &mut &'static View| {
        for view in &views {
            ui.selectable_value(shown, view, view.short)
                .on_hover_text(view.about);
        }
    };
    ui.horizontal(|ui| {
        if width <= ui.available_width() {
            return all(ui, shown);
        }
        let name = shown.short;
        choice(ui, "Plot", name, 150.0, |ui| all(ui, shown));
    });
    *shown != before
}

/// Errors below this are exact but for rounding: on a logarithmic axis they lie at it.
const EXACT: f64 = 1e-6;

/// Error against parameters of every method; a click on a point sets its rank.
fn choose_rank(
    ui: &mut egui::Ui,
    plot: &Plot,
    analysis: &Analysis,
    session: &mut Session,
    skipped: usize,
    (theme, refit): (Theme, bool),
) {
    let chosen = |pick: Pick| {
        let method = analysis.methods.get(pick.series)?;
        let point = method.curve.get(pick.point.checked_sub(skipped)?)?;
        // A setting is for one channel.
        let of_one = CurvePoint {
            params: point.params / analysis.channels(),
            ..*point
        };
        Some((method.settings.at_point(&of_one), point))
    };
    let text = |pick: Pick| {
        let (settings, point) = chosen(pick)?;
        Some(format!(
            "{}: {}\n{} parameters, error {} (click to set)",
            settings.method().title(),
            settings.describe(),
            label::count(point.params),
            label::error(point.error)
        ))
    };
    let view = PlotView {
        name: "Error against parameters",
        plot,
        theme,
        height: ui.available_height(),
        refit,
        empty: "No method is in view",
    };
    let picked = view.show(ui, &text);
    if let Some((settings_there, _)) = picked.and_then(chosen) {
        set(&mut session.settings, settings_there);
    }
}

/// Takes a setting over, without the one budget for all.
fn set(settings: &mut Settings, chosen: MethodSettings) {
    settings.matched = None;
    settings.set(chosen);
}
