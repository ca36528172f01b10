//! Synthetic matrices: what they promise about rank, blocks, noise and seeds.

use localized_lora::approx::factor::singular_values;
use localized_lora::approx::{
    BlockLayout, LocalizedSettings, LoraSettings, MeloraSettings, MethodSettings, Spectra, evaluate,
};
use localized_lora::source::{
    Limits, Source, SyntheticKind, SyntheticSettings, load, shuffled, synthesize,
};
use nalgebra::DMatrix;
use proptest::prelude::*;

use crate::read;

fn numerical_rank(matrix: &DMatrix<f64>) -> usize {
    let sigma = singular_values(matrix).unwrap();
    sigma.iter().filter(|&&s| s > 1e-10 * sigma[0]).count()
}

fn usual(kind: SyntheticKind) -> SyntheticSettings {
    SyntheticSettings::new(kind)
}

#[test]
fn low_rank_has_exactly_its_rank() {
    let matrix = read("synthetic:low-rank").unwrap().matrix;
    assert_eq!((matrix.shape(), numerical_rank(&matrix)), ((28, 28), 4));
    let wide = read("synthetic:low-rank:rows=20,cols=90,rank=7,seed=5").unwrap();
    assert_eq!(numerical_rank(&wide.matrix), 7);
    let shuffled = shuffled(&matrix, 3);
    assert_eq!(
        numerical_rank(&shuffled),
        4,
        "no order of rows changes a rank"
    );
}

#[test]
fn block_low_rank_has_its_rank_in_every_block_and_more_as_a_whole() {
    let matrix = read("synthetic:block-low-rank").unwrap().matrix;
    for (row, col) in [(0, 0), (0, 14), (14, 0), (14, 14)] {
        let block = matrix.view((row, col), (14, 14)).into_owned();
        assert_eq!(numerical_rank(&block), 2);
    }
    assert_eq!(numerical_rank(&matrix), 8);
    // 10 = 4 + 3 + 3 rows, 8 = 3 + 3 + 2 columns, as numpy.array_split cuts them.
    let odd = read("synthetic:block-low-rank:rows=10,cols=8,grid=3,rank=1").unwrap();
    for (row, rows) in [(0, 4), (4, 3), (7, 3)] {
        for (col, cols) in [(0, 3), (3, 3), (6, 2)] {
            let block = odd.matrix.view((row, col), (rows, cols)).into_owned();
            assert_eq!(numerical_rank(&block), 1);
        }
    }
}

#[test]
fn diagonal_is_zero_outside_its_blocks() {
    let matrix = read("synthetic:diagonal").unwrap().matrix;
    for row in 0..28 {
        for col in 0..28 {
            assert_eq!(row / 7 == col / 7, matrix[(row, col)] != 0.0);
        }
    }
    assert_eq!(numerical_rank(&matrix), 16);
}

/// Errors of LoRA, MELoRA and Localized LoRA at Table I's settings.
fn errors(text: &str) -> [f64; 3] {
    let matrix = read(text).unwrap().matrix;
    [
        MethodSettings::Lora(LoraSettings { rank: 4 }),
        MethodSettings::Melora(MeloraSettings { blocks: 4, rank: 4 }),
        MethodSettings::Localized(LocalizedSettings { grid: 2, rank: 2 }),
    ]
    .map(|settings| {
        let layout = BlockLayout::new(28, 28, settings.layout()).unwrap();
        let spectra = Spectra::of(&matrix, layout).unwrap();
        evaluate(&spectra, &settings).unwrap().error
    })
}

#[test]
fn every_kind_is_the_home_ground_it_says() {
    let [lora, melora, localized] = errors("synthetic:low-rank");
    assert!(lora < 1e-10 && melora > 0.5);
    assert!((localized - 0.43).abs() < 0.05, "{localized}");

    let [lora, _, localized] = errors("synthetic:block-low-rank");
    assert!(localized < 1e-10 && lora > 0.1);

    let [lora, melora, localized] = errors("synthetic:diagonal");
    assert!(melora < 1e-10 && lora > 0.1 && localized > 0.1);

    let [lora, melora, localized] = errors("synthetic:identity");
    assert!(melora < lora && melora < localized);

    let [lora, _, localized] = errors("synthetic:noise");
    assert!((lora - localized).abs() < 0.05, "a near tie");
}

#[test]
fn identity_noise_and_gradient_are_what_they_say() {
    let identity = read("synthetic:identity:rows=3,cols=4").unwrap().matrix;
    assert_eq!(identity, DMatrix::identity(3, 4));

    let noise = read("synthetic:noise:rows=300,cols=200").unwrap().matrix;
    let mean = noise.mean();
    let variance = noise.map(|value| (value - mean).powi(2)).mean();
    // Standard errors of mean and variance of 60,000 normal values: 0.004 and 0.006.
    assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03);
    assert_eq!(numerical_rank(&noise), 200);

    let ramp = read("synthetic:gradient:rows=5,cols=3,noise=0")
        .unwrap()
        .matrix;
    assert_eq!(ramp[(0, 0)], 0.0);
    assert_eq!(ramp[(2, 1)], 0.5);
    assert_eq!(ramp[(4, 2)], 1.0);
    let line = read("synthetic:gradient:rows=1,cols=1,noise=0").unwrap();
    assert_eq!(line.matrix.shape(), (1, 1));
}

#[test]
fn noise_is_relative_to_the_root_mean_square() {
    let clean = synthesize(&usual(SyntheticKind::LowRank)).unwrap();
    let settings = SyntheticSettings {
        noise: 0.25,
        ..usual(SyntheticKind::LowRank)
    };
    let noisy = synthesize(&settings).unwrap();
    let ratio = (noisy - &clean).norm() / clean.norm();
    // 784 normal values: the norm's standard error is 2.5 %.
    assert!((ratio - 0.25).abs() < 0.025, "{ratio}");
}

#[test]
fn a_rank_beyond_the_side_is_that_side_and_a_note_says_so() {
    let loaded = read("synthetic:low-rank:rows=5,rank=9").unwrap();
    assert_eq!(numerical_rank(&loaded.matrix), 5);
    assert!(loaded.notes[0].contains("rank 9"), "{:?}", loaded.notes);
    assert!(read("synthetic:low-rank").unwrap().notes.is_empty());
}

#[test]
fn a_seed_gives_the_same_values_everywhere() {
    // Pinned: a new version of a library must not change anybody's figures silently.
    let matrix = read("synthetic:noise:rows=2,cols=2,seed=42")
        .unwrap()
        .matrix;
    let again = read("synthetic:noise:rows=2,cols=2,seed=42")
        .unwrap()
        .matrix;
    assert_eq!(matrix, again);
    let pinned = DMatrix::from_row_slice(2, 2, &PINNED);
    assert!((matrix.clone() - pinned).amax() < 1e-12, "{matrix:?}");
    assert_ne!(
        matrix,
        read("synthetic:noise:rows=2,cols=2,seed=43")
            .unwrap()
            .matrix
    );
}

const PINNED: [f64; 4] = [
    0.47798123835102174,
    -0.21086668327103028,
    1.3340706102318078,
    0.4763469238088213,
];

#[test]
fn the_name_keeps_the_settings_that_are_not_the_usual_ones() {
    for (text, name) in [
        ("low-rank", "synthetic low-rank"),
        ("low-rank:rows=64", "synthetic low-rank"),
        (
            "low-rank:seed=3,noise=0.1",
            "synthetic low-rank (noise=0.1, seed=3)",
        ),
    ] {
        let settings: SyntheticSettings = text.parse().unwrap();
        let loaded = load(&Source::Synthetic(settings), &Limits::default()).unwrap();
        assert_eq!(loaded.name, name);
    }
}

proptest! {
    #[test]
    fn every_setting_in_range_gives_a_finite_matrix_of_its_shape(
        kind in prop::sample::select(SyntheticKind::ALL.to_vec()),
        rows in 1..40_usize,
        cols in 1..40_usize,
        rank in 1..50_usize,
        grid in 1..40_usize,
        noise in 0.0..10.0,
        seed in any::<u64>(),
    ) {
        let grid = grid.min(rows).min(cols);
        let settings = SyntheticSettings { kind, rows, cols, rank, grid, noise, seed };
        let matrix = synthesize(&settings).unwrap();
        prop_assert_eq!(matrix.shape(), (rows, cols));
        prop_assert!(matrix.iter().all(|value| value.is_finite()));
        prop_assert_eq!(matrix, synthesize(&settings).unwrap());
    }
}
