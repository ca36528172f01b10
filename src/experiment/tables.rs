//! Tables of a sweep.

use super::figures::{look, look_of, setting};
use crate::figure::palette::Theme;
use crate::figure::{Cell, Column, Row, Table, label};
use crate::finetune::{Layout, Results, RunRecord, frontier};

/// Full fine-tuning, and every layout's best configuration at each parameter count.
pub fn frontier_table(results: &Results, theme: Theme) -> Table {
    let points = Layout::ALL
        .into_iter()
        .flat_map(|layout| frontier(results, layout));
    let base = results.full.test_accuracy.map(|accuracy| Row {
        color: None,
        cells: vec![
            Cell::text("Full fine-tuning"),
            Cell::text("all parameters"),
            Cell::count(results.full.params),
            Cell::number("100.00 %", 100.0),
            Cell::text(""),
            points_cell(accuracy),
            Cell::number("0.00", 0.0),
        ],
    });
    let rows = points.map(|point| {
        let key = point.runs[0].key;
        let name = look(point.configuration.layout, theme);
        Row {
            color: Some(name.color),
            cells: vec![
                Cell::text(name.name),
                Cell::text(setting(&key)),
                Cell::count(point.params),
                Cell::number(format!("{:.2} %", point.share), point.share),
                Cell::number(point.learning_rate.to_string(), point.learning_rate),
                points_cell(point.test_accuracy),
                points_cell(point.drop[0]),
            ],
        }
    });
    Table {
        title: None,
        columns: vec![
            Column::left("Layout"),
            Column::left("Setting"),
            Column::right("Parameters"),
            Column::right("Share"),
            Column::right("Learning rate"),
            Column::right("Accuracy, %"),
            Column::right("Drop, points"),
        ],
        rows: base.into_iter().chain(rows).collect(),
    }
}

/// Every run, exactly.
pub fn runs_table(results: &Results, theme: Theme) -> Table {
    let row = |run: &RunRecord| Row {
        color: run.key.adapter.map(|one| look(one.layout, theme).color),
        cells: vec![
            Cell::text(run.key.adapter.map_or("full", |one| one.layout.id())),
            Cell::count(run.key.adapter.map_or(1, |one| one.segments)),
            run.key
                .adapter
                .map_or_else(|| Cell::text(""), |one| Cell::count(one.rank)),
            Cell::count(run.params),
            Cell::number(label::percent(run.share), run.share),
            Cell::number(run.key.learning_rate.to_string(), run.key.learning_rate),
            Cell::text(run.key.seed.to_string()),
            Cell::number(format!("{:.4}", run.validation_loss), run.validation_loss),
            points_cell(run.validation_accuracy),
            points_cell(run.test_accuracy),
            Cell::number(format!("{:.2}", run.seconds), run.seconds),
        ],
    };
    Table {
        title: None,
        columns: vec![
            Column::left("layout"),
            Column::right("segments"),
            Column::right("rank"),
            Column::right("params"),
            Column::right("share"),
            Column::right("learning_rate"),
            Column::right("seed"),
            Column::right("validation_loss"),
            Column::right("validation_accuracy"),
            Column::right("test_accuracy"),
            Column::right("seconds"),
        ],
        rows: results.all_runs().map(row).collect(),
    }
}

/// One run in a line, for people.
pub fn run_sentence(run: &RunRecord) -> String {
    format!(
        "{}, {}: {} parameters ({}), test accuracy {:.2} %",
        look_of(&run.key, Theme::Light).name,
        super::figures::whole_setting(&run.key),
        label::count(run.params),
        label::percent(run.share),
        run.test_accuracy
    )
}

fn points_cell(value: f64) -> Cell {
    Cell::number(format!("{value:.2}"), value)
}
