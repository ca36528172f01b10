//! `--show`: which view of the results.

use clap::builder::TypedValueParser;

use super::choice;
use crate::views::{View, shown_by};

/// Reads the name of a view of `subcommand`.
pub(super) fn parser(subcommand: &'static str) -> impl TypedValueParser<Value = &'static View> {
    choice::parser(shown_by(subcommand).map(|(name, view)| (name, view.about, view)))
}
