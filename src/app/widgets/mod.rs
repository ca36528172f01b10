//! Parts that the tabs share.

pub mod focus;
pub mod gallery;
pub mod matrix_view;
mod parts;
pub mod plot;
