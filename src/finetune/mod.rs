//! The paper's experiment 2: pretrain on digits 0–4, adapt to 5–9.
//!
//! [`data`] sorts a data set into the two tasks. A [`network`] is pretrained; an adapter's
//! [`layout`] says which parts it has and its [`wiring`] where their numbers stand; [`model`] gives
//! loss and gradient, [`adam`] moves the parameters, [`train`] makes it a run and [`mod@sweep`] many.
//! [`bounds`] say how much may be asked for, [`record`] keeps what came out, [`mod@frontier`] is Figure 2, [`mod@inspect`] looks into a run.
//!
//! What makes it fast: the frozen layer is computed once for all runs; dark pixels are skipped; a
//! batch is transposed once for all runs, so that what a pixel's row of numbers has to do with it is
//! done while the row is in registers; and the learning rates of an adapter are trained side by
//! side, in rows long enough for whole vectors. What is left is a few instructions for each lit
//! pixel, Adam's root and division, and many small products: the useful operations are 5 % (rank 2)
//! to 26 % (rank 32) of what a core can multiply and add.

pub mod adam;
pub mod batch;
pub mod bounds;
pub mod data;
pub mod error;
pub mod frontier;
pub mod images;
pub mod inspect;
mod kernels;
pub mod layout;
pub mod model;
pub mod network;
pub mod projection;
mod random;
pub mod real;
pub mod record;
mod run_key;
mod schedule;
pub mod settings;
pub mod sweep;
pub mod train;
pub mod wiring;

pub use data::AdaptationData;
pub use error::FinetuneError;
pub use frontier::{FrontierPoint, Wins, behind, edge_warning, frontier, wins};
pub use inspect::{Inspection, inspect};
pub use layout::{Layout, Part};
pub use record::{Results, RunRecord};
pub use run_key::RunKey;
pub use settings::{Configuration, SweepSettings};
pub use sweep::{Event, sweep, sweep_with_networks};
pub use train::{PretrainedNetwork, Runs, pretrain};
