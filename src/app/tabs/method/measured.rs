//! The numbers that the paper reports beside those that this program measured, each computed here and now.

use eframe::egui::{self, RichText};

use crate::app::background::{Background, BackgroundTask};
use crate::app::widgets::measuring::working;
use crate::app::worker::wake_by;
use crate::approx::metrics::numerical_rank;
use crate::approx::survey::Survey;
use crate::approx::{singular_values, table_one};
use crate::figure::compose::Look;
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::finetune::{Layout, Results, wins as figure_two_wins};
use crate::source::{Dataset, Split, Transform, digits_if_ready};

/// The measurement over the test digits.
#[derive(Default)]
pub struct Measurement {
    /// Runs the survey.
    pub background: Background,
    /// Numerical rank of the paper's digit, once known.
    rank: Option<usize>,
}

/// Between the columns of the table.
const SPACING: f32 = 18.0;

/// The paper's digit among the test images.
const DIGIT: usize = 1;

/// The errors that the paper reports in Table I, in the order of [`table_one`].
const TABLE_ONE: [&str; 3] = ["0.2313", "0.9071", "0.2119"];

/// Table I's methods with their settings.
fn rows_of_table_one() -> [String; 3] {
    table_one().map(|settings| format!("{}, {}", settings.method().title(), settings.describe()))
}

impl Measurement {
    /// Draws the table; measures when it is first seen.
    pub fn ui(&mut self, ui: &mut egui::Ui, trained: Option<&Results>) {
        ui.heading("The paper's numbers and those measured here");
        self.measure(ui);
        let survey = self.background.survey.as_ref();
        let survey = survey.map(|(_, surveyed)| &surveyed.survey);
        let third = (ui.available_width() - 2.0 * SPACING) / 3.0;
        egui::Grid::new("paper and measured")
            .striped(true)
            .spacing([SPACING, 4.0])
            .max_col_width(third)
            .show(ui, |ui| {
                for head in ["", "Paper", "Measured"] {
                    ui.label(RichText::new(head).strong());
                }
                ui.end_row();
                let mut line = |what: &str, paper: &str, measured: Option<String>| {
                    ui.label(what);
                    ui.label(paper);
                    ui.strong(measured.unwrap_or_else(|| "…".to_owned()));
                    ui.end_row();
                };
                line(
                    "Numerical rank of the first test \"2\" (III.A)",
                    "15",
                    self.rank.map(|rank| rank.to_string()),
                );
                approximated(survey, &mut line);
                fine_tuned(trained, &mut line);
            });
        ui.label(
            "One digit proves little: on the whole test set the two are near a tie, and LoRA's mean \
             error is the lower one. A rank per block (Localized, adaptive) wins clearly.",
        );
    }

    /// Measures what is not known yet, and says how far that is.
    fn measure(&mut self, ui: &mut egui::Ui) {
        let ask = BackgroundTask::Survey {
            dataset: Dataset::BuiltIn,
            split: Split::Test,
            transform: Transform::default(),
            settings: Box::default(),
        };
        self.background.ask(ask, None, &wake_by(ui.ctx()));
        if self.rank.is_none()
            && let Some(set) = digits_if_ready(&Dataset::BuiltIn, Split::Test)
            && let Ok(sigma) = singular_values(&set.matrix(DIGIT))
        {
            self.rank = Some(numerical_rank(&sigma, set.rows(), set.cols()));
        }
        working(&mut self.background, ui);
    }
}

/// Table I, and the same settings over all test digits.
fn approximated(survey: Option<&Survey>, line: &mut impl FnMut(&str, &str, Option<String>)) {
    let rows = rows_of_table_one();
    for (s, (what, paper)) in rows.iter().zip(TABLE_ONE).enumerate() {
        let error = survey.and_then(|survey| survey.errors[s].get(DIGIT));
        line(what, paper, error.map(|error| label::error(*error)));
    }
    for (s, what) in rows.iter().enumerate() {
        let what = format!("{what}: mean over all test digits");
        line(&what, "not reported", survey.map(|survey| mean(survey, s)));
    }
    line(
        "Localized has a lower error than LoRA",
        "on the one digit shown",
        survey.and_then(wins),
    );
}

/// Figure 2, as the sweep in the Fine-tune tab has it.
fn fine_tuned(trained: Option<&Results>, line: &mut impl FnMut(&str, &str, Option<String>)) {
    let not_yet = || "run a sweep in the Fine-tune tab".to_owned();
    let base = trained.and_then(|results| Some((results, results.full.test_accuracy?)));
    let measured = base.map(|(results, accuracy)| {
        format!(
            "{} ({} epochs)",
            label::percentage(accuracy),
            results.settings.epochs
        )
    });
    line(
        "Full fine-tuning on the digits 5–9 (Figure 2)",
        "97.59 %",
        Some(measured.unwrap_or_else(not_yet)),
    );
    for layout in [Layout::LocalizedGrid, Layout::LocalizedBlock] {
        let counted = trained.and_then(|results| figure_two_wins(results, layout));
        let measured = counted.map(|wins| {
            let ties = match wins.equal {
                0 => String::new(),
                equal => format!(", equal at {equal}"),
            };
            format!(
                "better at {} of {} comparable points{ties}",
                wins.better, wins.of
            )
        });
        let name = Look::layout(layout, Theme::Light).name;
        line(
            &format!("{name}: a lower drop than LoRA and MELoRA with no more parameters"),
            "over the whole range",
            Some(measured.unwrap_or_else(not_yet)),
        );
    }
}

fn mean(survey: &Survey, s: usize) -> String {
    let spread = survey.spread(s);
    format!(
        "{} ± {}",
        label::error(spread.mean),
        label::error(spread.std)
    )
}

fn wins(survey: &Survey) -> Option<String> {
    let verdict = survey.localized_against_lora()?;
    let of = |digit: u8| {
        let by_label = survey.by_label();
        let found = by_label.iter().find(|l| l.label == digit)?;
        Some(label::percent(found.localized_against_lora?.better))
    };
    Some(format!(
        "on {} of {} digits, equal on {} ({} of the fives, {} of the zeros)",
        label::percent(verdict.better),
        label::count(survey.count()),
        label::percent(verdict.equal),
        of(5)?,
        of(0)?
    ))
}
