//! Heat maps whose rows and columns have names.

use std::f64::consts::FRAC_1_SQRT_2;

use super::canvas::{Anchor, Canvas};
use super::heatmap::{TALLEST, paint};
use super::{SMALL, top_below};
use crate::figure::heatmap::{CellNames, Heatmap};
use crate::figure::palette;
use crate::figure::place::Area;

/// A cell is at most so wide and so high, so that a few do not fill a page.
const WIDEST: f64 = 90.0;
const HIGHEST: f64 = 16.0;
/// The names of the rows take at most this share of the width, and a slanted name this one.
const BESIDE: f64 = 0.34;
const LONGEST: f64 = 0.4;
/// Between a name and its cells.
const GAP: f64 = 4.0;
/// From one name to the next at least.
const PITCH: f64 = SMALL.size + 1.0;

/// Draws the cells with their names below `lines` lines of headings; the answer is the height of all.
pub(super) fn draw(
    canvas: &mut Canvas,
    (x, y): (f64, f64),
    width: f64,
    (map, names): (&Heatmap, &CellNames),
    lines: usize,
) -> f64 {
    let top = top_below(canvas, (x, y), width, &map.headings, lines);
    let (rows, cols) = map.matrix.shape();
    if rows == 0 || cols == 0 {
        return top - y;
    }
    let beside = SMALL.fit_names(&names.rows, width * BESIDE);
    let left = widest(&beside) + GAP;
    let above = Columns::new(&names.cols, cols, width - left);
    let down = above.cell.min(HIGHEST).min(width * TALLEST / rows as f64);
    let area = Area {
        x: x + left,
        y: top + above.height(),
        width: above.cell * cols as f64,
        height: down * rows as f64,
    };
    paint(canvas, area, map);
    let ink = palette::foreground(canvas.theme);
    for (row, name) in every(&beside, down, PITCH) {
        let baseline = area.y + (row as f64 + 0.5) * down + 0.36 * SMALL.size;
        canvas.text((area.x - GAP, baseline), name, SMALL, ink, Anchor::End);
    }
    above.write(canvas, area);
    area.bottom() - y
}

/// The names above the columns: level where all have room, slanted otherwise.
struct Columns {
    names: Vec<String>,
    slanted: bool,
    /// The width of a cell.
    cell: f64,
}

impl Columns {
    fn new(names: &[String], cols: usize, room: f64) -> Self {
        let names = SMALL.fit_names(names, room * LONGEST);
        let cell = (room / cols as f64).min(WIDEST);
        let level = widest(&names) <= cell - GAP;
        // The last names rise beyond the right edge of their cells.
        let reach = names.iter().enumerate().map(|(col, name)| {
            let over = SMALL.width(name) * FRAC_1_SQRT_2 + SMALL.size / 2.0;
            (room - over) / (col as f64 + 0.5)
        });
        Self {
            cell: match level {
                true => cell,
                false => reach.fold(cell, f64::min),
            },
            slanted: !level,
            names,
        }
    }

    fn height(&self) -> f64 {
        match self.slanted {
            true => (widest(&self.names) + SMALL.size) * FRAC_1_SQRT_2 + GAP,
            false => SMALL.size + GAP,
        }
    }

    fn write(&self, canvas: &mut Canvas, area: Area) {
        let ink = palette::foreground(canvas.theme);
        let pitch = match self.slanted {
            true => PITCH / FRAC_1_SQRT_2,
            false => 0.0,
        };
        for (col, name) in every(&self.names, self.cell, pitch) {
            let middle = area.x + (col as f64 + 0.5) * self.cell;
            let baseline = area.y - GAP;
            match self.slanted {
                // The text stands on the middle of its cell, not behind it.
                true => {
                    let at = (middle + SMALL.size * 0.25, baseline);
                    canvas.slanted_text(at, name, SMALL, ink);
                }
                false => canvas.text((middle, baseline), name, SMALL, ink, Anchor::Middle),
            }
        }
    }
}

fn widest(names: &[String]) -> f64 {
    let widths = names.iter().map(|name| SMALL.width(name));
    widths.fold(0.0, f64::max)
}

/// The names that have room where one stands every `step`: every one, every second …
fn every(names: &[String], step: f64, pitch: f64) -> impl Iterator<Item = (usize, &String)> {
    let skipped = (pitch / step.max(f64::MIN_POSITIVE)).ceil().max(1.0) as usize;
    names.iter().enumerate().step_by(skipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize, name: &str) -> Vec<String> {
        (0..count).map(|at| format!("{name}{at}")).collect()
    }

    #[test]
    fn names_above_columns_end_within_their_room() {
        for room in [100.0, 300.0, 480.0] {
            for count in [1, 3, 7, 40, 300] {
                for name in [
                    "q",
                    "self_attn.q_proj",
                    "a.very.long.name.of.a.kind.of.matrix.",
                ] {
                    let columns = Columns::new(&names(count, name), count, room);
                    assert!(columns.cell > 0.0);
                    let shown = every(&columns.names, columns.cell, 0.0);
                    for (at, name) in shown {
                        let begin = (at as f64 + 0.5) * columns.cell;
                        let end = match columns.slanted {
                            true => begin + SMALL.width(name) * FRAC_1_SQRT_2,
                            false => begin + SMALL.width(name) / 2.0,
                        };
                        assert!(end <= room + 1e-9, "{name} of {count} in {room}: {end}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_long_name_keeps_its_number_and_its_end() {
        let name = "model.language_model.layers.11.self_attn.q_proj".to_owned();
        let fitted = SMALL.fit_names(&[name], 90.0);
        assert!(fitted[0].contains("…11"), "{}", fitted[0]);
        assert!(fitted[0].ends_with("q_proj"), "{}", fitted[0]);
    }

    /// The blocks of two stacks have the same numbers, and may differ in a letter.
    #[test]
    fn names_that_differ_are_different_where_they_are_short() {
        for stacks in [
            ["encoder.layer.", "decoder.layer."],
            [
                "model.stack_a.blocks.layers.",
                "model.stack_b.blocks.layers.",
            ],
            ["attention.self.layers.", "crossattention.self.layers."],
        ] {
            let all = stacks.map(|stack| names(12, stack)).concat();
            for room in [45.0, 60.0, 90.0, 400.0] {
                let short = SMALL.fit_names(&all, room);
                let mut apart = short.clone();
                apart.sort();
                apart.dedup();
                assert_eq!(apart.len(), all.len(), "{room}: {short:?}");
                for (name, short) in all.iter().zip(&short) {
                    assert!(SMALL.width(short) <= room, "{short} in {room}");
                    let number = name.rsplit('.').next().unwrap_or_default();
                    assert!(short.ends_with(number), "{short} of {name}");
                }
            }
        }
    }

    #[test]
    fn of_more_names_than_have_room_every_nth_stands() {
        let all = names(10, "h.");
        let stands = |step: f64| {
            every(&all, step, PITCH)
                .map(|(at, _)| at)
                .collect::<Vec<_>>()
        };
        assert_eq!(stands(PITCH).len(), 10);
        assert_eq!(stands(PITCH / 3.0), [0, 3, 6, 9]);
    }
}
