//! The definition of a method: everything that both faces show, read and write of it follows
//! from this.

use crate::approx::curve::{CurvePoint, uniform_curve};
use crate::approx::factor::Spectra;
use crate::approx::layout::{LayoutError, LayoutKind};
use crate::figure::Marker;
use crate::figure::palette::Hue;

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
    /// The ranks of the blocks, where they may be set one by one.
    pub by_hand: Option<RankOption>,
    /// The switch that asks for it, unless it is always shown.
    pub switch: Option<Switch>,
    /// Whether section II.E gives it an N-th of LoRA's parameters.
    pub local: bool,
    /// The costs that its parameter count leaves out, as a clause.
    pub caveat: Option<&'static str>,
    /// Its colour.
    pub hue: Hue,
    /// Its points in plots.
    pub marker: Marker,
}

/// A number of a method that can be set.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name in files and JSON.
    pub key: &'static str,
    /// The option of the command line, without its dashes.
    pub flag: &'static str,
    /// The letter in formulas.
    pub letter: &'static str,
    /// The word before the letter.
    pub noun: &'static str,
    /// The text in the command line's help.
    pub help: &'static str,
    /// Its role.
    pub role: Role,
    /// Its default.
    pub usual: ParameterDefault,
}

/// The role of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Into how many segments sides are cut; the blocks follow from these alone.
    Segments(Side),
    /// The rank of every block.
    Rank,
    /// The parameters that the ranks of all blocks may cost together.
    Budget,
}

/// The side that limits a number of segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Both, so the shorter one.
    Both,
    /// The rows.
    Rows,
    /// The columns.
    Columns,
}

impl Side {
    /// The most segments on a matrix of `rows × cols`.
    pub fn most(self, rows: usize, cols: usize) -> usize {
        match self {
            Self::Both => rows.min(cols),
            Self::Rows => rows,
            Self::Columns => cols,
        }
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

/// The option that sets ranks one by one.
#[derive(Debug)]
pub struct RankOption {
    /// The option of the command line, without its dashes.
    pub flag: &'static str,
    /// The text in the command line's help.
    pub help: &'static str,
}

/// The switch for a method that is not always shown.
#[derive(Debug)]
pub struct Switch {
    /// The option of the command line, without its dashes.
    pub flag: &'static str,
    /// The text in the command line's help.
    pub help: &'static str,
    /// The text of the box in the window.
    pub label: &'static str,
    /// The tooltip of the box.
    pub hint: &'static str,
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

    /// The rank of each block before it is clamped to the block's smaller side.
    ///
    /// # Errors
    /// Rank zero, a budget below one triplet, or ranks by hand that are not one per block.
    fn ranks(&self, spectra: &Spectra) -> Result<Vec<usize>, LayoutError>;

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
) -> Result<Vec<usize>, LayoutError> {
    match rank {
        0 => Err(LayoutError::RankZero { name: letter }),
        rank => Ok(vec![rank; spectra.layout.blocks().len()]),
    }
}
