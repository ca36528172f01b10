//! Accuracy against the error of the matrix: projections of full fine-tuning's update, and trained
//! adapters of the same form.

use super::{Context, Look};
use crate::experiment::{Against, Correlation, Projections};
use crate::figure::palette::Theme;
use crate::figure::table::{Cell, Column, Row, Table};
use crate::figure::{Element, Figure, Guide, GuideAxis, Plot, SeriesStyle, label};
use crate::finetune::Layout;

/// A plot for each accuracy that the error is held against, and the correlations below.
pub fn projections(context: &Context, found: &Projections) -> Figure {
    let plots = projection_plots(context.theme, found);
    context
        .figure(
            Figure::PAGE,
            "Accuracy against the error of the matrix",
            projection_sentence(found),
        )
        .with_row(plots.into_iter().map(Element::Plot).collect())
        .with_row(vec![Element::Table(correlation_table(
            found,
            context.theme,
        ))])
        .with_row(vec![Element::Notes(vec![format!(
            "{}.",
            projection_sentence(found)
        )])])
}

/// The plots of [`projections`], on one scale.
pub fn projection_plots(theme: Theme, found: &Projections) -> [Plot; 3] {
    let accuracies = found.points.iter().flat_map(|point| {
        Against::ALL
            .into_iter()
            .filter_map(|against| against.of(point))
    });
    let full = mean(found.full.iter().map(|(_, accuracy)| *accuracy));
    let lowest = accuracies.fold(full, f64::min);
    Against::ALL.map(|against| {
        let series = Layout::ALL.map(|layout| {
            let look = Look::layout(layout, theme);
            let points = found.points.iter();
            let points = points.filter(|point| point.configuration.layout == layout);
            let points =
                points.filter_map(|point| Some((point.projection.error, against.of(point)?)));
            look.line(points.collect())
                .styled(SeriesStyle::Points, look.marker)
        });
        let title = match found.correlation(None, against) {
            Some(one) => format!("{}: ρ = {}", against.name(), label::two_decimals(one.mean)),
            None => against.name().to_owned(),
        };
        Plot {
            title: Some(title),
            x_label: "error of the matrix ‖ΔW − Ŵ‖ / ‖ΔW‖".to_owned(),
            y_label: "test accuracy, %".to_owned(),
            x_range: Some((0.0, 1.0)),
            y_range: Some((lowest - 2.0, full + 2.0)),
            series: series.into(),
            guides: vec![Guide {
                axis: GuideAxis::Y,
                at: full,
                label: "full fine-tuning".to_owned(),
                color: None,
            }],
            ..Plot::default()
        }
    })
}

/// Spearman's rank correlation of each layout and of all, with the lowest and highest of the seeds.
pub fn correlation_table(found: &Projections, theme: Theme) -> Table {
    let mut columns = vec![Column::left("Configurations"), Column::right("Count")];
    columns.extend(Against::ALL.map(|against| Column::right(against.name())));
    let layouts = Layout::ALL.into_iter().map(Some).chain([None]);
    let rows = layouts.map(|layout| {
        let points = found
            .points
            .iter()
            .filter(|point| layout.is_none_or(|layout| point.configuration.layout == layout));
        let count = points.count() / found.full.len().max(1);
        let mut cells = vec![
            Cell::text(layout.map_or("all", Layout::name)),
            Cell::count(count),
        ];
        cells.extend(
            Against::ALL.map(|against| match found.correlation(layout, against) {
                Some(one) => Cell::number(told(&one), one.mean),
                None => Cell::none(),
            }),
        );
        Row {
            color: layout.map(|layout| Look::layout(layout, theme).color),
            cells,
        }
    });
    Table {
        title: Some("Rank correlation of −error and accuracy (Spearman)".to_owned()),
        columns,
        rows: rows.collect(),
    }
}

/// Every point with its numbers, for programs.
pub fn projection_table(found: &Projections, theme: Theme) -> Table {
    let rows = found.points.iter().map(|point| {
        let number = |value: f64, text: String| Cell::number(text, value);
        let accuracy = |value: f64| number(value, label::two_decimals(value));
        let configuration = point.configuration;
        Row {
            color: Some(Look::layout(configuration.layout, theme).color),
            cells: vec![
                Cell::text(point.seed.to_string()),
                Cell::text(configuration.layout.id()),
                Cell::count(configuration.segments),
                Cell::count(configuration.rank),
                Cell::count(point.params),
                number(point.projection.error, label::error(point.projection.error)),
                accuracy(point.projection.accuracy),
                accuracy(point.projection.accuracy_frozen),
                point.trained.map_or_else(|| Cell::text(""), accuracy),
            ],
        }
    });
    Table {
        title: None,
        columns: vec![
            Column::right("seed"),
            Column::left("layout"),
            Column::right("segments"),
            Column::right("rank"),
            Column::right("params"),
            Column::right("matrix_error"),
            Column::right("accuracy_projected"),
            Column::right("accuracy_projected_frozen"),
            Column::right("accuracy_trained"),
        ],
        rows: rows.collect(),
    }
}

/// The correlations in a sentence.
pub fn projection_sentence(found: &Projections) -> String {
    let part = |against: Against, what: &str| {
        let one = found.correlation(None, against)?;
        Some(format!("{} {what}", told(&one)))
    };
    let parts = [
        part(Against::Projected, "with the accuracy of the projection"),
        part(Against::Trained, "with that of the trained adapter"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.is_empty() {
        true => "Too few configurations for a rank correlation".to_owned(),
        false => format!(
            "A lower error of the matrix correlates {}",
            parts.join(", ")
        ),
    }
}

/// `0.97 (0.96 to 0.98)`.
fn told(one: &Correlation) -> String {
    let number = label::two_decimals;
    let [low, high] = <[f64; 2]>::from(one.range).map(number);
    match low == high {
        true => number(one.mean),
        false => format!("{} ({})", number(one.mean), label::span(&low, &high)),
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len().max(1);
    values.sum::<f64>() / count as f64
}
