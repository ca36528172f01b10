//! Several matrices in one grid: a row each, a column per method.

use super::approximation::pictures;
use super::{Approximation, Context};
use crate::figure::{Element, Figure, Heading, label};

/// Original and reconstructions of every matrix, a row each. The settings stand above the first row,
/// and above another where it has others.
pub fn source_grid(context: &Context, shown: &[Approximation]) -> Figure {
    let names = shown.iter().map(|one| label::clean(one.name));
    let title = format!("Approximations of {}", names.collect::<Vec<_>>().join(", "));
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
    figure.rows = rows;
    figure
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
