//! Errors over a whole data set, because one digit proves little.

use eframe::egui::{self, RichText};

use super::by_label::{self, LabelTable};
use super::{ApproximateTab, answered};
use crate::analysis::{Analysis, Images, SurveyResult};
use crate::app::background::BackgroundTask;
use crate::app::state::State;
use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::measuring::working;
use crate::app::widgets::plot::PlotView;
use crate::app::widgets::prose;
use crate::app::worker::wake_by;
use crate::approx::survey::Survey;
use crate::figure::compose::{distribution_plot, verdict_sentence};
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::session::Session;
use crate::source::Source;

/// The histogram is at least this high.
const LEAST_HEIGHT: f32 = 170.0;

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
    let wake = wake_by(ui.ctx());
    tab.share_survey(&wanted);
    tab.background.ask(wanted.clone(), None, &wake);
    if !matches!(analysis.session.source, Source::Digit { .. }) {
        let text = format!(
            "{} is no image of a data set; measured are the {}",
            analysis.name(),
            wanted.subject()
        );
        prose::line(ui, &text);
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
    let what = if old { what() } else { String::new() };
    let ((), again) = answered::draw(&tab.background, ui, (old, &what), |ui| {
        for note in &surveyed.remarks {
            prose::line(ui, note);
        }
        summary(ui, surveyed, &shown.subject(), theme);
        let present = present(surveyed, shown, &analysis.session);
        histogram(ui, &surveyed.survey, present, theme);
    });
    if again {
        tab.background.again();
    }
}

/// The wanted settings on every image of the data set that the digit is from; of the built-in one
/// where the matrix is no digit.
pub fn survey_ask(state: &State, analysis: &Analysis) -> BackgroundTask {
    let split = state.preferences.view.split;
    let Images { dataset, split, .. } = Images::beside(&analysis.session.source, split);
    BackgroundTask::Survey {
        dataset,
        split,
        transform: analysis.session.transform,
        settings: Box::new(analysis.wanted.clone().essentials()),
    }
}

fn summary(ui: &mut egui::Ui, surveyed: &SurveyResult, subject: &str, theme: Theme) {
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
            ui.strong(text);
            match surveyed.verdict_at() {
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

/// The row of the survey that is the digit on screen, where it is one of those that were measured.
fn present(surveyed: &SurveyResult, shown: &BackgroundTask, session: &Session) -> Option<usize> {
    let BackgroundTask::Survey { dataset, split, .. } = shown else {
        return None;
    };
    match &session.source {
        Source::Digit {
            dataset: of,
            split: half,
            index,
        } if of == dataset && half == split && session.subtract.is_none() => {
            let mut indices = surveyed.survey.indices.iter();
            indices.position(|one| one == index)
        }
        _ => None,
    }
}

/// The histogram, and what it says label by label beside it.
fn histogram(ui: &mut egui::Ui, survey: &Survey, present: Option<usize>, theme: Theme) {
    let width = ui.available_width();
    let label = present.and_then(|row| survey.labels.get(row)).copied();
    let table = LabelTable::of(ui, survey, width, theme);
    if width < by_label::BESIDE {
        plot(ui, survey, present, theme);
        table.show(ui, label);
        return;
    }
    let rest = width - table.width() - 2.0 * ui.spacing().item_spacing.x;
    let size = egui::vec2(rest, ui.available_height());
    ui.horizontal_top(|ui| {
        ui.allocate_ui(size, |ui| {
            ui.set_width(rest);
            ui.vertical(|ui| plot(ui, survey, present, theme));
        });
        ui.vertical(|ui| table.show(ui, label));
    });
}

fn plot(ui: &mut egui::Ui, survey: &Survey, present: Option<usize>, theme: Theme) {
    let plot = distribution_plot(theme, survey, present);
    let view = PlotView {
        name: "Errors over the data set",
        plot: &plot,
        theme,
        height: ui.available_height().max(LEAST_HEIGHT),
        refit: false,
        empty: "No image was measured",
    };
    view.show(ui, &|_| None);
}
