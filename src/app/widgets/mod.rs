//! Parts that the tabs share.

pub mod focus;
pub mod gallery;
pub mod knobs;
pub mod matrix_view;
pub mod measuring;
pub mod numbers;
mod parts;
pub mod plot;
