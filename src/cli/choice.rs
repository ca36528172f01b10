//! Options whose value is one of several names.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// A value with the name that chooses it and what it is.
pub(super) type NamedChoice<T> = (&'static str, &'static str, T);

/// Reads the name of a choice; `--help` lists them with what they are.
pub(super) fn parser<T: Copy + Send + Sync + 'static>(
    choices: impl IntoIterator<Item = NamedChoice<T>>,
) -> impl TypedValueParser<Value = T> {
    let choices: Vec<NamedChoice<T>> = choices.into_iter().collect();
    let value = |(name, about, _): &NamedChoice<T>| PossibleValue::new(*name).help(*about);
    let known = PossibleValuesParser::new(choices.iter().map(value).collect::<Vec<_>>());
    known.try_map(move |name| {
        let found = choices.iter().find(|(known, ..)| *known == name);
        found
            .map(|(.., value)| *value)
            .ok_or("there is no such value")
    })
}
