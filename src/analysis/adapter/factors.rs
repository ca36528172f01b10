//! The factors of one layer in the layouts of PEFT, rounded to 32-bit floats.

use std::ops::ControlFlow;

use nalgebra::DMatrix;

use crate::analysis::tensors::{StoredTensor, StoredValues};
use crate::approx::{BlockLayout, FactorError, Factorization, Factors, Keep, LayoutKind};

type KeepGoing<'a> = &'a (dyn Fn() -> ControlFlow<()> + Sync);

/// The up factor, with a column for each rank, and the down factor, with a row for each.
type UpDown = (DMatrix<f32>, DMatrix<f32>);

/// The factors of a layer.
pub struct LayerFactors {
    /// Blocks along each side; none for LoRA.
    grid: Option<usize>,
    rank: usize,
    /// Up and down factor of each block, row by row; what is stored of them.
    blocks: Vec<UpDown>,
}

impl LayerFactors {
    /// B · A of the whole.
    pub fn lora(
        matrix: &DMatrix<f64>,
        rank: usize,
        keep_going: KeepGoing<'_>,
    ) -> Result<Self, FactorError> {
        let rank = rank.min(matrix.nrows()).min(matrix.ncols());
        Ok(Self {
            grid: None,
            rank,
            blocks: split(matrix, 1, rank, keep_going)?,
        })
    }

    /// Up · down of each of `grid × grid` blocks, which divide the matrix.
    pub fn gralora(
        matrix: &DMatrix<f64>,
        (grid, rank): (usize, usize),
        keep_going: KeepGoing<'_>,
    ) -> Result<Self, FactorError> {
        Ok(Self {
            grid: Some(grid),
            rank,
            blocks: split(matrix, grid, rank, keep_going)?,
        })
    }

    /// The rank of the layer, or of each block.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// What the stored factors multiply to.
    pub fn product(&self) -> DMatrix<f64> {
        let grid = self.grid.unwrap_or(1);
        let (up, down) = &self.blocks[0];
        let (rows, cols) = (up.nrows(), down.ncols());
        let mut whole = DMatrix::zeros(rows * grid, cols * grid);
        for (at, (up, down)) in self.blocks.iter().enumerate() {
            let corner = (at / grid * rows, at % grid * cols);
            let block = up.map(f64::from) * down.map(f64::from);
            whole.view_mut(corner, (rows, cols)).copy_from(&block);
        }
        whole
    }

    /// The tensors by PEFT's names; none where a value is beyond 32-bit floats.
    pub fn tensors(&self, module: &str) -> Option<Vec<StoredTensor>> {
        let name = |part: &str| format!("base_model.model.{module}.{part}");
        let stored = match self.grid {
            None => {
                let (up, down) = &self.blocks[0];
                vec![
                    StoredTensor::of_f32(name("lora_A.weight"), down),
                    StoredTensor::of_f32(name("lora_B.weight"), up),
                ]
            }
            Some(grid) => self.gralora_tensors(grid, &name),
        };
        stored.iter().all(StoredTensor::is_finite).then_some(stored)
    }

    /// `A[b][:, jρ + t] = A_jb[t, :]` and `B[j][bρ + t, :] = B_jb[:, t]` for block row j and block column b.
    fn gralora_tensors(&self, grid: usize, name: &dyn Fn(&str) -> String) -> Vec<StoredTensor> {
        let rank = self.rank;
        let (inputs, outputs) = (self.blocks[0].1.ncols(), self.blocks[0].0.nrows());
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for across in 0..grid {
            for x in 0..inputs {
                for column in 0..grid * rank {
                    let (down, t) = (column / rank, column % rank);
                    a.push(self.blocks[down * grid + across].1[(t, x)]);
                }
            }
        }
        for down in 0..grid {
            for column in 0..grid * rank {
                let (across, t) = (column / rank, column % rank);
                for y in 0..outputs {
                    b.push(self.blocks[down * grid + across].0[(y, t)]);
                }
            }
        }
        vec![
            StoredTensor {
                name: name("gralora_A"),
                shape: vec![grid, inputs, grid * rank],
                values: StoredValues::F32(a),
            },
            StoredTensor {
                name: name("gralora_B"),
                shape: vec![grid, grid * rank, outputs],
                values: StoredValues::F32(b),
            },
        ]
    }
}

/// The best factors of each block. A rank above a block's smaller side gets columns of zeros, because all
/// blocks have one.
fn split(
    matrix: &DMatrix<f64>,
    grid: usize,
    rank: usize,
    keep_going: KeepGoing<'_>,
) -> Result<Vec<UpDown>, FactorError> {
    let layout = BlockLayout::new(matrix.nrows(), matrix.ncols(), LayoutKind::Grid(grid))?;
    let factors = Factors::compute_first(matrix, layout, Keep::First(rank), keep_going)?;
    let blocks = factors.blocks.iter().filter_map(|block| block.triplets());
    Ok(blocks.map(|block| shared(block, rank)).collect())
}

/// U√Σ and √ΣVᵀ, so that neither is much larger than the other.
fn shared(block: &Factorization, rank: usize) -> UpDown {
    let root = |t: usize| block.sigma.get(t).copied().unwrap_or_default().sqrt();
    let kept = block.sigma.len();
    let up = DMatrix::from_fn(block.u.nrows(), rank, |y, t| match t < kept {
        true => (block.u[(y, t)] * root(t)) as f32,
        false => 0.0,
    });
    let down = DMatrix::from_fn(rank, block.v_t.ncols(), |t, x| match t < kept {
        true => (block.v_t[(t, x)] * root(t)) as f32,
        false => 0.0,
    });
    (up, down)
}
