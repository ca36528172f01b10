//! The choices of a figure on paper: width, size of text, lines.

use eframe::egui::{self, DragValue, RichText};

use crate::app::notices::capitalized;
use crate::app::widgets::elide;
use crate::app::widgets::knobs::choice;
use crate::figure::Paper;
use crate::figure::paper::COLUMNS;

/// Room for the name of a width.
const CHOSEN: f32 = 140.0;

/// The width that a free choice begins at where the figure's own is not known.
const BEGINNING: f64 = 180.0;

/// Draws the width: the figure's own, a journal's column, or any; behind it the height that follows. `size`
/// is that of the drawn figure in millimetres, where it is known.
pub(super) fn width_row(ui: &mut egui::Ui, paper: &mut Paper, size: Option<[f64; 2]>) {
    let own = size.map_or(BEGINNING, |[width, _]| (10.0 * width).round() / 10.0);
    // Some have the same width.
    let columns = COLUMNS.iter();
    let columns = columns.filter(|column| paper.width == Some(column.width));
    let names: Vec<&str> = columns.map(|column| column.name).collect();
    let chosen = match (paper.width, &names[..]) {
        (None, _) => "The figure's own".to_owned(),
        (Some(_), []) => "Other".to_owned(),
        (Some(_), names) => names.join("; "),
    };
    ui.horizontal(|ui| {
        let chosen = elide::middle(ui, &chosen, CHOSEN);
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
            let text = RichText::new(format!("× {height:.1} mm"));
            match too_tall(height) {
                None => ui
                    .label(text)
                    .on_hover_text("Height on paper, which follows from the width"),
                Some(why) => ui
                    .label(text.color(ui.visuals().warn_fg_color))
                    .on_hover_text(capitalized(&why)),
            };
        }
    });
}

/// A sentence on a figure of a height in millimetres that no page has room for.
pub(super) fn too_tall(height: f64) -> Option<String> {
    (height > Paper::PAGE_HEIGHT).then(|| {
        format!(
            "taller than a page, which has {} mm for it; choose another width, or show less",
            Paper::PAGE_HEIGHT
        )
    })
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
