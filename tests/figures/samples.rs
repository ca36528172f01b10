//! The figures of the tests: real digits where results are needed, plain numbers elsewhere.

use std::io::Read;

use localized_lora::approx::best_grid::grids_at_budget;
use localized_lora::approx::curve::{CurvePoint, adaptive_curve, uniform_curve};
use localized_lora::approx::metrics::numerical_rank;
use localized_lora::approx::survey::{Survey, survey};
use localized_lora::approx::{
    AdaptiveSettings, BlockLayout, Evaluation, Factors, LocalizedSettings, MethodSettings,
    evaluate, reconstruct, table_one,
};
use localized_lora::figure::compose::*;
use localized_lora::figure::palette::{ColorMap, Theme};
use localized_lora::figure::{BlockLine, Figure, Gain};
use localized_lora::finetune::Layout;
use nalgebra::DMatrix;

pub const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];

pub fn context(theme: Theme) -> Context {
    Context {
        theme,
        ..Context::new("mnist:test:1", "localized-lora approximate mnist:test:1")
    }
}

/// The first `count` MNIST test images, 28 x 28, 0 to 255.
pub fn digits(count: usize) -> Vec<DMatrix<f64>> {
    let file = std::fs::read("assets/mnist/t10k-images-idx3-ubyte.gz").unwrap();
    let mut bytes = vec![0; 16 + count * 784];
    let mut reader = flate2::read::GzDecoder::new(file.as_slice());
    reader.read_exact(&mut bytes).unwrap();
    let image = |pixels: &[u8]| {
        DMatrix::from_row_iterator(28, 28, pixels.iter().map(|pixel| f64::from(*pixel)))
    };
    bytes[16..].chunks_exact(784).map(image).collect()
}

pub fn labels(count: usize) -> Vec<u8> {
    let file = std::fs::read("assets/mnist/t10k-labels-idx1-ubyte.gz").unwrap();
    let mut bytes = vec![0; 8 + count];
    let mut reader = flate2::read::GzDecoder::new(file.as_slice());
    reader.read_exact(&mut bytes).unwrap();
    bytes[8..].to_vec()
}

pub fn methods() -> Vec<MethodSettings> {
    let adaptive = AdaptiveSettings {
        grid: 4,
        budget: 224,
        ..AdaptiveSettings::default()
    };
    let mut all = table_one().to_vec();
    all.push(MethodSettings::LocalizedAdaptive(adaptive));
    all
}

/// A matrix with its methods worked out.
pub struct Worked {
    pub matrix: DMatrix<f64>,
    pub methods: Vec<(MethodSettings, Factors, Evaluation, DMatrix<f64>)>,
}

impl Worked {
    pub fn new(matrix: DMatrix<f64>, methods: Vec<MethodSettings>) -> Self {
        let (rows, cols) = matrix.shape();
        let work = |settings: MethodSettings| {
            let layout = BlockLayout::new(rows, cols, settings.layout()).unwrap();
            let factors = Factors::of(&matrix, layout).unwrap();
            let evaluation = evaluate(&factors.spectra, &settings).unwrap();
            let picture = reconstruct(&factors, &evaluation.ranks);
            (settings, factors, evaluation, picture)
        };
        Self {
            methods: methods.into_iter().map(work).collect(),
            matrix,
        }
    }

    pub fn table_one() -> Self {
        Self::new(digits(2).remove(1), methods())
    }

    /// A wide matrix of small signed numbers, cut so that ranks are clamped.
    pub fn wide() -> Self {
        let wave = |i: usize, j: usize| {
            let smooth = (i as f64 * 0.05).sin() * (j as f64 * 0.07).cos();
            (smooth + ((i * 31 + j * 17) % 23) as f64 * 0.02) * -1.234e-4
        };
        Self::new(DMatrix::from_fn(20, 400, wave), methods())
    }

    pub fn figure_one(&self, context: &Context, name: &str, error_maps: bool) -> Figure {
        let panel = |(_, factors, evaluation, picture)| Panel {
            evaluation,
            layout: Factors::layout(factors),
            reconstruction: picture,
            channels: None,
        };
        let panels = self.methods.iter();
        let shown = Approximation {
            matrix: &self.matrix,
            channels: None,
            name,
            letter: "W",
            rank: Some(self.rank().to_string()),
            range: None,
            panels: panels.map(|(s, f, e, p)| panel((s, f, e, p))).collect(),
            error_maps: error_maps.then(Gain::default),
            notes: Vec::new(),
        };
        figure_one(context, &shown)
    }

    fn rank(&self) -> usize {
        let (rows, cols) = self.matrix.shape();
        numerical_rank(&self.methods[0].1.spectra.sigma[0], rows, cols)
    }

    pub fn curves(&self, context: &Context) -> Figure {
        let points: Vec<Vec<CurvePoint>> = self
            .methods
            .iter()
            .map(|(settings, factors, ..)| match settings {
                MethodSettings::LocalizedAdaptive(_) => adaptive_curve(&factors.spectra),
                _ => uniform_curve(&factors.spectra),
            })
            .collect();
        let curves: Vec<ErrorCurve> = self
            .methods
            .iter()
            .zip(&points)
            .map(|((settings, _, evaluation, _), points)| ErrorCurve {
                settings,
                points,
                present: Some(evaluation),
            })
            .collect();
        error_against_parameters(context, self.matrix.len(), &curves)
    }

    pub fn spectra(&self, context: &Context) -> Figure {
        let methods = self
            .methods
            .iter()
            .map(|(settings, factors, evaluation, _)| MethodSpectrum {
                settings,
                spectra: &factors.spectra,
                ranks: &evaluation.ranks,
            });
        singular_values(context, &methods.collect::<Vec<_>>())
    }
}

/// The paper's digit at every grid within 224 parameters.
pub fn grids(context: &Context) -> Figure {
    let matrix = digits(2).remove(1);
    let go_on = |_: &_| std::ops::ControlFlow::Continue(());
    let found = grids_at_budget(std::slice::from_ref(&matrix), 224, &go_on).unwrap();
    best_grid(context, 224, &found, Some(2))
}

/// Adaptive ranks of the paper's digit, and the equal ones of Table I beside them.
pub fn ranks(context: &Context) -> Figure {
    let adaptive = MethodSettings::LocalizedAdaptive(AdaptiveSettings {
        grid: 4,
        budget: 224,
        ..AdaptiveSettings::default()
    });
    let equal = MethodSettings::Localized(LocalizedSettings { grid: 2, rank: 2 });
    let worked = Worked::new(digits(2).remove(1), vec![adaptive, equal]);
    let maps = worked.methods.iter();
    let maps = maps.map(|(_, factors, evaluation, _)| BlockRanks {
        evaluation,
        layout: factors.layout(),
    });
    rank_map(context, &maps.collect::<Vec<_>>())
}

pub fn small_survey(count: usize) -> Survey {
    let (digits, labels) = (digits(count), labels(count));
    let indices: Vec<usize> = (0..count).collect();
    survey(
        &indices,
        &|i| digits[i].clone(),
        &|i| labels[i],
        &methods(),
        &|_| std::ops::ControlFlow::Continue(()),
    )
    .unwrap()
}

/// A sweep shaped like the one of design section 3.
pub fn sweep(theme: Theme) -> AccuracyDrop {
    let layout = |look: Look, unit: usize, level: f64| {
        let best: Vec<DropPoint> = [2, 4, 8, 16, 32]
            .iter()
            .map(|rank| {
                let params = unit * rank;
                let drop = level / (params as f64).powf(0.55) + 0.3;
                DropPoint {
                    params,
                    drop,
                    spread: Some((drop * 0.9 - 0.1, drop * 1.08 + 0.1)),
                }
            })
            .collect();
        let runs = best
            .iter()
            .flat_map(|one| [1.0, 1.2, 1.45].map(|worse| (one.params, one.drop * worse)));
        Frontier {
            look,
            runs: runs.collect(),
            best,
        }
    };
    AccuracyDrop {
        layouts: vec![
            layout(Look::layout(Layout::Lora, theme), 848, 330.0),
            layout(Look::layout(Layout::Melora, theme), 848, 410.0),
            layout(Look::layout(Layout::LocalizedBlock, theme), 1696, 345.0),
            layout(Look::layout(Layout::LocalizedGrid, theme), 1040, 260.0),
        ],
        full_params: 50_565,
        full_accuracy: 97.59,
        description: "paper preset, seeds 0, 1, 2".to_owned(),
    }
}

pub fn training(theme: Theme) -> Vec<TrainingCurve> {
    let run = |look: Look, speed: f64| {
        let epochs = || (0..=10).map(f64::from);
        TrainingCurve {
            look,
            training_loss: epochs()
                .map(|e| (e, 1.6 * (-e * speed).exp() + 0.12))
                .collect(),
            validation_loss: epochs()
                .map(|e| (e, 1.6 * (-e * speed).exp() + 0.16))
                .collect(),
            accuracy: epochs()
                .map(|e| (e, 97.0 - 75.0 * (-e * speed * 1.7).exp()))
                .collect(),
        }
    };
    vec![
        run(Look::full(theme), 0.9),
        run(Look::layout(Layout::Lora, theme), 0.35),
        run(Look::layout(Layout::LocalizedGrid, theme), 0.45),
    ]
}

pub fn delta(context: &Context) -> Figure {
    let wave = |row: usize, col: usize| {
        let (x, y) = (col % 28, col / 28);
        let edge = (x as f64 - 13.5).hypot(y as f64 - 13.5) / 14.0;
        (row as f64 * 0.7 + x as f64 * 0.4).sin() * (y as f64 * 0.3).cos() * (1.0 - edge).max(0.0)
    };
    let delta = DMatrix::from_fn(64, 784, wave);
    let unit = |unit: usize| Feature {
        unit,
        picture: DMatrix::from_fn(28, 28, |row, col| delta[(unit, row * 28 + col)]),
    };
    let cells = |k: usize| BlockLine {
        rows: k / 4 * 7..k / 4 * 7 + 7,
        cols: k % 4 * 7..k % 4 * 7 + 7,
    };
    let shown = DeltaWeights {
        look: Look::layout(Layout::LocalizedGrid, context.theme),
        setting: "K = 4, r_block = 4".to_owned(),
        delta: &delta,
        parts: Vec::new(),
        features: (0..8).map(|i| unit(i * 7)).collect(),
        cells: (0..16).map(cells).collect(),
    };
    delta_weights(context, &shown)
}

pub fn confused(context: &Context) -> Figure {
    let run = |look: Look, errors: u64| Confusion {
        look,
        setting: "K = 4, r_block = 4".to_owned(),
        counts: (0..5)
            .map(|t| {
                let wrong = |p: u64| errors * ((t * 3 + p * 5) % 4);
                (0..5)
                    .map(|p| if p == t { 920 } else { wrong(p) })
                    .collect()
            })
            .collect(),
        classes: (5..10).map(|digit| digit.to_string()).collect(),
    };
    confusion(
        context,
        &[
            run(Look::layout(Layout::Lora, context.theme), 12),
            run(Look::layout(Layout::LocalizedGrid, context.theme), 7),
        ],
    )
}

/// Every figure of the program, with real results where they are quick to have.
pub fn all(theme: Theme) -> Vec<(&'static str, Figure)> {
    all_in(&context(theme))
}

/// The same in any context.
pub fn all_in(context: &Context) -> Vec<(&'static str, Figure)> {
    let theme = context.theme;
    let (worked, wide) = (Worked::table_one(), Worked::wide());
    let signed = Context {
        colors: ColorMap::Diverging,
        ..context.clone()
    };
    vec![
        (
            "figure_one",
            worked.figure_one(context, "MNIST test image 1", false),
        ),
        (
            "figure_one_errors",
            worked.figure_one(context, "MNIST test image 1", true),
        ),
        (
            "wide",
            wide.figure_one(&signed, "layers.11.self_attn.q_proj.weight", true),
        ),
        ("wide_curves", wide.curves(context)),
        ("wide_spectra", wide.spectra(context)),
        ("curves", worked.curves(context)),
        ("spectra", worked.spectra(context)),
        (
            "distribution",
            distribution(context, &small_survey(300), None),
        ),
        ("accuracy_drop", accuracy_drop(context, &sweep(theme))),
        (
            "training",
            training_curves(context, &training(theme), "10 epochs"),
        ),
        ("best_grid", grids(context)),
        ("rank_map", ranks(context)),
        ("delta", delta(context)),
        ("confusion", confused(context)),
    ]
}
