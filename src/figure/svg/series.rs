//! Series: lines, histograms, spread and markers.

use super::canvas::{Canvas, Stroke, xy};
use super::frame::Frame;
use crate::figure::place::Obstacles;
use crate::figure::plot::{BAR, Marker, Series, SeriesStyle};

/// Weight of a curve, in points.
pub(super) const LINE: f64 = 1.3;

impl Frame {
    pub(super) fn draw_series(
        &self,
        canvas: &mut Canvas,
        series: &Series,
        obstacles: &mut Obstacles,
    ) {
        let pieces = self.pieces(series);
        let faint = series.style == SeriesStyle::FaintLine;
        match series.style {
            SeriesStyle::Line | SeriesStyle::LineWithPoints | SeriesStyle::FaintLine => {
                let stroke = Stroke {
                    opacity: if faint { 0.45 } else { 1.0 },
                    ..Stroke::of_series(canvas, series, if faint { 0.6 } else { LINE })
                };
                let data: String = pieces.iter().map(|piece| polyline(piece)).collect();
                canvas.path(&data, stroke);
            }
            SeriesStyle::Steps => self.draw_steps(canvas, series, &pieces, obstacles),
            SeriesStyle::Bars => self.draw_bars(canvas, series),
            SeriesStyle::Points | SeriesStyle::FaintPoints => {}
        }
        for piece in &pieces {
            piece.iter().for_each(|point| obstacles.add_point(*point));
            if matches!(
                series.style,
                SeriesStyle::Line | SeriesStyle::LineWithPoints
            ) {
                piece
                    .windows(2)
                    .for_each(|ends| obstacles.add_line(ends[0], ends[1]));
            }
        }
        self.draw_spread(canvas, series);
        self.draw_markers(canvas, series, &pieces);
    }

    /// The points that can be shown, split where one in between cannot. Points of a line that
    /// fall on the same hundredth of a point as the one before are left out.
    fn pieces(&self, series: &Series) -> Vec<Vec<(f64, f64)>> {
        let mut pieces = vec![Vec::new()];
        for point in &series.points {
            match (self.place(*point), pieces.last_mut()) {
                (Some(at), Some(piece)) => {
                    let near = |last: &(f64, f64)| {
                        (last.0 - at.0).abs() < 0.01 && (last.1 - at.1).abs() < 0.01
                    };
                    if !piece.last().is_some_and(near) {
                        piece.push(at);
                    }
                }
                _ => pieces.push(Vec::new()),
            }
        }
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }

    fn draw_steps(
        &self,
        canvas: &mut Canvas,
        series: &Series,
        pieces: &[Vec<(f64, f64)>],
        obstacles: &mut Obstacles,
    ) {
        let foot = self.y_axis.foot();
        for piece in pieces {
            let Some(first) = piece.first() else {
                continue;
            };
            let mut data = format!("M{} {}", xy(first.0), xy(foot));
            for bar in piece.windows(2) {
                data += &format!("V{}H{}", xy(bar[0].1), xy(bar[1].0));
            }
            obstacles.add_bars(piece, foot);
            data += &format!("V{}", xy(foot));
            canvas.shape(
                &format!("{data}H{}z", xy(first.0)),
                series.color,
                0.13,
                None,
            );
            canvas.path(&data, Stroke::of_series(canvas, series, 1.1));
        }
    }

    fn draw_bars(&self, canvas: &mut Canvas, series: &Series) {
        let foot = self.x_axis.foot();
        for (x, y) in &series.points {
            let ends = [y + BAR / 2.0, y - BAR / 2.0].map(|end| self.y_axis.place(end));
            let (Some(end), [Some(top), Some(bottom)]) = (self.x_axis.place(*x), ends) else {
                continue;
            };
            let data = format!(
                "M{} {}H{}V{}H{}z",
                xy(foot),
                xy(top),
                xy(end),
                xy(bottom),
                xy(foot)
            );
            canvas.shape(&data, series.color, 0.3, None);
            canvas.path(&data, Stroke::solid(series.color, 0.8));
        }
    }

    fn draw_spread(&self, canvas: &mut Canvas, series: &Series) {
        const CAP: f64 = 1.8;
        for (point, (low, high)) in series.points.iter().zip(&series.spread) {
            let (Some(x), Some(low), Some(high)) = (
                self.x_axis.place(point.0),
                self.y_axis.place(*low),
                self.y_axis.place(*high),
            ) else {
                continue;
            };
            let mut data = format!("M{} {}V{}", xy(x), xy(low), xy(high));
            for end in [low, high] {
                data += &format!("M{} {}h{}", xy(x - CAP), xy(end), xy(2.0 * CAP));
            }
            canvas.path(&data, Stroke::solid(series.color, 0.8));
        }
    }

    fn draw_markers(&self, canvas: &mut Canvas, series: &Series, pieces: &[Vec<(f64, f64)>]) {
        let (size, opacity) = match series.style {
            SeriesStyle::Points | SeriesStyle::LineWithPoints | SeriesStyle::Line => (2.3, 1.0),
            SeriesStyle::FaintPoints | SeriesStyle::FaintLine => (1.5, 0.4),
            SeriesStyle::Steps | SeriesStyle::Bars => return,
        };
        // Of a line with a single point nothing would be seen.
        let line = matches!(series.style, SeriesStyle::Line | SeriesStyle::FaintLine);
        let marked = pieces.iter().filter(|piece| !line || piece.len() == 1);
        let shapes = marked.flatten();
        let data: String = shapes.map(|at| outline(series.marker, *at, size)).collect();
        if !data.is_empty() {
            canvas.shape(&data, series.color, opacity, None);
        }
    }
}

fn polyline(points: &[(f64, f64)]) -> String {
    let mut data = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        data += &format!("{}{} {}", if i == 0 { 'M' } else { 'L' }, xy(*x), xy(*y));
    }
    data
}

/// A marker as a path.
pub(super) fn outline(marker: Marker, (x, y): (f64, f64), size: f64) -> String {
    if marker == Marker::Circle {
        let (r, across) = (xy(size), xy(2.0 * size));
        return format!(
            "M{} {}a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0 -{across} 0z",
            xy(x - size),
            xy(y)
        );
    }
    let corners = marker.corners().into_iter();
    let points: Vec<_> = corners
        .map(|(dx, dy)| (x + dx * size, y + dy * size))
        .collect();
    format!("{}z", polyline(&points))
}
