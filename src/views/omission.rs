//! Parts that a figure was to leave out and would not have anyway.

use super::material::Material;
use super::options::Options;
use super::view::View;
use crate::figure::{Figure, Omitted};

/// The parts whose omission changes nothing in `figure`, which was drawn with `options` by `draw`.
pub(super) fn idle(
    figure: &Figure,
    options: &Options,
    draw: &dyn Fn(&Options) -> Result<Figure, String>,
) -> Vec<Omitted> {
    let all = &options.context.omit;
    let changes = |part: &&Omitted| {
        let mut with = options.clone();
        with.context.omit.retain(|one| one != *part);
        draw(&with).is_ok_and(|with| shows_the_same(figure, &with))
    };
    all.iter().filter(changes).copied().collect()
}

/// Whether two figures look the same, whatever is said of them in their files.
fn shows_the_same(one: &Figure, other: &Figure) -> bool {
    let other = Figure {
        metadata: one.metadata.clone(),
        ..other.clone()
    };
    // What is not a number is not equal to itself, but drawn the same.
    let is_whole = *one == one.clone();
    match is_whole {
        true => *one == other,
        false => one.to_svg() == other.to_svg(),
    }
}

/// The parts of `figure`, which shows `views`, that can be left out, and those that are; in the order of a menu.
pub(super) fn omissible(
    views: &[&View],
    material: &Material<'_>,
    (figure, idle): (&Figure, &[Omitted]),
    options: &Options,
) -> Vec<Omitted> {
    let mut parts = figure.omissible_elements();
    parts.extend(views.iter().flat_map(|view| (view.omissible)(material)));
    let omitted = options.context.omit.iter();
    parts.extend(omitted.filter(|part| !idle.contains(part)));
    let all = Omitted::all();
    all.filter(|part| parts.contains(part)).collect()
}

/// The sentence on parts that were left out in vain.
pub fn idle_note(parts: &[Omitted]) -> Option<String> {
    let keys: Vec<String> = parts.iter().map(|part| part.key()).collect();
    let told = || {
        format!(
            "--omit {} leaves nothing out, because this figure has no such part",
            keys.join(",")
        )
    };
    (!parts.is_empty()).then(told)
}
