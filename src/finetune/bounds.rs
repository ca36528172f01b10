//! Bounds on what a sweep may ask for.
//!
//! Results files, preferences and command lines are anybody's, and a few hundred bytes can ask for
//! more than a computer has. So everything is bounded before anything is counted, laid out or
//! allocated; a check costs no more than reading what it checks.

use super::error::FinetuneError;
use super::network::Shape;
use crate::text::clean;

/// Entries of a list of ranks, segments, learning rates, seeds or layouts: more than any plot tells
/// apart.
pub const LIST: usize = 32;

/// Any whole number of a setting: a hidden unit, an epoch or an image more would wait for weeks.
pub const NUMBER: usize = 1 << 16;

/// Weights of the network's first layer: 512 × 512 pixels on 64 hidden units, a gigabyte of
/// training state on a few threads.
pub const WEIGHTS: usize = 1 << 24;

/// Parts of one adapter: a grid of 64 × 64.
pub const PARTS: usize = 1 << 12;

/// Runs of a sweep: a hundred times the paper's, and a file that opens at once.
pub const RUNS: usize = 20_000;

/// The lowest learning rate; below it single precision does not move, and no table can print it.
pub const LOWEST_RATE: f64 = 1e-12;

/// Bytes of a name that is shown or repeated in a message.
pub const NAME: usize = 1 << 10;

/// Characters of what is repeated in a message.
const ECHO: usize = 120;

/// Looks that a list can be worked through while someone waits.
///
/// # Errors
/// A list of more than [`LIST`] entries.
pub fn check_length(name: &'static str, length: usize) -> Result<(), FinetuneError> {
    if length <= LIST {
        return Ok(());
    }
    Err(wrong(name, &format!("{length} long"), "at most 32 entries"))
}

/// Looks that a whole number is one that can be trained with.
///
/// # Errors
/// Zero, and more than [`NUMBER`].
pub fn check_number(name: &'static str, value: usize) -> Result<(), FinetuneError> {
    if (1..=NUMBER).contains(&value) {
        return Ok(());
    }
    Err(wrong(name, &value, "a whole number from 1 to 65536"))
}

/// Looks that Adam can train at this learning rate.
///
/// # Errors
/// A rate outside of [`LOWEST_RATE`] to 1.
pub fn check_rate(rate: f64) -> Result<(), FinetuneError> {
    if (LOWEST_RATE..=1.0).contains(&rate) {
        return Ok(());
    }
    let value = match rate.abs() {
        // Hundreds of digits say nothing.
        size if size != 0.0 && !(1e-6..1e6).contains(&size) => format!("{rate:e}"),
        _ => rate.to_string(),
    };
    Err(wrong(
        "a learning rate",
        &value,
        "a number above 0 (at least 1e-12) and up to 1",
    ))
}

/// Looks that a network has room in memory.
///
/// # Errors
/// More than [`WEIGHTS`] weights of the first layer.
pub fn check_network(shape: &Shape) -> Result<(), FinetuneError> {
    let weights = [shape.rows, shape.cols, shape.hidden]
        .into_iter()
        .fold(1, usize::saturating_mul);
    if weights <= WEIGHTS {
        return Ok(());
    }
    Err(wrong(
        "the number of weights between pixels and hidden units",
        &weights,
        "smaller images or fewer hidden units, at most 16777216 weights",
    ))
}

/// Looks that an adapter has no more parts than can be laid out.
///
/// # Errors
/// More than [`PARTS`] parts.
pub fn check_parts(parts: usize) -> Result<(), FinetuneError> {
    if parts <= PARTS {
        return Ok(());
    }
    Err(wrong(
        "the number of parts of an adapter",
        &parts,
        "fewer segments, for at most 4096 parts",
    ))
}

/// A file's text, fit to be repeated in a message: on one line, and not longer than one reads.
pub fn echo(text: &str) -> String {
    let start: String = text.chars().take(ECHO).collect();
    let mut shown = clean(&start);
    if text.chars().nth(ECHO).is_some() {
        shown.push('…');
    }
    shown
}

/// A setting, what it is set to, and what it may be.
pub(super) fn wrong(
    name: &'static str,
    value: &dyn ToString,
    allowed: &'static str,
) -> FinetuneError {
    FinetuneError::Setting {
        name,
        value: value.to_string(),
        allowed,
    }
}
