//! Curves, points and histograms over two axes.

use std::f64::consts::TAU;

use super::palette::Rgb;

/// A diagram over two axes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plot {
    /// Above the plot, in one line or several.
    pub title: Option<String>,
    /// The line's colour, the theme's foreground by default.
    pub title_color: Option<Rgb>,
    /// The label of the horizontal axis.
    pub x_label: String,
    /// The label of the vertical axis.
    pub y_label: String,
    /// Logarithmic horizontal axis; points at or below zero are left out.
    pub log_x: bool,
    /// Whole numbers only on the horizontal axis: it counts.
    pub whole_x: bool,
    /// Logarithmic vertical axis; points at or below zero are left out.
    pub log_y: bool,
    /// Lets the vertical axis begin at zero (linear axes only).
    pub y_from_zero: bool,
    /// Limits of the horizontal axis; from the points when absent.
    pub x_range: Option<(f64, f64)>,
    /// Limits of the vertical axis; from the points when absent.
    pub y_range: Option<(f64, f64)>,
    /// Names in the place of the ticks of the vertical axis, each with its value.
    pub y_names: Vec<(f64, String)>,
    /// The series, the last on top.
    pub series: Vec<Series>,
    /// Single points that are pointed out.
    pub marks: Vec<Mark>,
    /// Straight lines across the plot.
    pub guides: Vec<Guide>,
}

impl Plot {
    /// This plot with its horizontal axis logarithmic or linear.
    #[must_use]
    pub fn with_log_x(mut self, log: bool) -> Self {
        if log == self.log_x {
            return self;
        }
        self.log_x = log;
        if let Some((low, high)) = self.x_range {
            let points = self.series.iter().flat_map(|series| &series.points);
            let marks = self.marks.iter().map(|mark| mark.x);
            let values = points.map(|point| point.0).chain(marks);
            let least = values.filter(|x| *x > 0.0).fold(high, f64::min);
            self.x_range = Some(match log {
                true if low > 0.0 => (low, high),
                true => (least / 1.1, high),
                false => (0.0, high),
            });
        }
        self
    }

    /// This plot with its vertical axis logarithmic. Values below `floor` are put on it: an
    /// exact approximation has an error of zero, which has no logarithm. The axis reaches down to
    /// the floor only where a mark lies on it; curves may leave the plot before.
    #[must_use]
    pub fn with_log_y(mut self, floor: f64) -> Self {
        self.log_y = true;
        self.y_from_zero = false;
        let lift = |y: &mut f64| {
            // What is not finite stays what it is, and is not drawn.
            if y.is_finite() {
                *y = y.max(floor);
            }
        };
        let points = self.series.iter_mut().flat_map(|series| &mut series.points);
        points.map(|point| &mut point.1).for_each(lift);
        self.marks.iter_mut().map(|mark| &mut mark.y).for_each(lift);
        let points = self.series.iter().flat_map(|series| &series.points);
        let above = points.map(|point| point.1).filter(|y| *y > floor);
        let seen = above.chain(self.marks.iter().map(|mark| mark.y));
        let least = seen.filter(|y| y.is_finite()).fold(f64::INFINITY, f64::min);
        self.y_range = self
            .y_range
            .filter(|(_, high)| least < *high)
            .map(|(_, high)| (least / 1.2, high * 1.15));
        self
    }
}

/// One curve or cloud of points.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Name in the legend; an empty one is not listed.
    pub name: String,
    /// The method's colour.
    pub color: Rgb,
    /// The points; those that are not finite are left out and interrupt a line.
    pub points: Vec<(f64, f64)>,
    /// Lower and upper end of a bar at each point, or empty.
    pub spread: Vec<(f64, f64)>,
    /// The style of the points.
    pub style: SeriesStyle,
    /// The shape at each point, so that the series differ without colour as well.
    pub marker: Marker,
    /// Draws the line dashed, as for another measure of the same thing.
    pub dashed: bool,
    /// The dashes that tell the series apart where a figure uses line styles.
    pub dash: Dash,
}

impl Series {
    /// A plain line.
    pub fn line(name: impl Into<String>, color: Rgb, points: Vec<(f64, f64)>) -> Self {
        Self {
            name: name.into(),
            color,
            points,
            spread: Vec::new(),
            style: SeriesStyle::Line,
            marker: Marker::Circle,
            dashed: false,
            dash: Dash::Solid,
        }
    }

    /// The dashes by which its line differs from others: none where markers tell it apart, and none of a
    /// pale line, which is there to be looked past.
    pub fn line_style(&self) -> &'static [f64] {
        let plain = matches!(self.style, SeriesStyle::Line | SeriesStyle::Steps);
        match plain && !self.dashed {
            true => self.dash.pattern(),
            false => &[],
        }
    }

    /// This series in another style.
    #[must_use]
    pub fn styled(mut self, style: SeriesStyle, marker: Marker) -> Self {
        self.style = style;
        self.marker = marker;
        self
    }
}

/// The style of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeriesStyle {
    /// Joined by straight lines.
    Line,
    /// Joined, with a marker at each.
    LineWithPoints,
    /// A marker at each.
    Points,
    /// Small pale markers, for what stands behind a curve.
    FaintPoints,
    /// A thin pale line, for one of many.
    FaintLine,
    /// A histogram: each point is the left edge and the height of a bar, the last its right edge.
    Steps,
    /// A lying bar from zero to each point, [`BAR`] wide along the vertical axis.
    Bars,
}

/// The width of a lying bar, as its axis counts.
pub const BAR: f64 = 0.7;

/// The dashes of a line, so that the series differ in black and white as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    /// ────
    Solid,
    /// ─ ─ ─
    Dashed,
    /// ····
    Dotted,
    /// ─ · ─
    DashDot,
    /// ── ──
    Long,
    /// - - -
    Short,
    /// ─ ·· ─
    DashDotDot,
    /// ── - ──
    LongShort,
    /// ·  ·  ·
    SparseDots,
    /// ─   ─
    Sparse,
    /// - · -
    ShortDot,
    /// ── · · · ──
    LongDots,
}

impl Dash {
    /// Lengths of dashes and gaps in turn, in points beside text of 7.5 points; empty for a solid
    /// line.
    pub fn pattern(self) -> &'static [f64] {
        match self {
            Self::Solid => &[],
            Self::Dashed => &[4.5, 2.0],
            Self::Dotted => &[1.3, 1.7],
            Self::DashDot => &[5.0, 1.6, 1.3, 1.6],
            Self::Long => &[8.0, 2.2],
            Self::Short => &[2.6, 1.4],
            Self::DashDotDot => &[5.0, 1.5, 1.3, 1.5, 1.3, 1.5],
            Self::LongShort => &[7.0, 1.8, 2.6, 1.8],
            Self::SparseDots => &[1.3, 3.4],
            Self::Sparse => &[4.5, 4.5],
            Self::ShortDot => &[2.6, 1.4, 1.3, 1.4],
            Self::LongDots => &[7.0, 1.5, 1.3, 1.5, 1.3, 1.5, 1.3, 1.5],
        }
    }
}

/// The shape of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// ●
    Circle,
    /// ■
    Square,
    /// ▲
    Triangle,
    /// ◆
    Diamond,
    /// ▼
    TriangleDown,
    /// ▶
    TriangleRight,
    /// ▬
    BarAcross,
    /// ▮
    BarUpright,
    /// ×
    Cross,
    /// +
    Plus,
    /// ∗
    Star,
}

impl Marker {
    /// The corners of a marker of size 1, `y` downwards; a circle has none. Shapes of different kind
    /// have about the same area.
    pub fn corners(self) -> Vec<(f64, f64)> {
        match self {
            Self::Circle => Vec::new(),
            Self::Square => around(0.89, 0.89),
            Self::Triangle => vec![(0.0, -1.25), (1.2, 0.85), (-1.2, 0.85)],
            Self::Diamond => vec![(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
            Self::TriangleDown => vec![(0.0, 1.25), (-1.2, -0.85), (1.2, -0.85)],
            Self::TriangleRight => vec![(1.25, 0.0), (-0.85, 1.2), (-0.85, -1.2)],
            Self::BarAcross => around(1.4, 0.55),
            Self::BarUpright => around(0.55, 1.4),
            Self::Cross | Self::Plus | Self::Star => round_arms(&self.arms()),
        }
    }

    /// Half the width of an arm of a marker of size 1.
    pub const ARM: f64 = 0.32;

    /// The ends of the arms of a marker of size 1 that is made of them, clockwise and evenly spread.
    pub fn arms(self) -> Vec<(f64, f64)> {
        const LENGTH: f64 = 1.4;
        let (count, turn) = match self {
            Self::Cross => (4, 0.5),
            Self::Plus => (4, 0.0),
            Self::Star => (6, 0.5),
            _ => return Vec::new(),
        };
        let angle = |arm: u8| (f64::from(arm) + turn) * TAU / f64::from(count);
        let ends = (0..count).map(|arm| angle(arm).sin_cos());
        ends.map(|(sin, cos)| (LENGTH * cos, LENGTH * sin))
            .collect()
    }
}

/// The corners of a rectangle round the middle.
fn around(wide: f64, high: f64) -> Vec<(f64, f64)> {
    vec![(-wide, -high), (wide, -high), (wide, high), (-wide, high)]
}

/// The corners of arms to these ends: two at each, and one where it meets the next.
fn round_arms(ends: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let half = std::f64::consts::PI / ends.len() as f64;
    let corners = ends.iter().flat_map(|(x, y)| {
        let length = x.hypot(*y);
        let (dx, dy) = (x / length, y / length);
        let (across, along) = (-dy * Marker::ARM, dx * Marker::ARM);
        // Two edges that lie an arm's half from the middle meet on the line between the arms.
        let meet = Marker::ARM / half.sin();
        let between = (dy.atan2(dx) + half).sin_cos();
        [
            (x - across, y - along),
            (x + across, y + along),
            (meet * between.1, meet * between.0),
        ]
    });
    corners.collect()
}

/// One point that is pointed out, such as the present setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// A coordinate.
    pub x: f64,
    /// A coordinate.
    pub y: f64,
    /// The method's colour.
    pub color: Rgb,
    /// The shape, as in its series.
    pub marker: Marker,
    /// Only its rim is drawn, as for what is not the present setting.
    pub hollow: bool,
    /// Text beside it, placed where it covers least; may be empty.
    pub label: String,
}

/// The axis on which a [`Guide`] has its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuideAxis {
    /// A vertical line.
    X,
    /// A horizontal line.
    Y,
}

/// A straight line across the plot: a baseline, a mean, a rank cut.
#[derive(Debug, Clone, PartialEq)]
pub struct Guide {
    /// The axis that `at` belongs to.
    pub axis: GuideAxis,
    /// Its place on that axis.
    pub at: f64,
    /// Text beside it; may be empty.
    pub label: String,
    /// Its colour, the theme's muted one by default.
    pub color: Option<Rgb>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::palette::{self, Theme};

    fn plot() -> Plot {
        let points = vec![(0.0, 1.0), (10.0, 0.5), (20.0, 0.0), (30.0, f64::NAN)];
        Plot {
            x_range: Some((0.0, 40.0)),
            y_range: Some((0.0, 1.1)),
            series: vec![Series::line(
                "",
                palette::Hue::Blue.on(Theme::Light),
                points,
            )],
            ..Plot::default()
        }
    }

    #[test]
    fn a_logarithmic_axis_begins_at_the_least_value_that_it_can_show() {
        let log = plot().with_log_x(true);
        assert!(log.log_x);
        assert_eq!(log.x_range, Some((10.0 / 1.1, 40.0)));
        assert_eq!(log.with_log_x(false).x_range, Some((0.0, 40.0)));
    }

    #[test]
    fn a_logarithmic_axis_reaches_down_to_what_is_exact_only_for_a_mark() {
        let log = plot().with_log_y(1e-6);
        let heights: Vec<f64> = log.series[0].points.iter().map(|point| point.1).collect();
        assert_eq!(heights[..3], [1.0, 0.5, 1e-6]);
        assert!(heights[3].is_nan());
        let low = |plot: &Plot| plot.y_range.map_or(f64::NAN, |range| range.0);
        assert!((0.1..0.5).contains(&low(&log)), "{:?}", log.y_range);
        let mut marked = plot();
        marked.marks.push(Mark {
            x: 20.0,
            y: 0.0,
            color: palette::Hue::Blue.on(Theme::Light),
            marker: Marker::Circle,
            hollow: false,
            label: String::new(),
        });
        let log = marked.with_log_y(1e-6);
        assert_eq!(log.marks[0].y, 1e-6);
        assert!((1e-7..1e-6).contains(&low(&log)), "{:?}", log.y_range);
    }
}
