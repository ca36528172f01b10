//! Matrices made from a seed, each the home ground of one method.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use super::{LoadedMatrix, SourceError};
use crate::memory;

/// The longest side of a synthetic matrix.
pub const MAX_SYNTHETIC_SIDE: usize = 4096;

/// The kind of a synthetic matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SyntheticKind {
    /// A product of two Gaussian factors: exactly the rank asked for. LoRA's home ground.
    LowRank,
    /// A grid of blocks, each a product of its own factors. Localized LoRA's home ground.
    BlockLowRank,
    /// Such blocks on the diagonal only, zero elsewhere. MELoRA's home ground.
    Diagonal,
    /// Ones on the diagonal.
    Identity,
    /// Standard normal entries: full rank, nobody's home ground.
    Noise,
    /// A ramp from the first corner (0) to the last (1), with noise.
    Gradient,
}

impl SyntheticKind {
    /// Every kind, in the order of the menus.
    pub const ALL: [Self; 6] = [
        Self::LowRank,
        Self::BlockLowRank,
        Self::Diagonal,
        Self::Identity,
        Self::Noise,
        Self::Gradient,
    ];

    /// The name in the text form of a source.
    pub fn name(self) -> &'static str {
        match self {
            Self::LowRank => "low-rank",
            Self::BlockLowRank => "block-low-rank",
            Self::Diagonal => "diagonal",
            Self::Identity => "identity",
            Self::Noise => "noise",
            Self::Gradient => "gradient",
        }
    }

    /// Whether the rank setting means something for this kind.
    pub fn uses_rank(self) -> bool {
        matches!(self, Self::LowRank | Self::BlockLowRank | Self::Diagonal)
    }

    /// Whether the matrix is made of blocks, so that the grid setting means something.
    pub fn uses_grid(self) -> bool {
        matches!(self, Self::BlockLowRank | Self::Diagonal)
    }

    /// Whether noise can be added to it.
    pub fn uses_noise(self) -> bool {
        !matches!(self, Self::Noise)
    }
}

impl fmt::Display for SyntheticKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for SyntheticKind {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        let known = Self::ALL.into_iter().find(|kind| kind.name() == text);
        known.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            SourceError::syntax(text, format!("the synthetic kinds are {names}"))
        })
    }
}

/// Everything that determines a synthetic matrix.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SyntheticSettings {
    /// The kind.
    pub kind: SyntheticKind,
    /// Rows, 1 to [`MAX_SYNTHETIC_SIDE`].
    pub rows: usize,
    /// Columns, 1 to [`MAX_SYNTHETIC_SIDE`].
    pub cols: usize,
    /// The rank of the matrix, or of each block.
    pub rank: usize,
    /// Blocks along a side, for the kinds made of blocks.
    pub grid: usize,
    /// Standard deviation of added Gaussian noise, relative to the root mean square entry.
    pub noise: f64,
    /// The seed; one seed gives one matrix.
    pub seed: u64,
}

impl SyntheticSettings {
    /// The kind's usual matrix: 28 × 28, and where it has a home method, exact for that method at
    /// Table I's settings.
    pub fn new(kind: SyntheticKind) -> Self {
        let (rank, grid) = match kind {
            SyntheticKind::BlockLowRank => (2, 2),
            _ => (4, 4),
        };
        let noise = if kind == SyntheticKind::Gradient {
            0.1
        } else {
            0.0
        };
        Self {
            kind,
            rows: 28,
            cols: 28,
            rank,
            grid,
            noise,
            seed: 0,
        }
    }

    /// The settings that differ from the kind's defaults, beside the sides.
    fn unusual(&self) -> Vec<String> {
        let usual = Self::new(self.kind);
        let settings = [
            (self.rank != usual.rank).then(|| format!("rank={}", self.rank)),
            (self.grid != usual.grid).then(|| format!("grid={}", self.grid)),
            (self.noise != usual.noise).then(|| format!("noise={}", self.noise)),
            (self.seed != usual.seed).then(|| format!("seed={}", self.seed)),
        ];
        settings.into_iter().flatten().collect()
    }

    fn validate(&self) -> Result<(), SourceError> {
        let sides = 1..=MAX_SYNTHETIC_SIDE;
        let problem = if !sides.contains(&self.rows) {
            format!("{} rows; 1 to {MAX_SYNTHETIC_SIDE} are possible", self.rows)
        } else if !sides.contains(&self.cols) {
            format!(
                "{} columns; 1 to {MAX_SYNTHETIC_SIDE} are possible",
                self.cols
            )
        } else if self.kind.uses_rank() && self.rank == 0 {
            "rank 0; the smallest rank is 1".to_owned()
        } else if self.kind.uses_grid() && !(1..=self.rows.min(self.cols)).contains(&self.grid) {
            format!(
                "{} blocks along a side of {}; 1 to {} are possible",
                self.grid,
                self.rows.min(self.cols),
                self.rows.min(self.cols)
            )
        } else if !(0.0..=1e6).contains(&self.noise) {
            let noise = format!("{:?}", self.noise);
            format!(
                "noise {}; 0 to 1000000 is possible",
                noise.trim_end_matches(".0")
            )
        } else {
            return Ok(());
        };
        Err(SourceError::Synthetic { problem })
    }
}

impl fmt::Display for SyntheticSettings {
    /// The kind, and behind a colon what differs from the kind's usual settings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = Self::new(self.kind);
        let sides = [
            (self.rows != usual.rows).then(|| format!("rows={}", self.rows)),
            (self.cols != usual.cols).then(|| format!("cols={}", self.cols)),
        ];
        f.write_str(self.kind.name())?;
        let settings = sides.into_iter().flatten().chain(self.unusual());
        for (position, setting) in settings.enumerate() {
            f.write_str(if position == 0 { ":" } else { "," })?;
            f.write_str(&setting)?;
        }
        Ok(())
    }
}

impl FromStr for SyntheticSettings {
    type Err = SourceError;

    /// `KIND` or `KIND:rows=64,cols=32,rank=3,grid=2,noise=0.1,seed=7`, in any order.
    fn from_str(text: &str) -> Result<Self, SourceError> {
        let (kind, pairs) = text.split_once(':').unwrap_or((text, ""));
        let mut settings = Self::new(kind.parse()?);
        let mut given = Vec::new();
        for pair in pairs.split(',').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| SourceError::syntax(pair, "a setting is written key=value"))?;
            if given.contains(&key) {
                let reason = format!("{key} is given more than once; give it once");
                return Err(SourceError::syntax(text, reason));
            }
            given.push(key);
            match key {
                "rows" => settings.rows = number(pair, value)?,
                "cols" => settings.cols = number(pair, value)?,
                "rank" => settings.rank = number(pair, value)?,
                "grid" => settings.grid = number(pair, value)?,
                "noise" => settings.noise = number(pair, value)?,
                "seed" => settings.seed = number(pair, value)?,
                _ => {
                    let reason = "the settings are rows, cols, rank, grid, noise and seed";
                    return Err(SourceError::syntax(pair, reason));
                }
            }
        }
        settings.validate()?;
        Ok(settings)
    }
}

fn number<T: FromStr>(pair: &str, value: &str) -> Result<T, SourceError> {
    value
        .parse()
        .map_err(|_| SourceError::syntax(pair, format!("'{value}' is not a number in range")))
}

/// The matrix that `settings` describe; the same on every platform, up to rounding.
///
/// A rank beyond a block's smaller side is that side.
///
/// # Errors
/// When a setting is out of range, or there is no memory for the matrix.
pub fn synthesize(settings: &SyntheticSettings) -> Result<DMatrix<f64>, SourceError> {
    settings.validate()?;
    let SyntheticSettings {
        kind,
        rows,
        cols,
        rank,
        ..
    } = *settings;
    // The matrix, its noise, and one of them on the way.
    memory::ensure_free(memory::size_of_items(rows * cols * 3, size_of::<f64>())).map_err(
        |shortage| {
            let name = format!("a synthetic matrix of {rows} × {cols}");
            SourceError::memory(&name, shortage, "choose fewer rows or columns")
        },
    )?;
    let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
    let mut matrix = match kind {
        SyntheticKind::LowRank => product(rows, cols, rank, &mut rng),
        SyntheticKind::BlockLowRank => blocks(settings, |_, _| true, &mut rng),
        SyntheticKind::Diagonal => blocks(settings, |i, j| i == j, &mut rng),
        SyntheticKind::Identity => DMatrix::identity(rows, cols),
        SyntheticKind::Noise => gaussian(rows, cols, &mut rng),
        SyntheticKind::Gradient => DMatrix::from_fn(rows, cols, |row, col| {
            0.5 * (fraction(row, rows) + fraction(col, cols))
        }),
    };
    if kind.uses_noise() && settings.noise > 0.0 {
        let cells = matrix.len() as f64;
        let scale = settings.noise * matrix.norm() / cells.sqrt();
        matrix += gaussian(rows, cols, &mut rng) * scale;
    }
    Ok(matrix)
}

pub(super) fn load(settings: &SyntheticSettings) -> Result<LoadedMatrix, SourceError> {
    let SyntheticSettings {
        kind, rows, cols, ..
    } = *settings;
    let name = match settings.unusual() {
        unusual if unusual.is_empty() => format!("synthetic {kind}"),
        unusual => format!("synthetic {kind} ({})", unusual.join(", ")),
    };
    let mut loaded = LoadedMatrix::new(&name, synthesize(settings)?);
    let smaller = match kind.uses_grid() {
        true => rows.min(cols) / settings.grid,
        false => rows.min(cols),
    };
    if kind.uses_rank() && settings.rank > smaller {
        loaded.notes.push(format!(
            "rank {} is more than a side of {smaller} allows; the full rank was used",
            settings.rank
        ));
    }
    Ok(loaded)
}

/// Position along a side from 0 to 1.
fn fraction(position: usize, side: usize) -> f64 {
    position as f64 / (side.max(2) - 1) as f64
}

fn gaussian(rows: usize, cols: usize, rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    DMatrix::from_fn(rows, cols, |_, _| StandardNormal.sample(rng))
}

/// `B A` with Gaussian factors, scaled so that the entries have variance 1.
fn product(rows: usize, cols: usize, rank: usize, rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    let rank = rank.min(rows).min(cols);
    let left = gaussian(rows, rank, rng);
    let right = gaussian(rank, cols, rng);
    left * right / (rank as f64).sqrt()
}

/// A grid of independent low-rank blocks; those not `filled` stay zero.
fn blocks(
    settings: &SyntheticSettings,
    filled: impl Fn(usize, usize) -> bool,
    rng: &mut ChaCha8Rng,
) -> DMatrix<f64> {
    let SyntheticSettings {
        rows,
        cols,
        rank,
        grid,
        ..
    } = *settings;
    let mut matrix = DMatrix::zeros(rows, cols);
    for i in 0..grid {
        for j in (0..grid).filter(|&j| filled(i, j)) {
            let (down, right) = (segment(rows, grid, i), segment(cols, grid, j));
            let block = product(down.len(), right.len(), rank, rng);
            matrix
                .view_mut((down.start, right.start), block.shape())
                .copy_from(&block);
        }
    }
    matrix
}

/// The `index`-th of `count` segments of a side, as `numpy.array_split` cuts it.
fn segment(side: usize, count: usize, index: usize) -> Range<usize> {
    let start = |at: usize| at * (side / count) + at.min(side % count);
    start(index)..start(index + 1)
}
