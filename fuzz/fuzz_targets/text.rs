#![no_main]

#[path = "../readers.rs"]
mod readers;

// The panic of a decoder that the program catches is an answer, and libFuzzer's own hook ends at it.
libfuzzer_sys::fuzz_target!(init: drop(std::panic::take_hook()), |bytes: &[u8]| readers::text(bytes));
