//! `--show`: which view of the results.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::views::{View, shown_by};

/// Reads the name of a view of `subcommand`; `--help` lists them with what they show.
pub(super) fn parser(subcommand: &'static str) -> impl TypedValueParser<Value = &'static View> {
    let value =
        |(name, view): (&'static str, &'static View)| PossibleValue::new(name).help(view.about);
    let known = PossibleValuesParser::new(shown_by(subcommand).map(value));
    known.try_map(move |name| {
        let mut views = shown_by(subcommand);
        let found = views.find(|(known, _)| *known == name);
        found.map(|(_, view)| view).ok_or("there is no such view")
    })
}
