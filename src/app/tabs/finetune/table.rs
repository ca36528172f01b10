//! Runs, or what they come to over the seeds, as rows: sortable, selectable, and copied as text, CSV
//! or LaTeX.

use std::cmp::Ordering;

use eframe::egui::{self, RichText, WidgetInfo};
use egui_extras::{Column, TableBuilder, TableRow};

use super::plots::{RunClick, compares};
use super::training::Training;
use crate::app::command::Command;
use crate::app::texture::color32;
use crate::app::widgets::column_head;
use crate::app::widgets::plot::indexed;
use crate::experiment::figures::{look_of, setting};
use crate::experiment::{RunName, tables};
use crate::figure::palette::{self, Theme};
use crate::figure::{Table, label};
use crate::finetune::record::deviation;
use crate::finetune::{FrontierPoint, Results, RunKey, RunRecord};

/// Rows are seen through a window at least this high.
const LEAST_HEIGHT: f32 = 200.0;

/// The key that rows are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
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

/// The view options of the table.
#[derive(Clone, Copy, Debug, Default)]
pub struct TableOptions {
    by: SortKey,
    descending: bool,
    /// Every run instead of each configuration's best.
    all_runs: bool,
}

/// Heads, what they sort by, their widths, and what they mean.
const COLUMNS: [(&str, SortKey, f32, &str); 10] = [
    (
        "Layout",
        SortKey::Layout,
        165.0,
        "Which weights the adapter reaches",
    ),
    (
        "Setting",
        SortKey::Setting,
        135.0,
        "N or K, and the rank of every part",
    ),
    ("Parameters", SortKey::Params, 80.0, "Trainable parameters"),
    (
        "Share",
        SortKey::Share,
        65.0,
        "Of all parameters, biases and classifier included",
    ),
    (
        "Learning rate",
        SortKey::LearningRate,
        85.0,
        "Learning rate of Adam; the one with the lowest validation loss",
    ),
    (
        "Seed",
        SortKey::Seed,
        52.0,
        "Seed of the initial weights, batches and split",
    ),
    (
        "Validation loss",
        SortKey::ValidationLoss,
        95.0,
        "Of the held-out tenth of the training digits",
    ),
    (
        "Accuracy, %",
        SortKey::Accuracy,
        95.0,
        "Of the test digits 5 to 9; over several seeds mean ± standard deviation",
    ),
    (
        "Drop, points",
        SortKey::Drop,
        90.0,
        "Accuracy of full fine-tuning minus that of the run; over several seeds mean ± standard deviation",
    ),
    ("Time", SortKey::Seconds, 62.0, "Time of the run"),
];

/// Draws the table, at least `high` where it has as many rows.
pub fn show(
    ui: &mut egui::Ui,
    (training, high): (&Training, f32),
    view: &mut TableOptions,
    selected: &[RunKey],
    theme: Theme,
    out: &mut Vec<Command>,
) -> RunClick {
    let results = training.results()?;
    let below = ui.cursor().top() + high;
    head(ui, results, view, out);
    let rows = rows(training, results, *view);
    // A small window shows the columns one after the other.
    let scrolled = egui::ScrollArea::horizontal().id_salt("columns");
    let high = below - ui.cursor().top();
    let body = |ui: &mut egui::Ui| body(ui, (&rows, high), view, selected, theme);
    scrolled.show(ui, body).inner
}

fn body(
    ui: &mut egui::Ui,
    (rows, high): (&[TableEntry], f32),
    view: &mut TableOptions,
    selected: &[RunKey],
    theme: Theme,
) -> RunClick {
    let height = ui.text_style_height(&egui::TextStyle::Body) + 6.0;
    let mut clicked = None;
    let mut builder = TableBuilder::new(ui)
        .id_salt("runs")
        .striped(true)
        .auto_shrink([false, true])
        .min_scrolled_height((high - 2.0 * height).max(LEAST_HEIGHT))
        .cell_layout(egui::Layout::left_to_right(egui::Align::Center));
    for (_, _, width, _) in COLUMNS {
        builder = builder.column(Column::initial(width).resizable(true).clip(true));
    }
    builder
        .header(height, |mut row| heads(&mut row, view))
        .body(|body| {
            body.rows(height, rows.len(), |mut row| {
                let entry = &rows[row.index()];
                let chosen = selected.iter().any(|key| entry.keys.contains(key));
                row.set_selected(chosen);
                let name = cells(&mut row, entry, chosen, theme);
                if name.clicked() {
                    clicked = Some((entry.key(), compares(&name.ctx)));
                }
            });
        });
    clicked
}

fn head(ui: &mut egui::Ui, results: &Results, view: &mut TableOptions, out: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.strong("Runs");
        ui.selectable_value(&mut view.all_runs, false, "Frontier")
            .on_hover_text(
                "Each layout's best configuration at each parameter count, over all seeds",
            );
        ui.selectable_value(&mut view.all_runs, true, "All runs")
            .on_hover_text("Every configuration, learning rate and seed by itself");
        ui.menu_button("Copy table", |ui| {
            for (name, text) in [
                ("As text", copied_as_text as fn(&Results, bool) -> String),
                ("As CSV", copied_as_csv),
                ("As LaTeX", copied_as_latex),
                ("As Markdown", copied_as_markdown),
            ] {
                if ui.button(name).clicked() {
                    out.push(Command::CopyText(text(results, view.all_runs)));
                    ui.close();
                }
            }
        })
        .response
        .on_hover_text("As text, CSV, LaTeX or Markdown");
        if let Some(warning) = crate::finetune::edge_warning(results) {
            let color = ui.visuals().warn_fg_color;
            let text = egui::Label::new(RichText::new(format!("⚠ {warning}")).color(color));
            ui.add(text.truncate()).on_hover_text(warning);
        }
    });
}

fn heads(row: &mut TableRow<'_, '_>, view: &mut TableOptions) {
    for (name, by, _, hint) in COLUMNS {
        row.col(|ui| {
            let sorted = (view.by == by).then_some(view.descending);
            if column_head::show(ui, name, sorted, hint) {
                view.descending = sorted == Some(false);
                view.by = by;
            }
        });
    }
}

/// The table in view, as people read it.
fn read(results: &Results, all_runs: bool) -> Table {
    match all_runs {
        true => tables::runs_table(results, Theme::Light),
        false => tables::frontier_table(results, Theme::Light),
    }
}

fn copied_as_text(results: &Results, all_runs: bool) -> String {
    read(results, all_runs).to_text()
}

fn copied_as_latex(results: &Results, all_runs: bool) -> String {
    read(results, all_runs).to_latex()
}

fn copied_as_markdown(results: &Results, all_runs: bool) -> String {
    read(results, all_runs).to_markdown()
}

/// For programs, with every standard deviation in a column of its own.
fn copied_as_csv(results: &Results, all_runs: bool) -> String {
    match all_runs {
        true => tables::runs_table(results, Theme::Light).to_csv(),
        false => tables::frontier_numbers(results, Theme::Light).to_csv(),
    }
}

/// A value with its standard deviation over the seeds, if there are several.
type MeanAndDeviation = (f64, Option<f64>);

/// A row: a run, or those of a setting that differ in the seed alone.
struct TableEntry {
    /// Its runs, at least one.
    keys: Vec<RunKey>,
    params: usize,
    share: f64,
    validation_loss: f64,
    accuracy: MeanAndDeviation,
    /// Below full fine-tuning, once that is known.
    drop: Option<MeanAndDeviation>,
    seconds: f64,
}

impl TableEntry {
    fn single(run: &RunRecord, results: &Results) -> Self {
        let base = results.full.test_accuracy;
        Self {
            drop: base.map(|base| (base - run.test_accuracy, None)),
            ..Self::of(std::slice::from_ref(run))
        }
    }

    /// Runs of one setting; what has no spread is the mean.
    fn of(runs: &[RunRecord]) -> Self {
        let count = runs.len().max(1) as f64;
        let values = |value: fn(&RunRecord) -> f64| runs.iter().map(value);
        let mean = |value| values(value).sum::<f64>() / count;
        let accuracy = |run: &RunRecord| run.test_accuracy;
        Self {
            keys: runs.iter().map(|run| run.key).collect(),
            params: runs.first().map_or(0, |run| run.params),
            share: runs.first().map_or(0.0, |run| run.share),
            validation_loss: mean(|run| run.validation_loss),
            accuracy: (mean(accuracy), deviation(values(accuracy))),
            drop: None,
            seconds: mean(|run| run.seconds),
        }
    }

    fn full(results: &Results) -> Option<Self> {
        let runs = results.best_full();
        (!runs.is_empty()).then(|| Self {
            drop: Some((0.0, None)),
            ..Self::of(&runs)
        })
    }

    fn point(point: &FrontierPoint) -> Self {
        Self {
            drop: Some((point.drop[0], point.drop_deviation)),
            ..Self::of(&point.runs)
        }
    }

    /// The run that stands for it.
    fn key(&self) -> RunKey {
        self.keys[0]
    }

    /// The seeds of its runs, in a word.
    fn seeds(&self) -> String {
        match self.keys.len() {
            1 => self.key().seed.to_string(),
            several => format!("{several} seeds"),
        }
    }

    /// Names it: a run as the command line writes it.
    fn name(&self) -> String {
        let name = RunName::from(self.key()).to_string();
        match (self.keys.len(), name.rsplit_once('#')) {
            (2.., Some((name, _))) => format!("{name}, {}", self.seeds()),
            _ => name,
        }
    }
}

/// The rows in their order: full fine-tuning first unless another order is asked for.
fn rows(training: &Training, results: &Results, view: TableOptions) -> Vec<TableEntry> {
    let mut rows: Vec<TableEntry> = if view.all_runs {
        let single = |run| TableEntry::single(run, results);
        results.all_runs().map(single).collect()
    } else {
        let fronts = training.frontiers().iter();
        let best = fronts.flat_map(|(_, points)| points.iter().map(TableEntry::point));
        TableEntry::full(results).into_iter().chain(best).collect()
    };
    let setting = |entry: &TableEntry| entry.key().adapter.map(|one| (one.segments, one.rank));
    let drop = |entry: &TableEntry| entry.drop.map_or(0.0, |(drop, _)| drop);
    let order = |a: &TableEntry, b: &TableEntry| match view.by {
        SortKey::Layout => Ordering::Equal,
        SortKey::Setting => setting(a).cmp(&setting(b)),
        SortKey::Params | SortKey::Share => a.params.cmp(&b.params),
        SortKey::LearningRate => a.key().learning_rate.total_cmp(&b.key().learning_rate),
        SortKey::Seed => a.key().seed.cmp(&b.key().seed),
        SortKey::ValidationLoss => a.validation_loss.total_cmp(&b.validation_loss),
        SortKey::Accuracy => a.accuracy.0.total_cmp(&b.accuracy.0),
        SortKey::Drop => drop(a).total_cmp(&drop(b)),
        SortKey::Seconds => a.seconds.total_cmp(&b.seconds),
    };
    rows.sort_by(order);
    if view.descending {
        rows.reverse();
    }
    rows
}

/// One row; the response of its name.
fn cells(
    row: &mut TableRow<'_, '_>,
    entry: &TableEntry,
    selected: bool,
    theme: Theme,
) -> egui::Response {
    let key = entry.key();
    let look = look_of(&key, theme);
    let color = color32(palette::as_text(theme, look.color));
    let name = entry.name();
    let mut response = None;
    row.col(|ui| {
        let text = RichText::new(&look.name).color(color);
        let label = ui.selectable_label(selected, text);
        label.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, selected, &name));
        let which = match entry.keys.len() {
            1 => "",
            _ => ", of the first seed",
        };
        let hint = format!("{name}\nclick to inspect the run{which}");
        response = Some(label.on_hover_text(hint));
    });
    let spread = |(mean, deviation): MeanAndDeviation| tables::spread(mean, deviation);
    let texts = [
        setting(&key),
        label::count(entry.params),
        label::percentage(100.0 * entry.share),
        key.learning_rate.to_string(),
        entry.seeds(),
        label::error(entry.validation_loss),
        spread(entry.accuracy),
        entry.drop.map_or_else(String::new, spread),
        label::seconds(entry.seconds),
    ];
    for (place, text) in texts.into_iter().enumerate() {
        row.col(|ui| match place {
            0 => {
                let setting = indexed(ui, &text, &egui::TextStyle::Body);
                let response = ui.label(setting);
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
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
