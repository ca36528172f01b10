//! Notes that a fair comparison of the numbers needs, in the same words everywhere.

use super::outcome::Outcome;
use crate::approx::bits::as_numbers;
use crate::approx::method::Role;
use crate::approx::{Evaluation, MethodSettings};
use crate::figure::label;
use crate::session::Settings;

/// Notes that a fair comparison of one method's numbers needs, one sentence each.
pub fn notes(one: &Evaluation, settings: &Settings) -> Vec<String> {
    let name = one.method().title();
    let blocks = |count: usize| match one.ranks.len() {
        1 => "its only block".to_owned(),
        all => format!("{count} of {all} blocks"),
    };
    let mut notes = Vec::new();
    if one.clamped_blocks > 0 {
        notes.push(format!(
            "{name}: the rank was lowered to the smaller side in {}",
            blocks(one.clamped_blocks)
        ));
    }
    if one.denser_than_dense > 0 {
        notes.push(format!(
            "{name}: no smaller than dense in {}, where the factors store at least as many numbers as \
             the block",
            blocks(one.denser_than_dense)
        ));
    }
    if one.out_of_reach > 0.0 {
        notes.push(format!(
            "{name}: the error cannot fall below {}, as entries outside the blocks are never approximated",
            label::error(one.out_of_reach)
        ));
    }
    let unused = unused(one, settings);
    if unused > 0 {
        notes.push(format!(
            "{name}: leaves {} of its budget unused",
            label::parameters(unused)
        ));
    }
    let budget = settings.adaptive.budget.saturating_mul(one.channels);
    if by_hand(&one.settings) && settings.matched.is_some() && one.params > budget {
        notes.push(format!(
            "{name}: the ranks set by hand cost {} parameters, {} over the budget of {}",
            label::count(one.params),
            label::count(one.params - budget),
            label::count(budget)
        ));
    }
    if one.structure_bits > 0 {
        let (bits, numbers) = (one.structure_bits, as_numbers(one.structure_bits));
        let (bits, numbers) = (label::count(bits), label::count(numbers));
        let end = match one.settings.configured().charged() {
            true => "charged to its budget",
            false => "not counted among its parameters",
        };
        notes.push(format!(
            "{name}: its structure takes {bits} bits ({numbers} × 32), {end}"
        ));
    }
    notes
}

/// A sentence about the spectra that a method's numbers come from, where they are truncated.
pub fn truncation(one: &Outcome) -> Option<String> {
    let known = one.factors.spectra.truncated()?;
    Some(format!(
        "{}: truncated, the first {} singular values of each block, each within {} of its own size; the \
         error is as exact, and its curve ends there",
        one.evaluation.method().title(),
        label::count(known.kept),
        label::error(known.bound)
    ))
}

/// Whether a method's ranks were set by hand.
fn by_hand(settings: &MethodSettings) -> bool {
    settings.by_hand().is_some()
}

/// Parameters of a budget that the method leaves unused.
fn unused(one: &Evaluation, settings: &Settings) -> usize {
    match one.method().place_of(Role::Rank) {
        // Methods that choose ranks have a budget of their own where no other has.
        Some(_) if settings.matched.is_some() => {
            let share = settings.share_of_budget(one.method());
            share.saturating_mul(one.channels).saturating_sub(one.spent)
        }
        _ => one.unused,
    }
}
