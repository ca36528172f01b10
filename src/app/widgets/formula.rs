//! Formulas on the screen: letters with their indices, matrices in brackets, numbers of equations.

use eframe::egui::{
    self, Align2, Color32, FontId, Pos2, Rect, Role, Sense, Stroke, TextStyle, Vec2, WidgetInfo,
};

use super::plot::formula;

/// Between the cells of a matrix.
const GAP: Vec2 = Vec2::new(12.0, 3.0);

/// How far the brackets of a matrix stand from its cells, and how long their ends are.
const BRACKET: f32 = 5.0;

/// A part of a formula.
pub enum Term<'a> {
    /// Letters, with indices written `B_ij`.
    Text(&'a str),
    /// A matrix, row by row.
    Matrix(&'a [&'a [&'a str]]),
}

/// Draws a formula with its number in the paper at the right.
pub fn equation(ui: &mut egui::Ui, terms: &[Term<'_>], number: &str) {
    let font = FontId::proportional(1.15 * TextStyle::Body.resolve(ui.style()).size);
    let painter = Typesetter {
        ui,
        ink: ui.visuals().text_color(),
        font: font.clone(),
    };
    let sizes: Vec<Vec2> = terms.iter().map(|term| painter.size(term)).collect();
    let number_size = painter.text_size(number);
    let width: f32 = sizes.iter().map(|size| size.x).sum();
    let height = sizes
        .iter()
        .map(|size| size.y)
        .fold(number_size.y, f32::max);
    let beside = INDENT + width + 24.0 + number_size.x <= ui.available_width();
    let room = Vec2::new(ui.available_width().max(INDENT + width), height + 6.0);
    let (place, response) = ui.allocate_exact_size(room, Sense::hover());
    let said = said(terms, number);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
    let painter = Typesetter {
        ui,
        ink: ui.visuals().text_color(),
        font,
    };
    let mut left = place.left() + INDENT;
    for (term, size) in terms.iter().zip(&sizes) {
        painter.draw(term, Pos2::new(left, place.center().y), *size);
        left += size.x;
    }
    if beside && !number.is_empty() {
        let at = Pos2::new(place.right() - number_size.x, place.center().y);
        painter.text(number, at, Align2::LEFT_CENTER);
    }
}

/// Formulas stand in from the text.
const INDENT: f32 = 18.0;

/// The formula in one line, for screen readers.
fn said(terms: &[Term<'_>], number: &str) -> String {
    let terms = terms.iter().map(|term| match term {
        Term::Text(text) => (*text).to_owned(),
        Term::Matrix(rows) => {
            let rows: Vec<String> = rows.iter().map(|row| row.join(", ")).collect();
            format!("[{}]", rows.join("; "))
        }
    });
    let said: String = terms.collect();
    format!("{said} {number}").trim().to_owned()
}

struct Typesetter<'a> {
    ui: &'a egui::Ui,
    ink: Color32,
    font: FontId,
}

impl Typesetter<'_> {
    fn text_size(&self, text: &str) -> Vec2 {
        let job = formula(text, &self.font, self.ink);
        self.ui.painter().layout_job(job).size()
    }

    fn text(&self, text: &str, at: Pos2, anchor: Align2) {
        let painter = self.ui.painter();
        let galley = painter.layout_job(formula(text, &self.font, self.ink));
        let place = anchor.anchor_size(at, galley.size());
        painter.galley(place.min, galley, self.ink);
    }

    /// Widths of the columns and heights of the rows.
    fn cells(&self, rows: &[&[&str]]) -> (Vec<f32>, Vec<f32>) {
        let count = rows.first().map_or(0, |row| row.len());
        let mut widths = vec![0.0_f32; count];
        let mut heights = Vec::new();
        for row in rows {
            let mut high = 0.0_f32;
            for (width, cell) in widths.iter_mut().zip(*row) {
                let size = self.text_size(cell);
                *width = width.max(size.x);
                high = high.max(size.y);
            }
            heights.push(high);
        }
        (widths, heights)
    }

    fn size(&self, term: &Term<'_>) -> Vec2 {
        match term {
            Term::Text(text) => self.text_size(text),
            Term::Matrix(rows) => {
                let (widths, heights) = self.cells(rows);
                let gaps = Vec2::new(
                    GAP.x * widths.len().saturating_sub(1) as f32,
                    GAP.y * heights.len().saturating_sub(1) as f32,
                );
                let inside = Vec2::new(widths.iter().sum(), heights.iter().sum());
                inside + gaps + Vec2::new(4.0 * BRACKET, BRACKET)
            }
        }
    }

    /// Draws a term whose left side is at `at`, around that height.
    fn draw(&self, term: &Term<'_>, at: Pos2, size: Vec2) {
        match term {
            Term::Text(text) => self.text(text, at, Align2::LEFT_CENTER),
            Term::Matrix(rows) => self.matrix(rows, Align2::LEFT_CENTER.anchor_size(at, size)),
        }
    }

    fn matrix(&self, rows: &[&[&str]], place: Rect) {
        let (widths, heights) = self.cells(rows);
        let stroke = Stroke::new(1.3, self.ink);
        let within = place.shrink2(Vec2::new(BRACKET / 2.0, 0.0));
        for (side, inward) in [(within.left(), BRACKET), (within.right(), -BRACKET)] {
            let painter = self.ui.painter();
            painter.vline(side, within.y_range(), stroke);
            for end in [within.top(), within.bottom()] {
                painter.line_segment(
                    [Pos2::new(side, end), Pos2::new(side + inward, end)],
                    stroke,
                );
            }
        }
        let mut top = place.top() + BRACKET / 2.0;
        for (row, high) in rows.iter().zip(&heights) {
            let mut left = place.left() + 2.0 * BRACKET;
            for (cell, wide) in row.iter().zip(&widths) {
                let middle = Pos2::new(left + wide / 2.0, top + high / 2.0);
                self.text(cell, middle, Align2::CENTER_CENTER);
                left += wide + GAP.x;
            }
            top += high + GAP.y;
        }
    }
}
