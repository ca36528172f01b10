//! The singular values of every block as bars inside it, so that a grid and all of its spectra are one
//! picture.

use std::ops::Range;

use super::heatmap::Heading;
use super::palette::{self, Rgb, Theme};
use super::place::Area;

/// Blocks over a matrix with their singular values.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockBars {
    /// Lines above the picture.
    pub headings: Vec<Heading>,
    /// Rows and columns of the matrix.
    pub shape: (usize, usize),
    /// The blocks.
    pub blocks: Vec<BlockSpectrum>,
    /// The method's colour.
    pub color: Rgb,
}

/// One block with its bars.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockSpectrum {
    /// The block's rows.
    pub rows: Range<usize>,
    /// The block's columns.
    pub cols: Range<usize>,
    /// The height of each bar as a share of the block's, the largest first.
    pub heights: Vec<f64>,
    /// How many of them are kept.
    pub kept: usize,
}

impl BlockBars {
    /// The colour of kept and of dropped bars.
    pub fn shade(&self, theme: Theme, kept: bool) -> Rgb {
        match kept {
            true => self.color,
            false => palette::background(theme).mix(self.color, DROPPED),
        }
    }
}

/// What a dropped bar has of the colour.
const DROPPED: f64 = 0.35;

/// Smaller blocks are left empty.
pub const LEAST_SIDE: f64 = 7.0;

/// Between the bars and the edges of their block.
const MARGIN: f64 = 1.5;

/// Narrower bars would run into each other.
const NARROWEST: f64 = 1.0;

impl BlockSpectrum {
    /// Where the block lies in the picture of the matrix.
    pub fn place(&self, area: Area, (rows, cols): (usize, usize)) -> Area {
        let down = area.height / rows.max(1) as f64;
        let across = area.width / cols.max(1) as f64;
        Area {
            x: area.x + self.cols.start as f64 * across,
            y: area.y + self.rows.start as f64 * down,
            width: self.cols.len() as f64 * across,
            height: self.rows.len() as f64 * down,
        }
    }

    /// The bars in the block's place, from its lower edge up, each with whether it is kept; none in
    /// one that is too small. Where there are more values than room some in between are left out,
    /// and what is kept of the rest stays in proportion.
    pub fn bars(&self, place: Area) -> Vec<(Area, bool)> {
        let (width, height) = (place.width - 2.0 * MARGIN, place.height - 2.0 * MARGIN);
        if place.width < LEAST_SIDE || place.height < LEAST_SIDE || self.heights.is_empty() {
            return Vec::new();
        }
        let all = self.heights.len();
        let most = (width / NARROWEST).floor().max(1.0) as usize;
        let count = all.min(most);
        let step = width / count as f64;
        let gap = if step > 4.0 { 1.0 } else { 0.15 * step };
        let bar = |at: usize| {
            let index = at * all / count;
            let high = self.heights[index].clamp(0.0, 1.0) * height;
            let area = Area {
                x: place.x + MARGIN + at as f64 * step,
                y: place.bottom() - MARGIN - high,
                width: step - gap,
                height: high,
            };
            (area, index < self.kept)
        };
        (0..count).map(bar).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spectrum(values: usize, kept: usize) -> BlockSpectrum {
        BlockSpectrum {
            rows: 2..4,
            cols: 0..5,
            heights: (0..values).map(|k| 1.0 / (k + 1) as f64).collect(),
            kept,
        }
    }

    #[test]
    fn bars_stay_in_their_block_and_fall() {
        let area = Area {
            x: 10.0,
            y: 20.0,
            width: 100.0,
            height: 40.0,
        };
        for values in [1, 3, 7, 500] {
            let one = spectrum(values, values / 3);
            let place = one.place(area, (4, 10));
            assert_eq!(
                (place.x, place.y, place.width, place.height),
                (10.0, 40.0, 50.0, 20.0)
            );
            let bars = one.bars(place);
            assert_eq!(bars.len(), values.min(47));
            for pair in bars.windows(2) {
                assert!(pair[1].0.height <= pair[0].0.height && pair[1].1 <= pair[0].1);
                assert!(!pair[0].0.overlaps(pair[1].0));
            }
            for (bar, _) in bars {
                assert!(bar.x >= place.x && bar.right() <= place.right());
                assert!(bar.y >= place.y && bar.bottom() <= place.bottom());
            }
        }
        let small = Area { width: 6.0, ..area };
        assert!(spectrum(3, 1).bars(small).is_empty());
    }
}
