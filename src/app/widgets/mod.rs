//! Parts that the tabs share.

pub mod gallery;
pub mod matrix_view;
