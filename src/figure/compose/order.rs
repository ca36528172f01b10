//! A search for an order: the matrix before and after, with its blocks, and the control's numbers.

use super::approximation::{Approximation, Panel, pictures};
use super::{Context, Look};
use crate::analysis::{FoundOrder, Ordered};
use crate::approx::Method;
use crate::approx::order::Found;
use crate::figure::palette::Theme;
use crate::figure::table::{Cell, Column, Row, Table};
use crate::figure::{Element, Figure, label};

/// The matrix as it was above the matrix in the order that was found, each beside what Localized
/// LoRA makes of it, and the numbers below. `name` is what the matrix is called, `range` the values
/// at the ends of its colour scale.
pub fn order(
    context: &Context,
    found: &FoundOrder,
    (name, letter): (&str, &'static str),
    range: (f64, f64),
) -> Figure {
    let row = |ordered: &Ordered, name: &str| {
        let panel = Panel {
            evaluation: &ordered.evaluation,
            layout: &ordered.layout,
            reconstruction: &ordered.reconstruction,
            channels: None,
        };
        pictures(
            context,
            &Approximation {
                matrix: &ordered.matrix,
                channels: None,
                name,
                letter,
                rank: None,
                range: Some(range),
                panels: vec![panel],
                error_maps: None,
                notes: Vec::new(),
            },
        )
    };
    let [before, after] = &found.pictures;
    let mut figure = context.figure(
        Figure::PAGE / 2.0,
        "Order of rows and columns",
        found.verdict(),
    );
    figure.rows.push(row(before, name));
    figure.rows.push(row(after, &format!("{name}, reordered")));
    figure
        .with_row(vec![Element::Table(order_table(found, context.theme))])
        .with_row(vec![Element::Notes(vec![format!("{}.", found.verdict())])])
}

/// The numbers of [`order`]: the matrix, and its entries shuffled.
pub fn order_table(found: &FoundOrder, theme: Theme) -> Table {
    let row = |name: &str, one: &Found, gain: f64, color| Row {
        color,
        cells: vec![
            Cell::text(name),
            Cell::number(label::error(one.before), one.before),
            Cell::number(label::error(one.after), one.after),
            Cell::number(label::percent(gain), gain),
        ],
    };
    let [gain, by_chance] = found.gains();
    let color = Look::method(Method::Localized, theme).color;
    Table {
        title: None,
        columns: vec![
            Column::left("Matrix"),
            Column::right("Error before"),
            Column::right("Error after"),
            Column::right("Falls by"),
        ],
        rows: vec![
            row("the matrix", &found.found, gain, Some(color)),
            row(
                "control: its entries shuffled",
                &found.control,
                by_chance,
                None,
            ),
        ],
    }
}
