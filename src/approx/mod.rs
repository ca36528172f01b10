//! The approximations of section II and experiment 1.
//!
//! Every method is a set of disjoint blocks with a rank each, approximated by truncated SVD; a
//! block is a virtual matrix, whose entries lie in a rectangle of the stored one or apart. In place
//! of singular triplets a block may be kept by its entries, or whole ([`block::Pieces`]).
//! The files stand in the order of the data:
//!
//! [`method`] → [`segment`] and [`block`] → [`layout`] → [`factor`] → [`mod@reconstruct`] and
//! [`metrics`], with [`budget`], [`adaptive`], [`quadtree`],
//! [`curve`], [`atlas`] and [`survey`] on top, and [`mod@evaluate`] as the one
//! place that answers *what does this setting give on this matrix*.
//!
//! Blocks are factorized once per (matrix, layout); a change of rank only truncates, and every
//! error follows from the singular values alone (Eckart–Young).

pub mod adaptive;
pub mod assignment;
pub mod atlas;
pub mod best_grid;
pub mod bits;
pub mod block;
pub mod budget;
pub mod channels;
pub mod choice;
pub mod curve;
pub mod evaluate;
pub mod factor;
pub mod layout;
pub mod locality;
pub mod method;
pub mod metrics;
pub mod order;
pub mod participation;
pub mod permutation;
pub mod quadtree;
pub mod rank_correlation;
pub mod reconstruct;
pub mod segment;
pub mod survey;

pub use block::{Block, Pieces};
pub use choice::{Choice, Leaf};
pub use evaluate::{Evaluation, evaluate};
pub use factor::{
    Backend, Decomposition, FactorError, Factorization, Factors, FirstView, Keep, Spectra,
    TruncatedSpectrum, factorize, singular_values,
};
pub use layout::{BlockLayout, LayoutError, LayoutKind};
pub use method::{
    AdaptiveSettings, LocalizedSettings, LoraSettings, MeloraSettings, Method, MethodSettings,
    table_one,
};
pub use reconstruct::reconstruct;
