//! The corpus of the fuzz targets, replayed.

#[path = "../../fuzz/readers.rs"]
pub mod readers;

use std::path::Path;

/// A target's name, and the reader that it feeds.
type Target = (&'static str, fn(&[u8]));

#[test]
fn the_corpus_of_the_fuzz_targets_is_read_without_a_panic() {
    let targets: [Target; 5] = [
        ("text", readers::text),
        ("picture", readers::picture),
        ("array", readers::array),
        ("adapter", readers::adapter),
        ("saved", readers::saved),
    ];
    for (target, read) in targets {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/corpus")
            .join(target);
        let mut files = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let read = std::panic::catch_unwind(|| read(&bytes));
            assert!(read.is_ok(), "{}", path.display());
            files += 1;
        }
        assert!(files > 0, "{}", folder.display());
    }
}
