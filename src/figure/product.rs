//! A matrix as a product of two factors, all at proportion: what is stored against what it makes.

use super::heatmap::{Heading, Heatmap};
use super::place::Area;

/// A product `B A`: `A` stands above it and `B` beside it, so that a cell of the product is where
/// its row of `B` and its column of `A` meet. All cells have one size.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// Lines above it.
    pub headings: Vec<Heading>,
    /// The left factor `B`, `p × r`.
    pub left: Heatmap,
    /// The right factor `A`, `r × q`.
    pub right: Heatmap,
    /// What they make, `p × q`.
    pub whole: Heatmap,
}

/// The places of the three pictures of a product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProductAreas {
    /// Of `B`.
    pub left: Area,
    /// Of `A`.
    pub right: Area,
    /// Of the product.
    pub whole: Area,
}

/// Between the factors and their product.
const GAP: f64 = 4.0;

/// A factor of few columns is drawn at least so wide.
const THINNEST: f64 = 3.0;

impl ProductAreas {
    /// The places for `p × q` cells at rank `r`, as large as the room from `(x, y)` on allows.
    pub fn new((p, q): (usize, usize), r: usize, room: Area) -> Self {
        let [p, q, r] = [p, q, r].map(|side| side.max(1) as f64);
        let largest = |across: f64, down: f64| {
            let wide = (room.width - GAP - across).max(1.0) / q;
            wide.min((room.height - GAP - down).max(1.0) / p)
        };
        let free = ((room.width - GAP) / (q + r)).min((room.height - GAP) / (p + r));
        // A thin factor takes more than its share.
        let cell = match free * r < THINNEST {
            true => largest(THINNEST, THINNEST),
            false => free,
        };
        let thick = (cell * r).max(THINNEST);
        let whole = Area {
            x: room.x + thick + GAP,
            y: room.y + thick + GAP,
            width: cell * q,
            height: cell * p,
        };
        Self {
            left: Area {
                x: room.x,
                width: thick,
                ..whole
            },
            right: Area {
                y: room.y,
                height: thick,
                ..whole
            },
            whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn cells_have_one_size_and_nothing_leaves_the_room(
            p in 1usize..900, q in 1usize..900, r in 1usize..60,
            width in 40.0f64..600.0, height in 40.0f64..600.0,
        ) {
            let room = Area { x: 3.0, y: 5.0, width, height };
            let areas = ProductAreas::new((p, q), r, room);
            let cell = areas.whole.width / q as f64;
            prop_assert!((areas.whole.height / p as f64 - cell).abs() < 1e-9);
            prop_assert!(areas.left.width + 1e-9 >= cell * r as f64);
            prop_assert!(areas.whole.right() <= room.right() + 1e-6);
            prop_assert!(areas.whole.bottom() <= room.bottom() + 1e-6);
            prop_assert!(!areas.left.overlaps(areas.whole) && !areas.right.overlaps(areas.whole));
            if areas.left.width > THINNEST {
                prop_assert!((areas.left.width - cell * r as f64).abs() < 1e-9);
            }
        }
    }
}
