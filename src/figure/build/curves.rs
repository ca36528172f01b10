//! Error against parameters, and singular values.

use super::{Context, Look};
use crate::approx::curve::CurvePoint;
use crate::approx::{Evaluation, MethodSettings, Spectra};
use crate::figure::table::{Cell, Column, Row, Table};
use crate::figure::{Element, Figure, Guide, GuideAxis, Mark, Plot, Series, SeriesStyle, label};

/// More blocks than this are shown by their largest, median and smallest singular values.
const MOST_LINES: usize = 128;

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
    let look = |curve: &ErrorCurve| Look::method(curve.settings.method(), context.theme);
    let series = curves.iter().map(|curve| Series {
        name: curve.settings.name_of_curve(),
        ..look(curve).line(plot_points(curve.points))
    });
    let mark = |curve: &ErrorCurve| {
        let (one, look) = (curve.present?, look(curve));
        Some(Mark {
            x: one.params as f64,
            y: one.error,
            color: look.color,
            marker: look.marker,
            label: label::error(one.error),
        })
    };
    let (log_x, x_range) = parameter_axis(entries, curves);
    let plot = Plot {
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
    };
    let described = curves.iter().filter_map(|curve| {
        let one = curve.present?;
        let (name, setting) = (one.method().title(), one.settings.describe());
        Some(format!("{name}: {setting}, {} parameters", one.params))
    });
    let description = described.collect::<Vec<_>>().join("; ");
    context
        .figure(Figure::COLUMN, "Error against parameters", description)
        .with_row(vec![Element::Plot(plot)])
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
        let look = Look::method(curve.settings.method(), context.theme);
        curve.points.iter().map(move |point| Row {
            color: Some(look.color),
            cells: vec![
                Cell::text(look.name.clone()),
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
            Column::right("Parameters"),
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

/// One method's singular values and the ranks that it keeps of them.
#[derive(Debug, Clone)]
pub struct MethodSpectrum<'a> {
    /// The method with its setting.
    pub settings: &'a MethodSettings,
    /// The singular values of every block.
    pub spectra: &'a Spectra,
    /// The rank of each block, in the layout's order.
    pub ranks: &'a [usize],
}

/// Singular values on one logarithmic scale, a plot per method: a line per block, the kept values
/// as points, and the cut where all blocks share it. Values below the numerical rank's threshold
/// are left out.
pub fn singular_values(context: &Context, methods: &[MethodSpectrum]) -> Figure {
    let counted: Vec<Vec<&[f64]>> = methods
        .iter()
        .map(|method| above_threshold(method.spectra))
        .collect();
    let values = counted.iter().flatten().copied().flatten().copied();
    let (low, high) = values.fold((f64::INFINITY, 0.0f64), |(low, high), sigma| {
        (low.min(sigma), high.max(sigma))
    });
    let pad = (high / low).powf(0.07).max(1.3);
    let range = (high > 0.0).then_some((low / pad, high * pad));
    let plots = methods.iter().zip(&counted).enumerate();
    let plots = plots.map(|(i, (method, sigma))| Plot {
        y_label: if i == 0 { "singular value σ" } else { "" }.to_owned(),
        y_range: range,
        ..spectrum(context, method, sigma)
    });
    let described: Vec<String> = methods
        .iter()
        .map(|one| {
            let name = one.settings.method().title();
            format!("{name}: {}", one.settings.describe())
        })
        .collect();
    let width = if methods.len() > 1 {
        Figure::PAGE
    } else {
        Figure::COLUMN
    };
    context
        .figure(width, "Singular values", described.join("; "))
        .with_row(plots.map(Element::Plot).collect())
}

fn spectrum(context: &Context, method: &MethodSpectrum, sigma: &[&[f64]]) -> Plot {
    let look = Look::method(method.settings.method(), context.theme);
    let style = if sigma.len() == 1 {
        SeriesStyle::Line
    } else {
        SeriesStyle::FaintLine
    };
    let unnamed = |points| Series {
        name: String::new(),
        ..look.line(points)
    };
    let lines = block_lines(sigma).into_iter().map(unnamed);
    let kept = sigma.iter().zip(method.ranks).flat_map(|(sigma, rank)| {
        let values = sigma.iter().take(*rank).enumerate();
        values.map(|(i, sigma)| ((i + 1) as f64, *sigma))
    });
    let kept = Series {
        name: method.settings.describe(),
        ..look.line(kept.collect())
    };
    Plot {
        title: Some(look.name.clone()),
        title_color: Some(look.color),
        x_label: "index".to_owned(),
        whole_x: true,
        log_y: true,
        series: lines
            .map(|line| line.styled(style, look.marker))
            .chain([kept.styled(SeriesStyle::Points, look.marker)])
            .collect(),
        guides: cut(method, &look).into_iter().collect(),
        ..Plot::default()
    }
}

/// Each block's values that count towards a numerical rank; numerically zero ones would only
/// stretch the axis to 1e-16.
fn above_threshold(spectra: &Spectra) -> Vec<&[f64]> {
    let blocks = spectra.sigma.iter().enumerate();
    blocks
        .map(|(block, sigma)| &sigma[..spectra.numerical_rank(block)])
        .collect()
}

/// A line per block, or the largest, median and smallest values where there are too many.
fn block_lines(blocks: &[&[f64]]) -> Vec<Vec<(f64, f64)>> {
    if blocks.len() <= MOST_LINES {
        let line = |sigma: &&[f64]| {
            let values = sigma.iter().enumerate();
            values.map(|(i, sigma)| ((i + 1) as f64, *sigma)).collect()
        };
        return blocks.iter().map(line).collect();
    }
    let longest = blocks
        .iter()
        .map(|sigma| sigma.len())
        .max()
        .unwrap_or_default();
    let mut lines = vec![Vec::new(); 3];
    for i in 0..longest {
        let mut values: Vec<f64> = blocks
            .iter()
            .filter_map(|sigma| sigma.get(i))
            .copied()
            .collect();
        values.sort_by(f64::total_cmp);
        let last = values.len() - 1;
        for (line, at) in lines.iter_mut().zip([last, last / 2, 0]) {
            line.push(((i + 1) as f64, values[at]));
        }
    }
    lines
}

/// The line between kept and dropped values, where it is the same for every block.
fn cut(method: &MethodSpectrum, look: &Look) -> Option<Guide> {
    let rank = *method.ranks.first()?;
    let shared = method.ranks.iter().all(|other| *other == rank);
    shared.then(|| Guide {
        axis: GuideAxis::X,
        at: rank as f64 + 0.5,
        label: format!("rank {rank}"),
        color: Some(look.color),
    })
}
