//! The definition of a method: everything that both faces show, read and write of it follows
//! from this.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::approx::choice::Choice;
use crate::approx::curve::{CurvePoint, uniform_curve};
use crate::approx::factor::{Keep, Spectra};
use crate::approx::layout::{
    BlockLayout, LayoutError, LayoutKind, Side, check_divisor, check_segments,
};
use crate::figure::palette::Hue;
use crate::figure::{Dash, Marker};

/// A method in words, and what can be set of it.
#[derive(Debug)]
pub struct Definition {
    /// The name in files and JSON.
    pub key: &'static str,
    /// The name people read.
    pub title: &'static str,
    /// A description, in one or two sentences.
    pub about: &'static str,
    /// The parameters, in the order in which everything lists them; four at most.
    pub parameters: &'static [Parameter],
    /// The option that sets the ranks of the blocks one by one, where that is possible.
    pub by_hand: Option<Flag>,
    /// The name in files and JSON of a price per parameter that may stand in the budget's place.
    pub price: Option<&'static str>,
    /// When it is in view.
    pub shown: Visibility,
    /// Whether section II.E gives it 1/N of LoRA's parameters.
    pub local: bool,
    /// Its colour.
    pub hue: Hue,
    /// Its points in plots.
    pub marker: Marker,
    /// Its lines in plots that are to be read without colour.
    pub dash: Dash,
}

/// A price per parameter: a positive number.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Price(f64);

impl Price {
    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl From<Price> for f64 {
    fn from(price: Price) -> Self {
        price.0
    }
}

impl TryFrom<f64> for Price {
    type Error = &'static str;

    fn try_from(price: f64) -> Result<Self, Self::Error> {
        match price > 0.0 && price.is_finite() {
            true => Ok(Self(price)),
            false => Err("write a number above 0"),
        }
    }
}

impl PartialEq for Price {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Price {}

impl Hash for Price {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// A number of a method that can be set.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name in files and JSON.
    pub key: &'static str,
    /// Its option of the command line, if it has one beside `--add`.
    pub flag: Option<Flag>,
    /// The letter in formulas.
    pub letter: &'static str,
    /// The word before the letter.
    pub noun: &'static str,
    /// Its role.
    pub role: Role,
    /// Its default.
    pub usual: ParameterDefault,
}

impl Parameter {
    /// Its name for whoever sets it: its letter, or its name after `--add`.
    pub fn name(&self) -> &'static str {
        match self.flag {
            Some(_) => self.letter,
            None => self.key,
        }
    }

    /// Whether a value fits a matrix of `rows × cols`; ranks and budgets are fitted.
    ///
    /// # Errors
    /// [`LayoutError::Segments`] or [`LayoutError::Divisor`], with what fits.
    pub fn check(&self, value: usize, (rows, cols): (usize, usize)) -> Result<(), LayoutError> {
        match self.role {
            Role::Segments(side) => {
                check_segments(self.name(), value, side.most(rows, cols), (rows, cols))
            }
            Role::Divisor(side) => check_divisor(self.name(), value, side, (rows, cols)),
            Role::Rank | Role::Budget => Ok(()),
        }
    }
}

/// The role of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Into how many segments sides are cut; the blocks follow from these alone.
    Segments(Side),
    /// A factor of a side's length; the blocks follow from these alone.
    Divisor(Side),
    /// The rank of every block.
    Rank,
    /// The parameters that the ranks of all blocks may cost together.
    Budget,
}

impl Role {
    /// Whether the blocks follow from it.
    pub fn of_blocks(self) -> bool {
        matches!(self, Self::Segments(_) | Self::Divisor(_))
    }
}

/// The default of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterDefault {
    /// The settings' own default.
    Default,
    /// Localized LoRA's grid, so that the two compare.
    LocalizedGrid,
    /// As many parameters as Localized LoRA has.
    LocalizedParameters,
}

/// An option of the command line.
#[derive(Debug, PartialEq, Eq)]
pub struct Flag {
    /// Its name, without the dashes.
    pub name: &'static str,
    /// The text in the help.
    pub help: &'static str,
}

/// When a method is in view.
#[derive(Debug)]
pub enum Visibility {
    /// Always: the paper's three.
    Always,
    /// In view where it is added, or asked for by an option of its own.
    Flagged(Flag),
    /// In view where it is added.
    Added,
}

/// The name and settings of the method in another program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    /// The setting in the twin's words.
    pub setting: String,
    /// The place of the twin.
    pub place: &'static str,
}

/// Settings that have a [`Definition`].
pub trait Defined {
    /// The method whose settings these are.
    const DEFINITION: Definition;
}

/// A method with its settings: its blocks, their ranks, and the error at every rank.
pub trait Configured {
    /// The kind of its layout; ranks and budgets do not change it.
    fn layout(&self) -> LayoutKind;

    /// The numbers of [`Definition::parameters`], in their order.
    fn numbers(&mut self) -> Vec<&mut usize>;

    /// The rank of each block before it is clamped to the block's smaller side, or which blocks are
    /// used where the layout's overlap.
    ///
    /// # Errors
    /// Rank zero, a budget below one triplet, or ranks by hand that are not one per block.
    fn choice(&self, spectra: &Spectra) -> Result<Choice, LayoutError>;

    /// The triplets of each block that [`Configured::choice`] looks at: all, unless the ranks are
    /// known beforehand. A choice for which they do not suffice is [`LayoutError::Truncated`].
    fn needs(&self) -> Keep {
        Keep::All
    }

    /// The error at every rank, or after every triplet.
    fn curve(&self, spectra: &Spectra) -> Vec<CurvePoint> {
        uniform_curve(spectra)
    }

    /// The parameter count of equal blocks of `p × q` at one rank, in letters and in numbers.
    fn cost(&self, rank: usize, sides: (usize, usize)) -> String;

    /// Ranks set by hand, row by row over the grid.
    fn by_hand(&self) -> Option<&[usize]> {
        None
    }

    /// Sets ranks by hand, or none; nothing for a method that has none ([`Definition::by_hand`]).
    fn set_by_hand(&mut self, _ranks: Option<Vec<usize>>) {}

    /// A price per parameter that stands in the budget's place.
    fn price(&self) -> Option<Price> {
        None
    }

    /// Sets a price per parameter, or none; nothing for a method that has none
    /// ([`Definition::price`]).
    fn set_price(&mut self, _price: Option<Price>) {}

    /// Lets the bits of [`Configured::structure_bits`] count against a budget for which ranks are
    /// chosen, as numbers of 32 bits.
    fn charge(&mut self, _charged: bool) {}

    /// Whether they do.
    fn charged(&self) -> bool {
        false
    }

    /// Bits that tell what was chosen from the data, beside the parameters; none for what follows
    /// from the settings.
    fn structure_bits(&self, _layout: &BlockLayout, _ranks: &[usize]) -> usize {
        0
    }

    /// The part of them that each rank adds on a matrix of `rows × cols`.
    fn bits_per_rank(&self, _rows: usize, _cols: usize) -> usize {
        0
    }

    /// The method in the words of another program.
    fn twin(&self) -> Option<Twin> {
        None
    }
}

/// One rank for every block of `spectra`.
///
/// # Errors
/// [`LayoutError::RankZero`] for a rank of zero, which is called `letter`.
pub fn uniform_ranks(
    spectra: &Spectra,
    rank: usize,
    letter: &'static str,
) -> Result<Choice, LayoutError> {
    match rank {
        0 => Err(LayoutError::RankZero { name: letter }),
        rank => Ok(Choice::Ranks(vec![rank; spectra.layout.blocks().len()])),
    }
}
