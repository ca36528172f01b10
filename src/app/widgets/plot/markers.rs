//! Markers in the shapes of the exported figures.

use std::ops::RangeInclusive;

use eframe::egui::epaint::{CircleShape, PathShape};
use eframe::egui::{self, Color32, Painter, Pos2, Shape, Stroke, Ui};
use egui_plot::{PlotBounds, PlotGeometry, PlotItem, PlotItemBase, PlotPoints, PlotTransform};

use crate::figure::Marker;

/// A marker at each point, where egui_plot has no such shape.
pub(super) struct Markers<'a> {
    pub base: PlotItemBase,
    pub points: PlotPoints<'a>,
    pub marker: Marker,
    pub radius: f32,
    pub color: Color32,
}

impl PlotItem for Markers<'_> {
    fn shapes(&self, _ui: &Ui, transform: &PlotTransform, shapes: &mut Vec<Shape>) {
        for point in self.points.points() {
            let at = transform.position_from_point(point);
            let (size, color) = (self.radius, self.color);
            shapes.extend(marker_shapes(self.marker, at, size, color, Stroke::NONE));
        }
    }

    fn initialize(&mut self, _x_range: RangeInclusive<f64>) {}

    fn color(&self) -> Color32 {
        self.color
    }

    fn geometry(&self) -> PlotGeometry<'_> {
        PlotGeometry::Points(self.points.points())
    }

    fn bounds(&self) -> PlotBounds {
        self.points.bounds()
    }

    fn base(&self) -> &PlotItemBase {
        &self.base
    }

    fn base_mut(&mut self) -> &mut PlotItemBase {
        &mut self.base
    }
}

/// One marker in the shape of the exported figures.
pub(super) fn draw_marker(
    painter: &Painter,
    marker: Marker,
    at: Pos2,
    size: f32,
    fill: Color32,
    rim: Stroke,
) {
    painter.extend(marker_shapes(marker, at, size, fill, rim));
}

/// What a marker is drawn with.
fn marker_shapes(marker: Marker, at: Pos2, size: f32, fill: Color32, rim: Stroke) -> Vec<Shape> {
    let place = |(x, y): (f64, f64)| at + size * egui::vec2(x as f32, y as f32);
    let arms: Vec<Pos2> = marker.arms().into_iter().map(place).collect();
    if !arms.is_empty() {
        let width = 2.0 * Marker::ARM as f32 * size;
        let lines = |width: f32, color: Color32| {
            let line = move |end: &Pos2| Shape::line_segment([at, *end], Stroke::new(width, color));
            arms.iter().map(line)
        };
        if fill == Color32::TRANSPARENT {
            return lines(rim.width, rim.color).collect();
        }
        let rims = lines(width + 2.0 * rim.width, rim.color).filter(|_| rim.width > 0.0);
        return rims.chain(lines(width, fill)).collect();
    }
    if marker == Marker::Circle {
        let circle = CircleShape {
            center: at,
            radius: size,
            fill,
            stroke: rim,
        };
        return vec![circle.into()];
    }
    let points = marker.corners().into_iter().map(place).collect();
    vec![PathShape::convex_polygon(points, fill, rim).into()]
}
