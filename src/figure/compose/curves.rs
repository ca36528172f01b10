//! Error against parameters.

use super::{Context, Look};
use crate::approx::curve::CurvePoint;
use crate::approx::{Evaluation, MethodSettings};
use crate::figure::palette::Theme;
use crate::figure::table::{Cell, Column, Row, Table};
use crate::figure::{Element, Figure, Guide, GuideAxis, Mark, Plot, Series, label};

/// One method's error at every budget.
#[derive(Debug, Clone)]
pub struct ErrorCurve<'a> {
    /// The method with its present N or K.
    pub settings: &'a MethodSettings,
    /// The curve.
    pub points: &'a [CurvePoint],
    /// The present setting, marked on the curve.
    pub present: Option<&'a Evaluation>,
}

/// Error against parameters for all methods, the present settings marked. `entries` is the
/// matrix's size, where storing it whole costs the same.
pub fn error_against_parameters(
    context: &Context,
    entries: usize,
    curves: &[ErrorCurve],
) -> Figure {
    let described = curves.iter().filter_map(|curve| {
        let one = curve.present?;
        let (name, setting) = (one.method().title(), one.describe());
        Some(format!(
            "{name}: {setting}, {}",
            label::parameters(one.params)
        ))
    });
    let description = described.collect::<Vec<_>>().join("; ");
    let plot = error_plot(context.theme, entries, curves);
    context
        .figure(Figure::COLUMN, "Error against parameters", description)
        .with_row(vec![Element::Plot(plot)])
}

/// The plot of [`error_against_parameters`]: a series per curve, in their order.
pub fn error_plot(theme: Theme, entries: usize, curves: &[ErrorCurve]) -> Plot {
    let series = curves.iter().map(|curve| Series {
        name: curve.settings.name_of_curve(),
        ..Look::method(curve.settings.method(), theme).line(plot_points(curve.points))
    });
    let mark = |curve: &ErrorCurve| {
        let one = curve.present?;
        Some(Mark {
            label: label::error(one.error),
            ..error_mark(theme, one)
        })
    };
    let (log_x, x_range) = parameter_axis(entries, curves);
    Plot {
        x_label: "parameters".to_owned(),
        y_label: "error ‖W − Ŵ‖ / ‖W‖".to_owned(),
        log_x,
        x_range: Some(x_range),
        y_range: Some((0.0, highest(curves))),
        series: series.collect(),
        marks: curves.iter().filter_map(mark).collect(),
        guides: vec![Guide {
            axis: GuideAxis::X,
            at: entries as f64,
            label: format!("dense: {}", label::count(entries)),
            color: None,
        }],
        ..Plot::default()
    }
}

/// The place of a result in [`error_plot`], without a label.
pub fn error_mark(theme: Theme, one: &Evaluation) -> Mark {
    let look = Look::method(one.method(), theme);
    Mark {
        x: one.params as f64,
        y: one.error,
        color: look.color,
        marker: look.marker,
        hollow: false,
        label: String::new(),
    }
}

/// Whether the axis of parameters is logarithmic, and its ends: a little beyond the whole matrix,
/// or the most expensive present setting.
fn parameter_axis(entries: usize, curves: &[ErrorCurve]) -> (bool, (f64, f64)) {
    let dense = entries as f64;
    let present = curves.iter().filter_map(|curve| curve.present);
    let last = present.map(|one| one.params as f64).fold(dense, f64::max);
    let cheapest = curves.iter().filter_map(|curve| curve.points.first());
    let first = cheapest
        .map(|point| point.params as f64)
        .fold(dense, f64::min);
    // Below a hundredth of the matrix everything would stand at the left edge.
    let logarithmic = first > 0.0 && dense / first > 100.0;
    let low = if logarithmic { first / 1.1 } else { 0.0 };
    (logarithmic, (low, last * 1.08))
}

/// The curves' numbers, a row per point.
pub fn curve_table(context: &Context, curves: &[ErrorCurve]) -> Table {
    let rows = curves.iter().flat_map(|curve| {
        let method = curve.settings.method();
        let look = Look::method(method, context.theme);
        curve.points.iter().map(move |point| Row {
            color: Some(look.color),
            cells: vec![
                Cell::named(look.name.clone(), method.key()),
                Cell::text(point.rank.to_string()),
                Cell::count(point.params),
                Cell::number(label::error(point.error), point.error),
            ],
        })
    });
    Table {
        title: None,
        columns: vec![
            Column::left("Method"),
            Column::right("Rank"),
            Column::right("Parameters").keyed("params"),
            Column::right("Error"),
        ],
        rows: rows.collect(),
    }
}

fn highest(curves: &[ErrorCurve]) -> f64 {
    let errors = curves.iter().flat_map(|curve| curve.points);
    let present = curves.iter().filter_map(|curve| curve.present);
    let errors = errors
        .map(|point| point.error)
        .chain(present.map(|one| one.error));
    let highest = errors.filter(|error| error.is_finite()).fold(0.0, f64::max);
    if highest > 0.0 { highest * 1.04 } else { 1.0 }
}

fn plot_points(points: &[CurvePoint]) -> Vec<(f64, f64)> {
    let place = |point: &CurvePoint| (point.params as f64, point.error);
    points.iter().map(place).collect()
}
