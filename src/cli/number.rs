//! Numbers on the command line, and what to write where one is wrong.

use std::num::NonZeroUsize;

const MOST_REPEATS: usize = 1_000_000;

/// 1 or more.
pub(super) fn positive(text: &str) -> Result<usize, String> {
    non_zero(text).map(NonZeroUsize::get)
}

/// 1 or more.
pub(super) fn non_zero(text: &str) -> Result<NonZeroUsize, String> {
    text.parse()
        .map_err(|_| "write a whole number of 1 or more".to_owned())
}

/// The beginning of a random sequence.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    let largest = u64::MAX;
    text.parse()
        .map_err(|_| format!("a seed is a whole number from 0 to {largest}"))
}

/// A learning rate.
pub(super) fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => Err("a learning rate is a number above 0".to_owned()),
    }
}

/// Random orders or starts: as many as somebody waits for.
pub(super) fn repeats(text: &str) -> Result<NonZeroUsize, String> {
    match text.parse::<NonZeroUsize>() {
        Ok(number) if number.get() <= MOST_REPEATS => Ok(number),
        _ => Err("write a whole number from 1 to 1000000".to_owned()),
    }
}

/// Random orders of each layer, of which there may be none.
pub(super) fn draws(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(number) if number <= MOST_REPEATS => Ok(number),
        _ => Err("write a whole number from 0 to 1000000".to_owned()),
    }
}

/// Any number.
pub(super) fn finite(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok();
    number
        .filter(|number| number.is_finite())
        .ok_or_else(|| "write a number, such as 8 or 7.5".to_owned())
}

/// The label of an image.
pub(super) fn label(text: &str) -> Result<u8, String> {
    let most = u8::MAX;
    text.parse()
        .map_err(|_| format!("a label is a whole number from 0 to {most}"))
}

/// A rank, a number of segments, a budget.
pub(super) fn kept(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(0) => Err("0 keeps nothing; choose 1 or more".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err("write a whole number of 1 or more".to_owned()),
    }
}
