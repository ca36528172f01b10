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

    /// Its point that is nearest to another one.
    fn nearest(self, (x, y): (f64, f64)) -> (f64, f64) {
        (
            x.clamp(self.x, self.right()),
            y.clamp(self.y, self.bottom()),
        )
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
    /// The bars of histograms, which a label may cover rather than another label.
    bars: Vec<Area>,
    /// The middles of marks, each of which is one of the areas as well.
    marks: Vec<(f64, f64)>,
    /// Points of the lines that lead from labels to their marks.
    leaders: Vec<(f64, f64)>,
}

/// The place of a mark's label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beside {
    /// The label.
    pub area: Area,
    /// The line to its mark, where another mark is as near or its own is far.
    pub leader: Option<[(f64, f64); 2]>,
}

/// So much farther than its own mark every other one must be from a label without a line.
const PLAIN: f64 = 1.3;

/// Marks so near lie at one place.
const SAME: f64 = 0.5;

/// A line to the mark is worth as much as so many covered points of a curve.
const LEADER_COST: usize = 6;

/// A line begins so many gaps from the middle of its mark.
const FROM_MARK: f64 = 0.7;

/// Lines to marks keep so far apart.
const LEADERS_APART: f64 = 2.0;

impl Obstacles {
    /// A point of a curve.
    pub fn add_point(&mut self, point: (f64, f64)) {
        self.points.push(point);
    }

    /// A straight piece of a curve, as points two apart.
    pub fn add_line(&mut self, from: (f64, f64), to: (f64, f64)) {
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let steps = (length / 2.0).ceil().clamp(1.0, 500.0) as usize;
        self.points.extend(between(from, to, steps));
    }

    /// The bars of a histogram, which stand on `foot`: each point is the left upper corner of one,
    /// and the last where it ends.
    pub fn add_bars(&mut self, corners: &[(f64, f64)], foot: f64) {
        for bar in corners.windows(2) {
            let (left, top) = bar[0];
            self.bars.push(Area {
                x: left.min(bar[1].0),
                y: top.min(foot),
                width: (bar[1].0 - left).abs(),
                height: (foot - top).abs(),
            });
        }
    }

    /// A mark that reaches `half` to each side.
    pub fn add_mark(&mut self, (x, y): (f64, f64), half: f64) {
        self.marks.push((x, y));
        self.areas.push(Area {
            x: x - half,
            y: y - half,
            width: 2.0 * half,
            height: 2.0 * half,
        });
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
            (covered.count(), self.bars_under(area), points.count())
        };
        let best = candidates
            .iter()
            .map(|area| inside(bounds, *area))
            .min_by_key(cost)?;
        self.areas.push(best);
        Some(best)
    }

    /// The place for the label of the mark at `at` where nobody takes it for another mark's: free of
    /// marks and labels, and either much nearer to its own mark than to others or led there by a
    /// line. `None` where there is no such place; it becomes an obstacle to the next label.
    pub fn place_beside(
        &mut self,
        bounds: Area,
        at: (f64, f64),
        size: (f64, f64),
        gap: f64,
    ) -> Option<Beside> {
        let places = around(at, size, gap).into_iter();
        let possible = places.filter_map(|area| self.beside(inside(bounds, area), at, gap));
        let best = possible.min_by_key(|one| {
            let points = self
                .points
                .iter()
                .filter(|point| one.area.contains(**point));
            let led = if one.leader.is_some() { LEADER_COST } else { 0 };
            (self.bars_under(&one.area), points.count() + led)
        })?;
        self.areas.push(best.area);
        if let Some([from, to]) = best.leader {
            self.leaders.extend(led(from, to));
        }
        Some(best)
    }

    fn bars_under(&self, area: &Area) -> usize {
        self.bars.iter().filter(|bar| area.overlaps(**bar)).count()
    }

    /// A label in this area, if it is free and can be read as that of the mark.
    fn beside(&self, area: Area, at: (f64, f64), gap: f64) -> Option<Beside> {
        let covered = self.areas.iter().any(|other| area.overlaps(*other))
            || self.leaders.iter().any(|point| area.contains(*point));
        if covered {
            return None;
        }
        let own = apart(area.nearest(at), at);
        // Marks at one place have one value.
        let others = || self.marks.iter().filter(|mark| apart(**mark, at) > SAME);
        let plain = |mark: &(f64, f64)| {
            // Of marks that cover each other, the side and the colour tell.
            let least = if apart(*mark, at) < gap {
                own
            } else {
                PLAIN * own
            };
            apart(area.nearest(*mark), *mark) > least
        };
        if own <= 1.5 * gap && others().all(plain) {
            return Some(Beside { area, leader: None });
        }
        // It begins at the rim of its mark.
        let (end, rim) = (area.nearest(at), FROM_MARK * gap / own);
        let begin = (at.0 + (end.0 - at.0) * rim, at.1 + (end.1 - at.1) * rim);
        let outside = |point: &(f64, f64)| apart(*point, at) > gap;
        let mut line = led(begin, end).filter(outside);
        let hit = |point: (f64, f64)| {
            self.areas.iter().any(|other| other.contains(point))
                || self
                    .leaders
                    .iter()
                    .any(|other| apart(*other, point) < LEADERS_APART)
        };
        let alone = others().all(|mark| apart(*mark, at) > gap);
        (alone && !line.any(hit)).then_some(Beside {
            area,
            leader: Some([begin, end]),
        })
    }
}

/// Points along a straight line, both ends among them.
fn between(from: (f64, f64), to: (f64, f64), steps: usize) -> impl Iterator<Item = (f64, f64)> {
    (0..=steps).map(move |i| {
        let share = i as f64 / steps as f64;
        (
            from.0 + (to.0 - from.0) * share,
            from.1 + (to.1 - from.1) * share,
        )
    })
}

/// The points of a line that leads to a mark.
fn led(from: (f64, f64), to: (f64, f64)) -> impl Iterator<Item = (f64, f64)> {
    between(from, to, apart(from, to).ceil().max(1.0) as usize)
}

fn apart(one: (f64, f64), other: (f64, f64)) -> f64 {
    (one.0 - other.0).hypot(one.1 - other.1)
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
fn around((x, y): (f64, f64), (width, height): (f64, f64), gap: f64) -> Vec<Area> {
    let mut areas = Vec::new();
    for distance in [1.0, 2.2, 4.0, 6.0].map(|times| times * gap) {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: Area = Area {
        x: 40.0,
        y: 10.0,
        width: 300.0,
        height: 110.0,
    };
    const SIZE: (f64, f64) = (38.0, 14.0);

    fn placed(marks: &[(f64, f64)]) -> Vec<Option<Beside>> {
        let mut obstacles = Obstacles::default();
        marks.iter().for_each(|mark| obstacles.add_mark(*mark, 6.0));
        let place = |mark: &(f64, f64)| obstacles.place_beside(BOUNDS, *mark, SIZE, 9.0);
        marks.iter().map(place).collect()
    }

    #[test]
    fn a_lone_mark_has_its_label_at_its_right() {
        let [Some(label)] = placed(&[(100.0, 60.0)])[..] else {
            panic!("there is room");
        };
        assert_eq!((label.area.x, label.area.y), (109.0, 53.0));
        assert_eq!(label.leader, None);
    }

    #[test]
    fn marks_that_cover_each_other_have_their_labels_at_their_own_sides() {
        let [Some(upper), Some(lower)] = placed(&[(100.0, 60.0), (100.0, 62.0)])[..] else {
            panic!("there is room");
        };
        assert!(
            upper.area.bottom() < 60.0 && lower.area.y > 62.0,
            "{upper:?}, {lower:?}"
        );
        let same = placed(&[(100.0, 60.0), (100.0, 60.0)]);
        assert!(same.iter().all(Option::is_some), "{same:?}");
    }

    #[test]
    fn four_methods_at_one_budget_are_all_told_apart() {
        let marks = [(120.0, 40.0), (120.0, 95.0), (120.0, 99.0), (120.0, 113.0)];
        let found = placed(&marks);
        let told = found.iter().flatten().count();
        assert!(told >= 2, "{found:?}");
        let two = placed(&[(120.0, 80.0), (120.0, 97.0)]);
        assert!(two.iter().all(Option::is_some), "{two:?}");
    }

    #[test]
    fn a_guide_is_labelled_above_the_bars_and_not_on_their_feet() {
        let mut obstacles = Obstacles::default();
        let corners: Vec<(f64, f64)> = (0..20)
            .map(|bar| (50.0 + 14.0 * bar as f64, 40.0))
            .collect();
        obstacles.add_bars(&corners, BOUNDS.bottom());
        let places = along(GuideAxis::X, 150.0, BOUNDS, SIZE);
        let found = obstacles.place(BOUNDS, &places).expect("there are places");
        assert!(found.bottom() <= 40.0, "{found:?}");
    }

    proptest! {
        #[test]
        fn no_label_can_be_taken_for_another_marks(
            marks in proptest::collection::vec((45.0f64..335.0, 15.0f64..115.0), 1..9),
        ) {
            let found = placed(&marks);
            let known: Vec<_> = marks.iter().zip(&found).collect();
            for (place, (mark, label)) in known.iter().enumerate() {
                let Some(label) = label else { continue };
                let area = label.area;
                prop_assert!(area.x >= BOUNDS.x && area.right() <= BOUNDS.right());
                prop_assert!(area.y >= BOUNDS.y && area.bottom() <= BOUNDS.bottom());
                let own = apart(area.nearest(**mark), **mark);
                for other in marks.iter().filter(|other| apart(**other, **mark) > SAME) {
                    prop_assert!(apart(area.nearest(*other), *other) >= 5.0);
                    if label.leader.is_none() {
                        prop_assert!(apart(area.nearest(*other), *other) > own);
                    }
                }
                for (_, other) in known.iter().take(place) {
                    prop_assert!(other.is_none_or(|other| !other.area.overlaps(area)));
                }
            }
        }
    }
}
