//! One function for each kind of reader: whatever the bytes, an answer that can be used, or one
//! sentence. Shared by the fuzz targets and the test that replays their corpus.

use std::path::Path;

use localized_lora::analysis::read_scan;
use localized_lora::experiment;
use localized_lora::session::ChosenOrder;
use localized_lora::source::{
    Limits, LoadedMatrix, Source, SourceError, list_arrays, load, load_bytes,
};
use localized_lora::workspace::Workspace;

/// Small, so that thousands of cases stay fast.
pub fn tight() -> Limits {
    Limits {
        max_pixels: 10_000,
        max_decoded_bytes: 1 << 20,
        max_cells: 10_000,
        max_file_bytes: 1 << 20,
        ..Limits::default()
    }
}

fn sentence(text: &str) {
    assert!(!text.is_empty() && !text.contains('\n'), "{text}");
}

fn usable(result: Result<LoadedMatrix, SourceError>) {
    match result {
        Ok(loaded) => {
            assert!(!loaded.matrix.is_empty() && loaded.matrix.len() <= 10_000);
            assert!(loaded.matrix.iter().all(|value| value.is_finite()));
        }
        Err(error) => sentence(&error.to_string()),
    }
}

/// Bytes under the name that their first byte chooses.
fn named(bytes: &[u8], names: &[&str]) {
    let Some((first, content)) = bytes.split_first() else {
        return;
    };
    let name = names[usize::from(*first) % names.len()];
    usable(load_bytes(name, content, &tight()));
}

/// Tables and what Octave, surveyors and Matrix Market write as text.
pub fn text(bytes: &[u8]) {
    named(
        bytes,
        &[
            "a.csv", "a.tsv", "a.txt", "a.dat", "a.mtx", "a.mat", "a.asc", "a.grd",
        ],
    );
}

/// Pictures of every kind.
pub fn picture(bytes: &[u8]) {
    let names = [
        "a.png", "a.jpg", "a.bmp", "a.gif", "a.ico", "a.pgm", "a.qoi", "a.tga", "a.tiff", "a.webp",
        "a.hdr",
    ];
    named(bytes, &names);
}

/// Arrays by name: NPY, NPZ, safetensors; listed, and each of the first read.
pub fn array(bytes: &[u8]) {
    let names = ["a.npy", "a.npz", "a.safetensors"];
    named(bytes, &names);
    let Some((first, content)) = bytes.split_first() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(names[usize::from(*first) % names.len()]);
    std::fs::write(&path, content).expect("writable");
    each_array(&path);
}

/// An adapter: the length of its settings in two bytes, its settings, its tensors.
pub fn adapter(bytes: &[u8]) {
    let Some((length, content)) = bytes.split_at_checked(2) else {
        return;
    };
    let length = usize::from(u16::from_le_bytes([length[0], length[1]]));
    let (settings, tensors) = content.split_at(length.min(content.len()));
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).expect("writable");
    };
    write("adapter_config.json", settings);
    write("adapter_model.safetensors", tensors);
    each_array(folder.path());
}

fn each_array(path: &Path) {
    match list_arrays(path) {
        Err(error) => sentence(&error.to_string()),
        Ok(listed) => {
            for array in listed.arrays.iter().take(4) {
                let source = Source::File {
                    path: path.to_owned(),
                    array: Some(array.name.clone()),
                };
                usable(load(&source, &tight()));
            }
        }
    }
}

/// What the program saved: the first byte chooses sessions, link texts, scans, orders or results.
pub fn saved(bytes: &[u8]) {
    let Some((first, content)) = bytes.split_first() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("saved.json");
    std::fs::write(&path, content).expect("writable");
    let told = match first % 5 {
        0 => Workspace::from_json(content)
            .err()
            .map(|error| error.to_string()),
        1 => {
            let text = String::from_utf8_lossy(content);
            Workspace::from_link_text(&text)
                .err()
                .map(|error| error.to_string())
        }
        2 => read_scan(&path).err(),
        3 => ChosenOrder::read(&path).err(),
        _ => experiment::load(&path).err().map(|error| error.to_string()),
    };
    if let Some(told) = told {
        sentence(&told);
    }
}
