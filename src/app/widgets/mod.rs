//! Parts that the tabs share.

pub mod axis;
pub mod gallery;
pub mod matrix_view;
