//! One axis of a plot: values to places, and the ticks that fit. The screen and the exported figure
//! take their axes from here, so that both end at the same numbers.

use super::plot::{GuideAxis, Plot};
use super::ticks::{self, Tick};

/// Beyond this, sums of two values would leave f64.
const LARGEST: f64 = 1e300;
const SMALLEST: f64 = 1e-300;
/// Free space at both ends, as a share of the axis.
const PADDING: f64 = 0.04;

/// A scale from values to places on the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    low: f64,
    high: f64,
    log: bool,
    /// Ticks stand at whole numbers only.
    whole: bool,
    /// The place of `low`, in points.
    start: f64,
    /// The place of `high`, in points.
    end: f64,
}

impl Axis {
    /// An axis that shows all `values` that it can: the finite ones, above zero if it is
    /// logarithmic. Equal ends are pulled apart, and without any value it runs from 0 (or 0.1) to 1.
    pub fn around(values: impl Iterator<Item = f64>, log: bool, from_zero: bool) -> Self {
        let shown = values
            .filter(|value| value.is_finite() && (!log || *value > 0.0))
            .map(|value| value.clamp(-LARGEST, LARGEST));
        let shown = shown.map(|value| if log { value.max(SMALLEST) } else { value });
        let ends = shown.fold(None, |ends: Option<(f64, f64)>, value| {
            let (low, high) = ends.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        });
        let (low, high) = ends.unwrap_or(if log { (0.1, 1.0) } else { (0.0, 1.0) });
        let axis = Self::between(low, high, log);
        let pad = PADDING * (axis.scaled(axis.high) - axis.scaled(axis.low));
        if log {
            return Self {
                low: axis.low / 10f64.powf(pad),
                high: axis.high * 10f64.powf(pad),
                ..axis
            };
        }
        Self {
            low: if from_zero && low >= 0.0 {
                0.0
            } else {
                axis.low - pad
            },
            high: axis.high + pad,
            ..axis
        }
    }

    /// An axis with given ends.
    pub fn between(low: f64, high: f64, log: bool) -> Self {
        let least = if log { SMALLEST } else { -LARGEST };
        let tame = |value: f64| {
            if value.is_nan() {
                least
            } else {
                value.clamp(least, LARGEST)
            }
        };
        let (mut low, mut high) = (tame(low.min(high)), tame(low.max(high)));
        // Nothing can be told apart below the resolution of f64.
        if high - low <= low.abs().max(high.abs()) * 1e-12 {
            if log {
                (low, high) = (low / 2.0, high * 2.0);
            } else {
                let around = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
                (low, high) = (low - around, high + around);
            }
        }
        Self {
            low,
            high,
            log,
            whole: false,
            start: 0.0,
            end: 1.0,
        }
    }

    /// This axis laid from `start` to `end`, in points.
    #[must_use]
    pub fn laid(self, start: f64, end: f64) -> Self {
        Self { start, end, ..self }
    }

    /// This axis with ticks at whole numbers only.
    #[must_use]
    pub fn whole(self, whole: bool) -> Self {
        Self { whole, ..self }
    }

    /// The values at both ends.
    pub fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// A value as the axis counts it: its decimal logarithm where the axis is logarithmic.
    pub fn scaled(&self, value: f64) -> f64 {
        if self.log { value.log10() } else { value }
    }

    /// An axis of this kind between two places that are given as [`Axis::scaled`] counts them.
    #[must_use]
    pub fn seen(self, low: f64, high: f64) -> Self {
        let value = |scaled: f64| match self.log {
            true => 10f64.powf(scaled),
            false => scaled,
        };
        Self::between(value(low), value(high), self.log).whole(self.whole)
    }

    /// The place of a value, in points; `None` for what the axis cannot show.
    pub fn place(&self, value: f64) -> Option<f64> {
        if !value.is_finite() || (self.log && value <= 0.0) {
            return None;
        }
        let (low, high) = (self.scaled(self.low), self.scaled(self.high));
        let share = (self.scaled(value) - low) / (high - low);
        // Far outside is as good as outside, and keeps the numbers in the file small.
        Some(self.start + share.clamp(-20.0, 20.0) * (self.end - self.start))
    }

    /// The foot of a bar: zero, or the lower end.
    pub fn foot(&self) -> f64 {
        let zero = if self.log {
            self.low
        } else {
            0f64.clamp(self.low, self.high)
        };
        self.place(zero).unwrap_or(self.start)
    }

    /// As many ticks as fit, when a label takes `room` points along the axis.
    pub fn ticks(&self, most: usize, room: impl Fn(&str) -> f64) -> Vec<Tick> {
        let at = |wanted| {
            if self.log {
                ticks::logarithmic(self.low, self.high, wanted)
            } else if self.whole {
                ticks::whole(self.low, self.high, wanted)
            } else {
                ticks::linear(self.low, self.high, wanted)
            }
        };
        let fits = |ticks: &Vec<Tick>| {
            let labelled: Vec<(f64, f64)> = ticks
                .iter()
                .filter(|tick| !tick.label.is_empty())
                .filter_map(|tick| Some((self.place(tick.value)?, room(&tick.label))))
                .collect();
            labelled
                .windows(2)
                .all(|pair| (pair[0].0 - pair[1].0).abs() >= (pair[0].1 + pair[1].1) / 2.0)
        };
        (2..=most.max(2))
            .rev()
            .map(at)
            .find(fits)
            .unwrap_or_default()
    }
}

impl Plot {
    /// The horizontal axis, with all that is to be seen on it.
    pub fn x_axis(&self) -> Axis {
        if let Some((low, high)) = self.x_range {
            return Axis::between(low, high, self.log_x).whole(self.whole_x);
        }
        let points = self.series.iter().flat_map(|series| &series.points);
        let marks = self.marks.iter().map(|mark| mark.x);
        let values = points.map(|point| point.0).chain(marks);
        Axis::around(
            values.chain(self.guides_on(GuideAxis::X)),
            self.log_x,
            false,
        )
        .whole(self.whole_x)
    }

    /// The vertical axis, with all that is to be seen on it.
    pub fn y_axis(&self) -> Axis {
        if let Some((low, high)) = self.y_range {
            return Axis::between(low, high, self.log_y);
        }
        let points = self.series.iter().flat_map(|series| {
            let spread = series.spread.iter().flat_map(|(low, high)| [*low, *high]);
            series.points.iter().map(|point| point.1).chain(spread)
        });
        let marks = self.marks.iter().map(|mark| mark.y);
        let values = points.chain(marks).chain(self.guides_on(GuideAxis::Y));
        Axis::around(values, self.log_y, self.y_from_zero)
    }

    /// The names in the place of the vertical axis's ticks, as ticks; none where it has numbers.
    pub fn named_ticks(&self) -> Vec<Tick> {
        let named = self.y_names.iter().map(|(value, name)| Tick {
            value: *value,
            label: name.clone(),
        });
        named.collect()
    }

    fn guides_on(&self, axis: GuideAxis) -> impl Iterator<Item = f64> {
        let on_axis = self.guides.iter().filter(move |guide| guide.axis == axis);
        on_axis.map(|guide| guide.at)
    }
}
