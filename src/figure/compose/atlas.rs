//! The atlas: a bar for every structure at its best, and the error of each at every budget.

use super::{Context, Look};
use crate::approx::atlas::{Atlas, AtlasEntry};
use crate::figure::palette::Theme;
use crate::figure::table::{Cell, Column, Row, Table};
use crate::figure::{Element, Figure, Guide, GuideAxis, Mark, Plot, SeriesStyle, label};

/// The ranked bars beside the curves, and the numbers below. `entries` is the matrix's size, where
/// storing it whole costs the same.
pub fn atlas(context: &Context, found: &Atlas, entries: usize) -> Figure {
    let theme = context.theme;
    // The sentences are on all that was tried.
    let mut shown = found.clone();
    let shows = |one: &AtlasEntry| context.shows(one.evaluation.method());
    shown.entries.retain(shows);
    let notes = std::iter::once(found.sentence()).chain(found.remarks());
    context
        .figure(Figure::PAGE, "Atlas of structures", found.sentence())
        .with_row(vec![
            Element::Plot(atlas_bars(theme, &shown)),
            Element::Plot(atlas_curves(theme, &shown, entries)),
        ])
        .with_row(vec![Element::Table(atlas_table(&shown, theme))])
        .with_row(vec![Element::Notes(
            notes.map(|note| format!("{note}.")).collect(),
        )])
}

/// A bar for each structure, the lowest error at the top: a series with one point each, in the order
/// of the atlas.
pub fn atlas_bars(theme: Theme, found: &Atlas) -> Plot {
    let count = found.entries.len();
    let height = |place: usize| (count - place) as f64;
    let looks = found.entries.iter().enumerate();
    let looks = looks.map(|(place, one)| {
        let at = (one.evaluation.error, height(place));
        (at, Look::method(one.evaluation.method(), theme))
    });
    let bars: Vec<_> = looks.collect();
    let largest = bars
        .iter()
        .map(|((error, _), _)| *error)
        .fold(0.0, f64::max);
    Plot {
        x_label: "error ‖W − Ŵ‖ / ‖W‖".to_owned(),
        // The longest bar's number stands behind it, and an exact one's mark beside its name.
        x_range: Some(match largest > 0.0 {
            true => (-0.04 * largest, 1.35 * largest),
            false => (-0.04, 1.0),
        }),
        y_range: Some((0.4, count.max(1) as f64 + 0.6)),
        y_names: bars
            .iter()
            .map(|((_, height), look)| (*height, look.name.clone()))
            .collect(),
        series: bars
            .iter()
            .map(|(at, look)| {
                let mut bar = look.line(vec![*at]).styled(SeriesStyle::Bars, look.marker);
                // Its name stands at the axis.
                bar.name.clear();
                bar
            })
            .collect(),
        marks: bars
            .iter()
            .map(|((error, height), look)| Mark {
                x: *error,
                y: *height,
                color: look.color,
                marker: look.marker,
                hollow: false,
                label: label::error(*error),
            })
            .collect(),
        ..Plot::default()
    }
}

/// The lowest error of each structure at every number of parameters, a series each in the order of
/// the atlas.
pub fn atlas_curves(theme: Theme, found: &Atlas, entries: usize) -> Plot {
    let series = found.entries.iter().map(|one| {
        let points = one.curve.iter();
        let points = points.map(|point| (point.params as f64, point.error));
        let look = Look::method(one.evaluation.method(), theme);
        look.line(points.collect())
    });
    let cheapest = found.entries.iter().filter_map(|one| one.curve.first());
    let cheapest = cheapest.map(|point| point.params).min().unwrap_or(1);
    let mark = |one: &AtlasEntry| {
        let look = Look::method(one.evaluation.method(), theme);
        Mark {
            x: one.evaluation.params as f64,
            y: one.evaluation.error,
            color: look.color,
            marker: look.marker,
            hollow: false,
            label: String::new(),
        }
    };
    let budget = found.budget.saturating_mul(found.channels);
    Plot {
        x_label: "parameters".to_owned(),
        y_label: "error ‖W − Ŵ‖ / ‖W‖".to_owned(),
        log_x: budget / 100 > cheapest,
        x_range: Some((cheapest as f64 * 0.9, budget as f64 * 1.05)),
        y_range: Some((0.0, 1.04)),
        series: series.collect(),
        marks: found.entries.iter().map(mark).collect(),
        guides: vec![
            Guide {
                axis: GuideAxis::X,
                at: budget as f64,
                label: format!("budget {}", label::count(budget)),
                color: None,
            },
            Guide {
                axis: GuideAxis::X,
                at: entries as f64,
                label: format!("dense: {}", label::count(entries)),
                color: None,
            },
        ],
        ..Plot::default()
    }
}

/// The numbers, a row for each structure.
pub fn atlas_table(found: &Atlas, theme: Theme) -> Table {
    let rows = found.entries.iter().enumerate().map(|(place, entry)| {
        let one = &entry.evaluation;
        let look = Look::method(one.method(), theme);
        Row {
            color: Some(look.color),
            cells: vec![
                Cell::count(place + 1),
                Cell::named(look.name, one.method().key()),
                Cell::text(one.describe()),
                Cell::count(one.params),
                Cell::named(
                    label::bits(one.structure_bits),
                    one.structure_bits.to_string(),
                ),
                Cell::number(label::error(one.error), one.error),
                Cell::count(entry.tried),
            ],
        }
    });
    Table {
        title: None,
        columns: vec![
            Column::right("Place"),
            Column::left("Structure").keyed("method"),
            Column::left("Best setting").keyed("setting"),
            Column::right("Parameters").keyed("params"),
            Column::right(super::BITS).keyed("structure_bits"),
            Column::right("Error"),
            Column::right("Tried"),
        ],
        rows: rows.collect(),
    }
}
