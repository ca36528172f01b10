//! The views that may stand beside the error curve, and how preferences keep the chosen one.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

use crate::source::Source;
use crate::views::{
    Subject, View, atlas, best_grid, data_set, locality, locality_by_label, order, rank_map,
    singular_values,
};

/// All of them, in the order of their buttons.
pub static CHOICES: [&View; 8] = [
    &singular_values::VIEW,
    &data_set::VIEW,
    &best_grid::VIEW,
    &rank_map::VIEW,
    &atlas::VIEW,
    &locality::VIEW,
    &locality_by_label::VIEW,
    &order::VIEW,
];

/// Those that say something of a source.
pub fn offered(source: &Source) -> impl Iterator<Item = &'static View> {
    let of_images = !source.is_named_array();
    let all = CHOICES.into_iter();
    all.filter(move |view| of_images || view.subject != Subject::Images)
}

/// The view that stands there for a source: the chosen one where it is offered.
pub fn shown(chosen: &'static View, source: &Source) -> &'static View {
    let chosen = offered(source).find(|view| *view == chosen);
    chosen.unwrap_or(&singular_values::VIEW)
}

/// Whether a view may stand there.
pub fn stands_beside(view: &View) -> bool {
    CHOICES.contains(&view)
}

/// Writes the view's key.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
pub fn serialize<S: Serializer>(view: &&'static View, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(view.key)
}

/// Reads a key back.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<&'static View, D::Error> {
    let key = String::deserialize(from)?;
    let found = CHOICES.into_iter().find(|view| view.key == key);
    found.ok_or_else(|| D::Error::custom("no such view"))
}
