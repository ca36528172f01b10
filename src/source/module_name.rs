//! The names of a model's modules, as those of their weights tell them.

/// The ending of a weight's name behind its module's.
pub const WEIGHT: &str = ".weight";

/// The name of the module whose weight has this name; nothing where it is not named as a weight.
pub fn module_of_weight(name: &str) -> Option<&str> {
    name.strip_suffix(WEIGHT)
}

/// The name of the module, or of the array itself where that is not named as a weight.
pub fn module(name: &str) -> &str {
    module_of_weight(name).unwrap_or(name)
}
