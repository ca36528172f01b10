//! Parts that the tabs share.

pub mod axis;
pub mod focus;
pub mod gallery;
pub mod marks;
pub mod matrix_view;
