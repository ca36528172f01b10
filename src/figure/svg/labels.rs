//! Where a label inside a plot covers least.

use super::canvas::Area;

/// What labels should keep clear of.
#[derive(Default)]
pub(super) struct Obstacles {
    points: Vec<(f64, f64)>,
    areas: Vec<Area>,
}

impl Obstacles {
    /// A point of a curve.
    pub(super) fn add_point(&mut self, point: (f64, f64)) {
        self.points.push(point);
    }

    /// A straight piece of a curve, as points two apart.
    pub(super) fn add_line(&mut self, from: (f64, f64), to: (f64, f64)) {
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let steps = (length / 2.0).ceil().clamp(1.0, 500.0) as usize;
        self.points.extend((0..=steps).map(|i| {
            let share = i as f64 / steps as f64;
            (
                from.0 + (to.0 - from.0) * share,
                from.1 + (to.1 - from.1) * share,
            )
        }));
    }

    /// Something that must not be covered at all.
    pub(super) fn add_area(&mut self, area: Area) {
        self.areas.push(area);
    }

    /// The first of the `candidates` that covers least, moved inside `bounds`; it becomes an
    /// obstacle to the next label.
    pub(super) fn place(&mut self, bounds: Area, candidates: &[Area]) -> Option<Area> {
        let cost = |area: &Area| {
            let covered = self.areas.iter().filter(|other| area.overlaps(**other));
            let points = self.points.iter().filter(|point| area.contains(**point));
            covered.count() * 1000 + points.count()
        };
        let best = candidates
            .iter()
            .map(|area| inside(bounds, *area))
            .min_by_key(cost)?;
        self.areas.push(best);
        Some(best)
    }
}

fn inside(bounds: Area, area: Area) -> Area {
    let last_x = (bounds.right() - area.width).max(bounds.x);
    let last_y = (bounds.bottom() - area.height).max(bounds.y);
    Area {
        x: area.x.clamp(bounds.x, last_x),
        y: area.y.clamp(bounds.y, last_y),
        ..area
    }
}

/// Places for a label of a size round a point, the preferred one first.
pub(super) fn around((x, y): (f64, f64), width: f64, height: f64, gap: f64) -> Vec<Area> {
    let mut areas = Vec::new();
    for distance in [gap, gap * 2.2, gap * 4.0] {
        let (left, right) = (x - distance - width, x + distance);
        let (above, below) = (y - distance - height, y + distance);
        let (middle_x, middle_y) = (x - width / 2.0, y - height / 2.0);
        areas.extend(
            [
                (right, middle_y),
                (right, above),
                (middle_x, above),
                (right, below),
                (middle_x, below),
                (left, above),
                (left, middle_y),
                (left, below),
            ]
            .map(|(x, y)| Area {
                x,
                y,
                width,
                height,
            }),
        );
    }
    areas
}
