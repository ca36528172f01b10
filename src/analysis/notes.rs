//! Notes that a fair comparison of the numbers needs, in the same words everywhere.

use crate::approx::{Evaluation, Method, MethodSettings};
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
    let budget = settings.adaptive.budget;
    if by_hand(&one.settings) && settings.matched.is_some() && one.params > budget {
        notes.push(format!(
            "{name}: the ranks set by hand cost {} parameters, {} over the budget of {}",
            label::count(one.params),
            label::count(one.params - budget),
            label::count(budget)
        ));
    }
    if one.method() == Method::LocalizedAdaptive {
        notes.push(format!(
            "{name}: the cost of recording which triplets were kept is not included"
        ));
    }
    notes
}

/// Whether a method's ranks were set by hand.
fn by_hand(settings: &MethodSettings) -> bool {
    matches!(settings, MethodSettings::LocalizedAdaptive(s) if s.painted.is_some())
}

/// Parameters of a budget that the method leaves unused.
fn unused(one: &Evaluation, settings: &Settings) -> usize {
    match one.method() {
        // The adaptive method has a budget of its own where no other has.
        Method::LocalizedAdaptive => one.unused,
        _ if settings.matched.is_none() => one.unused,
        method => settings.share_of_budget(method).saturating_sub(one.params),
    }
}
