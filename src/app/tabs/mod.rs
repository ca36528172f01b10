//! The tabs of the window.

pub mod approximate;
pub mod finetune;
pub mod method;
