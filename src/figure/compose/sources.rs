//! Several matrices in one grid: a row each, a column per method.

use super::approximation::{NAME_SHOWN, pictures};
use super::{Approximation, Context};
use crate::figure::{Element, Figure, Heading, Omitted, label};

/// Original and reconstructions of every matrix, a row each. The settings stand above the first row,
/// and above another where it has others.
pub fn source_grid(context: &Context, shown: &[Approximation]) -> Figure {
    let names = shown.iter().map(|one| label::clean(one.name));
    let names: Vec<String> = names.collect();
    let title = match shown.iter().any(|one| !one.panels.is_empty()) {
        true => format!("Approximations of {}", names.join(", ")),
        false => names.join(", "),
    };
    let described = shown.iter().map(super::approximation::describe);
    let description = described.collect::<Vec<_>>().join(". ");
    let mut figure = context.figure(Figure::PAGE, &title, description);
    let mut rows: Vec<Vec<Element>> = shown.iter().map(|one| pictures(context, one)).collect();
    let length = rows.iter().map(Vec::len).max().unwrap_or_default();
    for row in &mut rows {
        row.resize(length, Element::Blank);
    }
    if let Some((first, others)) = rows.split_first_mut() {
        for row in others {
            for (element, above) in row.iter_mut().zip(first.iter()) {
                if let (Element::Heatmap(map), Element::Heatmap(above)) = (element, above) {
                    map.headings = brief(&map.headings, &above.headings);
                }
            }
        }
    }
    if context.omits(Omitted::Original) {
        for (row, name) in rows.iter_mut().zip(&names) {
            add_name(row, name);
        }
    }
    figure.rows = rows;
    if names.iter().any(|name| name.chars().count() > NAME_SHOWN) {
        let names = format!("Rows, from the top: {}.", names.join("; "));
        figure.rows.push(vec![Element::Notes(vec![names])]);
    }
    figure
}

/// Names a row whose original is left out, in a line of its own above its pictures.
fn add_name(row: &mut [Element], name: &str) {
    for (at, element) in row.iter_mut().enumerate() {
        if let Element::Heatmap(map) = element {
            let text = if at == 0 { name } else { "" };
            map.headings.insert(0, Heading::plain(text));
        }
    }
}

/// The lines that differ from those of the first row.
fn brief(lines: &[Heading], above: &[Heading]) -> Vec<Heading> {
    let other = lines.iter().filter(|line| !above.contains(line));
    let mut other: Vec<Heading> = other.cloned().collect();
    if let (true, Some(last)) = (other.is_empty(), lines.last()) {
        other.push(last.clone());
    }
    other
}
