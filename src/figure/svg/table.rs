//! Tables as in a paper: three rules and no boxes.

use super::canvas::{Anchor, Canvas, Stroke};
use super::{BODY, LINE_HEIGHT, NAME, Type};
use crate::figure::palette;
use crate::figure::place::Area;
use crate::figure::table::{Align, Table};

const HEADER: Type = Type::bold(7.5);
const ROW_HEIGHT: f64 = LINE_HEIGHT + 1.5;
const CELL_GAP: f64 = 10.0;
const WIDEST_GAP: f64 = 34.0;
/// The method's colour in front of a row.
const SWATCH: f64 = 5.5;
const SWATCH_GAP: f64 = 4.0;

/// Draws a table into `width`; the answer is its height.
pub(super) fn draw(canvas: &mut Canvas, (x, top): (f64, f64), width: f64, table: &Table) -> f64 {
    let theme = canvas.theme;
    let (strong, ink) = (palette::foreground(theme), palette::muted(theme));
    let columns = ColumnPlaces::new(table, x, width);
    let mut y = top;
    if let Some(title) = &table.title {
        let title = NAME.fit(title, width);
        canvas.text((columns.left, y + 8.0), &title, NAME, strong, Anchor::Start);
        y += LINE_HEIGHT + 3.0;
    }
    let rule = |canvas: &mut Canvas, y: f64, weight: f64| {
        let (from, to) = ((columns.left, y), (columns.right, y));
        canvas.line(from, to, Stroke::solid(ink, weight));
    };
    rule(canvas, y, 0.9);
    y += ROW_HEIGHT;
    for (i, column) in table.columns.iter().enumerate() {
        columns.write(canvas, table, (i, y - 3.5), &column.name, HEADER);
    }
    y += 1.0;
    rule(canvas, y, 0.5);
    for row in &table.rows {
        y += ROW_HEIGHT;
        if let Some(color) = row.color {
            let swatch = Area {
                x: columns.left,
                y: y - 3.5 - SWATCH,
                width: SWATCH,
                height: SWATCH,
            };
            canvas.fill(swatch, color, 1.0);
        }
        for (i, cell) in row.cells.iter().take(table.columns.len()).enumerate() {
            columns.write(canvas, table, (i, y - 3.5), &cell.text, BODY);
        }
    }
    y += 1.5;
    rule(canvas, y, 0.9);
    y + 1.0 - top
}

/// The places of a table's columns.
struct ColumnPlaces {
    left: f64,
    right: f64,
    /// Left edge and width of each.
    places: Vec<(f64, f64)>,
}

impl ColumnPlaces {
    /// As wide as the longest cells, spread a little where there is room, narrowed in proportion
    /// where there is not, and centred.
    fn new(table: &Table, x: f64, width: f64) -> Self {
        let indent = if table.rows.iter().any(|row| row.color.is_some()) {
            SWATCH + SWATCH_GAP
        } else {
            0.0
        };
        let mut widths: Vec<f64> = (0..table.columns.len())
            .map(|i| {
                let cells = table.rows.iter().filter_map(|row| row.cells.get(i));
                let widest = cells.map(|cell| BODY.width(&cell.text));
                widest.fold(HEADER.width(&table.columns[i].name), f64::max)
            })
            .collect();
        let gaps = widths.len().saturating_sub(1).max(1) as f64;
        let natural: f64 = widths.iter().sum();
        let gap = ((width - indent - natural) / gaps).clamp(CELL_GAP, WIDEST_GAP);
        let room = width - indent - gap * gaps;
        if natural > room {
            let narrowing = (room / natural).max(0.0);
            widths.iter_mut().for_each(|width| *width *= narrowing);
        }
        let used = indent + widths.iter().sum::<f64>() + gap * (widths.len().max(1) - 1) as f64;
        let left = x + ((width - used) / 2.0).max(0.0);
        let mut edge = left + indent;
        let places = widths
            .iter()
            .map(|&width| {
                let place = (edge, width);
                edge += width + gap;
                place
            })
            .collect();
        Self {
            left,
            right: left + used,
            places,
        }
    }

    fn write(
        &self,
        canvas: &mut Canvas,
        table: &Table,
        (column, baseline): (usize, f64),
        text: &str,
        face: Type,
    ) {
        let (left, width) = self.places[column];
        // Half a point of grace: widths are sums of rounded advances.
        let text = face.fit(text, width + 0.5);
        let (x, anchor) = match table.columns[column].align {
            Align::Left => (left, Anchor::Start),
            Align::Right => (left + width, Anchor::End),
        };
        let color = palette::foreground(canvas.theme);
        canvas.text((x, baseline), &text, face, color, anchor);
    }
}
