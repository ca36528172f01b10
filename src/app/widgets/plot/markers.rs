//! Points in the shapes of the exported figures, where egui_plot has none of them.

use std::ops::RangeInclusive;

use eframe::egui::{Color32, Shape, Stroke, Ui};
use egui_plot::{PlotBounds, PlotGeometry, PlotItem, PlotItemBase, PlotPoints, PlotTransform};

use super::overlay::marker_shapes;
use crate::figure::Marker;

/// A marker at each point.
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
