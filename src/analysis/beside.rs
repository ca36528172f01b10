//! The settings at which a structure begins beside the others.

use super::budget::localized_parameters;
use crate::approx::budget::affordable_rank;
use crate::approx::method::{Method, ParameterDefault, Role};
use crate::approx::segment::divisors;
use crate::session::Settings;

/// Sets an added structure to what compares with Localized on a `rows × cols` matrix: the same parameters, and
/// what it chooses from the data counts as many as it keeps. What was set by hand stays.
pub fn begin_beside(settings: &mut Settings, method: Method, (rows, cols): (usize, usize)) {
    if settings.of(method).by_hand().is_some() || settings.switch(method).is_none() {
        return;
    }
    let fitted = settings.fitted(rows, cols).settings;
    let budget = localized_parameters(&fitted, rows, cols);
    for (place, parameter) in method.parameters().iter().enumerate() {
        let value = match (parameter.role, parameter.usual) {
            (Role::Budget, _) if settings.matched.is_some() => continue,
            // A factor of about the square root of the side makes both factors small.
            (Role::Divisor(side), ParameterDefault::Default) => root_of(side.most(rows, cols)),
            (_, ParameterDefault::Default) => continue,
            _ => settings.usual(method, place, budget),
        };
        settings.set_value(method, place, value);
    }
    let Some(place) = method.place_of(Role::Rank) else {
        return;
    };
    let fitted = settings.fitted(rows, cols).settings.of(method);
    let places = fitted.configured().bits_per_rank(rows, cols) > 0;
    let share = if places { budget / 2 } else { budget };
    let rank = affordable_rank(&fitted, (rows, cols), share);
    settings.set_value(method, place, rank.max(1));
}

/// The largest divisor that is no larger than the square root.
fn root_of(length: usize) -> usize {
    let divisors = divisors(length).into_iter();
    let below = divisors.take_while(|one| one * one <= length);
    below.last().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approx::budget::parameters;

    /// The parameters of every structure that takes some, beside those of Localized.
    fn begun(mut settings: Settings, shape: (usize, usize)) -> (usize, Vec<(Method, usize)>) {
        for method in Method::ALL.iter().copied() {
            if settings.switch(method).map(|shown| *shown = true).is_some() {
                begin_beside(&mut settings, method, shape);
            }
        }
        let fitted = settings.fitted(shape.0, shape.1).settings;
        let added = Method::ALL.iter().copied();
        let added = added.filter_map(|method| {
            let one = fitted.of(method);
            let rank = one.value(method.place_of(Role::Rank)?);
            let params = parameters(shape.0, shape.1, one.layout(), rank).ok()?;
            Some((method, params))
        });
        let others = added.filter(|(method, _)| {
            let paper = [Method::Lora, Method::Melora, Method::Localized];
            !paper.contains(method)
        });
        let beside = localized_parameters(&fitted, shape.0, shape.1);
        (beside, others.collect())
    }

    #[test]
    fn an_added_structure_costs_about_what_localized_costs_on_any_matrix() {
        let mut large = Settings::default();
        (large.localized.grid, large.localized.rank) = (4, 2);
        for (settings, shape) in [
            (Settings::default(), (28, 28)),
            (large.clone(), (768, 768)),
            (large, (768, 3072)),
        ] {
            let (beside, added) = begun(settings, shape);
            assert!(added.len() >= 5, "{added:?}");
            for (method, params) in added {
                let part = params as f64 / beside as f64;
                assert!(
                    (0.45..=1.0).contains(&part),
                    "{method:?} at {shape:?}: {part}"
                );
            }
        }
    }

    #[test]
    fn the_digit_has_the_usual_settings_where_those_compare() {
        let mut settings = Settings::default();
        for method in [Method::RectangularGrid, Method::RowStrips, Method::Sparse] {
            begin_beside(&mut settings, method, (28, 28));
            assert_eq!(settings.of(method), Settings::default().of(method));
        }
    }
}
