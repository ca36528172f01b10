//! Where matrices come from.
