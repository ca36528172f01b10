//! A step of the build-up: reconstructions over the curves that their marks run down.

use super::Context;
use super::approximation::{Approximation, pictures};
use super::curves::{ErrorCurve, error_mark, error_plot};
use crate::approx::Evaluation;
use crate::figure::palette::Theme;
use crate::figure::{Element, Figure, Mark, Plot, label};

/// The error of nothing: all of ‖W‖ is missed.
const NOTHING: f64 = 1.0;

/// Original and reconstructions side by side, `plot` below, `caption` above.
pub fn build_up(context: &Context, shown: &Approximation, plot: Plot, caption: &str) -> Figure {
    let title = format!("{}, built up term by term", label::clean(shown.name));
    let mut figure = context
        .figure(Figure::PAGE, &title, caption.to_owned())
        .with_one_line_title(format!("{}: {caption}", label::clean(shown.name)));
    figure.rows.push(pictures(context, shown));
    figure.with_row(vec![Element::Plot(plot)])
}

/// Error against parameters from nothing on, marked at `step`. `curves` end at the present settings'
/// axes, so that these are the same at every step.
pub fn build_up_plot(
    theme: Theme,
    entries: usize,
    curves: &[ErrorCurve],
    step: &[&Evaluation],
) -> Plot {
    let mut plot = error_plot(theme, entries, curves);
    for series in &mut plot.series {
        series.points.insert(0, (0.0, NOTHING));
    }
    if let Some((_, high)) = &mut plot.y_range {
        *high = high.max(1.04 * NOTHING);
    }
    let mark = |one: &&Evaluation| Mark {
        label: label::error(one.error),
        ..error_mark(theme, one)
    };
    plot.marks = step.iter().map(mark).collect();
    plot
}
