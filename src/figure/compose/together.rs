//! Figures beside and below each other in one, lettered.

use super::Context;
use crate::figure::{Element, Figure, Part};

/// A figure of this width, in points, stands beside others; a wider one has the page's width.
const HALF: f64 = Figure::COLUMN * 1.35;
/// The narrowest that a part is drawn beside others, at the usual size of type.
const LEAST: f64 = 180.0;

/// `parts` as panels A, B, C …, each laid out for its place. Wide ones have a row of their own and
/// the others stand beside each other, or all of them in so many `columns`.
pub fn together(
    context: &Context,
    (title, description): (&str, String),
    parts: Vec<Figure>,
    columns: Option<usize>,
) -> Figure {
    let mut figure = context.figure(Figure::PAGE, title, description);
    let room = (figure.layout_width() / LEAST) as usize;
    let mut rows: Vec<(bool, Vec<Element>)> = Vec::new();
    for (number, part) in parts.into_iter().enumerate() {
        let alone = columns.is_none() && part.width > HALF;
        let element = Element::Part(Part {
            letter: letter(number),
            rows: part.rows,
        });
        match rows.last_mut() {
            Some((false, row)) if !alone => row.push(element),
            _ => rows.push((alone, vec![element])),
        }
    }
    for (alone, row) in rows {
        let beside = match alone {
            true => 1,
            false => evenly(row.len(), columns, room),
        };
        let mut left = row.into_iter().peekable();
        while left.peek().is_some() {
            let mut row: Vec<Element> = left.by_ref().take(beside).collect();
            // A last one keeps the width of those above it.
            if columns.is_some() {
                row.resize(beside, Element::Blank);
            }
            figure.rows.push(row);
        }
    }
    figure
}

/// Parts beside each other: as many as are asked for, or spread evenly over the rows that they take.
fn evenly(parts: usize, columns: Option<usize>, room: usize) -> usize {
    let rows = parts.div_ceil(room.clamp(1, 3)).max(1);
    columns.unwrap_or(parts.div_ceil(rows)).max(1)
}

/// A, B, C and so on.
pub fn letter(number: usize) -> String {
    let letter = u8::try_from(number % 26).unwrap_or_default();
    char::from(b'A' + letter).to_string()
}
