//! A product of two factors, and singular values inside their blocks.

use super::canvas::{Canvas, Stroke};
use super::{heatmap, top_below};
use crate::figure::bars::BlockBars;
use crate::figure::palette;
use crate::figure::place::Area;
use crate::figure::product::{Product, ProductAreas};

/// A picture may be this many times as tall as its place is wide.
const TALLEST: f64 = 1.5;

/// Draws a product below `lines` lines of headings; the answer is its height.
pub(super) fn draw(
    canvas: &mut Canvas,
    (x, y): (f64, f64),
    width: f64,
    product: &Product,
    lines: usize,
) -> f64 {
    let top = top_below(canvas, (x, y), width, &product.headings, lines);
    let room = Area {
        x,
        y: top,
        width,
        height: width * TALLEST,
    };
    let rank = product.left.matrix.ncols();
    let areas = ProductAreas::new(product.whole.matrix.shape(), rank, room);
    heatmap::paint(canvas, areas.whole, &product.whole);
    if rank > 0 {
        heatmap::paint(canvas, areas.left, &product.left);
        heatmap::paint(canvas, areas.right, &product.right);
    }
    areas.whole.bottom() - y
}

/// Draws the blocks with their bars below `lines` lines of headings; the answer is its height.
pub(super) fn draw_bars(
    canvas: &mut Canvas,
    (x, y): (f64, f64),
    width: f64,
    bars: &BlockBars,
    lines: usize,
) -> f64 {
    let top = top_below(canvas, (x, y), width, &bars.headings, lines);
    let (rows, cols) = bars.shape;
    let (rows, cols) = (rows.max(1) as f64, cols.max(1) as f64);
    let cell = (width / cols).min(width * TALLEST / rows);
    let area = Area {
        x,
        y: top,
        width: cell * cols,
        height: cell * rows,
    };
    let edge = Stroke::solid(bars.color, 0.5);
    for block in &bars.blocks {
        let place = block.place(area, bars.shape);
        for (bar, kept) in block.bars(place) {
            canvas.fill(bar, bars.shade(canvas.theme, kept), 1.0);
        }
        canvas.outline(place, edge);
    }
    canvas.outline(area, Stroke::solid(palette::frame(canvas.theme), 0.5));
    area.bottom() - y
}
