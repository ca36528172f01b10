//! Whether settings are ones that a user could have come to: files are anybody's.

use super::Settings;
use crate::approx::method::{Method, MethodSettings, Parameter, Role};

impl Settings {
    /// The longest side of a matrix: no rank set by hand, K or N is larger.
    pub const LONGEST_SIDE: usize = 1 << 25;

    /// Whether every number is within what any matrix could take, and ranks set by hand are one for
    /// each block.
    pub fn is_possible(&self) -> bool {
        let mut methods = Method::ALL.iter();
        methods.all(|method| possible(&self.of(*method)))
    }
}

fn possible(settings: &MethodSettings) -> bool {
    let longest = Settings::LONGEST_SIDE;
    let possible = |(parameter, value): &(&Parameter, usize)| match parameter.role {
        Role::Segments(_) | Role::Divisor(_) => (1..=longest).contains(value),
        // A rank may count entries.
        Role::Rank | Role::Budget => *value <= 1 << 50,
    };
    let by_hand = settings.by_hand().unwrap_or_default();
    settings.values().iter().all(possible)
        && (by_hand.is_empty()
            || settings
                .layout()
                .count()
                .is_none_or(|of| of == by_hand.len()))
        && by_hand.iter().all(|rank| *rank <= longest)
}
