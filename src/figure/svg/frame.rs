//! The frame of a plot, which maps values to places.

use crate::figure::axis::Axis;
use crate::figure::place::Area;

/// The area between the axes and what maps values into it.
pub(super) struct Frame {
    pub(super) area: Area,
    pub(super) x_axis: Axis,
    pub(super) y_axis: Axis,
}

impl Frame {
    pub(super) fn place(&self, (x, y): (f64, f64)) -> Option<(f64, f64)> {
        Some((self.x_axis.place(x)?, self.y_axis.place(y)?))
    }
}
