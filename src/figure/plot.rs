//! Curves, points and histograms over two axes.

use super::palette::Rgb;

/// A diagram over two axes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plot {
    /// A line above the plot.
    pub title: Option<String>,
    /// The line's colour, the theme's foreground by default.
    pub title_color: Option<Rgb>,
    /// What the horizontal axis measures.
    pub x_label: String,
    /// What the vertical axis measures.
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
    /// What is drawn, the last on top.
    pub series: Vec<Series>,
    /// Single points that are pointed out.
    pub marks: Vec<Mark>,
    /// Straight lines across the plot.
    pub guides: Vec<Guide>,
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
    /// How the points are drawn.
    pub style: SeriesStyle,
    /// The shape at each point, so that the series differ without colour as well.
    pub marker: Marker,
    /// Draws the line dashed.
    pub dashed: bool,
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
        }
    }

    /// The same series in another style.
    #[must_use]
    pub fn styled(mut self, style: SeriesStyle, marker: Marker) -> Self {
        self.style = style;
        self.marker = marker;
        self
    }
}

/// How the points of a series are drawn.
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
}

/// One point that is pointed out, such as the present setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where.
    pub x: f64,
    /// Where.
    pub y: f64,
    /// The method's colour.
    pub color: Rgb,
    /// The shape, as in its series.
    pub marker: Marker,
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

/// A straight line across the plot: a base line, a mean, a rank cut.
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
