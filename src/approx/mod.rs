//! The approximations of section II and experiment 1.
