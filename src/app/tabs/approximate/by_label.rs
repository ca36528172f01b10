//! The survey label by label, beside its histogram.

use eframe::egui::{self, Align2, Color32, Role, Sense, Stroke, TextStyle, Vec2, WidgetInfo};

use crate::approx::survey::Survey;
use crate::figure::compose::label_table;
use crate::figure::palette::Theme;
use crate::figure::{Row, Table};

/// With this much room beside the histogram, the means of all methods stand in the table too.
const ROOM_FOR_MEANS: f32 = 760.0;

/// Between two columns.
const GAP: f32 = 12.0;

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

/// The table as it is drawn: what is shown of it and how wide that is.
pub struct LabelTable {
    table: Table,
    /// The columns that are shown, each with its width.
    columns: Vec<(usize, f32)>,
}

impl LabelTable {
    /// Lays the table out; `room` is the width of table and histogram together.
    pub fn of(ui: &egui::Ui, survey: &Survey, room: f32, theme: Theme) -> Self {
        let table = label_table(survey, theme);
        let shown = columns(&table, survey.settings.len(), room).into_iter();
        let columns = shown.map(|column| (column, column_width(ui, &table, column)));
        Self {
            columns: columns.collect(),
            table,
        }
    }

    /// Its whole width.
    pub fn width(&self) -> f32 {
        self.columns.iter().map(|(_, width)| width).sum()
    }

    /// Draws it; `present` is the label of the digit that is looked at.
    pub fn show(&self, ui: &mut egui::Ui, present: Option<u8>) {
        ui.spacing_mut().item_spacing.y = 1.0;
        let head = self.columns.iter();
        let head = head.map(|(column, _)| self.table.columns[*column].name.as_str());
        let head: Vec<&str> = head.collect();
        let weak = ui.visuals().weak_text_color();
        self.line(ui, &head, weak);
        let present = present.map(|label| label.to_string());
        for row in &self.table.rows {
            let is_present = present
                .as_ref()
                .is_some_and(|label| row.cells.first().is_some_and(|cell| cell.text == *label));
            let color = match is_present {
                true => ui.visuals().strong_text_color(),
                false => ui.visuals().text_color(),
            };
            let cells = self.columns.iter();
            let cells = cells.filter_map(|(column, _)| row.cells.get(*column));
            let cells: Vec<&str> = cells.map(|cell| cell.text.as_str()).collect();
            let response = self.line(ui, &cells, color);
            if is_present {
                let stroke = Stroke::new(1.0, color);
                let place = response.rect;
                ui.painter().hline(place.x_range(), place.bottom(), stroke);
            }
            let told = self.told(row);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &told));
            response.on_hover_text(told);
        }
    }

    /// All that the table knows of a row.
    fn told(&self, row: &Row) -> String {
        let named = self.table.columns.iter().zip(&row.cells);
        let named = named.map(|(column, cell)| format!("{} {}", column.name, cell.text));
        named.collect::<Vec<_>>().join(", ")
    }

    fn line(&self, ui: &mut egui::Ui, cells: &[&str], color: Color32) -> egui::Response {
        let font = TextStyle::Small.resolve(ui.style());
        let size = Vec2::new(self.width(), font.size + 3.0);
        let (place, response) = ui.allocate_exact_size(size, Sense::hover());
        let mut right = place.left();
        for (text, (_, width)) in cells.iter().zip(&self.columns) {
            right += width;
            let at = egui::pos2(right, place.center().y);
            let painter = ui.painter();
            painter.text(at, Align2::RIGHT_CENTER, *text, font.clone(), color);
        }
        response
    }
}

/// As wide as the widest cell, with a gap before it.
fn column_width(ui: &egui::Ui, table: &Table, column: usize) -> f32 {
    let font = TextStyle::Small.resolve(ui.style());
    let cells = table.rows.iter().filter_map(|row| row.cells.get(column));
    let texts = cells.map(|cell| &cell.text);
    let width = |text: &String| {
        let galley = ui
            .painter()
            .layout_no_wrap(text.clone(), font.clone(), Color32::PLACEHOLDER);
        galley.size().x
    };
    let all = texts.chain([&table.columns[column].name]);
    all.map(width).fold(0.0, f32::max) + GAP
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approx::table_one;

    #[test]
    fn a_narrow_table_keeps_what_is_asked_most() {
        let survey = Survey {
            settings: table_one().to_vec(),
            labels: vec![2, 5],
            indices: vec![0, 1],
            errors: vec![vec![0.2, 0.3], vec![0.9, 0.8], vec![0.1, 0.4]],
            mean_bits: vec![0.0; 3],
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
