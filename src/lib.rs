//! *Localized LoRA* as something one can touch and check.
//!
//! Data flows one way: [`source`] gives a matrix, [`approx`] lays blocks over it, factorizes and
//! measures them, [`figure`] draws what came out. [`finetune`] trains the paper's network.
//! A [`session`] is what a user asked for and [`analysis`] what comes out of it; the same for
//! fine-tuning is an [`experiment`]; [`claims`] are held against both. What can be looked at, printed and exported is a view of
//! [`views`]. The command line ([`cli`]) and the window (`app`) are two readers of all that, and do
//! not know each other.
//!
//! The whole way, from the paper's digit to one line of its Table I:
//!
//! ```
//! use localized_lora::approx::{self, BlockLayout, Factors, LocalizedSettings, MethodSettings};
//! use localized_lora::source::{self, Limits};
//!
//! let digit = source::load(&"mnist:test:1".parse()?, &Limits::default())?.matrix;
//! let settings = MethodSettings::Localized(LocalizedSettings { grid: 2, rank: 2 });
//! let blocks = BlockLayout::new(digit.nrows(), digit.ncols(), settings.layout())?;
//! let factors = Factors::compute(&digit, blocks, &|| std::ops::ControlFlow::Continue(()))?;
//! let result = approx::evaluate(&factors.spectra, &settings)?;
//! assert_eq!((result.params, format!("{:.4}", result.error)), (224, "0.2119".to_owned()));
//!
//! let approximation = approx::reconstruct(&factors, &result.ranks);
//! let direct = (&digit - approximation).norm() / digit.norm();
//! assert!((direct - result.error).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod analysis;
pub mod approx;
pub mod claims;
pub mod cli;
pub mod experiment;
pub mod figure;
pub mod finetune;
pub mod memory;
pub mod process;
pub mod report;
pub mod session;
pub mod set_aside;
pub mod source;
pub mod store;
mod system;
mod text;
pub mod views;
pub mod workspace;

#[cfg(feature = "window")]
pub mod app;
