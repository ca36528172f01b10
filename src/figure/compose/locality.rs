//! The locality test: the null distributions with the matrix's own value.

use super::{Context, Look};
use crate::analysis::{Locality, LocalityQuestion, LocalitySurvey};
use crate::approx::Method;
use crate::approx::locality::NullTest;
use crate::figure::palette::Theme;
use crate::figure::table::{Cell, Column, Row, Table};
use crate::figure::{Element, Figure, Guide, GuideAxis, Plot, SeriesStyle, label};

/// The three questions side by side, and the numbers below.
pub fn locality(context: &Context, found: &Locality) -> Figure {
    let plots = locality_plots(context.theme, found);
    context
        .figure(Figure::PAGE, "Locality test", found.verdict())
        .with_row(plots.into_iter().map(Element::Plot).collect())
        .with_row(vec![Element::Table(locality_table(found, context.theme))])
}

/// A histogram of the null for each question, in the colour of the method that it is about.
pub fn locality_plots(theme: Theme, found: &Locality) -> [Plot; 3] {
    LocalityQuestion::ALL.map(|question| {
        let (look, test) = (look(question, theme), found.answer(question));
        let mut series = look.line(histogram(test));
        // The question above says whose bars these are.
        series.name.clear();
        let highest = series.points.iter().map(|bar| bar.1).fold(0.0, f64::max);
        Plot {
            title: Some(format!(
                "Is it {}?\n{}",
                question.adjective(),
                found.told(question)
            )),
            x_label: Locality::short_statistic(question).to_owned(),
            y_label: "draws, %".to_owned(),
            // The value's label has room above the bars.
            y_range: Some((0.0, if highest > 0.0 { highest * 1.3 } else { 1.0 })),
            series: vec![series.styled(SeriesStyle::Steps, look.marker)],
            guides: vec![Guide {
                axis: GuideAxis::X,
                at: test.statistic,
                label: format!("this matrix {}", label::error(test.statistic)),
                color: None,
            }],
            x_range: Some(range(test)),
            ..Plot::default()
        }
    })
}

/// The shares label by label as a plot, and the numbers below.
pub fn locality_by_label(context: &Context, found: &LocalitySurvey) -> Figure {
    let plot = locality_label_plot(context.theme, found);
    context
        .figure(
            Figure::COLUMN,
            "Locality over the data set",
            found.sentence(),
        )
        .with_row(vec![Element::Plot(plot)])
        .with_row(vec![Element::Table(locality_label_table(found))])
        .with_row(vec![Element::Notes(vec![format!("{}.", found.sentence())])])
}

/// The share of each label's images with the answer yes, a series for each question.
pub fn locality_label_plot(theme: Theme, found: &LocalitySurvey) -> Plot {
    let shares = found.by_label();
    let questions = LocalityQuestion::ALL.into_iter().enumerate();
    let series = questions.map(|(place, question)| {
        let points = shares.iter();
        let points =
            points.filter_map(|one| Some((f64::from(one.label?), 100.0 * one.shares[place])));
        let look = look(question, theme);
        let mut series = look
            .line(points.collect())
            .styled(SeriesStyle::LineWithPoints, look.marker);
        question.adjective().clone_into(&mut series.name);
        series
    });
    Plot {
        x_label: "label".to_owned(),
        whole_x: true,
        y_label: "images beyond chance at 1 %, %".to_owned(),
        y_range: Some((0.0, 104.0)),
        series: series.collect(),
        ..Plot::default()
    }
}

/// The numbers of [`locality_by_label`], a row per label and one for all.
pub fn locality_label_table(found: &LocalitySurvey) -> Table {
    let mut columns = vec![Column::left("Label").keyed("digit"), Column::right("Count")];
    let keys = ["local", "diagonal", "global"];
    let questions = LocalityQuestion::ALL.into_iter().zip(keys);
    columns.extend(questions.map(|(question, key)| {
        let name = question.adjective();
        let first = name.chars().take(1).flat_map(char::to_uppercase);
        let name: String = first.chain(name.chars().skip(1)).collect();
        Column::right(name).keyed(key)
    }));
    let rows = found.by_label().into_iter().map(|one| {
        let name = one
            .label
            .map_or_else(|| "all".to_owned(), |label| label.to_string());
        let shares = one
            .shares
            .map(|share| Cell::number(label::percent(share), share));
        Row {
            color: None,
            cells: [Cell::text(name), Cell::count(one.count)]
                .into_iter()
                .chain(shares)
                .collect(),
        }
    });
    Table {
        title: Some("Images beyond chance at 1 %".to_owned()),
        columns,
        rows: rows.collect(),
    }
}

/// The numbers of [`locality`], a row per question.
pub fn locality_table(found: &Locality, theme: Theme) -> Table {
    let rows = LocalityQuestion::ALL.map(|question| {
        let test = found.answer(question);
        let number = |value: f64| Cell::number(label::error(value), value);
        Row {
            color: Some(look(question, theme).color),
            cells: vec![
                Cell::text(question.adjective()),
                Cell::text(found.statistic(question)),
                number(test.statistic),
                number(test.mean()),
                number(test.std()),
                test.z()
                    .map_or_else(Cell::none, |z| Cell::number(label::one_decimal(z), z)),
                Cell::number(label::short(test.p()), test.p()),
                Cell::count(test.null.len()),
            ],
        }
    });
    Table {
        title: None,
        columns: vec![
            Column::left("Question"),
            Column::left("Statistic"),
            Column::right("Value"),
            Column::right("Null mean"),
            Column::right("Null std"),
            Column::right("z"),
            Column::right("p"),
            Column::right("Draws"),
        ],
        rows: rows.into(),
    }
}

fn look(question: LocalityQuestion, theme: Theme) -> Look {
    let method = match question {
        LocalityQuestion::Local => Method::Localized,
        LocalityQuestion::Diagonal => Method::Melora,
        LocalityQuestion::Global => Method::Lora,
    };
    Look::method(method, theme)
}

/// As many bars as statisticians take for so many values: the square root.
fn histogram(test: &NullTest) -> Vec<(f64, f64)> {
    let count = test.null.len();
    let low = test.null.iter().copied().fold(f64::INFINITY, f64::min);
    let high = test.null.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if count == 0 || !(high - low).is_finite() {
        return Vec::new();
    }
    let bars = (count as f64).sqrt().ceil() as usize;
    // Draws that are all alike are one narrow bar.
    let width = ((high - low) / bars as f64).max(1e-4);
    let mut counts = vec![0_usize; bars];
    for value in &test.null {
        counts[(((value - low) / width) as usize).min(bars - 1)] += 1;
    }
    let edge = |bar: usize| low + bar as f64 * width;
    let bar = |(bar, filled): (usize, &usize)| (edge(bar), 100.0 * *filled as f64 / count as f64);
    let last = (edge(bars), 0.0);
    counts.iter().enumerate().map(bar).chain([last]).collect()
}

/// The null and the matrix's own value, with a margin.
fn range(test: &NullTest) -> (f64, f64) {
    let values = test.null.iter().chain([&test.statistic]).copied();
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let margin = ((high - low) * 0.08).max(1e-3);
    (low - margin, high + margin)
}
