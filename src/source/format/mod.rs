//! The formats of files that hold a matrix, and which one a file has.
//!
//! A format is a file here and a line in [`FORMATS`]. What the file dialog offers, what the help, the
//! README and the errors list, and which files have named arrays follows from that.

mod grid;
pub(super) mod input;
mod kind;
mod matrix_market;
mod numpy;
mod octave;
pub(super) mod picture;
mod safetensors;
mod table;
mod text;
mod tiff;
pub(super) mod unread;

use std::sync::LazyLock;

use self::input::FileStart;
use self::kind::{FormatFamily, Sign};
use self::picture::kinds::{BMP, GIF, HDR, ICO, JPEG, PNG, PNM, QOI, TGA, WEBP};
use super::SourceError;

pub(super) use self::kind::{FileFormat, FormatContent};

/// All formats that are read. The most particular come first: of two that take a file for theirs the
/// first reads it.
const FORMATS: &[&dyn FileFormat] = &[
    &numpy::npy::Npy,
    &numpy::npz::Npz,
    &safetensors::Safetensors,
    &PNG,
    &JPEG,
    &tiff::Tiff,
    &WEBP,
    &GIF,
    &BMP,
    &TGA,
    &QOI,
    &PNM,
    &ICO,
    &HDR,
    &matrix_market::MatrixMarket,
    &octave::Octave,
    &grid::GridFormat::Esri,
    &grid::GridFormat::Surfer,
    &table::TextTable,
];

/// The format of the file called `name`, from the ending of its name and its first bytes.
///
/// # Errors
/// A file of a kind that is not read: what it is, and what to do.
pub(super) fn find(
    name: &str,
    ending: &str,
    start: &FileStart<'_>,
) -> Result<&'static dyn FileFormat, SourceError> {
    unread::refuse_stand_in(name, start)?;
    unread::refuse_renamed(name, ending, start)?;
    let with = |sign| move |format: &&&dyn FileFormat| format.recognizes(start) == sign;
    if let Some(&sure) = FORMATS.iter().find(with(Sign::Sure)) {
        return Ok(sure);
    }
    let likely = || FORMATS.iter().filter(with(Sign::Likely));
    let named = FORMATS.iter().find(|one| one.endings().contains(&ending));
    if let Some(named) = named {
        let family = named.family();
        if let Some(&found) = likely().find(|format| format.family() == family) {
            return Ok(found);
        }
    }
    unread::refuse_ending(name, ending)?;
    match named.or_else(|| likely().next()) {
        Some(named) if named.family() != FormatFamily::Text => Ok(*named),
        found => {
            unread::refuse_start(name, start)?;
            found.copied().ok_or_else(|| unknown(name, start))
        }
    }
}

fn unknown(name: &str, start: &FileStart<'_>) -> SourceError {
    if picture::is_known(start.bytes) {
        let (what, remedy) = unread::UNREAD_PICTURE;
        return SourceError::unsupported(name, what, remedy);
    }
    let remedy = format!("supported formats are {}", readable_formats());
    SourceError::unsupported(name, "data of an unknown format", remedy)
}

/// The endings of all files that [`load`](super::load) reads, for a file dialog.
pub static OPENABLE_EXTENSIONS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut all: Vec<&str> = Vec::new();
    for ending in FORMATS.iter().flat_map(|format| format.endings()) {
        if !all.contains(ending) {
            all.push(ending);
        }
    }
    all
});

/// The endings of the files whose arrays are listed, for a file dialog; `json` is that of an index of shards.
pub static ARRAY_EXTENSIONS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut holding: Vec<&str> = FORMATS
        .iter()
        .filter(|one| one.holds() != FormatContent::Matrix)
        .flat_map(|format| format.endings())
        .copied()
        .collect();
    holding.push("json");
    holding
});

/// Whether `#NAME` behind a file with this ending can name an array.
pub(super) fn may_hold_arrays(ending: &str) -> bool {
    let mut holding = FORMATS
        .iter()
        .filter(|one| one.holds() != FormatContent::Matrix);
    holding.any(|format| format.endings().contains(&ending)) || unread::may_hold_arrays(ending)
}

/// All formats that are read: *PNG, JPEG … images, CSV … and NPZ arrays*.
pub fn readable_formats() -> String {
    let of = |family| {
        let all = FORMATS.iter().filter(move |one| one.family() == family);
        all.map(|format| format.name()).collect::<Vec<_>>()
    };
    let images = listed(&of(FormatFamily::Image), "and");
    // What most people have comes first.
    let text: Vec<&str> = of(FormatFamily::Text).into_iter().rev().collect();
    let arrays = listed(&of(FormatFamily::Array), "and");
    format!("{images} images, {}, {arrays} arrays", text.join(", "))
}

/// The formats with arrays that can be listed: *NPY, NPZ or Octave text*.
pub fn formats_with_arrays() -> String {
    let holding = FORMATS
        .iter()
        .filter(|one| one.holds() != FormatContent::Matrix);
    listed(
        &holding.map(|format| format.name()).collect::<Vec<_>>(),
        "or",
    )
}

/// *a, b and c*
fn listed(names: &[&str], last: &str) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}
