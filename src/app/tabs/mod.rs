//! The tabs of the window.

pub mod approximate;
pub mod method;
