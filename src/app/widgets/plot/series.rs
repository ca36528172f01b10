//! The series and guides of a plot as what egui_plot draws.

use eframe::egui::{Color32, Stroke};
use egui_plot::{
    HLine, Line, LineStyle, MarkerShape, PlotItemBase, PlotUi, Points, Polygon, VLine,
};

use super::axes::Axes;
use super::markers::Markers;
use crate::app::texture::color32;
use crate::figure::palette::{self, Theme};
use crate::figure::{BAR, Guide, GuideAxis, Marker, Series, SeriesStyle};

/// Weight of a curve.
const LINE: f32 = 1.8;
/// Radius of a curve's points.
const POINT: f32 = 3.4;

/// A line across the plot.
pub(super) fn guide(plot: &mut PlotUi<'_>, guide: &Guide, axes: &Axes, theme: Theme) {
    let color = color32(guide.color.unwrap_or(palette::muted(theme)));
    let style = LineStyle::dashed_dense();
    match guide.axis {
        GuideAxis::X if axes.x.place(guide.at).is_some() => {
            let line = VLine::new("", axes.x.scaled(guide.at));
            plot.vline(line.color(color).style(style).width(1.2));
        }
        GuideAxis::Y if axes.y.place(guide.at).is_some() => {
            let line = HLine::new("", axes.y.scaled(guide.at));
            plot.hline(line.color(color).style(style).width(1.2));
        }
        GuideAxis::X | GuideAxis::Y => {}
    }
}

/// Curve, points or histogram.
pub(super) fn draw(plot: &mut PlotUi<'_>, series: &Series, axes: &Axes) {
    let bounds = plot.plot_bounds();
    let pieces = pieces(&series.points, axes);
    let color = color32(series.color);
    match series.style {
        SeriesStyle::Steps => pieces.iter().for_each(|piece| {
            let foot = axes.y.scaled(foot(axes));
            for bar in piece.windows(2) {
                let (left, right, top) = (bar[0][0], bar[1][0], bar[0][1]);
                let corners = vec![[left, foot], [left, top], [right, top], [right, foot]];
                let bar = Polygon::new("", corners).stroke(Stroke::NONE);
                plot.polygon(bar.fill_color(color.gamma_multiply(0.13)));
            }
            // Edge by edge: a stroke around right angles that follow each other closely becomes a band.
            for edge in outline(piece, foot).windows(2) {
                plot.line(Line::new("", edge.to_vec()).color(color).width(1.4));
            }
        }),
        SeriesStyle::Line | SeriesStyle::LineWithPoints | SeriesStyle::FaintLine => {
            let faint = series.style == SeriesStyle::FaintLine;
            let (color, width) = match faint {
                true => (color.gamma_multiply(0.6), 1.0),
                false => (color, LINE),
            };
            let style = match series.dashed {
                true => LineStyle::dashed_dense(),
                false => LineStyle::Solid,
            };
            let step = [bounds.width() / 3000.0, bounds.height() / 1500.0];
            for piece in &pieces {
                let line = Line::new("", thinned(piece, step));
                plot.line(line.color(color).width(width).style(style));
            }
        }
        SeriesStyle::Bars => bars(plot, series, axes),
        SeriesStyle::Points | SeriesStyle::FaintPoints => {}
    }
    markers(plot, series, &pieces, color);
}

fn markers(plot: &mut PlotUi<'_>, series: &Series, pieces: &[Vec<[f64; 2]>], color: Color32) {
    let (radius, color) = match series.style {
        SeriesStyle::Points | SeriesStyle::LineWithPoints | SeriesStyle::Line => (POINT, color),
        SeriesStyle::FaintPoints | SeriesStyle::FaintLine => (2.2, color.gamma_multiply(0.4)),
        SeriesStyle::Steps | SeriesStyle::Bars => return,
    };
    // Of a line with a single point nothing would be seen.
    let line = matches!(series.style, SeriesStyle::Line | SeriesStyle::FaintLine);
    let marked = pieces.iter().filter(|piece| !line || piece.len() == 1);
    let points: Vec<[f64; 2]> = marked.flatten().copied().collect();
    if points.is_empty() {
        return;
    }
    match shape(series.marker) {
        Some(shape) => {
            let points = Points::new("", points).color(color);
            plot.points(points.shape(shape).radius(radius));
        }
        None => plot.add(Markers {
            base: PlotItemBase::new(String::new()),
            points: points.into(),
            marker: series.marker,
            radius: radius * 0.75,
            color,
        }),
    }
}

/// The shape as egui_plot has it; it has neither bars nor arms as thick as the figures'.
fn shape(marker: Marker) -> Option<MarkerShape> {
    match marker {
        Marker::Circle => Some(MarkerShape::Circle),
        Marker::Square => Some(MarkerShape::Square),
        Marker::Triangle => Some(MarkerShape::Up),
        Marker::Diamond => Some(MarkerShape::Diamond),
        Marker::TriangleDown => Some(MarkerShape::Down),
        Marker::TriangleRight => Some(MarkerShape::Right),
        _ => None,
    }
}

/// Lying bars from zero.
fn bars(plot: &mut PlotUi<'_>, series: &Series, axes: &Axes) {
    let (low, high) = axes.x.ends();
    let foot = axes.x.scaled(0f64.clamp(low, high));
    let color = color32(series.color);
    for (x, y) in &series.points {
        let sides = [y - BAR / 2.0, y + BAR / 2.0].map(|side| axes.point((*x, side)));
        let [Some(lower), Some(upper)] = sides else {
            continue;
        };
        let corners = vec![[foot, lower[1]], lower, upper, [foot, upper[1]]];
        let bar = Polygon::new("", corners).fill_color(color.gamma_multiply(0.3));
        plot.polygon(bar.stroke(Stroke::new(1.0, color)));
    }
}

/// The foot of bars: at zero, or at the lower end.
pub(super) fn foot(axes: &Axes) -> f64 {
    let (low, high) = axes.y.ends();
    if axes.y.place(0.0).is_some() {
        0f64.clamp(low, high)
    } else {
        low
    }
}

/// The points that can be shown, split where one in between cannot.
pub(super) fn pieces(points: &[(f64, f64)], axes: &Axes) -> Vec<Vec<[f64; 2]>> {
    let mut pieces = vec![Vec::new()];
    for point in points {
        match (axes.point(*point), pieces.last_mut()) {
            (Some(at), Some(piece)) => piece.push(at),
            _ => pieces.push(Vec::new()),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The points without those that lie within a `step` of the one before; both ends stay.
pub(super) fn thinned(piece: &[[f64; 2]], step: [f64; 2]) -> Vec<[f64; 2]> {
    let mut kept: Vec<[f64; 2]> = Vec::new();
    for (i, at) in piece.iter().enumerate() {
        let near = kept
            .last()
            .is_some_and(|last| (0..2).all(|d| (last[d] - at[d]).abs() < step[d]));
        if !near || i + 1 == piece.len() {
            kept.push(*at);
        }
    }
    kept
}

/// A histogram's outline: up, across and down again.
pub(super) fn outline(piece: &[[f64; 2]], foot: f64) -> Vec<[f64; 2]> {
    let (Some(first), Some(last)) = (piece.first(), piece.last()) else {
        return Vec::new();
    };
    let bars = piece.windows(2);
    let bars = bars.flat_map(|bar| [[bar[0][0], bar[0][1]], [bar[1][0], bar[0][1]]]);
    std::iter::once([first[0], foot])
        .chain(bars)
        .chain([[last[0], foot]])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Plot;

    #[test]
    fn a_value_that_cannot_be_shown_interrupts_a_line() {
        let points = [(1.0, 1.0), (2.0, f64::NAN), (3.0, 4.0), (4.0, 5.0)];
        let plot = Plot {
            series: vec![Series::line(
                "",
                palette::Hue::Blue.on(Theme::Light),
                points.to_vec(),
            )],
            ..Plot::default()
        };
        let axes = Axes::of(&plot);
        let expected = vec![vec![[1.0, 1.0]], vec![[3.0, 4.0], [4.0, 5.0]]];
        assert_eq!(pieces(&points, &axes), expected);
    }

    #[test]
    fn thinning_keeps_both_ends_and_every_step() {
        let piece: Vec<[f64; 2]> = (0..=1000).map(|i| [f64::from(i), 0.0]).collect();
        let kept = thinned(&piece, [100.0, 1.0]);
        assert_eq!(kept.first(), Some(&[0.0, 0.0]));
        assert_eq!(kept.last(), Some(&[1000.0, 0.0]));
        assert_eq!(kept.len(), 11);
        let steep = [[0.0, 0.0], [0.1, 9.0], [0.2, 0.0]];
        assert_eq!(thinned(&steep, [1.0, 1.0]), steep);
    }

    #[test]
    fn a_histogram_stands_on_its_foot() {
        let outline = outline(&[[0.0, 2.0], [1.0, 3.0], [2.0, 0.0]], 0.0);
        let expected = [
            [0.0, 0.0],
            [0.0, 2.0],
            [1.0, 2.0],
            [1.0, 3.0],
            [2.0, 3.0],
            [2.0, 0.0],
        ];
        assert_eq!(outline, expected);
    }
}
