//! The same settings over a whole data set, because one digit proves little.

use eframe::egui::{self, RichText};
use egui_plot::{Line, Plot, PlotPoints, VLine};

use super::background::{Ask, Surveyed};
use super::job::Analysis;
use super::plots::wake;
use super::progress::DIMMED;
use super::{ApproximateTab, Background};
use crate::analysis::compared_at;
use crate::app::state::State;
use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::{axis, focus};
use crate::approx::Method;
use crate::approx::survey::Survey;
use crate::figure::build::verdict_sentence;
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::source::{Dataset, Source, Split};

/// Errors over the whole data set: a histogram per method, means in the methods' colours, and who
/// wins.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &State,
    analysis: &Analysis,
    theme: Theme,
) {
    let wanted = survey_ask(state, analysis);
    let wake = wake(ui);
    tab.background.ask(wanted.clone(), None, &wake);
    if !matches!(analysis.session.source, Source::Digit { .. }) {
        let text = format!(
            "{} is no image of a data set; measured are the {}",
            analysis.name(),
            wanted.subject()
        );
        ui.add(egui::Label::new(RichText::new(text).small()).truncate());
    }
    working(&mut tab.background, ui);
    let Some((shown, surveyed)) = &tab.background.survey else {
        return;
    };
    let old = *shown != wanted;
    let what = || {
        let settings = surveyed.survey.settings.iter();
        let settings: Vec<String> = settings
            .map(crate::approx::MethodSettings::describe)
            .collect();
        format!("the {} at {}", shown.subject(), settings.join("; "))
    };
    let again = old && still_shown(ui, &tab.background, &what());
    ui.scope(|ui| {
        if old {
            ui.multiply_opacity(DIMMED);
        }
        for note in &surveyed.left_out {
            ui.add(egui::Label::new(RichText::new(note).small()).truncate());
        }
        summary(ui, surveyed, &shown.subject(), theme);
        histogram(ui, &surveyed.survey, theme);
    });
    if again {
        tab.background.again();
    }
}

/// The wanted settings on every image of the data set that the digit is from; of the built-in one
/// where the matrix is no digit.
pub fn survey_ask(state: &State, analysis: &Analysis) -> Ask {
    let (dataset, split) = data_set_of(state, &analysis.session.source);
    Ask::Survey {
        dataset,
        split,
        transform: analysis.session.transform,
        settings: analysis.wanted.clone().essentials(),
    }
}

/// The data set that is measured beside a source.
pub fn data_set_of(state: &State, source: &Source) -> (Dataset, Split) {
    match source {
        Source::Digit { dataset, split, .. } => (dataset.clone(), *split),
        _ => (Dataset::BuiltIn, state.preferences.view.split),
    }
}

/// Progress or failure of the work in the background.
pub fn working(background: &mut Background, ui: &mut egui::Ui) {
    if background.busy() {
        ui.horizontal(|ui| {
            ui.add(egui::ProgressBar::new(background.progress.share()).desired_width(90.0));
            if ui
                .button("Stop")
                .on_hover_text("Stop measuring (Esc)")
                .clicked()
            {
                background.cancel();
            }
            ui.add(egui::Label::new(background.describe()).truncate());
        });
    } else if let Some(why) = background.failure.clone() {
        ui.horizontal(|ui| {
            if ui.button("Try again").clicked() {
                background.again();
            }
            ui.colored_label(ui.visuals().error_fg_color, why);
        });
    }
}

/// Says that what follows answers an earlier question. Whether the user asks for the new one, which
/// was stopped.
pub fn still_shown(ui: &mut egui::Ui, background: &Background, what: &str) -> bool {
    let stopped = !background.busy() && background.failure.is_none();
    ui.horizontal(|ui| {
        let again = stopped && ui.small_button("Measure").clicked();
        let text = RichText::new(format!("Still showing {what}")).small();
        ui.add(egui::Label::new(text).truncate());
        again
    })
    .inner
}

fn summary(ui: &mut egui::Ui, surveyed: &Surveyed, subject: &str, theme: Theme) {
    let survey = &surveyed.survey;
    ui.horizontal_wrapped(|ui| {
        for (s, setting) in survey.settings.iter().enumerate() {
            let method = setting.method();
            let spread = survey.spread(s);
            let text = format!(
                "{} {} ± {}",
                method.title(),
                label::error(spread.mean),
                label::error(spread.std)
            );
            ui.label(RichText::new(text).color(color32(theme::method_text(method, theme))));
        }
        if let Some(verdict) = survey.localized_against_lora() {
            let text = format!(
                "{} of {} {subject}",
                verdict_sentence(&verdict),
                label::count(survey.count())
            );
            let by_digit: Vec<String> = survey
                .by_label()
                .iter()
                .filter_map(|l| {
                    let verdict = l.localized_against_lora?;
                    Some(format!(
                        "label {}: {} of {}",
                        l.label,
                        verdict_sentence(&verdict),
                        label::count(l.count)
                    ))
                })
                .collect();
            ui.strong(text).on_hover_text(by_digit.join("\n"));
            match verdict_at(surveyed) {
                Some(Ok(params)) => {
                    ui.label(format!("at {} parameters", label::count(params)));
                }
                Some(Err(told)) => {
                    ui.colored_label(ui.visuals().warn_fg_color, told);
                }
                None => {}
            }
        }
    });
}

/// The parameters behind the verdict on Localized and LoRA.
fn verdict_at(surveyed: &Surveyed) -> Option<Result<usize, String>> {
    let of = |method: Method| {
        let mut settings = surveyed.survey.settings.iter();
        settings.find(|one| one.method() == method)
    };
    let (rows, cols) = surveyed.shape;
    compared_at([of(Method::Lora)?, of(Method::Localized)?], rows, cols)
}

fn histogram(ui: &mut egui::Ui, survey: &Survey, theme: Theme) {
    const BINS: usize = 60;
    let most = survey
        .errors
        .iter()
        .flatten()
        .copied()
        .fold(0.0_f64, f64::max)
        .max(1e-12);
    let drawn = Plot::new("data set")
        .height(ui.available_height().max(120.0))
        .x_axis_label("error")
        .y_axis_label("images")
        .x_grid_spacer(|seen| axis::even(&seen))
        .x_axis_formatter(|mark, _| axis::number(mark))
        .y_grid_spacer(|seen| axis::whole(&seen))
        .y_axis_formatter(|mark, _| axis::count(mark))
        .include_y(0.0)
        .allow_scroll(false)
        .show(ui, |plot| {
            for (s, setting) in survey.settings.iter().enumerate() {
                let color = color32(theme::method(setting.method(), theme));
                let mut counts = [0_usize; BINS];
                for error in &survey.errors[s] {
                    counts[((error / most * BINS as f64) as usize).min(BINS - 1)] += 1;
                }
                let middle = |bin: usize| (bin as f64 + 0.5) * most / BINS as f64;
                let outline: Vec<[f64; 2]> = counts
                    .iter()
                    .enumerate()
                    .map(|(bin, count)| [middle(bin), *count as f64])
                    .collect();
                let title = setting.method().title();
                plot.line(
                    Line::new(title, PlotPoints::from(outline))
                        .color(color)
                        .width(1.5)
                        .fill(0.0)
                        .fill_alpha(0.15),
                );
                plot.vline(VLine::new(title, survey.spread(s).mean).color(color));
            }
        });
    focus::name(&drawn.response, "Errors over the data set");
}
