//! A table of a figure, in the window.

use eframe::egui::{self, Align, Layout, TextStyle};

use super::plot::typeset;
use crate::figure::{Align as Side, Table};

/// Draws the first `most` rows; `strong` is the row that is meant. `name` tells the table from others.
pub fn table(ui: &mut egui::Ui, name: &str, table: &Table, most: usize, strong: Option<usize>) {
    let small = TextStyle::Small.resolve(ui.style());
    let body = TextStyle::Body.resolve(ui.style());
    let (quiet, loud) = (ui.visuals().text_color(), ui.visuals().strong_text_color());
    egui::Grid::new(name).spacing([18.0, 3.0]).show(ui, |ui| {
        for column in &table.columns {
            ui.label(typeset(&column.name, &small, quiet));
        }
        ui.end_row();
        for (place, row) in table.rows.iter().take(most).enumerate() {
            let color = if strong == Some(place) { loud } else { quiet };
            for (cell, column) in row.cells.iter().zip(&table.columns) {
                let text = typeset(&cell.text, &body, color);
                match column.align {
                    Side::Left => _ = ui.label(text),
                    Side::Right => {
                        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                            ui.label(text);
                        });
                    }
                }
            }
            ui.end_row();
        }
    });
}
