//! Places for labels inside a plot where they cover least, on paper and on the screen.

use super::plot::GuideAxis;

/// A rectangle of a figure or of the screen; `y` grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// From its left edge to its right one.
    pub width: f64,
    /// From its upper edge to its lower one.
    pub height: f64,
}

impl Area {
    /// Its right edge.
    pub fn right(self) -> f64 {
        self.x + self.width
    }

    /// Its lower edge.
    pub fn bottom(self) -> f64 {
        self.y + self.height
    }

    /// Whether the two share more than an edge.
    pub fn overlaps(self, other: Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    /// Whether the point lies in it or on its edge.
    pub fn contains(self, (x, y): (f64, f64)) -> bool {
        (self.x..=self.right()).contains(&x) && (self.y..=self.bottom()).contains(&y)
    }
}

/// Areas and points that labels should keep clear of.
#[derive(Default)]
pub struct Obstacles {
    points: Vec<(f64, f64)>,
    areas: Vec<Area>,
}

impl Obstacles {
    /// A point of a curve.
    pub fn add_point(&mut self, point: (f64, f64)) {
        self.points.push(point);
    }

    /// A straight piece of a curve, as points two apart.
    pub fn add_line(&mut self, from: (f64, f64), to: (f64, f64)) {
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
    pub fn add_area(&mut self, area: Area) {
        self.areas.push(area);
    }

    /// The first of the `candidates` that covers least, moved inside `bounds`; it becomes an
    /// obstacle to the next label.
    pub fn place(&mut self, bounds: Area, candidates: &[Area]) -> Option<Area> {
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
pub fn around((x, y): (f64, f64), width: f64, height: f64, gap: f64) -> Vec<Area> {
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

/// Places for a label of a size along a guide across `bounds`, on both of its sides.
pub fn along(axis: GuideAxis, at: f64, bounds: Area, (width, height): (f64, f64)) -> Vec<Area> {
    let place = |x, y| Area {
        x,
        y,
        width,
        height,
    };
    match axis {
        GuideAxis::X => {
            let lines = (bounds.height / (height + 1.0)) as usize;
            let rows = (0..lines).map(|i| bounds.y + 2.0 + i as f64 * (height + 1.0));
            rows.flat_map(|y| [place(at + 2.0, y), place(at - 2.0 - width, y)])
                .filter(|label| label.x >= bounds.x && label.right() <= bounds.right())
                .collect()
        }
        GuideAxis::Y => {
            let columns = (0..8).map(|i| f64::from(i) / 7.0 * (bounds.width - width - 4.0));
            let columns = columns.map(|offset| bounds.right() - width - 2.0 - offset);
            columns
                .flat_map(|x| [place(x, at - height - 1.0), place(x, at + 1.0)])
                .filter(|label| label.y >= bounds.y && label.bottom() <= bounds.bottom())
                .collect()
        }
    }
}
