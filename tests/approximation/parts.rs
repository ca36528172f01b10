//! Blocks whose cells lie apart: strided rows, rearrangements, and any other disjoint virtual
//! matrices. What holds for rectangles holds for them.

use std::path::Path;

use localized_lora::approx::metrics::share;
use localized_lora::approx::segment::segments;
use localized_lora::approx::{
    Block, BlockLayout, Factors, LayoutError, LayoutKind, Spectra, reconstruct,
};
use localized_lora::session::Session;
use localized_lora::source::{Limits, Source};
use nalgebra::DMatrix;
use proptest::prelude::*;
use serde_json::Value;

use super::samples::matrix;
use super::{TOLERANCE, direct_error};

/// Layouts of these tests are told apart by nobody.
const BY_HAND: LayoutKind = LayoutKind::Grid(1);

fn layout((rows, cols): (usize, usize), blocks: Vec<Block>) -> BlockLayout {
    BlockLayout::of_blocks(rows, cols, BY_HAND, blocks).unwrap()
}

/// Monarch's blocks: the rows `i ≡ a (mod classes)` in each of the column segments.
fn monarch((rows, cols): (usize, usize), classes: usize, blocks: usize) -> BlockLayout {
    let mut parts = Vec::new();
    for class in 0..classes {
        for (j, segment) in segments(cols, blocks).into_iter().enumerate() {
            let left = (class..rows).step_by(classes).collect();
            let right = segment.map(|col| col * rows).collect();
            parts.push(Block::scattered((class, j), rows, left, right));
        }
    }
    layout((rows, cols), parts)
}

/// Van Loan's rearrangement: row (i₁, j₁), column (i₂, j₂) holds W[i₁ m₂ + i₂, j₁ n₂ + j₂], so that
/// a Kronecker product of an `m₁ × n₁` matrix is of rank one.
fn kronecker((rows, cols): (usize, usize), (m1, n1): (usize, usize)) -> BlockLayout {
    let (m2, n2) = (rows / m1, cols / n1);
    let pairs =
        |down: usize, across: usize| (0..down).flat_map(move |i| (0..across).map(move |j| (i, j)));
    let left = pairs(m1, n1).map(|(i, j)| i * m2 + j * n2 * rows).collect();
    let right = pairs(m2, n2).map(|(i, j)| i + j * rows).collect();
    layout(
        (rows, cols),
        vec![Block::scattered((0, 0), rows, left, right)],
    )
}

/// A grid of rectangles of any number of rows and columns of blocks.
fn rectangles((rows, cols): (usize, usize), down: usize, across: usize) -> BlockLayout {
    let mut parts = Vec::new();
    for (i, height) in segments(rows, down).into_iter().enumerate() {
        for (j, width) in segments(cols, across).into_iter().enumerate() {
            parts.push(Block::rectangle((i, j), height.clone(), width));
        }
    }
    layout((rows, cols), parts)
}

/// Every cell goes to one of the blocks or to none, each block a product of rows and columns in any
/// order.
fn shuffled((rows, cols): (usize, usize), order: &[usize], covered: usize) -> BlockLayout {
    let place = |side: usize| {
        let mut lines: Vec<usize> = (0..side).collect();
        lines.sort_by_key(|line| order[line % order.len()].wrapping_mul(line + 7) % 101);
        lines
    };
    let (down, across) = (place(rows), place(cols));
    let (half_down, half_across) = (down.len().div_ceil(2), across.len().div_ceil(2));
    let mut parts = Vec::new();
    for (i, height) in down.chunks(half_down).enumerate() {
        for (j, width) in across.chunks(half_across).enumerate() {
            let right = width.iter().map(|col| col * rows).collect();
            parts.push(Block::scattered((i, j), rows, height.to_vec(), right));
        }
    }
    parts.truncate(covered.max(1));
    layout((rows, cols), parts)
}

/// The error from σ, which must be that of the reconstruction.
#[track_caller]
fn error(matrix: &DMatrix<f64>, layout: &BlockLayout, rank: usize) -> f64 {
    let factors = Factors::of(matrix, layout.clone()).unwrap();
    let ranks = layout.uniform_ranks(rank);
    let found = factors.spectra.error_at(&ranks);
    let direct = direct_error(matrix, &reconstruct(&factors, &ranks));
    assert!(
        (found - direct).abs() <= TOLERANCE,
        "{found} is not {direct}"
    );
    let alone = Spectra::of(matrix, layout.clone()).unwrap();
    assert!((alone.error_at(&ranks) - found).abs() <= TOLERANCE);
    found
}

fn load(name: &str) -> DMatrix<f64> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cases/methods");
    let source = match name.split_once(':') {
        Some(_) => name.parse().unwrap(),
        None => Source::from_path(folder.join(name)),
    };
    let session = Session {
        source,
        ..Session::default()
    };
    session.load(&Limits::default()).unwrap().matrix
}

#[test]
fn errors_and_parameters_are_those_of_numpy() {
    let cases = include_str!("../data/cases/methods/cases.json");
    let cases: Vec<Value> = serde_json::from_str(cases).unwrap();
    let mut seen = 0;
    for case in &cases {
        let matrix = load(case["source"].as_str().unwrap());
        let shape = matrix.shape();
        for structure in case["structures"].as_array().unwrap() {
            let number = |name: &str| structure[name].as_u64().unwrap() as usize;
            let kind = structure["structure"].as_str().unwrap();
            // These are chosen from the matrix.
            if ["sparse", "quadtree"].contains(&kind) {
                continue;
            }
            let (layout, rank) = match kind {
                "monarch" => {
                    let (classes, blocks) = (number("row_classes"), number("column_blocks"));
                    (monarch(shape, classes, blocks), number("rank"))
                }
                "kronecker" => {
                    let left = (number("left_rows"), number("left_cols"));
                    (kronecker(shape, left), number("terms"))
                }
                "rectangular_grid" => {
                    let (down, across) = (number("grid_rows"), number("grid_cols"));
                    (rectangles(shape, down, across), number("rank"))
                }
                "row_strips" => (rectangles(shape, number("blocks"), 1), number("rank")),
                _ => (rectangles(shape, 1, number("blocks")), number("rank")),
            };
            let ranks = layout.uniform_ranks(rank);
            assert_eq!(layout.parameters(&ranks), number("params"), "{structure}");
            let expected = structure["error"].as_f64().unwrap();
            let found = error(&matrix, &layout, rank);
            assert!((found - expected).abs() < 1e-12, "{found}: {structure}");
            seen += 1;
        }
    }
    assert_eq!(seen, 60, "five matrices, twelve structures");
}

#[test]
fn a_kronecker_product_is_one_triplet() {
    let left = DMatrix::from_fn(3, 2, |i, j| (i * 2 + j) as f64 - 2.0);
    let right = DMatrix::from_fn(4, 5, |i, j| ((i * 5 + j) as f64).sin());
    let product = left.kronecker(&right);
    assert!(error(&product, &kronecker((12, 10), (3, 2)), 1) < 1e-14);
    assert!(error(&product, &kronecker((12, 10), (4, 5)), 1) > 0.1);
}

#[test]
fn a_block_knows_its_cells_wherever_they_lie() {
    let matrix = DMatrix::from_fn(6, 4, |i, j| (10 * i + j) as f64);
    let odd = &monarch((6, 4), 2, 2).blocks()[3].clone();
    assert_eq!(odd.sides(), (3, 2));
    assert_eq!(odd.outline(), None);
    assert_eq!(odd.first_cell(), Some((1, 2)));
    let cells = DMatrix::from_row_slice(3, 2, &[12.0, 13.0, 32.0, 33.0, 52.0, 53.0]);
    assert_eq!(odd.cells(&matrix), cells);
    let covered = |row, col| row % 2 == 1 && col >= 2;
    for (row, col) in (0..6).flat_map(|row| (0..4).map(move |col| (row, col))) {
        assert_eq!(odd.contains(row, col), covered(row, col), "{row}, {col}");
    }
    assert!(!odd.contains(7, 1), "below the matrix");
    let mut rest = matrix.clone();
    odd.clear(&mut rest);
    assert_eq!(rest.sum(), matrix.sum() - cells.sum());
    odd.put(&cells, &mut rest);
    assert_eq!(rest, matrix);
}

#[test]
fn blocks_that_overlap_or_leave_the_matrix_are_refused() {
    let refused = |blocks: Vec<Block>| BlockLayout::of_blocks(4, 3, BY_HAND, blocks).unwrap_err();
    let whole = Block::rectangle((0, 0), 0..4, 0..3);
    let beyond = Block::rectangle((0, 0), 0..5, 0..1);
    assert_eq!(
        refused(vec![
            whole.clone(),
            Block::scattered((0, 1), 4, vec![0], vec![0])
        ]),
        LayoutError::Misplaced { block: 1 }
    );
    let out = [
        beyond,
        Block::scattered((0, 0), 4, vec![0, 4], vec![8]),
        Block::scattered((0, 0), 4, vec![usize::MAX], vec![1]),
        Block::scattered((0, 0), 5, vec![0], vec![0]),
    ];
    for block in out {
        assert_eq!(refused(vec![block]), LayoutError::Misplaced { block: 0 });
    }
    let empty = BlockLayout::of_blocks(0, 3, BY_HAND, Vec::new()).unwrap_err();
    assert_eq!(empty, LayoutError::Empty { rows: 0, cols: 3 });
}

/// A matrix, and blocks by hand over all of it or a part of it.
fn matrix_and_parts() -> impl Strategy<Value = (DMatrix<f64>, BlockLayout)> {
    let order = prop::collection::vec(1_usize..1000, 5);
    (matrix(), 0..4_usize, 1..6_usize, 1..6_usize, order).prop_map(
        |(matrix, kind, down, across, order)| {
            let shape = matrix.shape();
            let (down, across) = (down.min(shape.0), across.min(shape.1));
            let divisor = |side: usize, near: usize| {
                (1..=near).rev().find(|n| side.is_multiple_of(*n)).unwrap()
            };
            let layout = match kind {
                0 => monarch(shape, down, across),
                1 => kronecker(shape, (divisor(shape.0, down), divisor(shape.1, across))),
                2 => rectangles(shape, down, across),
                _ => shuffled(shape, &order, down),
            };
            (matrix, layout)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_error_of_parts_is_that_of_the_reconstruction(
        (matrix, layout) in matrix_and_parts(), rank in 1_usize..12,
    ) {
        error(&matrix, &layout, rank);
    }

    #[test]
    fn at_full_rank_every_covered_cell_comes_back((matrix, layout) in matrix_and_parts()) {
        let factors = Factors::of(&matrix, layout.clone()).unwrap();
        let full = layout.uniform_ranks(layout.max_rank());
        let rebuilt = reconstruct(&factors, &full);
        let scale = matrix.amax();
        for (at, (before, after)) in matrix.iter().zip(rebuilt.iter()).enumerate() {
            let (row, col) = (at % matrix.nrows(), at / matrix.nrows());
            let expected = match layout.block_at(row, col) {
                Some(_) => *before,
                None => 0.0,
            };
            prop_assert!((after - expected).abs() <= 1e-13 * scale, "({row}, {col})");
        }
    }

    #[test]
    fn squares_of_parts_and_of_what_is_outside_add_up((matrix, layout) in matrix_and_parts()) {
        let spectra = Spectra::of(&matrix, layout.clone()).unwrap();
        let scale = matrix.amax();
        prop_assume!(scale > 0.0);
        let squares = |numbers: &[f64]| numbers.iter().map(|x| (x / scale).powi(2)).sum::<f64>();
        let parts: f64 = spectra.sigma.iter().map(|sigma| squares(sigma)).sum();
        let whole = squares(matrix.as_slice());
        let outside = (spectra.outside / scale).powi(2);
        prop_assert!((parts + outside - whole).abs() <= 1e-12 * whole);
        for (block, sigma) in layout.blocks().iter().zip(&spectra.sigma) {
            let cells = squares(block.cells(&matrix).as_slice());
            prop_assert!((squares(sigma) - cells).abs() <= 1e-12 * whole);
        }
    }

    #[test]
    fn each_part_is_cut_where_eckart_and_young_cut_it(
        (matrix, layout) in matrix_and_parts(), rank in 1_usize..6,
    ) {
        let factors = Factors::of(&matrix, layout.clone()).unwrap();
        let residual = &matrix - reconstruct(&factors, &layout.uniform_ranks(rank));
        let scale = matrix.amax();
        prop_assume!(scale > 0.0);
        for (block, sigma) in layout.blocks().iter().zip(&factors.spectra.sigma) {
            let left = (block.cells(&residual) / scale).norm_squared();
            let dropped: f64 = sigma.iter().skip(rank).map(|s| (s / scale).powi(2)).sum();
            prop_assert!((left - dropped).abs() <= 1e-12 * matrix.len() as f64);
        }
    }

    #[test]
    fn a_rectangle_given_by_its_offsets_is_the_rectangle(
        (matrix, down, across) in (matrix(), 1..6_usize, 1..6_usize), rank in 1_usize..6,
    ) {
        let (rows, cols) = matrix.shape();
        let plain = rectangles((rows, cols), down.min(rows), across.min(cols));
        let scattered = plain.blocks().iter().map(|block| {
            let (down, across) = block.outline().unwrap();
            let right = across.map(|col| col * rows).collect();
            Block::scattered((block.i, block.j), rows, down.collect(), right)
        });
        let scattered = layout((rows, cols), scattered.collect());
        let [one, other] = [plain, scattered].map(|layout| {
            let factors = Factors::of(&matrix, layout.clone()).unwrap();
            let rebuilt = reconstruct(&factors, &layout.uniform_ranks(rank));
            (rebuilt, factors.spectra.sigma, share(layout.cost_per_rank(), rows, cols))
        });
        prop_assert_eq!(one, other, "not bit for bit");
    }
}
