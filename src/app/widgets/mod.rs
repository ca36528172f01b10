//! Parts that the tabs share.

pub mod column_head;
pub mod dialog;
pub mod elide;
pub mod focus;
pub mod formula;
pub mod gallery;
pub mod heat_map;
pub mod knobs;
pub mod matrix_view;
pub mod measuring;
pub mod numbers;
mod parts;
pub mod plot;
pub mod prose;
pub mod row_keys;
pub mod sorted_table;
