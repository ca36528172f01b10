//! Methods on a matrix so large that only its first singular triplets are computed: errors, ranks
//! and curves against those of its known spectrum.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use localized_lora::analysis::{Analyst, Listener, SilentListener, Stage};
use localized_lora::approx::adaptive::adaptive_ranks;
use localized_lora::approx::curve::{adaptive_curve, uniform_curve};
use localized_lora::approx::{
    BlockLayout, Factors, Keep, LayoutError, LayoutKind, LocalizedSettings, LoraSettings,
    MethodSettings, evaluate, reconstruct,
};
use localized_lora::session::Session;
use localized_lora::source::Limits;
use nalgebra::DMatrix;

const SIDE: usize = 2048;

/// Of LoRA.
const KEPT: usize = 24;

/// Four copies of H D H with a reflection H on the grid of 2 × 2, weighted: each block has σ 1, 1/2,
/// 1/3 … times its weight, and the whole matrix the same times the weights' own norm.
fn matrix() -> DMatrix<f64> {
    let half = SIDE / 2;
    let w = DMatrix::from_fn(half, 1, |i, _| (i as f64 * 0.7548 + 1.0).sin());
    let factor = 2.0 / w.norm_squared();
    // H D H, where H = I − factor · w wᵀ.
    let sigma = |i: usize| 1.0 / (i + 1) as f64;
    let d_w = DMatrix::from_fn(half, 1, |i, _| sigma(i) * w[i]);
    let inner = w.dot(&d_w);
    let block = DMatrix::from_fn(half, half, |i, j| {
        let diagonal = if i == j { sigma(i) } else { 0.0 };
        diagonal - factor * (w[i] * d_w[j] + d_w[i] * w[j]) + factor * factor * inner * w[i] * w[j]
    });
    DMatrix::from_fn(SIDE, SIDE, |i, j| {
        weight(i / half, j / half) * block[(i % half, j % half)]
    })
}

/// Of rank 1: 1, 2; 2, 4.
fn weight(i: usize, j: usize) -> f64 {
    ((i + 1) * (j + 1)) as f64
}

fn factors(matrix: &DMatrix<f64>, grid: usize, keep: usize) -> Factors {
    let layout = BlockLayout::new(SIDE, SIDE, LayoutKind::Grid(grid)).unwrap();
    Factors::compute_first(matrix, layout, Keep::First(keep), &|| {
        ControlFlow::Continue(())
    })
    .unwrap()
}

/// The error of any method that keeps the first `rank` σ of each block: all have the same spectrum.
fn expected(rank: usize) -> f64 {
    let energy = |from: usize| {
        (from..SIDE / 2)
            .map(|i| 1.0 / ((i + 1) as f64).powi(2))
            .sum::<f64>()
    };
    (energy(rank) / energy(0)).sqrt()
}

#[test]
fn errors_ranks_and_curves_are_those_of_the_whole_spectrum() {
    let matrix = matrix();
    let lora = factors(&matrix, 1, KEPT);
    let known = lora.spectra.truncated().unwrap();
    assert_eq!(known.kept, KEPT);
    assert!(known.bound <= 1e-6, "{}", known.bound);
    // The weights have the one σ 5.
    for (i, sigma) in lora.spectra.sigma[0].iter().enumerate() {
        assert!(
            (sigma * (i + 1) as f64 / 5.0 - 1.0).abs() < 1e-6,
            "σ {i}: {sigma}"
        );
    }
    let settings = |rank| MethodSettings::Lora(LoraSettings { rank });
    for rank in [1, 4, KEPT] {
        let one = evaluate(&lora.spectra, &settings(rank)).unwrap();
        assert!(
            (one.error / expected(rank) - 1.0).abs() < 1e-6,
            "{}",
            one.error
        );
        let direct = (&matrix - reconstruct(&lora, &one.ranks)).norm() / matrix.norm();
        assert!((direct / one.error - 1.0).abs() < 1e-9, "{direct}");
    }
    let beyond = evaluate(&lora.spectra, &settings(KEPT + 1));
    assert_eq!(beyond.err(), Some(LayoutError::Truncated { kept: KEPT }));
    assert!(lora.holds(Keep::First(KEPT)) && !lora.holds(Keep::First(KEPT + 1)));

    let curve = uniform_curve(&lora.spectra);
    assert_eq!(curve.len(), KEPT);
    assert!((curve[3].error / expected(4) - 1.0).abs() < 1e-6);

    let blocks = factors(&matrix, 2, 12);
    let localized = MethodSettings::Localized(LocalizedSettings { grid: 2, rank: 4 });
    let one = evaluate(&blocks.spectra, &localized).unwrap();
    assert!(
        (one.error / expected(4) - 1.0).abs() < 1e-6,
        "{}",
        one.error
    );
}

/// With weights 1, 2, 2, 4 the triplets worth most are known: block by block those with σ w ≥ a
/// threshold.
#[test]
fn adaptive_ranks_end_where_a_truncated_spectrum_does() {
    let matrix = matrix();
    let blocks = factors(&matrix, 2, 12);
    let cost = SIDE;
    // 4/1, 4/2, 2/1, 2/1, 4/3 … : the first nine.
    let ranks = adaptive_ranks(&blocks.spectra, 9 * cost).unwrap();
    assert_eq!(ranks, [1, 2, 2, 4]);
    let curve = adaptive_curve(&blocks.spectra);
    assert!((curve[8].error / blocks.spectra.error_at(&ranks) - 1.0).abs() < 1e-9);
    // The twelfth triplet of the heaviest block may not be its last.
    assert!(curve.len() < 48);
    let beyond = adaptive_ranks(&blocks.spectra, 40 * cost);
    assert_eq!(beyond.err(), Some(LayoutError::Truncated { kept: 12 }));
}

/// A matrix that takes a while.
fn slow() -> Session {
    Session {
        source: "synthetic:noise:rows=740,cols=730".parse().unwrap(),
        ..Session::default()
    }
}

#[test]
fn a_first_view_has_the_numbers_of_the_answer() {
    let (limits, mut analyst) = (Limits::default(), Analyst::default());
    let first_view = |analyst: &mut Analyst| {
        let view = analyst.first_view(&slow(), &limits, &SilentListener);
        view.unwrap()
    };
    let view = first_view(&mut analyst).expect("a view");
    let answer = analyst.analyse(slow(), &limits, &SilentListener).unwrap();
    assert!(view.partial && view.truncated.is_some());
    assert!(!answer.partial && answer.truncated.is_none());
    assert!(
        first_view(&mut analyst).is_none(),
        "everything is known now"
    );
    assert_eq!((view.sigma.len(), answer.sigma.len()), (730, 730));
    for (seen, exact) in view.sigma.iter().zip(&*answer.sigma) {
        assert!((seen / exact - 1.0).abs() < 1e-6, "{seen} for {exact}");
    }
    assert_eq!(view.methods.len(), answer.methods.len());
    for (seen, whole) in view.methods.iter().zip(&answer.methods) {
        assert_eq!(seen.curve.len(), whole.curve.len());
        for (seen, exact) in seen.curve.iter().zip(&*whole.curve) {
            assert!((seen.error - exact.error).abs() < 1e-6);
        }
        let (seen, whole) = (
            seen.outcome.as_ref().unwrap(),
            whole.outcome.as_ref().unwrap(),
        );
        assert!((seen.evaluation.error / whole.evaluation.error - 1.0).abs() < 1e-6);
        let apart = (seen.reconstruction() - whole.reconstruction()).norm();
        assert!(apart < 1e-5 * whole.reconstruction().norm(), "{apart}");
        assert!(whole.factors.holds(Keep::All), "only the answer has all");
    }
}

/// Stops when it is asked for the so manieth time.
struct Impatient(AtomicUsize, usize);

impl Listener for Impatient {
    fn reached(&self, _: Stage) {}

    fn keep_going(&self) -> ControlFlow<()> {
        match self.0.fetch_add(1, Ordering::Relaxed) == self.1 {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

/// Wherever it stops, the next answer has every triplet.
#[test]
fn a_first_view_that_is_given_up_leaves_nothing() {
    let limits = Limits::default();
    for moment in 0..4 {
        let mut analyst = Analyst::default();
        let listener = Impatient(AtomicUsize::new(0), moment);
        let stopped = analyst.first_view(&slow(), &limits, &listener);
        assert!(stopped.is_err_and(|why| why.is_stop()), "{moment}");
        let answer = analyst.analyse(slow(), &limits, &SilentListener).unwrap();
        assert!(answer.truncated.is_none() && answer.sigma.len() == 730);
    }
}
