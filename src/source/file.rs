//! Files and bytes: which reader is the right one.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use super::error::{printable, shown};
use super::{Arrays, Limits, Loaded, SourceError, array, folder, foreign, image, npy_header, text};
use crate::memory;

/// Extensions of the files that [`load`](super::load) reads, for a file dialog.
pub const OPENABLE_EXTENSIONS: &[&str] = &[
    "png", "jpg", "jpeg", "bmp", "gif", "ico", "pnm", "pgm", "ppm", "pbm", "pam", "qoi", "tga",
    "tif", "tiff", "webp", "hdr", "csv", "tsv", "txt", "dat", "asc", "grd", "mtx", "npy", "npz",
];

/// What a file is, from its name and first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Image,
    Table,
    Npy,
    Npz,
}

/// Known kinds that are not read, and what to do about them.
const UNSUPPORTED: &[(&[&str], &str, &str)] = &[
    (
        &["safetensors"],
        "safetensors weights",
        "this version does not read them; save the array you want as .npy",
    ),
    (
        &["pt", "pth", "bin", "ckpt", "pkl", "pickle"],
        "a pickle or checkpoint, which can run code when it is opened",
        "save the array you want as .npy",
    ),
    (
        &[
            "gguf", "ggml", "onnx", "h5", "hdf5", "keras", "pb", "tflite",
        ],
        "a model",
        "save the array you want as .npy",
    ),
    (
        &["mat", "parquet", "feather", "arrow", "rds", "rdata"],
        "data of another program",
        "save the matrix as .npy or .csv",
    ),
    (
        &["xlsx", "xls", "xlsm", "ods"],
        "a spreadsheet",
        "save the sheet as .csv",
    ),
    (
        &["json", "xml", "yaml", "yml", "html"],
        "structured text",
        "save the matrix as .csv",
    ),
    (
        &["pdf", "svg", "eps", "ps", "docx", "odt"],
        "a document, not a picture of pixels",
        "save it as .png",
    ),
    (
        &[
            "avif", "heic", "heif", "jxl", "jp2", "psd", "exr", "dds", "raw", "dng",
        ],
        "a picture of a kind that is not read",
        "save it as .png",
    ),
    (
        &["gz", "zip", "tar", "xz", "bz2", "zst", "7z", "rar"],
        "packed data",
        "unpack it first; for a packed data set name its folder, as in FOLDER#test:1",
    ),
];

/// Whether `#NAME` behind this path can name an array.
pub(super) fn may_hold_arrays(path: &Path) -> bool {
    matches!(
        extension(path).as_str(),
        "npz" | "npy" | "safetensors" | "pt" | "pth" | "h5" | "hdf5" | "mat" | "txt"
    )
}

pub(super) fn extension(path: &Path) -> String {
    path.extension()
        .map(|extension| extension.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}

/// Opens a regular file; a folder, a pipe or a device is refused before it can block.
pub(super) fn open(path: &Path) -> Result<(File, u64), SourceError> {
    let io = |error| SourceError::from_io(path, &error);
    let data = std::fs::metadata(path).map_err(io)?;
    if data.is_dir() {
        return Err(SourceError::IsFolder {
            path: shown(path),
            remedy: "name a file in it".to_owned(),
        });
    }
    if !data.is_file() {
        return Err(SourceError::Unreadable {
            path: shown(path),
            reason: "it is not a regular file; save the data to one".to_owned(),
        });
    }
    Ok((File::open(path).map_err(io)?, data.len()))
}

/// Reads the matrix in the file at `path`.
pub(super) fn load_file(
    path: &Path,
    array: Option<&str>,
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    if let Some(error) = folder::explained(path) {
        return Err(error);
    }
    let (file, length) = open(path)?;
    let mut loaded = load_reader(
        path,
        &shown(path),
        BufReader::new(file),
        length,
        array,
        limits,
    )?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    loaded.name = shown(Path::new(name));
    if let Some(array) = array {
        loaded.name = format!("{}#{}", loaded.name, printable(array));
    }
    Ok(loaded)
}

/// Reads the matrix in bytes that were dropped or pasted; `name` is a file's name.
///
/// # Errors
/// As [`load`](super::load).
pub fn load_bytes(name: &str, bytes: &[u8], limits: &Limits) -> Result<Loaded, SourceError> {
    let length = bytes.len() as u64;
    let name = &printable(name);
    let mut loaded = load_reader(
        Path::new(name),
        name,
        Cursor::new(bytes),
        length,
        None,
        limits,
    )?;
    loaded.name = name.clone();
    super::matrix::ensure_finite(name, &loaded.matrix)?;
    Ok(loaded)
}

/// What is in a file of arrays; `None` where a file is of another kind.
pub(super) fn list(
    path: &Path,
    name: &str,
    mut reader: impl Read + Seek,
    length: u64,
) -> Result<Option<Arrays>, SourceError> {
    match kind_of_reader(path, name, &mut reader, length)? {
        Kind::Npy => array::list_npy(name, reader, length).map(Some),
        Kind::Npz => array::list_npz(name, reader).map(Some),
        Kind::Image | Kind::Table => Ok(None),
    }
}

/// Looks at the first bytes and goes back to them.
fn kind_of_reader(
    path: &Path,
    name: &str,
    reader: &mut (impl Read + Seek),
    length: u64,
) -> Result<Kind, SourceError> {
    let io = |error| SourceError::from_io(path, &error);
    if length == 0 {
        return Err(SourceError::Empty {
            name: name.to_owned(),
        });
    }
    let mut start = Vec::new();
    reader
        .by_ref()
        .take(512)
        .read_to_end(&mut start)
        .map_err(io)?;
    reader.seek(SeekFrom::Start(0)).map_err(io)?;
    kind_of(name, &extension(path), &start)
}

fn load_reader(
    path: &Path,
    name: &str,
    mut reader: impl Read + Seek,
    length: u64,
    wanted: Option<&str>,
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    let io = |error| SourceError::from_io(path, &error);
    let kind = kind_of_reader(path, name, &mut reader, length)?;
    if let Some(array) = wanted
        && !matches!(kind, Kind::Npz | Kind::Table)
    {
        return Err(text::no_arrays(name, array));
    }
    match kind {
        Kind::Npy => array::read_npy(name, reader, length, limits),
        Kind::Npz => array::read_npz(name, reader, wanted, limits),
        Kind::Image | Kind::Table => {
            let bytes = read_all(name, reader, length, limits).map_err(|error| match error {
                Ok(too_large) => too_large,
                Err(error) => io(error),
            })?;
            if kind == Kind::Image {
                image::decode(name, &extension(path), &bytes, limits)
            } else {
                text::read(name, &bytes, wanted, limits)
            }
        }
    }
}

fn read_all(
    name: &str,
    reader: impl Read,
    length: u64,
    limits: &Limits,
) -> Result<Vec<u8>, Result<SourceError, std::io::Error>> {
    let limit = limits.max_file_bytes;
    let too_large = |length: u64| {
        Err(Ok(SourceError::TooLarge {
            name: name.to_owned(),
            what: format!("{length} bytes"),
            limit: format!("{limit} bytes"),
        }))
    };
    if length > limit {
        return too_large(length);
    }
    memory::ensure_free(length)
        .map_err(|shortage| Ok(SourceError::memory(name, shortage, "take a part of it")))?;
    let mut bytes = Vec::new();
    // The file may have grown since its length was asked for.
    reader
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(Err)?;
    match bytes.len() as u64 {
        length if length > limit => too_large(length),
        _ => Ok(bytes),
    }
}

/// Whether these are the first bytes of a zip archive, also of an empty one.
fn begins_as_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

/// The name decides where it is clear; otherwise the first bytes do. Arrays are told by them
/// always, as in NumPy.
fn kind_of(name: &str, extension: &str, start: &[u8]) -> Result<Kind, SourceError> {
    if npy_header::begins_as_array(start) {
        return Ok(Kind::Npy);
    }
    foreign::refuse_stand_in(name, start)?;
    match extension {
        "npy" if begins_as_zip(start) => return Ok(Kind::Npz),
        "npy" => return Ok(Kind::Npy),
        "npz" => return Ok(Kind::Npz),
        "csv" | "tsv" | "txt" | "dat" | "asc" | "grd" | "mtx" => return kind_of_text(name, start),
        // Octave gives this ending to text as well.
        "mat" if text::is_octave(start) => return Ok(Kind::Table),
        _ => {}
    }
    if image::is_known(extension) {
        return Ok(Kind::Image);
    }
    for (extensions, what, remedy) in UNSUPPORTED {
        if extensions.contains(&extension) {
            return Err(SourceError::unsupported(name, *what, *remedy));
        }
    }
    if begins_as_zip(start) {
        Ok(Kind::Npz)
    } else if image::begins_as_picture(start) {
        Ok(Kind::Image)
    } else {
        foreign::refuse(name, start)?;
        if text::can_be_text(start) {
            return Ok(Kind::Table);
        }
        Err(SourceError::unsupported(
            name,
            "something unknown",
            "pictures, CSV or TSV tables, .npy and .npz arrays are read",
        ))
    }
}

/// What a file with the name of a table is: pictures and arrays under a wrong name are read, other
/// files refused by name.
fn kind_of_text(name: &str, start: &[u8]) -> Result<Kind, SourceError> {
    if foreign::is_text_picture(start) {
        return Ok(Kind::Image);
    }
    foreign::refuse(name, start)?;
    Ok(Kind::Table)
}
