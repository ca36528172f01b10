//! The quad-tree: blocks that are split where that pays, with a rank each.

use serde::{Deserialize, Serialize};

use super::definition::{
    Configured, Defined, Definition, Parameter, ParameterDefault, Price, Role, Visibility,
};
use crate::approx::bits::{as_numbers, to_tell};
use crate::approx::block::Block;
use crate::approx::choice::{Choice, Leaf};
use crate::approx::curve::CurvePoint;
use crate::approx::factor::Spectra;
use crate::approx::layout::{BlockLayout, BlockSize, LayoutError, LayoutKind, LayoutNumbers};
use crate::approx::quadtree;
use crate::figure::palette::Hue;
use crate::figure::{Dash, Marker};

/// The leaves of a tree of halved blocks, chosen for a budget or for a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct QuadtreeSettings {
    /// Parameters the leaves may cost together.
    pub budget: usize,
    /// A price λ per parameter instead: the budget then only compares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Whether the bits that tell the tree and its ranks are charged to the budget.
    #[serde(skip)]
    pub charged: bool,
}

impl Default for QuadtreeSettings {
    fn default() -> Self {
        Self {
            budget: 224,
            price: None,
            charged: false,
        }
    }
}

impl Defined for QuadtreeSettings {
    const DEFINITION: Definition = Definition {
        key: "quadtree",
        title: "Quad-tree",
        about: "Blocks that are split into four where that pays, each leaf with the rank that pays \
                there; one that is smaller entry by entry is stored so.",
        parameters: &[Parameter {
            key: "budget",
            flag: None,
            letter: "P",
            noun: "budget",
            role: Role::Budget,
            usual: ParameterDefault::LocalizedParameters,
        }],
        by_hand: None,
        price: Some("price"),
        shown: Visibility::Added,
        local: false,
        hue: Hue::Orange,
        marker: Marker::TriangleDown,
        dash: Dash::Sparse,
    };
}

impl Configured for QuadtreeSettings {
    fn layout(&self) -> LayoutKind {
        LayoutKind::own("quadtree", [0; 4], candidates, sizes).overlapping()
    }

    fn numbers(&mut self) -> Vec<&mut usize> {
        vec![&mut self.budget]
    }

    fn choice(&self, spectra: &Spectra) -> Result<Choice, LayoutError> {
        let leaves = match self.price {
            Some(price) => quadtree::at_price(spectra, price.get()),
            None => {
                let charge = |leaves: &[Leaf]| {
                    let blocks = leaves
                        .iter()
                        .map(|leaf| &spectra.layout.blocks()[leaf.block]);
                    match self.charged {
                        true => as_numbers(bits(blocks.map(Block::sides))),
                        false => 0,
                    }
                };
                quadtree::within_budget(spectra, self.budget, &charge)?
            }
        };
        Ok(Choice::Leaves(leaves))
    }

    fn curve(&self, spectra: &Spectra) -> Vec<CurvePoint> {
        quadtree::curve(spectra)
    }

    fn cost(&self, rank: usize, (p, q): (usize, usize)) -> String {
        format!("Σ ρ_b (p_b + q_b) = {rank} · ({p} + {q})")
    }

    fn price(&self) -> Option<Price> {
        self.price
    }

    fn set_price(&mut self, price: Option<Price>) {
        self.price = price;
    }

    fn charge(&mut self, charged: bool) {
        self.charged = charged;
    }

    fn charged(&self) -> bool {
        self.charged
    }

    fn structure_bits(&self, layout: &BlockLayout, _: &[usize]) -> usize {
        bits(layout.blocks().iter().map(Block::sides))
    }
}

/// One bit for each node says whether it is split, and each leaf's rank is one of those up to its
/// largest; that one costs more than the entries, so that it stands for a leaf stored entry by entry.
fn bits(leaves: impl Iterator<Item = (usize, usize)>) -> usize {
    let (mut count, mut ranks) = (0_usize, 0);
    for (p, q) in leaves {
        count += 1;
        ranks += to_tell(p.min(q) + 1);
    }
    // Every split makes one leaf into four.
    let nodes = (4 * count).saturating_sub(1) / 3;
    nodes + ranks
}

fn candidates(rows: usize, cols: usize, _: LayoutNumbers) -> Result<Vec<Block>, LayoutError> {
    quadtree::candidates(rows, cols)
}

fn sizes(rows: usize, cols: usize, _: LayoutNumbers) -> Result<Vec<BlockSize>, LayoutError> {
    quadtree::sizes(rows, cols)
}
