//! Orders that were planted are found; nothing is found in noise that its control does not have.

use std::ops::ControlFlow;

use localized_lora::approx::order::{Found, Order, Search, find_order, shuffled_entries};
use localized_lora::approx::{BlockLayout, FactorError, LayoutKind, LocalizedSettings, Spectra};
use localized_lora::source::shuffled;
use nalgebra::DMatrix;
use proptest::prelude::*;

use super::{block_low_rank, gaussian, go_on, noisy, seeded};

fn search(grid: usize, rank: usize, starts: usize) -> Search {
    Search {
        localized: LocalizedSettings { grid, rank },
        starts,
        seed: 0,
    }
}

fn found(matrix: &DMatrix<f64>, search: Search) -> Found {
    find_order(matrix, search, &go_on, &|| {}).unwrap()
}

fn error(matrix: &DMatrix<f64>, grid: usize, rank: usize) -> f64 {
    let kind = LayoutKind::Grid(grid);
    let layout = BlockLayout::new(matrix.nrows(), matrix.ncols(), kind).unwrap();
    let ranks = layout.uniform_ranks(rank);
    Spectra::of(matrix, layout).unwrap().error_at(&ranks)
}

#[test]
fn planted_orders_are_found() {
    let mut rng = seeded(11);
    let (mut right, mut missed) = (0, Vec::new());
    for number in 0..200 {
        let grid = [2, 4][number % 2];
        let side = [32, 48, 64][number / 2 % 3];
        let noise = [0.0, 0.1][number / 6 % 2];
        let rank = 1 + number % 3 / 2;
        let planted = noisy(&block_low_rank(side, grid, rank, &mut rng), noise, &mut rng);
        let goal = error(&planted, grid, rank);
        let hidden = shuffled(&planted, number as u64);
        let end = found(&hidden, search(grid, rank, 30));
        match end.after <= goal * 1.02 + 1e-9 {
            true => right += 1,
            false => missed.push((side, grid, rank, noise, goal, end.after)),
        }
    }
    assert!(right >= 190, "{right} of 200; missed {missed:?}");
}

#[test]
fn noise_gains_no_more_than_its_control() {
    let noise = gaussian(28, 28, &mut seeded(12));
    let end = found(&noise, search(2, 2, 10));
    let control = found(&shuffled_entries(&noise, 3), search(2, 2, 10));
    assert!(end.after < end.before);
    let gain = |one: &Found| 1.0 - one.after / one.before;
    assert!(
        (gain(&end) - gain(&control)).abs() < 0.03,
        "{} {}",
        gain(&end),
        gain(&control)
    );
}

#[test]
fn the_order_is_the_same_for_a_seed_whatever_the_threads() {
    let matrix = gaussian(16, 24, &mut seeded(13));
    let many = found(&matrix, search(2, 2, 6));
    let alone = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let one = alone.install(|| found(&matrix, search(2, 2, 6)));
    assert_eq!(many.order, one.order);
    assert_eq!(many.after.to_bits(), one.after.to_bits());
}

#[test]
fn a_search_stops_when_it_is_told_to() {
    let matrix = gaussian(16, 16, &mut seeded(14));
    let stopped = find_order(&matrix, search(2, 1, 5), &|| ControlFlow::Break(()), &|| {});
    assert!(matches!(stopped, Err(FactorError::Stopped)));
}

#[test]
fn bits_are_those_of_two_permutations() {
    // log2 4! + log2 3!
    let bits = Order::unchanged(4, 3).bits();
    assert!((bits - (24_f64.log2() + 6_f64.log2())).abs() < 1e-12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn what_is_found_is_an_order_and_its_error_is_the_one_that_is_told(
        rows in 1usize..14, cols in 1usize..14, grid in 1usize..6, rank in 1usize..4,
        seed: u64, scale in prop::sample::select(vec![1.0, 1e200, 1e-310]), constant: bool,
    ) {
        let grid = grid.min(rows).min(cols);
        let matrix = match constant {
            true => DMatrix::from_element(rows, cols, scale),
            false => gaussian(rows, cols, &mut seeded(seed)) * scale,
        };
        let end = found(&matrix, search(grid, rank, 3));
        let mut down = end.order.rows.clone();
        let mut across = end.order.cols.clone();
        down.sort_unstable();
        across.sort_unstable();
        prop_assert_eq!(down, (0..rows).collect::<Vec<_>>());
        prop_assert_eq!(across, (0..cols).collect::<Vec<_>>());
        prop_assert!(end.after <= end.before);
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        prop_assert!(close(end.before, error(&matrix, grid, rank)));
        prop_assert!(close(end.after, error(&end.order.apply(&matrix), grid, rank)));
    }
}
