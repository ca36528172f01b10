//! *Localized LoRA* as something one can touch and check.
//!
//! Data flows one way: [`source`] gives a matrix, [`approx`] lays blocks over it, factorizes and
//! measures them, [`figure`] draws what came out. [`finetune`] trains the paper's network.
//! The command line (`cli`) and the window (`app`) are two readers of the same calls.

pub mod analysis;
pub mod approx;
pub mod cli;
pub mod figure;
pub mod finetune;
pub mod session;
pub mod source;
pub mod store;

#[cfg(feature = "window")]
pub mod app;
