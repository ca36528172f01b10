//! Parts that a figure was to leave out and would not have anyway.

use super::options::Options;
use crate::figure::{Figure, Omitted, label};

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

/// The sentence on parts that were left out in vain, as the command line names them.
pub fn idle_note(parts: &[Omitted]) -> Option<String> {
    let keys: Vec<String> = parts.iter().map(|part| part.key()).collect();
    in_vain(&format!("--omit {}", keys.join(",")), parts)
}

/// The same sentence as the window names them.
pub fn idle_note_by_name(parts: &[Omitted]) -> Option<String> {
    let names: Vec<&str> = parts.iter().map(|part| part.name()).collect();
    in_vain(&format!("unticking {}", label::listed(&names)), parts)
}

fn in_vain(what: &str, parts: &[Omitted]) -> Option<String> {
    let told = || format!("{what} leaves nothing out, because this figure has no such part");
    (!parts.is_empty()).then(told)
}
