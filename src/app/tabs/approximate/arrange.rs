//! How the panes stand: beside each other, one above the other, or in rows of some, whichever makes
//! the pictures largest.

use eframe::egui::Vec2;

use super::heads::Head;

/// Where the panes stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrangement {
    /// Panes in a row.
    pub columns: usize,
    /// The place of each picture.
    pub picture: Vec2,
    /// What stands above each.
    pub head: Head,
}

/// So much larger the cells must be for fewer panes in a row: side by side they compare best.
const WORTH: f32 = 1.06;

/// In less room than this for all panes their heads are as low as can be.
const SMALL: Vec2 = Vec2::new(380.0, 150.0);

/// Lower pictures would show nothing.
const LEAST_HEIGHT: f32 = 24.0;

impl Arrangement {
    /// Whether `room` is so small that the heads of the panes are to be as low as can be.
    pub fn is_small(room: Vec2) -> bool {
        room.x < SMALL.x || room.y < SMALL.y
    }

    /// The room above `count` panes that stand in the middle of `height`.
    pub fn above(&self, count: usize, height: f32, gap: f32) -> f32 {
        let line = self.head.height() + gap + self.picture.y + gap;
        let used = count.div_ceil(self.columns) as f32 * line;
        (0.5 * (height - used)).max(0.0)
    }

    /// The best one of `count` pictures of `rows × cols` cells in `room`, `gap` apart. `small` asks
    /// for the lowest heads, `scale` for heads so much larger than usual.
    pub fn best(
        count: usize,
        (rows, cols): (usize, usize),
        room: Vec2,
        gap: Vec2,
        (small, scale): (bool, f32),
    ) -> Self {
        let count = count.max(1);
        let cells = Vec2::new(cols.max(1) as f32, rows.max(1) as f32);
        let of = |columns: usize| {
            let lines = count.div_ceil(columns);
            let width = (room.x - gap.x * (columns as f32 - 1.0)) / columns as f32;
            let width = width.max(40.0);
            let head = Head::of(width, small, scale);
            let line = (room.y - gap.y * (lines as f32 - 1.0)) / lines as f32;
            let height = (line - head.height() - gap.y).max(LEAST_HEIGHT);
            let natural = width * cells.y / cells.x;
            let picture = Vec2::new(width, natural.clamp(LEAST_HEIGHT, height));
            let cell = (width / cells.x).min(height / cells.y);
            (
                cell,
                Self {
                    columns,
                    picture,
                    head,
                },
            )
        };
        let mut best = of(count);
        for columns in (1..count).rev() {
            // Three in a row and one below are no better than two and two.
            if count.div_ceil(count.div_ceil(columns)) != columns {
                continue;
            }
            let other = of(columns);
            if other.0 > WORTH * best.0 {
                best = other;
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GAP: Vec2 = Vec2::new(8.0, 3.0);

    fn columns(shape: (usize, usize), room: [f32; 2]) -> usize {
        Arrangement::best(4, shape, room.into(), GAP, (false, 1.0)).columns
    }

    #[test]
    fn digits_stand_side_by_side_and_wide_updates_one_above_the_other() {
        assert_eq!(columns((28, 28), [1040.0, 350.0]), 4);
        assert_eq!(columns((64, 784), [1040.0, 440.0]), 1);
        assert_eq!(columns((784, 64), [1040.0, 440.0]), 4);
        assert_eq!(columns((28, 28), [500.0, 600.0]), 2);
        assert_eq!(columns((28, 28), [200.0, 900.0]), 1);
    }

    #[test]
    fn a_wide_update_is_read_without_zooming() {
        let room = Vec2::new(1040.0, 440.0);
        let found = Arrangement::best(4, (64, 784), room, GAP, (false, 1.0));
        assert!(
            found.picture.y >= 64.0,
            "a row of cells has a point: {found:?}"
        );
    }

    proptest! {
        #[test]
        fn no_other_arrangement_has_much_larger_cells(
            count in 1usize..8, rows in 1usize..900, cols in 1usize..900,
            width in 300.0f32..2000.0, height in 200.0f32..1200.0,
        ) {
            let room = Vec2::new(width, height);
            let found = Arrangement::best(count, (rows, cols), room, GAP, (false, 1.0));
            let scale = |columns: usize| {
                let lines = count.div_ceil(columns) as f32;
                let width = (room.x - GAP.x * (columns as f32 - 1.0)) / columns as f32;
                let line = (room.y - GAP.y * (lines - 1.0)) / lines;
                let high = (line - Head::of(width, false, 1.0).height() - GAP.y).max(LEAST_HEIGHT);
                (width / cols as f32).min(high / rows as f32)
            };
            let here = scale(found.columns);
            for columns in 1..=count {
                if count.div_ceil(count.div_ceil(columns)) == columns && width / columns as f32 > 50.0 {
                    prop_assert!(scale(columns) <= here * WORTH * WORTH * 1.001);
                }
            }
            prop_assert!(found.picture.x <= room.x + 0.5);
        }
    }
}
