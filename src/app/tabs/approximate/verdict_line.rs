//! The line above the panes: which method is closest, on this matrix and over the data set that it
//! is from, and what to do next.

use std::time::{Duration, Instant};

use eframe::egui::{self, Align, FontId, Layout, TextStyle};

use super::ApproximateTab;
use super::action::MatrixAction;
use super::data_set::survey_ask;
use crate::analysis::{
    Analysis, CLOSEST_MEANS, Closest, OVER_IMAGES_MEANS, SurveyResult, over_images,
};
use crate::app::background::{Background, BackgroundTask};
use crate::app::command::Command;
use crate::app::state::State;
use crate::app::widgets::prose;
use crate::app::worker::wake_by;
use crate::session::Session;
use crate::source::Source;
use crate::views::data_set;

/// What the program is for, in a sentence.
const PURPOSE: &str = "How well do small factors replace a matrix: one pair for all of it (LoRA), or one \
    per block (Localized)?";

/// What to do, in a few words.
const INVITATION: &str = "Drag a rank, or try an example";

/// So long settings must rest before a whole data set is measured at them.
const REST: Duration = Duration::from_millis(900);

/// The survey behind the second half of the line: it is measured without being asked for, once the
/// settings rest, and says nothing until it is there.
#[derive(Default)]
pub struct Overall {
    background: Background,
    wanted: Option<(BackgroundTask, Instant)>,
}

impl Overall {
    /// Takes what the worker sent.
    pub fn receive(&mut self) {
        self.background.receive();
    }

    /// Leaves the processor to what the user waits for.
    fn stop(&mut self) {
        if self.wanted.take().is_some() {
            self.background.cancel();
            self.background.again();
        }
    }

    /// Asks for `ask` once it has been wanted long enough.
    fn want(&mut self, ctx: &egui::Context, ask: BackgroundTask) {
        let since = match &self.wanted {
            Some((wanted, since)) if *wanted == ask => *since,
            _ => {
                self.background.cancel();
                self.background.again();
                let now = Instant::now();
                self.wanted = Some((ask.clone(), now));
                now
            }
        };
        match REST.checked_sub(since.elapsed()) {
            Some(left) if !left.is_zero() => ctx.request_repaint_after(left),
            _ => self.background.ask(ask, None, &wake_by(ctx)),
        }
    }
}

impl ApproximateTab {
    /// The survey that answers `ask`, whoever asked for it.
    fn surveyed(&self, ask: &BackgroundTask) -> Option<&SurveyResult> {
        let known = [&self.background.survey, &self.overall.background.survey];
        let mut known = known.into_iter().flatten();
        known.find(|(of, _)| of == ask).map(|(_, survey)| survey)
    }

    /// Hands what the line has measured to the plot that shows the same.
    pub(super) fn share_survey(&mut self, ask: &BackgroundTask) {
        if !self.background.answers(ask) && self.overall.background.answers(ask) {
            self.background.take(&mut self.overall.background);
        }
    }
}

/// Draws the line, unless it was dismissed. With little room it has one row.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &State,
    small: bool,
    out: &mut Vec<Command>,
) {
    let Some(analysis) = state
        .analysis
        .as_ref()
        .filter(|_| state.preferences.view.verdict)
    else {
        return;
    };
    let Some(closest) = Closest::of(analysis) else {
        return;
    };
    let second = overall(tab, ui, state, analysis);
    let second = match second {
        Some(found) => format!("{found}. {INVITATION}"),
        None => INVITATION.to_owned(),
    };
    ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
        let close = ui
            .button("×")
            .on_hover_text("Hide this line; Help brings it back");
        if close.clicked() {
            out.push(Command::Approximate(MatrixAction::ToggleVerdict));
        }
        ui.with_layout(Layout::top_down(Align::LEFT), |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            written(ui, &closest.sentence, &second, small);
        });
    });
}

/// The sentences: large and with what the program is for where each fits into a line, else wrapped, so
/// that nothing is cut. The first alone where room is `small`.
fn written(ui: &mut egui::Ui, sentence: &str, second: &str, small: bool) {
    let strong = ui.visuals().strong_text_color();
    let large = FontId::proportional(LARGE);
    let job = prose::laid(sentence, &large, strong);
    let wide = ui.painter().layout_job(job.clone()).size().x <= ui.available_width();
    if !wide || small {
        let first = prose::styled(ui, sentence, &TextStyle::Body, strong);
        match small {
            true => _ = first.on_hover_text(format!("{second}\n{PURPOSE}\n{CLOSEST_MEANS}")),
            false => {
                first.on_hover_text(CLOSEST_MEANS);
                told(ui, second);
            }
        }
        return;
    }
    prose::small(ui, PURPOSE);
    let first = ui.add(egui::Label::new(job).wrap());
    first.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, sentence));
    first.on_hover_text(CLOSEST_MEANS);
    told(ui, second);
}

/// The second sentence, with what it means where it is more than the invitation.
fn told(ui: &mut egui::Ui, second: &str) {
    let line = prose::sentence(ui, second);
    if second != INVITATION {
        line.on_hover_text(OVER_IMAGES_MEANS);
    }
}

/// Size of the first sentence where there is room.
const LARGE: f32 = 16.0;

/// How Localized does against LoRA over the data set of the digit; nothing for another matrix,
/// where budgets differ, or until it is measured.
fn overall(
    tab: &mut ApproximateTab,
    ui: &egui::Ui,
    state: &State,
    analysis: &Analysis,
) -> Option<String> {
    let session = &analysis.session;
    // The images are measured as they are but for shuffle and shift.
    let as_measured = Session {
        source: session.source.clone(),
        transform: session.transform,
        ..Session::default()
    };
    let digit = matches!(session.source, Source::Digit { .. });
    if !digit || !as_measured.same_matrix(session) || tab.player.step().is_some() {
        tab.overall.stop();
        return None;
    }
    let ask = survey_ask(state, analysis);
    // The plot measures the same where it is in front.
    let in_front = *state.preferences.view.second == data_set::VIEW;
    if tab.pending.is_some() || in_front {
        tab.overall.stop();
    } else if tab.surveyed(&ask).is_none() {
        tab.overall.want(ui.ctx(), ask.clone());
    }
    over_images(tab.surveyed(&ask)?, &ask.subject())
}
