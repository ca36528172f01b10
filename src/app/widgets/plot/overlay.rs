//! The layer over the curves: bars of spread, pointed-out points, and labels where they cover least.

use std::sync::Arc;

use eframe::egui::{self, Color32, FontId, Galley, Painter, Pos2, Rect, Stroke, TextStyle};
use egui_plot::{PlotPoint, PlotTransform};

use super::axes::Axes;
use super::markers::draw_marker;
use super::series::{foot, pieces, thinned};
use super::text::typeset;
use crate::app::texture::color32;
use crate::figure::palette::{self, Rgb, Theme};
use crate::figure::place::{Area, Obstacles, along};
use crate::figure::{GuideAxis, Plot, Series, SeriesStyle};

/// Size of a pointed-out point.
const MARK: f32 = 5.5;

/// Between a mark and its label.
const LABEL_GAP: f64 = 9.0;

/// Beside a label's text.
const MARGIN: f32 = 2.0;

/// The places of things on the screen.
pub(super) struct Overlay<'a> {
    pub ui: &'a egui::Ui,
    pub axes: Axes,
    pub transform: PlotTransform,
    pub theme: Theme,
}

impl Overlay<'_> {
    /// The place of a point; `None` for what the axes cannot show.
    pub(super) fn place(&self, point: (f64, f64)) -> Option<Pos2> {
        let [x, y] = self.axes.point(point)?;
        let at = PlotPoint::new(x, y);
        Some(self.transform.position_from_point(&at))
    }

    /// The whole line that a lying bar at this height is in.
    pub(super) fn row(&self, height: f64) -> Rect {
        let (left, _) = self.axes.x.ends();
        let sides = [height - 0.5, height + 0.5].map(|side| self.place((left, side)));
        let [Some(lower), Some(upper)] = sides else {
            return Rect::NOTHING;
        };
        Rect::from_x_y_ranges(self.frame().x_range(), upper.y..=lower.y)
    }

    fn frame(&self) -> Rect {
        *self.transform.frame()
    }

    pub(super) fn draw(&self, plot: &Plot) {
        let frame = self.frame();
        let inside = self.ui.painter().with_clip_rect(frame.expand(1.0));
        let mut obstacles = self.obstacles(plot);
        for series in &plot.series {
            let color = color32(series.color);
            for (point, (low, high)) in series.points.iter().zip(&series.spread) {
                self.spread(&inside, (point.0, *low, *high), color);
            }
        }
        // Marks at the edge are shown whole.
        let around = self.ui.painter().with_clip_rect(frame.expand(MARK + 2.0));
        let painter = around.with_clip_rect(around.clip_rect().intersect(self.ui.clip_rect()));
        let seen = |mark: &&crate::figure::Mark| {
            let at = self.place((mark.x, mark.y));
            at.is_some_and(|at| frame.expand(1.0).contains(at))
        };
        for mark in plot.marks.iter().filter(seen) {
            let Some(at) = self.place((mark.x, mark.y)) else {
                continue;
            };
            let rim = match mark.hollow {
                false => color32(palette::foreground(self.theme)),
                true => color32(mark.color),
            };
            let fill = match mark.hollow {
                false => color32(mark.color),
                true => Color32::TRANSPARENT,
            };
            draw_marker(&painter, mark.marker, at, MARK, fill, Stroke::new(1.4, rim));
            obstacles.add_mark(point(at), f64::from(MARK) + 1.0);
        }
        self.labels(plot, &mut obstacles);
    }

    fn spread(&self, painter: &Painter, (x, low, high): (f64, f64, f64), color: Color32) {
        let (Some(low), Some(high)) = (self.place((x, low)), self.place((x, high))) else {
            return;
        };
        let stroke = Stroke::new(1.2, color);
        painter.line_segment([low, high], stroke);
        for end in [low, high] {
            painter.hline(end.x - 3.0..=end.x + 3.0, end.y, stroke);
        }
    }

    fn obstacles(&self, plot: &Plot) -> Obstacles {
        let mut obstacles = Obstacles::default();
        let on_screen = |[x, y]: [f64; 2]| {
            let at = self.transform.position_from_point(&PlotPoint::new(x, y));
            (f64::from(at.x), f64::from(at.y))
        };
        let bounds = self.transform.bounds();
        let step = [bounds.width() / 200.0, bounds.height() / 100.0];
        for series in &plot.series {
            let line = !matches!(
                series.style,
                SeriesStyle::Points
                    | SeriesStyle::FaintPoints
                    | SeriesStyle::FaintLine
                    | SeriesStyle::Bars
            );
            for piece in pieces(&series.points, &self.axes) {
                if series.style == SeriesStyle::Steps {
                    let corners: Vec<_> = piece.into_iter().map(on_screen).collect();
                    let foot = on_screen([bounds.min()[0], self.axes.y.scaled(foot(&self.axes))]);
                    obstacles.add_bars(&corners, foot.1);
                    continue;
                }
                let points: Vec<_> = thinned(&piece, step).into_iter().map(on_screen).collect();
                points.iter().for_each(|point| obstacles.add_point(*point));
                if marked(series) {
                    let around = |&(x, y): &(f64, f64)| Area {
                        x: x - 4.0,
                        y: y - 4.0,
                        width: 8.0,
                        height: 8.0,
                    };
                    points
                        .iter()
                        .map(around)
                        .for_each(|area| obstacles.add_area(area));
                }
                if line {
                    let ends = points.windows(2);
                    ends.for_each(|ends| obstacles.add_line(ends[0], ends[1]));
                }
            }
        }
        obstacles
    }

    fn labels(&self, plot: &Plot, obstacles: &mut Obstacles) {
        let font = TextStyle::Small.resolve(self.ui.style());
        let frame = self.frame();
        for guide in &plot.guides {
            let color = guide.color.unwrap_or(palette::muted(self.theme));
            let at = match guide.axis {
                GuideAxis::X => (guide.at, self.axes.y.ends().0),
                GuideAxis::Y => (self.axes.x.ends().0, guide.at),
            };
            let Some(at) = self.place(at) else { continue };
            let (at, seen) = match guide.axis {
                GuideAxis::X => (at.x, frame.x_range().contains(at.x)),
                GuideAxis::Y => (at.y, frame.y_range().contains(at.y)),
            };
            let Some(label) = self.label(&guide.label, color, &font).filter(|_| seen) else {
                continue;
            };
            let places = along(guide.axis, f64::from(at), area(frame), label.size());
            if let Some(at) = obstacles.place(area(frame), &places) {
                self.write(label, at);
            }
        }
        // Where not all have room, those of the present.
        let (pinned, present): (Vec<_>, Vec<_>) = plot.marks.iter().partition(|mark| mark.hollow);
        for mark in present.into_iter().chain(pinned) {
            let at = self.place((mark.x, mark.y));
            let at = at.filter(|at| frame.expand(1.0).contains(*at));
            let (Some(at), Some(label)) = (at, self.label(&mark.label, mark.color, &font)) else {
                continue;
            };
            let beside = obstacles.place_beside(area(frame), point(at), label.size(), LABEL_GAP);
            let Some(beside) = beside else { continue };
            if let Some(leader) = beside.leader {
                let ends = leader.map(|(x, y)| egui::pos2(x as f32, y as f32));
                let stroke = Stroke::new(1.0, color32(mark.color));
                self.inside().line_segment(ends, stroke);
            }
            self.write(label, beside.area);
        }
    }

    /// The text as it is drawn; `None` where there is none.
    fn label(&self, text: &str, color: Rgb, font: &FontId) -> Option<LaidLabel> {
        if text.is_empty() {
            return None;
        }
        let color = color32(palette::as_text(self.theme, color));
        let galley = self.ui.painter().layout_job(typeset(text, font, color));
        Some(LaidLabel { galley, color })
    }

    fn inside(&self) -> Painter {
        let clip = self.frame().intersect(self.ui.clip_rect());
        self.ui.painter().with_clip_rect(clip)
    }

    fn write(&self, label: LaidLabel, at: Area) {
        let corner = egui::pos2(at.x as f32, at.y as f32);
        let ground = self.ui.visuals().extreme_bg_color.gamma_multiply(0.8);
        let size = egui::vec2(at.width as f32, at.height as f32);
        let painter = self.inside();
        painter.rect_filled(Rect::from_min_size(corner, size), 2.0, ground);
        painter.galley(corner + egui::vec2(MARGIN, 0.0), label.galley, label.color);
    }
}

/// A label before it has its place.
struct LaidLabel {
    galley: Arc<Galley>,
    color: Color32,
}

impl LaidLabel {
    /// With a margin at both sides.
    fn size(&self) -> (f64, f64) {
        let size = self.galley.size();
        (f64::from(size.x + 2.0 * MARGIN), f64::from(size.y))
    }
}

/// Whether labels must leave all points of a series free. Many would leave no place.
fn marked(series: &Series) -> bool {
    const FEW: usize = 60;
    let points = matches!(
        series.style,
        SeriesStyle::Points | SeriesStyle::LineWithPoints
    );
    points && series.points.len() <= FEW
}

fn area(rect: Rect) -> Area {
    Area {
        x: f64::from(rect.left()),
        y: f64::from(rect.top()),
        width: f64::from(rect.width()),
        height: f64::from(rect.height()),
    }
}

fn point(at: Pos2) -> (f64, f64) {
    (f64::from(at.x), f64::from(at.y))
}
