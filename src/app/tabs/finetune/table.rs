//! Every run as a row: sortable, selectable, and copied as text, CSV or LaTeX.

use std::cmp::Ordering;

use eframe::egui::{self, RichText, WidgetInfo};
use egui_extras::{Column, TableBuilder, TableRow};

use super::plots::{Clicked, compares};
use super::training::Training;
use crate::app::command::Command;
use crate::app::texture::color32;
use crate::experiment::figures::{look_of, setting};
use crate::experiment::{RunName, tables};
use crate::figure::label;
use crate::figure::palette::{self, Theme};
use crate::finetune::{Results, RunKey, RunRecord};

/// What rows are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// Layout, segments, rank.
    #[default]
    Layout,
    /// Segments and rank, whatever the layout.
    Setting,
    /// Trainable parameters.
    Params,
    /// Their share.
    Share,
    /// Adam's learning rate.
    LearningRate,
    /// The seed.
    Seed,
    /// Loss of the held-out tenth.
    ValidationLoss,
    /// Test accuracy.
    Accuracy,
    /// Its drop: the other way round.
    Drop,
    /// Time.
    Seconds,
}

/// How the table looks at runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    by: By,
    descending: bool,
    /// Every run instead of each configuration's best.
    all_runs: bool,
}

/// Heads, what they sort by, their widths, and what they mean.
const COLUMNS: [(&str, By, f32, &str); 10] = [
    (
        "Layout",
        By::Layout,
        165.0,
        "Which weights the adapter reaches",
    ),
    (
        "Setting",
        By::Setting,
        135.0,
        "N or K, and the rank of every part",
    ),
    ("Parameters", By::Params, 80.0, "Trainable parameters"),
    (
        "Share",
        By::Share,
        65.0,
        "Of all parameters, biases and classifier included",
    ),
    (
        "Learning rate",
        By::LearningRate,
        85.0,
        "Adam's; chosen by the validation loss",
    ),
    (
        "Seed",
        By::Seed,
        45.0,
        "Of initial weights, batches and split",
    ),
    (
        "Validation loss",
        By::ValidationLoss,
        95.0,
        "Of the held-out tenth of the training digits",
    ),
    (
        "Accuracy, %",
        By::Accuracy,
        80.0,
        "Of the test digits 5 to 9",
    ),
    ("Drop, points", By::Drop, 85.0, "Below full fine-tuning"),
    ("Seconds", By::Seconds, 62.0, "Time of the run"),
];

/// Draws the table.
pub fn show(
    ui: &mut egui::Ui,
    training: &Training,
    view: &mut View,
    selected: &[RunKey],
    theme: Theme,
    out: &mut Vec<Command>,
) -> Clicked {
    let results = training.results()?;
    head(ui, results, view, out);
    let rows = rows(training, results, *view);
    // A small window shows the columns one after the other.
    let scrolled = egui::ScrollArea::horizontal().id_salt("columns");
    let body = |ui: &mut egui::Ui| body(ui, results, &rows, view, selected, theme);
    scrolled.show(ui, body).inner
}

fn body(
    ui: &mut egui::Ui,
    results: &Results,
    rows: &[&RunRecord],
    view: &mut View,
    selected: &[RunKey],
    theme: Theme,
) -> Clicked {
    let height = ui.text_style_height(&egui::TextStyle::Body) + 6.0;
    let mut clicked = None;
    let mut builder = TableBuilder::new(ui)
        .id_salt("runs")
        .striped(true)
        .auto_shrink([false, true])
        .cell_layout(egui::Layout::left_to_right(egui::Align::Center));
    for (_, _, width, _) in COLUMNS {
        builder = builder.column(Column::initial(width).resizable(true).clip(true));
    }
    builder
        .header(height, |mut row| heads(&mut row, view))
        .body(|body| {
            body.rows(height, rows.len(), |mut row| {
                let run = rows[row.index()];
                row.set_selected(selected.contains(&run.key));
                let name = cells(&mut row, results, run, selected.contains(&run.key), theme);
                if name.clicked() {
                    clicked = Some((run.key, compares(&name.ctx)));
                }
            });
        });
    clicked
}

fn head(ui: &mut egui::Ui, results: &Results, view: &mut View, out: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.strong("Runs");
        ui.selectable_value(&mut view.all_runs, false, "Frontier")
            .on_hover_text("Each layout's best configuration at each parameter count");
        ui.selectable_value(&mut view.all_runs, true, "All runs");
        ui.menu_button("Copy table", |ui| {
            let table = match view.all_runs {
                true => tables::runs_table(results, Theme::Light),
                false => tables::frontier_table(results, Theme::Light),
            };
            for (name, text) in [
                ("As text", table.to_text()),
                ("As CSV", table.to_csv()),
                ("As LaTeX", table.to_latex()),
            ] {
                if ui.button(name).clicked() {
                    out.push(Command::CopyText(text));
                    ui.close();
                }
            }
        })
        .response
        .on_hover_text("As text, CSV or LaTeX");
        if let Some(warning) = crate::finetune::edge_warning(results) {
            let color = ui.visuals().warn_fg_color;
            let text = egui::Label::new(RichText::new(format!("⚠ {warning}")).color(color));
            ui.add(text.truncate()).on_hover_text(warning);
        }
    });
}

fn heads(row: &mut TableRow<'_, '_>, view: &mut View) {
    for (name, by, _, hint) in COLUMNS {
        row.col(|ui| {
            let sorted = view.by == by;
            let text = match (sorted, view.descending) {
                (true, true) => format!("{name} ▼"),
                (true, false) => format!("{name} ▲"),
                (false, _) => name.to_owned(),
            };
            let button = egui::Button::new(RichText::new(text).small().strong()).frame(false);
            if ui.add(button).on_hover_text(hint).clicked() {
                view.descending = sorted && !view.descending;
                view.by = by;
            }
        });
    }
}

/// The runs in their order: full fine-tuning first unless another order is asked for.
fn rows<'a>(training: &'a Training, results: &'a Results, view: View) -> Vec<&'a RunRecord> {
    let mut rows: Vec<&RunRecord> = if view.all_runs {
        results.all_runs().collect()
    } else {
        let fronts = training.frontiers().iter();
        let best = fronts.flat_map(|(_, points)| points.iter().flat_map(|point| &point.runs));
        let best_full = results.best_full();
        let full = results.full.runs.iter();
        let full = full.filter(|run| best_full.iter().any(|best| best.key == run.key));
        full.chain(best).collect()
    };
    let setting = |run: &RunRecord| run.key.adapter.map(|one| (one.segments, one.rank));
    let order = |a: &&RunRecord, b: &&RunRecord| match view.by {
        By::Layout => Ordering::Equal,
        By::Setting => setting(a).cmp(&setting(b)),
        By::Params | By::Share => a.params.cmp(&b.params),
        By::LearningRate => a.key.learning_rate.total_cmp(&b.key.learning_rate),
        By::Seed => a.key.seed.cmp(&b.key.seed),
        By::ValidationLoss => a.validation_loss.total_cmp(&b.validation_loss),
        By::Accuracy => a.test_accuracy.total_cmp(&b.test_accuracy),
        By::Drop => b.test_accuracy.total_cmp(&a.test_accuracy),
        By::Seconds => a.seconds.total_cmp(&b.seconds),
    };
    rows.sort_by(order);
    if view.descending {
        rows.reverse();
    }
    rows
}

/// One run; the response of its name.
fn cells(
    row: &mut TableRow<'_, '_>,
    results: &Results,
    run: &RunRecord,
    selected: bool,
    theme: Theme,
) -> egui::Response {
    let look = look_of(&run.key, theme);
    let color = color32(palette::as_text(theme, look.color));
    let name = RunName::from(run.key).to_string();
    let mut response = None;
    row.col(|ui| {
        let text = RichText::new(&look.name).color(color);
        let label = ui.selectable_label(selected, text);
        label.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, selected, &name));
        response = Some(label.on_hover_text(format!("{name}\nclick to see what was learned")));
    });
    let base = results.full.test_accuracy;
    let texts = [
        setting(&run.key),
        label::count(run.params),
        format!("{:.2} %", 100.0 * run.share),
        run.key.learning_rate.to_string(),
        run.key.seed.to_string(),
        format!("{:.4}", run.validation_loss),
        format!("{:.2}", run.test_accuracy),
        base.map_or_else(String::new, |base| {
            format!("{:.2}", base - run.test_accuracy)
        }),
        format!("{:.2}", run.seconds),
    ];
    for (place, text) in texts.into_iter().enumerate() {
        row.col(|ui| match place {
            0 => {
                ui.label(text);
            }
            // Numbers end at one edge.
            _ => {
                let to_the_right = egui::Layout::right_to_left(egui::Align::Center);
                ui.with_layout(to_the_right, |ui| ui.label(text));
            }
        });
    }
    response.unwrap_or_else(|| row.response())
}
