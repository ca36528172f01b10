//! Figures: what every format holds, what the picture shows, and input that means no good.
//!
//! `FIGURE_GALLERY=folder cargo test --test figures` also writes every figure in both themes and
//! all formats, to be looked at.
#![allow(clippy::unwrap_used)]

mod animation;
mod builders;
mod composed;
mod formats;
mod pixels;
mod print;
mod samples;
mod text;
mod ticks;
