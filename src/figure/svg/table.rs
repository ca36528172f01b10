//! Tables as in a paper: three rules and no boxes.

use super::canvas::{Anchor, Canvas, Stroke};
use super::{BODY, LINE_HEIGHT, NAME, Type, lines};
use crate::figure::palette;
use crate::figure::place::Area;
use crate::figure::table::{Align, Table};

const HEADER: Type = Type::bold(7.5);
const ROW_HEIGHT: f64 = LINE_HEIGHT + 1.5;
const CELL_GAP: f64 = 10.0;
/// The gap where there is little room.
const NARROW_GAP: f64 = 5.0;
const WIDEST_GAP: f64 = 34.0;
/// The method's colour in front of a row.
const SWATCH: f64 = 5.5;
const SWATCH_GAP: f64 = 4.0;

/// Draws a table into `width`; the answer is its height.
pub(super) fn draw(canvas: &mut Canvas, (x, top): (f64, f64), width: f64, table: &Table) -> f64 {
    let theme = canvas.theme;
    let (strong, ink) = (palette::foreground(theme), palette::muted(theme));
    let Some(columns) = ColumnPlaces::new(table, x, width, canvas.smallest) else {
        return draw_stacked(canvas, (x, top), width, table);
    };
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
        columns.write(canvas, table, (i, y - 3.5), &column.name, columns.header);
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
            columns.write(canvas, table, (i, y - 3.5), &cell.text, columns.body);
        }
    }
    y += 1.5;
    rule(canvas, y, 0.9);
    y + 1.0 - top
}

/// Draws the rows of a table that is too wide below each other, the cells of each behind their columns'
/// names; the answer is the height.
fn draw_stacked(canvas: &mut Canvas, (x, top): (f64, f64), width: f64, table: &Table) -> f64 {
    let (ink, muted) = (
        palette::foreground(canvas.theme),
        palette::muted(canvas.theme),
    );
    let rule = |canvas: &mut Canvas, y: f64, weight: f64| {
        canvas.line((x, y), (x + width, y), Stroke::solid(muted, weight));
    };
    let mut y = top;
    for line in table
        .title
        .iter()
        .flat_map(|title| lines(title, NAME, width))
    {
        canvas.text((x, y + 8.0), &line, NAME, ink, Anchor::Start);
        y += LINE_HEIGHT + 1.0;
    }
    rule(canvas, y, 0.9);
    for row in &table.rows {
        let mut left = x;
        if let Some(color) = row.color {
            let swatch = Area {
                x,
                y: y + LINE_HEIGHT - 1.5 - SWATCH,
                width: SWATCH,
                height: SWATCH,
            };
            canvas.fill(swatch, color, 1.0);
            left += SWATCH + SWATCH_GAP;
        }
        let cells = row.cells.iter().zip(&table.columns).enumerate();
        let said = cells.map(|(i, (cell, column))| match i {
            0 => cell.text.clone(),
            _ => format!("{} {}", column.name, cell.text),
        });
        let said = said.collect::<Vec<_>>().join(", ");
        for line in lines(&said, BODY, x + width - left) {
            y += LINE_HEIGHT;
            canvas.text((left, y - 1.5), &line, BODY, ink, Anchor::Start);
        }
        y += 2.5;
    }
    rule(canvas, y, 0.9);
    y + 1.0 - top
}

/// The places of a table's columns.
struct ColumnPlaces {
    left: f64,
    right: f64,
    /// Left edge and width of each.
    places: Vec<(f64, f64)>,
    header: Type,
    body: Type,
}

impl ColumnPlaces {
    /// As wide as the longest cells, spread a little where there is room, and centred. Where there is
    /// not, the gaps and then the type are narrowed, down to `smallest`; nothing where that is not enough.
    fn new(table: &Table, x: f64, width: f64, smallest: f64) -> Option<Self> {
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
        let gap = (width - indent - natural) / gaps;
        let gap = match gap < CELL_GAP {
            true => gap.max(NARROW_GAP),
            false => gap.min(WIDEST_GAP),
        };
        let room = (width - indent - gap * gaps).max(0.0);
        let least = (smallest / BODY.size).min(1.0);
        let shrunk = (room / natural.max(1.0)).clamp(least, 1.0);
        if natural * shrunk > room + 0.5 {
            return None;
        }
        widths.iter_mut().for_each(|width| *width *= shrunk);
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
        Some(Self {
            left,
            right: left + used,
            places,
            header: Type::bold(HEADER.size * shrunk),
            body: Type::regular(BODY.size * shrunk),
        })
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
