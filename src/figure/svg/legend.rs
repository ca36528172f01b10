//! The names of the series, below a plot.

use super::canvas::{Anchor, Canvas, Stroke};
use super::series::{LINE, outline};
use super::{BODY, LINE_HEIGHT};
use crate::figure::palette;
use crate::figure::place::Area;
use crate::figure::plot::{Plot, Series, SeriesStyle};

/// Writes the named series below the plot, in centred rows; the answer is the lower edge.
pub(super) fn draw_legend(
    canvas: &mut Canvas,
    (x, y): (f64, f64),
    width: f64,
    area: Area,
    plot: &Plot,
) -> f64 {
    // Room for the longest dashes twice.
    let key = if canvas.line_styles { 22.0 } else { 15.0 };
    const GAP: f64 = 12.0;
    let ink = palette::foreground(canvas.theme);
    let mut rows: Vec<Vec<(&Series, String, f64)>> = Vec::new();
    let mut used = f64::INFINITY;
    for series in plot.series.iter().filter(|series| !series.name.is_empty()) {
        let name = BODY.fit(&series.name, width - key - 4.0);
        let wide = key + 3.0 + BODY.width(&name);
        if used + GAP + wide > width {
            rows.push(Vec::new());
            used = -GAP;
        }
        used += GAP + wide;
        if let Some(row) = rows.last_mut() {
            row.push((series, name, wide));
        }
    }
    let mut baseline = y + 2.0;
    for row in rows {
        baseline += LINE_HEIGHT;
        let total = row.iter().map(|(_, _, wide)| wide + GAP).sum::<f64>() - GAP;
        let middle = area.x + area.width / 2.0 - total / 2.0;
        let mut left = middle.clamp(x, (x + width - total).max(x));
        for (series, name, wide) in row {
            draw_key(canvas, (left, baseline - 2.7), key, series);
            let at = (left + key + 3.0, baseline);
            canvas.text(at, &name, BODY, ink, Anchor::Start);
            left += wide + GAP;
        }
    }
    baseline + 2.5
}

fn draw_key(canvas: &mut Canvas, (x, y): (f64, f64), width: f64, series: &Series) {
    let middle = (x + width / 2.0, y);
    match series.style {
        SeriesStyle::Line | SeriesStyle::LineWithPoints | SeriesStyle::FaintLine => {
            let stroke = Stroke::of_series(canvas, series, LINE);
            canvas.line((x, y), (x + width, y), stroke);
        }
        SeriesStyle::Steps | SeriesStyle::Bars => {
            let bar = Area {
                x: x + 3.0,
                y: y - 3.0,
                width: width - 6.0,
                height: 6.0,
            };
            canvas.fill(bar, series.color, 0.13);
            canvas.outline(bar, Stroke::of_series(canvas, series, 1.1));
        }
        SeriesStyle::Points | SeriesStyle::FaintPoints => {}
    }
    match series.style {
        SeriesStyle::LineWithPoints | SeriesStyle::Points => {
            canvas.shape(
                &outline(series.marker, middle, 2.3),
                series.color,
                1.0,
                None,
            );
        }
        SeriesStyle::FaintPoints => {
            canvas.shape(
                &outline(series.marker, middle, 1.6),
                series.color,
                0.5,
                None,
            );
        }
        _ => {}
    }
}
