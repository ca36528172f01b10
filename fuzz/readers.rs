//! One function for each kind of reader: whatever the bytes, an answer that can be used, or one
//! sentence. Shared by the fuzz targets and the test that replays their corpus.

use std::path::Path;

use localized_lora::analysis::{Plan, PlanStructure, Scan, merge, read_scan};
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

/// Arrays by name: NPY, NPZ, safetensors; listed, and each of the first read. The last three are made
/// from their parts, so that a change in one leaves the lengths and checksums of the file right.
pub fn array(bytes: &[u8]) {
    let Some((first, content)) = bytes.split_first() else {
        return;
    };
    let (name, content) = match first % 6 {
        0 => ("a.npy", content.to_vec()),
        1 => ("a.npz", content.to_vec()),
        2 => ("a.safetensors", content.to_vec()),
        3 => ("a.npy", npy(content)),
        4 => ("a.npz", archive(content)),
        _ => ("a.safetensors", safetensors(content)),
    };
    usable(load_bytes(name, &content, &tight()));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("writable");
    each_array(&path);
}

/// An adapter: the length of its settings in two bytes, its settings, its tensors. Without a length,
/// settings, header and data are parted by zeros.
pub fn adapter(bytes: &[u8]) {
    let Some((length, content)) = bytes.split_at_checked(2) else {
        return;
    };
    let (settings, tensors) = match u16::from_le_bytes([length[0], length[1]]) {
        0 => {
            let (settings, tensors) = parted(content);
            (settings, safetensors(tensors))
        }
        length => {
            let (settings, tensors) = content.split_at(usize::from(length).min(content.len()));
            (settings, tensors.to_vec())
        }
    };
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).expect("writable");
    };
    write("adapter_config.json", settings);
    write("adapter_model.safetensors", &tensors);
    each_array(folder.path());
}

/// What stands before the first zero, and behind it.
fn parted(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|&byte| byte == 0);
    let end = end.unwrap_or(bytes.len());
    (&bytes[..end], bytes.get(end + 1..).unwrap_or_default())
}

fn safetensors(content: &[u8]) -> Vec<u8> {
    let (header, data) = parted(content);
    [&(header.len() as u64).to_le_bytes(), header, data].concat()
}

fn npy(content: &[u8]) -> Vec<u8> {
    let (header, data) = parted(content);
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\0".as_slice(), &length, header, data].concat()
}

/// Arrays without compression, each of a name, a header, the length of its data in a byte, and data.
fn archive(mut content: &[u8]) -> Vec<u8> {
    let (mut body, mut directory, mut count) = (Vec::new(), Vec::new(), 0u16);
    while !content.is_empty() && count < 8 {
        let (name, rest) = parted(content);
        let (header, rest) = parted(rest);
        let (length, rest) = rest.split_first().unwrap_or((&0, &[]));
        let (data, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        content = rest;
        count += 1;
        let member = npy(&[header, b"\0", data].concat());
        let mut checksum = flate2::Crc::new();
        checksum.update(&member);
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        common.extend(checksum.sum().to_le_bytes());
        common.extend([(member.len() as u32).to_le_bytes(); 2].concat());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        directory.extend([b"PK\x01\x02\x14\0".as_slice(), &common, &[0; 10]].concat());
        directory.extend((body.len() as u32).to_le_bytes());
        directory.extend(name);
        body.extend([b"PK\x03\x04".as_slice(), &common, name, &member].concat());
    }
    let count = count.to_le_bytes();
    let mut end = [b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count].concat();
    end.extend((directory.len() as u32).to_le_bytes());
    end.extend((body.len() as u32).to_le_bytes());
    end.extend([0, 0]);
    [body, directory, end].concat()
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
        2 => read_scan(&path).map(|scan| used(&scan)).err(),
        3 => ChosenOrder::read(&path).err(),
        _ => experiment::load(&path).err().map(|error| error.to_string()),
    };
    if let Some(told) = told {
        sentence(&told);
    }
}

/// A scan that is read can be planned with, and merged.
fn used(scan: &Scan) {
    for structure in [PlanStructure::Lora, PlanStructure::Gralora] {
        match Plan::new(scan, structure, 1000) {
            Ok(plan) => assert!(plan.params <= 1000 && plan.error.is_finite()),
            Err(told) => sentence(&told),
        }
    }
    let merged = merge(vec![scan.clone(), scan.clone()]).expect("the same twice");
    assert_eq!(merged.layers.len(), scan.layers.len());
}
