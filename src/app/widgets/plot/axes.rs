//! The axes of a plot on screen: ends and ticks as in the exported figure, at every zoom.

use std::cell::RefCell;

use egui_plot::{GridInput, GridMark};

use crate::figure::Plot;
use crate::figure::axis::Axis;
use crate::figure::ticks::Tick;

/// egui_plot tells the scale of what is seen as the value of so many points of the screen.
pub(super) const SPACING: f32 = 8.0;

/// Both axes. egui_plot knows no logarithmic ones: it is given logarithms.
#[derive(Clone, Copy)]
pub(super) struct Axes {
    pub x: Axis,
    pub y: Axis,
}

impl Axes {
    pub(super) fn of(plot: &Plot) -> Self {
        Self {
            x: plot.x_axis(),
            y: plot.y_axis(),
        }
    }

    /// A point as egui_plot takes it; `None` for what the axes cannot show.
    pub(super) fn point(&self, (x, y): (f64, f64)) -> Option<[f64; 2]> {
        let shown = self.x.place(x).and(self.y.place(y));
        shown.map(|_| [self.x.scaled(x), self.y.scaled(y)])
    }

    /// The ends, likewise: of the horizontal axis, of the vertical one.
    pub(super) fn ends(&self) -> [(f64, f64); 2] {
        [self.x, self.y].map(|axis| {
            let (low, high) = axis.ends();
            (axis.scaled(low), axis.scaled(high))
        })
    }
}

/// The way that an axis goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AxisDirection {
    Across,
    Up,
}

/// The ticks of one axis: egui_plot asks first where its lines are, then what is written at each.
pub(super) struct Ticks {
    axis: Axis,
    way: AxisDirection,
    /// What stands in the place of numbers.
    named: Vec<Tick>,
    /// How much larger than usual the labels are.
    scale: f64,
    found: RefCell<Vec<(f64, String)>>,
}

impl Ticks {
    pub(super) fn new(axis: Axis, way: AxisDirection) -> Self {
        Self {
            axis,
            way,
            named: Vec::new(),
            scale: 1.0,
            found: RefCell::default(),
        }
    }

    /// These in the place of numbers, where there are any.
    pub(super) fn named(self, named: Vec<Tick>) -> Self {
        Self { named, ..self }
    }

    /// With labels of this size.
    pub(super) fn sized(self, size: f32) -> Self {
        Self {
            scale: (f64::from(size) / USUAL_SIZE).max(1.0),
            ..self
        }
    }

    /// The lines: at the labelled ticks of what is seen.
    pub(super) fn lines(&self, input: &GridInput) -> Vec<GridMark> {
        let (low, high) = input.bounds;
        let points = (high - low) / input.base_step_size * f64::from(SPACING);
        if !(points.is_finite() && points > 0.0) {
            return Vec::new();
        }
        let axis = self.axis.seen(low, high).laid(0.0, points);
        let scale = self.scale;
        let room = |text: &str| scale * room_across(text);
        let ticks = match self.way {
            AxisDirection::Across => axis.ticks(((points / 45.0 / scale) as usize).max(4), room),
            AxisDirection::Up if !self.named.is_empty() => self.named.clone(),
            AxisDirection::Up => axis.ticks((points / 32.0 / scale) as usize, |_| 18.0 * scale),
        };
        // A label at the right end would be cut there.
        let ends_within = |tick: &Tick| {
            let at = (axis.scaled(tick.value) - low) / (high - low) * points;
            let half = scale * PER_SIGN * tick.label.chars().count() as f64 / 2.0;
            self.way == AxisDirection::Up || at + half <= points + OVERHANG
        };
        let labelled = ticks.into_iter().filter(|tick| !tick.label.is_empty());
        let labelled = labelled.filter(ends_within);
        let found: Vec<(f64, String)> = labelled
            .map(|tick| (axis.scaled(tick.value), tick.label))
            .collect();
        let marks = found.iter().map(|(value, _)| GridMark {
            value: *value,
            // Lines far apart are drawn at full strength, and these all have room.
            step_size: high - low,
        });
        let marks = marks.collect();
        self.found.replace(found);
        marks
    }

    /// The label of a line.
    pub(super) fn text(&self, mark: GridMark) -> String {
        let found = self.found.borrow();
        let tick = found.iter().find(|(value, _)| *value == mark.value);
        tick.map(|(_, text)| text.clone()).unwrap_or_default()
    }
}

/// So far a label may reach beyond the right end: there is a margin.
const OVERHANG: f64 = 10.0;

/// The usual size of labels, and about the width of one of their signs.
const USUAL_SIZE: f64 = 12.0;
const PER_SIGN: f64 = 6.6;

/// About as wide as a label is, with a gap to the next.
fn room_across(text: &str) -> f64 {
    text.chars().count() as f64 * PER_SIGN + 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::palette::{self, Theme};
    use crate::figure::{Series, SeriesStyle};

    fn plot(points: &[(f64, f64)]) -> Plot {
        let color = palette::Hue::Blue.on(Theme::Dark);
        Plot {
            series: vec![Series {
                style: SeriesStyle::LineWithPoints,
                ..Series::line("", color, points.to_vec())
            }],
            ..Plot::default()
        }
    }

    fn texts(axis: Axis, way: AxisDirection, (low, high): (f64, f64), points: f64) -> Vec<String> {
        let ticks = Ticks::new(axis, way);
        let marks = ticks.lines(&GridInput {
            bounds: (low, high),
            base_step_size: (high - low) / points * f64::from(SPACING),
        });
        marks.into_iter().map(|mark| ticks.text(mark)).collect()
    }

    #[test]
    fn a_zoomed_axis_has_round_ticks_too() {
        let axes = Axes::of(&plot(&[(0.0, 0.0), (784.0, 1.0)]));
        let [(low, high), _] = axes.ends();
        assert!(low < 0.0 && high > 784.0);
        let whole = texts(axes.x, AxisDirection::Across, (low, high), 400.0);
        assert_eq!(whole, ["0", "200", "400", "600", "800"]);
        let part = texts(axes.x, AxisDirection::Across, (101.0, 103.7), 400.0);
        assert_eq!(part.first().map(String::as_str), Some("101.0"));
        assert!(part.len() >= 3, "{part:?}");
    }

    #[test]
    fn labels_have_room_whatever_their_size_and_none_is_cut_at_the_end() {
        let axes = Axes::of(&plot(&[(0.0, 0.0), (784.0, 1.0)]));
        for size in [12.0, 24.0, 40.0] {
            let ticks = Ticks::new(axes.x, AxisDirection::Across).sized(size);
            for high in [784.0, 800.0, 801.0, 840.0] {
                let marks = ticks.lines(&GridInput {
                    bounds: (0.0, high),
                    base_step_size: high / 400.0 * f64::from(SPACING),
                });
                let mut before = f64::NEG_INFINITY;
                for mark in marks {
                    let text = ticks.text(mark);
                    let half = f64::from(size) * 0.55 * text.chars().count() as f64 / 2.0;
                    let at = mark.value / high * 400.0;
                    assert!(
                        at + half <= 410.0 && at - half >= before,
                        "{text} at {size}"
                    );
                    before = at + half;
                }
            }
        }
    }

    #[test]
    fn a_logarithmic_axis_is_read_as_the_numbers_that_it_stands_for() {
        let logarithmic = Plot {
            log_y: true,
            ..plot(&[(1.0, 1e-6), (2.0, 1e3), (3.0, 0.0)])
        };
        let axes = Axes::of(&logarithmic);
        assert_eq!(axes.point((2.0, 1e3)), Some([2.0, 3.0]));
        assert_eq!(axes.point((3.0, 0.0)), None);
        let [_, ends] = axes.ends();
        let read = texts(axes.y, AxisDirection::Up, ends, 300.0);
        assert!(read.contains(&"10⁻⁶".to_owned()), "{read:?}");
        assert!(read.contains(&"1".to_owned()), "{read:?}");
    }

    #[test]
    fn whatever_the_points_are_the_axes_have_ends_and_few_ticks() {
        let whatever: [&[(f64, f64)]; 6] = [
            &[],
            &[(3.0, 7.0)],
            &[(0.0, 0.0)],
            &[(1.0, 5.0), (2.0, 5.0)],
            &[(f64::NAN, f64::INFINITY), (f64::NEG_INFINITY, 1.0)],
            &[(-1e300, 1e300), (1e300, -1e300)],
        ];
        for points in whatever {
            for (log_x, log_y) in [(false, false), (true, true)] {
                let axes = Axes::of(&Plot {
                    log_x,
                    log_y,
                    ..plot(points)
                });
                let sides = [
                    (axes.x, AxisDirection::Across, 500.0),
                    (axes.y, AxisDirection::Up, 200.0),
                ];
                for ((axis, way, length), ends) in sides.into_iter().zip(axes.ends()) {
                    assert!(
                        ends.0 < ends.1 && (ends.1 - ends.0).is_finite(),
                        "{points:?}"
                    );
                    let read = texts(axis, way, ends, length);
                    assert!((1..=12).contains(&read.len()), "{points:?}: {read:?}");
                }
            }
        }
        let axes = Axes::of(&plot(&[]));
        assert_eq!(axes.ends().map(|(low, _)| low < -0.3), [false; 2]);
    }
}
