//! The survey label by label, beside its histogram.

use eframe::egui::{self, Align, Layout, RichText};

use crate::approx::survey::Survey;
use crate::figure::compose::label_table;
use crate::figure::palette::Theme;
use crate::figure::{Row, Table};

/// With this much room beside the histogram, the means of all methods stand in the table too.
const ROOM_FOR_MEANS: f32 = 760.0;

/// From this width on the table stands beside the histogram, else below it.
pub const BESIDE: f32 = 420.0;

/// The columns that are shown in `width`: a narrow place has none for counts and means, unless
/// there is nothing else.
fn columns(table: &Table, methods: usize, width: f32) -> Vec<usize> {
    let all = table.columns.len();
    let verdict = 2 + methods;
    if width >= ROOM_FOR_MEANS || verdict >= all {
        return (0..all).collect();
    }
    std::iter::once(0).chain(verdict..all).collect()
}

/// Draws the table; `present` is the label of the digit that is looked at. `width` is the room for
/// table and histogram together.
pub fn show(ui: &mut egui::Ui, survey: &Survey, present: Option<u8>, width: f32, theme: Theme) {
    let table = label_table(survey, theme);
    let columns = columns(&table, survey.settings.len(), width);
    let present = present.map(|label| label.to_string());
    egui::Grid::new("errors by label")
        .spacing(egui::vec2(10.0, 1.0))
        .min_row_height(0.0)
        .show(ui, |ui| {
            for &column in &columns {
                let head = RichText::new(&table.columns[column].name).small().weak();
                right(ui, head);
            }
            ui.end_row();
            for row in &table.rows {
                one_row(ui, &table, row, &columns, present.as_deref());
            }
        });
}

/// A row; all that the table knows of its label is told when the mouse rests on it.
fn one_row(ui: &mut egui::Ui, table: &Table, row: &Row, columns: &[usize], present: Option<&str>) {
    let told = || {
        let named = table.columns.iter().zip(&row.cells);
        let named = named.map(|(column, cell)| format!("{}: {}", column.name, cell.text));
        named.collect::<Vec<_>>().join("\n")
    };
    let is_present = row.cells.first().map(|cell| cell.text.as_str()) == present;
    for cell in columns.iter().filter_map(|column| row.cells.get(*column)) {
        let text = RichText::new(&cell.text).small();
        let text = if is_present && present.is_some() {
            text.strong()
        } else {
            text
        };
        right(ui, text).on_hover_ui(|ui| {
            ui.label(told());
        });
    }
    ui.end_row();
}

fn right(ui: &mut egui::Ui, text: RichText) -> egui::Response {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(text))
        .inner
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approx::settings::table_one;

    #[test]
    fn a_narrow_table_keeps_what_is_asked_most() {
        let survey = Survey {
            settings: table_one(),
            labels: vec![2, 5],
            indices: vec![0, 1],
            errors: vec![vec![0.2, 0.3], vec![0.9, 0.8], vec![0.1, 0.4]],
        };
        let table = label_table(&survey, Theme::Light);
        let named = |width| {
            let shown = columns(&table, survey.settings.len(), width).into_iter();
            let names = shown.map(|column| table.columns[column].name.clone());
            names.collect::<Vec<_>>()
        };
        assert_eq!(named(500.0), ["Label", "Localized better", "Equal"]);
        assert_eq!(named(900.0).len(), 7);
    }
}
