//! The choices of a figure on paper: width, size of text, lines.

use eframe::egui::{self, DragValue};

use crate::app::widgets::knobs::choice;
use crate::figure::Paper;
use crate::figure::paper::COLUMNS;

/// The width that a free choice begins at where the figure's own is not known.
const BEGINNING: f64 = 180.0;

/// Draws the width: the figure's own, a journal's column, or any; behind it the height that follows. `size`
/// is that of the drawn figure in millimetres, where it is known.
pub(super) fn width_row(ui: &mut egui::Ui, paper: &mut Paper, size: Option<[f64; 2]>) {
    let own = size.map_or(BEGINNING, |[width, _]| (10.0 * width).round() / 10.0);
    let column = COLUMNS
        .iter()
        .find(|column| paper.width == Some(column.width));
    let chosen = match (paper.width, column) {
        (None, _) => "The figure's own",
        (_, Some(column)) => column.name,
        (Some(_), None) => "Other",
    };
    ui.horizontal(|ui| {
        choice(ui, "Width", chosen, 170.0, |ui| {
            ui.selectable_value(&mut paper.width, None, "The figure's own");
            for column in &COLUMNS {
                let text = format!("{} ({} mm)", column.name, column.width);
                ui.selectable_value(&mut paper.width, Some(column.width), text);
            }
        });
        let mut width = paper.width.unwrap_or(own);
        let field = DragValue::new(&mut width)
            .range(Paper::WIDTHS)
            .max_decimals(1)
            .suffix(" mm");
        if ui.add(field).on_hover_text("Width on paper").changed() {
            paper.width = Some(width);
        }
        if let Some([_, height]) = size {
            ui.label(format!("× {height:.1} mm"))
                .on_hover_text("Height on paper, which follows from the width");
        }
    });
}

/// Draws the size of text, and whether `lines` differ in their dashes where there are some.
pub(super) fn type_row(ui: &mut egui::Ui, paper: &mut Paper, lines: bool) {
    ui.horizontal(|ui| {
        let label = ui.label("Text");
        let size = DragValue::new(&mut paper.type_size)
            .range(Paper::LEAST_TYPE..=Paper::MOST_TYPE)
            .speed(0.05)
            .max_decimals(1)
            .suffix(" pt");
        ui.add(size).labelled_by(label.id).on_hover_text(format!(
            "Size of labels on paper; no text is smaller than {} pt",
            Paper::SMALLEST
        ));
        let styles = egui::Checkbox::new(&mut paper.line_styles, "Line styles");
        ui.add_enabled(lines, styles)
            .on_hover_text("Dashes tell the methods apart in black and white too")
            .on_disabled_hover_text("This figure has no lines that dashes could tell apart");
    });
}
