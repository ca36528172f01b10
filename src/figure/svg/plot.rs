//! Plots: axes, guides, curves, marks, legend.

use super::canvas::{Anchor, Canvas, Stroke};
use super::frame::Frame;
use super::legend::draw_legend;
use super::series::outline;
use super::{BODY, LINE_HEIGHT, NAME, SMALL, lines};
use crate::figure::axis::Axis;
use crate::figure::place::{Area, Obstacles, along};
use crate::figure::plot::{Guide, GuideAxis, Plot};
use crate::figure::ticks::Tick;
use crate::figure::{Figure, palette};

/// Height of the area between the axes for a plot of a column's width, and as a share of it.
const COLUMN_HEIGHT: f64 = 0.58;
/// The share of the width beyond a column that goes into height.
const WIDE_HEIGHT: f64 = 0.2;
/// Narrow plots are as high as this, if they are as wide.
const LEAST_HEIGHT: f64 = 92.0;
const TICK: f64 = 2.5;

/// A tick without a number is shorter.
fn tick_length(major: bool) -> f64 {
    if major { TICK } else { TICK * 0.6 }
}
/// Size of a pointed-out point.
const MARK: f64 = 3.5;
/// Height of a label, and its distance from its mark.
const LABEL: f64 = 9.0;
const LABEL_GAP: f64 = 6.0;

/// The title of a plot in lines of this width.
pub(super) fn title_lines(plot: &Plot, width: f64) -> Vec<String> {
    let written = plot.title.iter().flat_map(|title| title.split('\n'));
    written.flat_map(|line| lines(line, NAME, width)).collect()
}

/// Draws a plot into `width`, below `titles` lines of titles; the answer is its height.
pub(super) fn draw(
    canvas: &mut Canvas,
    (x, y): (f64, f64),
    width: f64,
    plot: &Plot,
    titles: usize,
) -> f64 {
    let color = plot
        .title_color
        .unwrap_or(palette::foreground(canvas.theme));
    let color = palette::as_text(canvas.theme, color);
    for (place, line) in title_lines(plot, width).iter().enumerate() {
        let baseline = y + 8.0 + place as f64 * LINE_HEIGHT;
        canvas.text((x, baseline), line, NAME, color, Anchor::Start);
    }
    let gap = if titles > 0 { 2.0 } else { 0.0 };
    let top = y + 4.0 + titles as f64 * LINE_HEIGHT + gap;
    let height = area_height(width);
    let y_axis = plot.y_axis().laid(top + height, top);
    let y_ticks = match plot.y_names.is_empty() {
        true => y_axis.ticks((height / 22.0) as usize, |_| 10.0),
        false => plot.named_ticks(),
    };
    let widest = y_ticks.iter().map(|tick| SMALL.width(&tick.label));
    let label_width = widest.fold(0.0, f64::max);
    let left = if plot.y_label.is_empty() { 0.0 } else { 11.0 } + label_width + 5.0;
    let area = Area {
        x: x + left,
        y: top,
        width: (width - left - 6.0).max(10.0),
        height,
    };
    let x_axis = plot.x_axis().laid(area.x, area.right());
    let x_ticks = x_axis.ticks(((area.width / 28.0) as usize).max(4), |text| {
        SMALL.width(text) + 6.0
    });

    draw_grid(canvas, area, (&x_axis, &x_ticks), (&y_axis, &y_ticks));
    draw_axis_labels(canvas, area, x, plot);
    let frame = Frame {
        area,
        x_axis,
        y_axis,
    };
    frame.draw_contents(canvas, plot);
    canvas.outline(area, Stroke::solid(palette::frame(canvas.theme), 0.6));
    let foot = area.bottom() + 11.0 + if plot.x_label.is_empty() { 0.0 } else { 11.0 };
    draw_legend(canvas, (x, foot), width, area, plot) - y
}

fn area_height(width: f64) -> f64 {
    let beyond = (width - Figure::COLUMN).max(0.0);
    let height = (width - beyond) * COLUMN_HEIGHT + beyond * WIDE_HEIGHT;
    height.max(LEAST_HEIGHT.min(width))
}

fn draw_grid(
    canvas: &mut Canvas,
    area: Area,
    (x_axis, x_ticks): (&Axis, &[Tick]),
    (y_axis, y_ticks): (&Axis, &[Tick]),
) {
    let theme = canvas.theme;
    let ink = palette::foreground(theme);
    let grid = Stroke::solid(palette::grid(theme), 0.5);
    let edge = Stroke::solid(palette::frame(theme), 0.6);
    for tick in x_ticks {
        let Some(at) = x_axis.place(tick.value) else {
            continue;
        };
        let major = !tick.label.is_empty();
        let length = tick_length(major);
        if major {
            canvas.line((at, area.y), (at, area.bottom()), grid);
        }
        canvas.line((at, area.bottom()), (at, area.bottom() + length), edge);
        let below = (at, area.bottom() + 10.0);
        canvas.text(below, &tick.label, SMALL, ink, Anchor::Middle);
    }
    for tick in y_ticks {
        let Some(at) = y_axis.place(tick.value) else {
            continue;
        };
        let major = !tick.label.is_empty();
        let length = tick_length(major);
        if major {
            canvas.line((area.x, at), (area.right(), at), grid);
        }
        canvas.line((area.x - length, at), (area.x, at), edge);
        let beside = (area.x - 4.0, at + 2.5);
        canvas.text(beside, &tick.label, SMALL, ink, Anchor::End);
    }
}

fn draw_axis_labels(canvas: &mut Canvas, area: Area, x: f64, plot: &Plot) {
    let ink = palette::foreground(canvas.theme);
    let across = (area.x + area.width / 2.0, area.bottom() + 20.5);
    // A long label may begin left of the axes, but not outside of the plot.
    let room = 2.0 * (area.right() - across.0).min(across.0 - x);
    let text = BODY.fit(&plot.x_label, room);
    canvas.text(across, &text, BODY, ink, Anchor::Middle);
    let text = BODY.fit(&plot.y_label, area.height + 8.0);
    let middle = (x + 7.0, area.y + area.height / 2.0);
    canvas.upward_text(middle, &text, BODY, ink);
}

impl Frame {
    fn draw_contents(&self, canvas: &mut Canvas, plot: &Plot) {
        let mut obstacles = Obstacles::default();
        canvas.clipped(self.area, |canvas| {
            for guide in &plot.guides {
                self.draw_guide(canvas, guide);
            }
            for series in &plot.series {
                self.draw_series(canvas, series, &mut obstacles);
            }
        });
        // Marks at the edge of the area are shown whole.
        for mark in &plot.marks {
            let Some(at) = self
                .place((mark.x, mark.y))
                .filter(|at| self.area.contains(*at))
            else {
                continue;
            };
            let rim = Stroke::solid(palette::foreground(canvas.theme), 1.1);
            let (opacity, rim) = match mark.hollow {
                false => (1.0, rim),
                true => (0.0, Stroke::solid(mark.color, 1.1)),
            };
            let shape = outline(mark.marker, at, MARK);
            canvas.shape(&shape, mark.color, opacity, Some(rim));
            obstacles.add_mark(at, MARK + 1.0);
        }
        self.draw_labels(canvas, plot, &mut obstacles);
    }

    fn draw_guide(&self, canvas: &mut Canvas, guide: &Guide) {
        let color = guide.color.unwrap_or(palette::muted(canvas.theme));
        let stroke = Stroke::dashed(color, 0.9);
        let area = self.area;
        match guide.axis {
            GuideAxis::X => {
                if let Some(x) = self.x_axis.place(guide.at) {
                    canvas.line((x, area.y), (x, area.bottom()), stroke);
                }
            }
            GuideAxis::Y => {
                if let Some(y) = self.y_axis.place(guide.at) {
                    canvas.line((area.x, y), (area.right(), y), stroke);
                }
            }
        }
    }

    fn draw_labels(&self, canvas: &mut Canvas, plot: &Plot, obstacles: &mut Obstacles) {
        let theme = canvas.theme;
        for guide in &plot.guides {
            let places = self.guide_label_places(guide);
            let places = places.filter(|_| !guide.label.is_empty());
            if let Some(at) = places.and_then(|at| obstacles.place(self.area, &at)) {
                let color = guide.color.unwrap_or(palette::muted(theme));
                self.draw_label(canvas, &guide.label, color, at);
            }
        }
        let labelled = plot.marks.iter().filter(|mark| !mark.label.is_empty());
        for mark in labelled {
            let Some(at) = self
                .place((mark.x, mark.y))
                .filter(|at| self.area.contains(*at))
            else {
                continue;
            };
            let size = (SMALL.width(&mark.label) + 2.0, LABEL);
            let Some(beside) = obstacles.place_beside(self.area, at, size, LABEL_GAP) else {
                continue;
            };
            if let Some([from, to]) = beside.leader {
                canvas.line(from, to, Stroke::solid(mark.color, 0.7));
            }
            self.draw_label(canvas, &mark.label, mark.color, beside.area);
        }
    }

    /// Along the guide, on both of its sides.
    fn guide_label_places(&self, guide: &Guide) -> Option<Vec<Area>> {
        let at = match guide.axis {
            GuideAxis::X => self.x_axis.place(guide.at)?,
            GuideAxis::Y => self.y_axis.place(guide.at)?,
        };
        Some(along(
            guide.axis,
            at,
            self.area,
            (SMALL.width(&guide.label) + 2.0, LABEL),
        ))
    }

    fn draw_label(&self, canvas: &mut Canvas, text: &str, color: palette::Rgb, at: Area) {
        let text = SMALL.fit(text, self.area.width);
        let theme = canvas.theme;
        canvas.fill(at, palette::background(theme), 0.8);
        let color = palette::as_text(theme, color);
        canvas.text((at.x + 1.0, at.y + 6.8), &text, SMALL, color, Anchor::Start);
    }
}
