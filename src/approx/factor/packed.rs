//! A large block, packed for products with a few columns: its cells are read in a row, from memory
//! that holds f32 as f32, and once for a product with the block and its transpose. Sums are taken in
//! f64, in an order that no number of threads changes.

use faer::{MatRef, Par};
use nalgebra::DMatrix;

use super::panels::{Panels, Rounded};

/// A block in its unit, so that its largest cell is near one.
pub(super) struct Packed {
    shape: (usize, usize),
    /// Whether it is the transpose that is cut into panels: panels are as long as the shorter side.
    turned: bool,
    cells: Cells,
}

/// Single precision where it holds every cell exactly.
enum Cells {
    Single(Panels<f32>),
    Double(Panels<f64>),
}

impl Packed {
    /// The cells divided by `unit`.
    pub fn of(block: &DMatrix<f64>, unit: f64, par: Par) -> Self {
        let (rows, cols) = block.shape();
        // Of a square one too: columns are read in a row.
        let turned = rows <= cols;
        let cells = match Panels::exactly(block, turned, unit, par) {
            Ok(panels) => Cells::Single(panels),
            Err(Rounded) => Cells::Double(Panels::of(block, turned, unit, par).0),
        };
        Self {
            shape: (rows, cols),
            turned,
            cells,
        }
    }

    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// The block times `right`.
    pub fn times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
        self.product(right, self.turned, par)
    }

    /// The block's transpose times `right`.
    pub fn transpose_times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
        self.product(right, !self.turned, par)
    }

    /// L ᵀ L times `right`, where L is the block or its transpose, whichever has no more columns than
    /// rows.
    pub fn square_times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
        match &self.cells {
            Cells::Single(panels) => panels.square_times(right, par),
            Cells::Double(panels) => panels.square_times(right, par),
        }
    }

    /// L times `right`.
    pub fn long_times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
        self.product(right, false, par)
    }

    /// Whether [`Packed::square_times`] and [`Packed::long_times`] take the block's transpose.
    pub fn is_turned(&self) -> bool {
        self.turned
    }

    fn product(&self, right: MatRef<'_, f64>, transposed: bool, par: Par) -> DMatrix<f64> {
        match (&self.cells, transposed) {
            (Cells::Single(panels), false) => panels.times(right, par),
            (Cells::Double(panels), false) => panels.times(right, par),
            (Cells::Single(panels), true) => panels.transpose_times(right, par),
            (Cells::Double(panels), true) => panels.transpose_times(right, par),
        }
    }

    /// The sum of all squared cells.
    pub fn squared_norm(&self, par: Par) -> f64 {
        match &self.cells {
            Cells::Single(panels) => panels.squared_norm(par),
            Cells::Double(panels) => panels.squared_norm(par),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approx::factor::view::view;

    /// Cells that f32 holds, or does not.
    fn matrix(rows: usize, cols: usize, single: bool) -> DMatrix<f64> {
        DMatrix::from_fn(rows, cols, |i, j| {
            let number = ((i * 7 + j * 13 + 1) as f64 * 0.7548).sin();
            match single {
                true => f64::from(number as f32),
                false => number,
            }
        })
    }

    #[test]
    fn products_are_those_of_the_matrix() {
        for (rows, cols, width) in [(1, 1, 1), (16, 128, 8), (33, 300, 9), (130, 17, 70)] {
            for single in [true, false] {
                let block = matrix(rows, cols, single) * 4.0;
                let packed = Packed::of(&block, 4.0, Par::rayon(0));
                assert_eq!(matches!(packed.cells, Cells::Single(_)), single);
                let (left, right) = (matrix(rows, width, false), matrix(cols, width, false));
                let times = packed.times(view(&right), Par::rayon(0)) * 4.0;
                let turned = packed.transpose_times(view(&left), Par::rayon(0)) * 4.0;
                assert!((times - &block * &right).amax() < 1e-12);
                assert!((turned - block.transpose() * &left).amax() < 1e-12);
                let (square, side) = match packed.is_turned() {
                    true => (&block * block.transpose() * &left, &left),
                    false => (block.transpose() * &block * &right, &right),
                };
                let squared = packed.square_times(view(side), Par::rayon(0)) * 16.0;
                assert!((&squared - &square).amax() < 1e-11 * square.amax());
                assert_eq!(squared, packed.square_times(view(side), Par::Seq) * 16.0);
                let norm = packed.squared_norm(Par::Seq) * 16.0;
                assert!((norm / block.norm_squared() - 1.0).abs() < 1e-13);
                assert_eq!(
                    packed.times(view(&right), Par::Seq),
                    packed.times(view(&right), Par::rayon(0))
                );
            }
        }
    }

    /// One number that f32 would round, or make zero or infinite.
    #[test]
    fn a_single_number_beyond_f32_counts() {
        for number in [1.0 + 1e-12, 1e-60, 1e-310] {
            for (rows, cols) in [(40, 50), (50, 40)] {
                let mut block = matrix(rows, cols, true);
                block[(rows - 1, cols - 1)] = number;
                let packed = Packed::of(&block, 1.0, Par::Seq);
                let last = DMatrix::from_fn(cols, 1, |i, _| f64::from(i == cols - 1));
                assert_eq!(packed.times(view(&last), Par::Seq)[rows - 1], number);
            }
        }
    }
}
