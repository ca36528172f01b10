//! Rows that are wider than the page, in several.

use super::COLUMN_GAP;
use crate::figure::Element;

/// Elements beside each other; more would be too small to read on a page.
const MOST: usize = 5;

/// Pictures with little above them may be this narrow.
const PICTURE: f64 = 40.0;
/// Pictures with settings and numbers above them.
const PANEL: f64 = 85.0;
/// Plots, with room for their axes.
const PLOT: f64 = 108.0;
/// Confusion matrices, with room for the counts.
const COUNTS: f64 = 150.0;

/// The narrowest that an element is drawn beside others, and how many of its kind stand in a row.
fn limits(element: &Element) -> (f64, usize) {
    match element {
        Element::Heatmap(map) if map.headings.len() > 1 => (PANEL, MOST),
        Element::Heatmap(_) => (PICTURE, usize::MAX),
        Element::Product(_) => (PANEL, usize::MAX),
        Element::Plot(_) | Element::Bars(_) => (PLOT, MOST),
        Element::ConfusionMatrix(_) => (COUNTS, MOST),
        Element::ScaleBar(_)
        | Element::Table(_)
        | Element::Notes(_)
        | Element::Part(_)
        | Element::Blank => (0.0, usize::MAX),
    }
}

/// The rows as they fit into `width`. Rows of equal length stand for the same columns, as pictures
/// and what they miss: they are broken at the same places.
pub(super) fn wrapped(rows: &[Vec<Element>], width: f64) -> Vec<Vec<&Element>> {
    let groups = rows.chunk_by(|one, other| one.len() == other.len() && one.len() > 1);
    groups
        .flat_map(|group| {
            let length = group.first().map_or(0, Vec::len);
            let columns = columns(group, length, width);
            let starts = (0..length.max(1)).step_by(columns);
            starts.flat_map(move |start| {
                let parts = group.iter().map(move |row| part(row, start, columns));
                parts.filter(move |part| {
                    start == 0 || part.iter().any(|element| **element != Element::Blank)
                })
            })
        })
        .collect()
}

/// Elements of a row beside each other, spread evenly over the rows that it takes.
fn columns(group: &[Vec<Element>], length: usize, width: f64) -> usize {
    let elements = group.iter().flatten().map(limits);
    let (narrowest, most) = elements.fold((0.0, usize::MAX), |(wide, most): (f64, usize), one| {
        (wide.max(one.0), most.min(one.1))
    });
    let room = ((width + COLUMN_GAP) / (narrowest + COLUMN_GAP)) as usize;
    let rows = length.div_ceil(room.min(most).max(1)).max(1);
    length.div_ceil(rows).max(1)
}

fn part(row: &[Element], start: usize, columns: usize) -> Vec<&Element> {
    let mut part: Vec<&Element> = row.iter().skip(start).take(columns).collect();
    part.resize(columns.min(row.len()), &Element::Blank);
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(length: usize, width: f64) -> Vec<usize> {
        let plots = vec![Element::Plot(crate::figure::Plot::default()); length];
        let rows = [plots, vec![Element::Notes(Vec::new())]];
        let wrapped = wrapped(&rows, width);
        let seen = |row: &Vec<&Element>| {
            let drawn = row.iter().filter(|element| ***element != Element::Blank);
            drawn.count()
        };
        wrapped.iter().map(seen).collect()
    }

    #[test]
    fn a_row_is_broken_evenly_where_its_elements_would_be_too_narrow() {
        assert_eq!(lengths(4, 488.0), [4, 1]);
        assert_eq!(lengths(4, 400.0), [2, 2, 1]);
        assert_eq!(lengths(3, 240.0), [2, 1, 1]);
        assert_eq!(lengths(3, 120.0), [1, 1, 1, 1]);
        assert_eq!(lengths(6, 1e4), [3, 3, 1]);
        assert_eq!(lengths(0, 100.0), [0, 1]);
    }
}
