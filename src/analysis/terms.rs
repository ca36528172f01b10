//! One part of a method as a product of two factors, and as a sum of terms of rank one.

use std::ops::Range;

use nalgebra::DMatrix;

use super::budget::refused;
use super::outcome::Outcome;
use super::result::Analysis;
use crate::approx::block::Tile;
use crate::approx::{Block, Factorization, Method, MethodSettings, Spectra};
use crate::figure::label;

/// The part that is taken apart; what is not chosen is the first method that has factors, and its
/// part with the most energy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartChoice {
    /// The method.
    pub method: Option<Method>,
    /// The place of the part in the method's layout.
    pub part: Option<usize>,
}

/// A part `W ≈ B A` of a method at its present rank, `B` of `p × r` and `A` of `r × q`, which is
/// the sum of its terms `σ u vᵀ`.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The method at its settings.
    pub settings: MethodSettings,
    /// The part's place in the layout.
    pub part: usize,
    /// The number of parts.
    pub parts: usize,
    /// The terms, the strongest first.
    pub terms: Vec<Term>,
    /// The factor `B = U √Σ`.
    pub left: DMatrix<f64>,
    /// The factor `A = √Σ Vᵀ`.
    pub right: DMatrix<f64>,
    /// The part itself; of one that is rearranged the matrix.
    pub cells: DMatrix<f64>,
    /// Where the tiles lie whose rearrangement the part is, if it is one.
    pub tiling: Option<Tiling>,
    block: Block,
    shape: (usize, usize),
}

/// One term `σ u vᵀ`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// Its singular value.
    pub sigma: f64,
    /// σ² as a share of the part's energy.
    pub share: f64,
    /// The part's normalized error with the terms up to this one.
    pub part_error: f64,
    /// The error of the whole matrix with these, and all other parts at their ranks.
    pub error: f64,
}

/// A matrix cut into equal tiles: a term of their rearrangement is a Kronecker product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiling {
    /// Rows and columns of tiles.
    pub tiles: (usize, usize),
    /// Rows and columns of each tile.
    pub tile: (usize, usize),
}

impl Tiling {
    /// The tiling that a block over all of a matrix of this shape rearranges.
    fn of(block: &Block, shape: (usize, usize)) -> Option<Self> {
        let tiles = block.tiles()?;
        let (rows, cols) = tiles.first()?;
        let tile = (rows.len(), cols.len());
        let count = (shape.0 / tile.0, shape.1 / tile.1);
        let all = block.entries() == shape.0 * shape.1 && count.0 * count.1 == tiles.len();
        all.then_some(Self { tiles: count, tile })
    }
}

impl Terms {
    /// Takes the chosen part apart.
    ///
    /// # Errors
    /// A method that is not in view or has no factors, a part that does not exist.
    pub fn of(analysis: &Analysis, choice: PartChoice) -> Result<Self, String> {
        let outcome = match choice.method {
            Some(method) => analysis.outcome_of(method).ok_or_else(|| {
                let mut shown = analysis.methods.iter();
                let shown = shown.find(|one| one.settings.method() == method);
                match shown.and_then(|one| one.outcome.as_ref().err()) {
                    Some(why) => refused(method, why),
                    None => format!("{} is not shown; add it first", method.title()),
                }
            })?,
            None => default_method(analysis)
                .ok_or_else(|| "no method that is shown has factors; add LoRA".to_owned())?,
        };
        let blocks = outcome.factors.layout().blocks();
        let part = match choice.part {
            Some(part) if part < blocks.len() => part,
            Some(part) => {
                return Err(format!(
                    "{} has {} here; choose one of these: {}",
                    outcome.evaluation.method().title(),
                    counted(blocks.len()),
                    part + 1
                ));
            }
            None => strongest(&outcome.factors.spectra),
        };
        let triplets = outcome.factors.blocks.get(part);
        let triplets = triplets.and_then(|block| block.triplets()).ok_or_else(|| {
            format!(
                "{} keeps entries here, which have no factors; choose another method or block",
                outcome.evaluation.method().title()
            )
        })?;
        Ok(Self::new(analysis, outcome, part, triplets))
    }

    fn new(analysis: &Analysis, outcome: &Outcome, part: usize, triplets: &Factorization) -> Self {
        let (factors, ranks) = (&outcome.factors, &outcome.evaluation.ranks);
        let block = factors.layout().blocks()[part].clone();
        let (p, q) = block.sides();
        let rank = ranks[part].min(triplets.sigma.len());
        let roots: Vec<f64> = triplets.sigma[..rank].iter().map(|s| s.sqrt()).collect();
        let matrix = &analysis.loaded.matrix;
        let tiling = Tiling::of(&block, matrix.shape());
        Self {
            settings: outcome.evaluation.settings.clone(),
            part,
            parts: factors.layout().blocks().len(),
            terms: terms(&factors.spectra, ranks, part, rank),
            left: DMatrix::from_fn(p, rank, |i, k| triplets.u[(i, k)] * roots[k]),
            right: DMatrix::from_fn(rank, q, |k, j| triplets.v_t[(k, j)] * roots[k]),
            cells: match tiling {
                Some(_) => matrix.clone(),
                None => block.cells(matrix),
            },
            tiling,
            block,
            shape: matrix.shape(),
        }
    }

    /// The method.
    pub fn method(&self) -> Method {
        self.settings.method()
    }

    /// The rank that is kept.
    pub fn rank(&self) -> usize {
        self.terms.len()
    }

    /// Rows `p` of `B` and columns `q` of `A`.
    pub fn sides(&self) -> (usize, usize) {
        self.block.sides()
    }

    /// Row and column of the part among the parts.
    pub fn place(&self) -> (usize, usize) {
        (self.block.i, self.block.j)
    }

    /// Parameters of both factors.
    pub fn params(&self) -> usize {
        self.rank() * self.block.cost()
    }

    /// The rows and columns of the matrix that the part fills, where it is a rectangle in it and
    /// not all of it.
    pub fn outline(&self) -> Option<Tile> {
        let outline = self.block.outline()?;
        (self.block.entries() < self.shape.0 * self.shape.1).then_some(outline)
    }

    /// `block (1, 2) of 4`, `the whole matrix`.
    pub fn name(&self) -> String {
        let (i, j) = self.place();
        match self.parts {
            1 => "the whole matrix".to_owned(),
            parts => format!("block ({}, {}), {} of {parts}", i + 1, j + 1, self.part + 1),
        }
    }

    /// One line about it: name, shape, rank and parameters.
    pub fn heading(&self) -> String {
        let (p, q) = self.sides();
        let mut text = format!(
            "{}, {}, {p} × {q}: B is {p} × {r}, A is {r} × {q}, {}",
            self.method().title(),
            self.name(),
            label::parameters(self.params()),
            r = self.rank()
        );
        if let Some(Tiling { tiles, tile }) = self.tiling {
            text = format!(
                "{}: {} of a {} × {} and a {} × {} matrix, {}",
                self.method().title(),
                match self.rank() {
                    1 => "one Kronecker product".to_owned(),
                    rank => format!("{rank} Kronecker products"),
                },
                tiles.0,
                tiles.1,
                tile.0,
                tile.1,
                label::parameters(self.params())
            );
        }
        text
    }

    /// What a reader of the pictures must know, one sentence each.
    pub fn notes(&self) -> Vec<String> {
        let factors = match self.tiling {
            Some(_) => {
                "Each term is a Kronecker product: every tile is the small right matrix times the \
                 entry of the left one that stands where the tile does"
            }
            None => "B = U √Σ and A = √Σ Vᵀ: both factors take the square root of every σ",
        };
        let rows = self.strided_rows().map(|step| {
            format!(
                "The rows of this block are every {} row of the matrix, from row {} on",
                ordinal(step),
                self.block.first_cell().map_or(0, |(row, _)| row) + 1
            )
        });
        std::iter::once(factors.to_owned()).chain(rows).collect()
    }

    /// Every how many rows of the matrix one is in the part, where they do not follow each other.
    fn strided_rows(&self) -> Option<usize> {
        if self.tiling.is_some() || self.block.outline().is_some() {
            return None;
        }
        let tiles = self.block.tiles()?;
        let [(first, _), (second, _), ..] = tiles.as_slice() else {
            return None;
        };
        second.start.checked_sub(first.start)
    }

    /// Term `k` as a picture in the shape of the part.
    pub fn picture(&self, k: usize) -> DMatrix<f64> {
        self.sum_of(k..k + 1)
    }

    /// The sum of the first `count` terms as a picture in the shape of the part.
    pub fn sum(&self, count: usize) -> DMatrix<f64> {
        self.sum_of(0..count)
    }

    fn sum_of(&self, terms: Range<usize>) -> DMatrix<f64> {
        let end = terms.end.min(self.rank());
        let (start, count) = (terms.start.min(end), end - terms.start.min(end));
        let cells = self.left.columns(start, count) * self.right.rows(start, count);
        match self.tiling {
            None => cells,
            Some(_) => {
                let mut whole = DMatrix::zeros(self.shape.0, self.shape.1);
                self.block.put(&cells, &mut whole);
                whole
            }
        }
    }

    /// The two matrices whose Kronecker product term `k` is.
    pub fn kronecker(&self, k: usize) -> Option<[DMatrix<f64>; 2]> {
        let Tiling { tiles, tile } = self.tiling?;
        // The rearrangement goes through tiles and cells row by row.
        let left = DMatrix::from_fn(tiles.0, tiles.1, |i, j| self.left[(i * tiles.1 + j, k)]);
        let right = DMatrix::from_fn(tile.0, tile.1, |i, j| self.right[(k, i * tile.1 + j)]);
        Some([left, right])
    }
}

/// The first method that keeps singular triplets: Localized LoRA where it is shown.
fn default_method(analysis: &Analysis) -> Option<&Outcome> {
    let triplets = |one: &&Outcome| one.factors.blocks.iter().any(|b| b.triplets().is_some());
    let localized = analysis.outcome_of(Method::Localized);
    localized.or_else(|| analysis.outcomes().find(triplets))
}

/// The part with the largest norm, of equal ones the first.
fn strongest(spectra: &Spectra) -> usize {
    let largest = spectra.sigma.iter().flatten().copied().fold(0.0, f64::max);
    let unit = if largest > 0.0 { largest } else { 1.0 };
    let energies = spectra.sigma.iter().map(|sigma| energy(sigma, unit));
    let mut best = (0, 0.0);
    for (part, energy) in energies.enumerate() {
        if energy > best.1 {
            best = (part, energy);
        }
    }
    best.0
}

/// Σσ² in units of `unit`², so that none overflows.
fn energy(sigma: &[f64], unit: f64) -> f64 {
    sigma.iter().map(|sigma| (sigma / unit).powi(2)).sum()
}

fn terms(spectra: &Spectra, ranks: &[usize], part: usize, rank: usize) -> Vec<Term> {
    let sigma = &spectra.sigma[part];
    let unit = sigma.first().copied().filter(|largest| *largest > 0.0);
    let unit = unit.unwrap_or(1.0);
    let whole = energy(sigma, unit);
    let mut ranks = ranks.to_vec();
    let term = |k: usize| {
        ranks[part] = k + 1;
        let one = energy(&sigma[k..=k], unit);
        Term {
            sigma: sigma[k],
            share: if whole > 0.0 { one / whole } else { 0.0 },
            part_error: spectra.block_error(part, k + 1),
            error: spectra.error_at(&ranks),
        }
    };
    (0..rank).map(term).collect()
}

fn counted(parts: usize) -> String {
    match parts {
        1 => "one block".to_owned(),
        parts => format!("{} blocks", label::count(parts)),
    }
}

/// `2nd`, `4th`.
fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (1, rest) if rest != 11 => "st",
        (2, rest) if rest != 12 => "nd",
        (3, rest) if rest != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Analyst, SilentListener};
    use crate::session::{Session, Settings};
    use crate::source::Limits;

    fn analysed(source: &str, settings: Settings) -> Analysis {
        let session = Session {
            source: source.parse().expect("a source"),
            settings,
            ..Session::default()
        };
        let mut analyst = Analyst::default();
        let analysis = analyst.analyse(session, &Limits::default(), &SilentListener);
        analysis.expect("can be analysed")
    }

    fn everything() -> Settings {
        let mut settings = Settings::default();
        for method in Method::ALL {
            if let Some(shown) = settings.switch(*method) {
                *shown = true;
            }
        }
        settings
    }

    #[test]
    fn the_terms_of_all_parts_make_the_reconstruction() {
        let analysis = analysed("mnist:test:1", everything());
        for outcome in analysis.outcomes() {
            let layout = outcome.factors.layout();
            let mut sum = DMatrix::zeros(28, 28);
            let mut factored = true;
            for (part, block) in layout.blocks().iter().enumerate() {
                let choice = PartChoice {
                    method: Some(outcome.evaluation.method()),
                    part: Some(part),
                };
                match Terms::of(&analysis, choice) {
                    Ok(terms) => {
                        let whole = &terms.left * &terms.right;
                        block.put(&whole, &mut sum);
                        assert_eq!(terms.params(), terms.left.len() + terms.right.len());
                    }
                    Err(_) => factored = false,
                }
            }
            if factored {
                let apart = (&sum - outcome.reconstruction()).amax();
                assert!(apart < 1e-9, "{:?}: {apart}", outcome.evaluation.method());
            }
        }
    }

    #[test]
    fn what_each_term_adds_is_what_is_counted_in_the_pictures() {
        let analysis = analysed("mnist:test:1", Settings::default());
        let terms = Terms::of(&analysis, PartChoice::default()).expect("has factors");
        assert_eq!((terms.method(), terms.parts), (Method::Localized, 4));
        let energy = terms.cells.norm_squared();
        let mut last = terms.cells.norm();
        for (k, term) in terms.terms.iter().enumerate() {
            let picture = terms.picture(k);
            assert!((picture.norm() - term.sigma).abs() < 1e-9 * term.sigma);
            assert!((picture.norm_squared() / energy - term.share).abs() < 1e-12);
            let missed = &terms.cells - terms.sum(k + 1);
            assert!((missed.norm() / terms.cells.norm() - term.part_error).abs() < 1e-9);
            assert!(missed.norm() < last);
            last = missed.norm();
        }
        let whole = analysis.outcome_of(Method::Localized).expect("is shown");
        let (error, end) = (whole.evaluation.error, terms.terms.last().expect("two"));
        assert!((end.error - error).abs() < 1e-12);
        let direct = whole.residual().norm() / analysis.loaded.matrix.norm();
        assert!((end.error - direct).abs() < 1e-9);
    }

    #[test]
    fn a_kronecker_term_is_the_product_of_its_two_matrices() {
        let analysis = analysed("mnist:test:1", everything());
        let kronecker = *Method::ALL
            .iter()
            .find(|one| one.key() == "kronecker")
            .expect("exists");
        let choice = PartChoice {
            method: Some(kronecker),
            part: None,
        };
        let terms = Terms::of(&analysis, choice).expect("has factors");
        for k in 0..terms.rank() {
            let [left, right] = terms.kronecker(k).expect("is a product");
            let apart = (left.kronecker(&right) - terms.picture(k)).amax();
            assert!(apart < 1e-9, "{apart}");
        }
    }

    #[test]
    fn the_strongest_part_is_taken_and_a_part_that_is_none_is_refused() {
        let analysis = analysed("mnist:test:1", Settings::default());
        let blocks = |method, part| {
            Terms::of(
                &analysis,
                PartChoice {
                    method: Some(method),
                    part,
                },
            )
        };
        let chosen = blocks(Method::Melora, None).expect("has factors");
        for part in 0..4 {
            let other = blocks(Method::Melora, Some(part)).expect("has factors");
            assert!(other.cells.norm() <= chosen.cells.norm());
        }
        let refused = blocks(Method::Melora, Some(4)).expect_err("has four");
        assert_eq!(refused, "MELoRA has 4 blocks here; choose one of these: 5");
    }

    #[test]
    fn zeros_have_terms_that_add_nothing() {
        let analysis = analysed("synthetic:identity", Settings::default());
        let choice = PartChoice {
            method: Some(Method::Localized),
            part: Some(1),
        };
        let terms = Terms::of(&analysis, choice).expect("has factors");
        assert_eq!(terms.cells.amax(), 0.0);
        assert!(terms.terms.iter().all(|term| term.share == 0.0));
    }
}
