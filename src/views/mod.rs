//! Views that can be shown, printed and exported, a file each: the command line, the window and the
//! files that they write take everything from here. A new view is a file and a line of [`ALL`].

pub mod accuracy_drop;
pub mod approximation;
pub mod atlas;
pub mod best_grid;
pub mod block_spectra;
pub mod build_up;
mod caption;
mod composition;
pub mod confusion;
pub mod data_set;
pub mod delta_weights;
mod document;
pub mod error_curve;
pub mod factors;
pub mod locality;
pub mod locality_by_label;
mod material;
mod omission;
mod options;
pub mod order;
pub mod projections;
pub mod rank_map;
pub mod scan;
mod shown;
pub mod singular_values;
pub mod training_curves;
mod view;

pub use caption::caption;
pub use composition::Composition;
pub use document::{Document, NO_ARRAY};
pub use material::Material;
pub use omission::idle_note;
pub use options::Options;
pub use shown::Shown;
pub use view::{Need, Subject, TableForm, View, ViewCall};

/// All views, in the order of menus.
pub static ALL: [&View; 18] = [
    &approximation::VIEW,
    &error_curve::VIEW,
    &singular_values::VIEW,
    &block_spectra::VIEW,
    &factors::VIEW,
    &data_set::VIEW,
    &best_grid::VIEW,
    &rank_map::VIEW,
    &atlas::VIEW,
    &locality::VIEW,
    &locality_by_label::VIEW,
    &order::VIEW,
    &accuracy_drop::VIEW,
    &training_curves::VIEW,
    &projections::VIEW,
    &delta_weights::VIEW,
    &confusion::VIEW,
    &scan::VIEW,
];

/// The views of a subcommand that `--show` tells apart.
pub fn shown_by(subcommand: &str) -> impl Iterator<Item = (&'static str, &'static View)> {
    let views = ALL.into_iter();
    let views = views.filter(move |view| view.call.subcommand == subcommand);
    views.filter_map(|view| Some((view.call.show?, view)))
}
