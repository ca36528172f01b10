//! Tables of a sweep.

use super::RunName;
use super::figures::{FEATURES, digits, look_of, most_moved, setting};
use crate::figure::compose::Look;
use crate::figure::palette::Theme;
use crate::figure::{Cell, Column, Row, Table, label};
use crate::finetune::record::deviation;
use crate::finetune::{Inspection, Layout, Results, RunRecord, Wins, behind, frontier, wins};

/// Full fine-tuning, and every layout's best configuration at each parameter count; over several
/// seeds the mean ± the standard deviation.
pub fn frontier_table(results: &Results, theme: Theme) -> Table {
    frontier_of(results, theme, false)
}

/// [`frontier_table`] with the standard deviations in columns of their own, for programs.
pub fn frontier_numbers(results: &Results, theme: Theme) -> Table {
    frontier_of(results, theme, true)
}

fn frontier_of(results: &Results, theme: Theme, apart: bool) -> Table {
    let columns = FrontierColumns {
        several: results.settings.distinct_seeds().len() > 1,
        apart,
    };
    let points = Layout::ALL
        .into_iter()
        .flat_map(|layout| frontier(results, layout));
    let base = results.full.test_accuracy.map(|accuracy| {
        let best = results.best_full();
        let deviation = deviation(best.iter().map(|run| run.test_accuracy));
        let mut cells = vec![
            Cell::named("Full fine-tuning", "full"),
            Cell::text("all parameters"),
            Cell::count(results.full.params),
            Cell::number(label::percentage(100.0), 1.0),
            Cell::text(""),
        ];
        cells.extend(columns.seeds(best.len()));
        cells.extend(columns.measure(accuracy, deviation));
        cells.extend(columns.measure(0.0, None));
        Row { color: None, cells }
    });
    let rows = points.map(|point| {
        let key = point.runs[0].key;
        let name = Look::layout(point.configuration.layout, theme);
        let mut cells = vec![
            Cell::named(name.name, point.configuration.layout.id()),
            Cell::text(setting(&key)),
            Cell::count(point.params),
            Cell::number(label::percentage(point.share), point.share / 100.0),
            Cell::number(point.learning_rate.to_string(), point.learning_rate),
        ];
        cells.extend(columns.seeds(point.runs.len()));
        cells.extend(columns.measure(point.test_accuracy, point.accuracy_deviation));
        cells.extend(columns.measure(point.drop[0], point.drop_deviation));
        Row {
            color: Some(name.color),
            cells,
        }
    });
    Table {
        title: None,
        columns: columns.heads(),
        rows: base.into_iter().chain(rows).collect(),
    }
}

/// The optional columns of the frontier.
#[derive(Clone, Copy)]
struct FrontierColumns {
    /// Whether there are several seeds.
    several: bool,
    /// Whether standard deviations stand apart.
    apart: bool,
}

impl FrontierColumns {
    fn heads(self) -> Vec<Column> {
        let mut heads = vec![
            Column::left("Layout"),
            Column::left("Setting"),
            Column::right("Parameters").keyed("params"),
            Column::right("Share"),
            Column::right("Learning rate"),
        ];
        if self.several {
            heads.push(Column::right("Seeds"));
        }
        for (name, key) in [("Accuracy, %", "test_accuracy"), ("Drop, points", "drop")] {
            let name = match self.several && !self.apart {
                true => format!("{name} ± sd"),
                false => name.to_owned(),
            };
            heads.push(Column::right(&name).keyed(key));
            if self.several && self.apart {
                let spread = Column::right(format!("{name}, sd"));
                heads.push(spread.keyed(format!("{key}_std")));
            }
        }
        heads
    }

    fn seeds(self, count: usize) -> Option<Cell> {
        self.several.then(|| Cell::count(count))
    }

    fn measure(self, mean: f64, deviation: Option<f64>) -> Vec<Cell> {
        if !self.several {
            return vec![points_cell(mean)];
        }
        if self.apart {
            let deviation = deviation.map_or_else(|| Cell::text(""), points_cell);
            return vec![points_cell(mean), deviation];
        }
        vec![Cell::number(spread(mean, deviation), mean)]
    }
}

/// A mean with its standard deviation, if it has one: *97.31 ± 0.12*.
pub fn spread(mean: f64, deviation: Option<f64>) -> String {
    match deviation {
        Some(deviation) => format!("{} ± {}", label::points(mean), label::points(deviation)),
        None => label::points(mean),
    }
}

/// The paper's claim for Figure 2, as it came out.
pub fn wins_sentences(results: &Results) -> Vec<String> {
    let localized = [Layout::LocalizedBlock, Layout::LocalizedGrid];
    let rivals = [Layout::Lora, Layout::Melora].into_iter();
    let rivals = rivals.filter(|layout| !frontier(results, *layout).is_empty());
    let rivals: Vec<String> = rivals
        .map(|one| Look::layout(one, Theme::Light).name)
        .collect();
    let sentence = |layout| {
        let Wins { better, equal, of } = wins(results, layout)?;
        let ties = match equal {
            0 => String::new(),
            _ => format!(", equals {equal}"),
        };
        Some(format!(
            "{}: beats {better} of {of} comparable {} points (lower drop, no more parameters){ties}",
            Look::layout(layout, Theme::Light).name,
            rivals.join(" and ")
        ))
    };
    localized.into_iter().filter_map(sentence).collect()
}

/// A note on the configurations that the table of the frontier leaves out, if there are any.
pub fn behind_sentence(results: &Results) -> Option<String> {
    let (count, are) = match behind(results) {
        0 => return None,
        1 => ("1 configuration".to_owned(), "is"),
        several => (format!("{} configurations", label::count(several)), "are"),
    };
    Some(format!(
        "{count} {are} not shown: others of the same layout and size have a lower validation loss; the \
         CSV lists every run"
    ))
}

/// Every run, exactly.
pub fn runs_table(results: &Results, theme: Theme) -> Table {
    let row = |run: &RunRecord| Row {
        color: run
            .key
            .adapter
            .map(|one| Look::layout(one.layout, theme).color),
        cells: vec![
            Cell::named(
                look_of(&run.key, theme).name,
                run.key.adapter.map_or("full", |one| one.layout.id()),
            ),
            Cell::count(run.key.adapter.map_or(1, |one| one.segments)),
            run.key
                .adapter
                .map_or_else(|| Cell::text(""), |one| Cell::count(one.rank)),
            Cell::count(run.params),
            Cell::number(label::percentage(100.0 * run.share), run.share),
            Cell::number(run.key.learning_rate.to_string(), run.key.learning_rate),
            Cell::text(run.key.seed.to_string()),
            Cell::number(label::error(run.validation_loss), run.validation_loss),
            points_cell(run.validation_accuracy),
            points_cell(run.test_accuracy),
            Cell::number(label::seconds(run.seconds), run.seconds),
        ],
    };
    Table {
        title: None,
        columns: vec![
            Column::left("Layout"),
            Column::right("Segments"),
            Column::right("Rank"),
            Column::right("Parameters").keyed("params"),
            Column::right("Share"),
            Column::right("Learning rate"),
            Column::right("Seed"),
            Column::right("Validation loss"),
            Column::right("Validation accuracy, %").keyed("validation_accuracy"),
            Column::right("Test accuracy, %").keyed("test_accuracy"),
            Column::right("Time").keyed("seconds"),
        ],
        rows: results.all_runs().map(row).collect(),
    }
}

/// One run in a line, for people.
pub fn run_sentence(run: &RunRecord) -> String {
    format!(
        "{}, {}: {} parameters ({}), test accuracy {}",
        look_of(&run.key, Theme::Light).name,
        super::figures::whole_setting(&run.key),
        label::count(run.params),
        label::percentage(100.0 * run.share),
        label::percentage(run.test_accuracy)
    )
}

/// The confusion matrices of runs, a table each.
pub fn confusion_tables(runs: &[&Inspection]) -> Vec<Table> {
    runs.iter().map(|run| confusion_table(run)).collect()
}

/// The hidden units that a run moved most, in words.
pub fn moved_sentence(run: &Inspection) -> String {
    let units = most_moved(run, FEATURES);
    let units: Vec<String> = units.iter().map(usize::to_string).collect();
    format!(
        "{}: hidden units that moved most: {}",
        look_of(&run.record.key, Theme::Light).name,
        units.join(", ")
    )
}

/// The test digits: true ones down, predicted ones across.
fn confusion_table(run: &Inspection) -> Table {
    let digits = digits();
    let rows = run.confusion.row_iter().zip(&digits).map(|(row, digit)| {
        let counts = row.iter().map(|&count| Cell::count(count as usize));
        Row {
            color: None,
            cells: std::iter::once(Cell::text(digit)).chain(counts).collect(),
        }
    });
    let mut columns = vec![Column::left("True digit")];
    columns.extend(digits.iter().map(Column::right));
    Table {
        title: Some(label::clean(&run_sentence(&run.record))),
        columns,
        rows: rows.collect(),
    }
}

/// Every epoch of the runs.
pub fn epochs_table(runs: &[&Inspection]) -> Table {
    let rows = runs.iter().flat_map(|run| {
        run.history.iter().map(|epoch| Row {
            color: None,
            cells: vec![
                Cell::text(RunName::from(run.record.key).to_string()),
                Cell::count(epoch.epoch),
                Cell::number(label::error(epoch.train_loss), epoch.train_loss),
                Cell::number(label::error(epoch.validation_loss), epoch.validation_loss),
                points_cell(epoch.validation_accuracy),
            ],
        })
    });
    Table {
        title: None,
        columns: vec![
            Column::left("Run"),
            Column::right("Epoch"),
            Column::right("Training loss"),
            Column::right("Validation loss"),
            Column::right("Validation accuracy, %").keyed("validation_accuracy"),
        ],
        rows: rows.collect(),
    }
}

/// A learned update: a row per hidden unit, a column per input.
pub fn update_table(run: &Inspection) -> Table {
    let row = |unit: usize| Row {
        color: None,
        cells: run
            .update
            .row(unit)
            .iter()
            .map(|&value| Cell::number(label::short(value), value))
            .collect(),
    };
    Table {
        title: None,
        columns: (0..run.update.ncols())
            .map(|input| Column::right(format!("input_{input}")))
            .collect(),
        rows: (0..run.update.nrows()).map(row).collect(),
    }
}

fn points_cell(value: f64) -> Cell {
    Cell::number(label::points(value), value)
}
