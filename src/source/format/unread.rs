//! Kinds of files that are known and not read, by their names and by their first bytes: each with
//! what it is and what to do about it.

use super::input::FileStart;
use crate::source::SourceError;
use crate::source::tensors::begins_as_tensors;

/// Kinds of files that are known and not read, and what to do about them.
struct UnreadFormat {
    endings: &'static [&'static str],
    /// Whether they hold arrays with names, so that `#NAME` behind the path is one.
    arrays: bool,
    what: &'static str,
    remedy: &'static str,
}

/// Known by the ending of their names.
const BY_ENDING: &[UnreadFormat] = &[
    UnreadFormat {
        endings: &["pt", "pth", "bin", "ckpt", "pkl", "pickle"],
        arrays: true,
        what: PICKLE.0,
        remedy: PICKLE.1,
    },
    UnreadFormat {
        endings: &[
            "gguf", "ggml", "onnx", "h5", "hdf5", "keras", "pb", "tflite",
        ],
        arrays: true,
        what: "a model",
        remedy: "save the array you want as .npy",
    },
    UnreadFormat {
        endings: &["mat", "parquet", "feather", "arrow", "rds", "rdata"],
        arrays: true,
        what: "data of another program",
        remedy: "save the matrix as .npy or .csv",
    },
    UnreadFormat {
        endings: &["xlsx", "xls", "xlsm", "ods"],
        arrays: false,
        what: "a spreadsheet",
        remedy: "save the sheet as .csv",
    },
    UnreadFormat {
        endings: &["json", "xml", "yaml", "yml", "html"],
        arrays: false,
        what: "structured text",
        remedy: "save the matrix as .csv",
    },
    UnreadFormat {
        endings: &["pdf", "svg", "eps", "ps", "docx", "odt"],
        arrays: false,
        what: "a document, not a picture of pixels",
        remedy: "save it as .png",
    },
    UnreadFormat {
        endings: &[
            "avif", "heic", "heif", "jxl", "jp2", "psd", "exr", "dds", "raw", "dng",
        ],
        arrays: false,
        what: UNREAD_PICTURE.0,
        remedy: UNREAD_PICTURE.1,
    },
    UnreadFormat {
        endings: &["gz", "zip", "tar", "xz", "bz2", "zst", "7z", "rar"],
        arrays: false,
        what: "packed data",
        remedy: "unpack it first; for a packed data set name its folder, as in 'FOLDER#test:1'",
    },
];

/// What Python's pickles are, and how to convert one.
pub const PICKLE: (&str, &str) = (
    "a pickle or checkpoint, which can run code when it is opened",
    "convert it with safetensors.torch.save_file(torch.load(FILE, weights_only=True), 'NEW.safetensors')",
);

/// A picture that no decoder here knows.
pub const UNREAD_PICTURE: (&str, &str) =
    ("a picture of a kind that is not read", "save it as .png");

/// Beginnings that no table has, what they are and what to do.
const BY_BYTES: &[(&[u8], &str, &str)] = &[
    (
        b"\x1f\x8b",
        "data packed by gzip",
        "unpack it first, with gzip -dc FILE > NEW",
    ),
    (
        b"BZh91AY&SY",
        "data packed by bzip2",
        "unpack it first, with bzip2 -dc FILE > NEW",
    ),
    (
        b"\xfd7zXZ\0",
        "data packed by xz",
        "unpack it first, with xz -dc FILE > NEW",
    ),
    (
        b"\x28\xb5\x2f\xfd",
        "data packed by zstd",
        "unpack it first, with zstd -dc FILE > NEW",
    ),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it first"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it first"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Excel or Office document",
        "save the sheet as .csv",
    ),
    (b"%PDF-", "a PDF document", "save the numbers as .csv"),
    (
        b"{\\rtf",
        "a document in rich text",
        "save it as plain text",
    ),
    (
        b"\x89HDF\r\n\x1a\n",
        "an HDF5 file",
        "save the array you want as .npy",
    ),
    (
        b"CDF\x01",
        "a NetCDF file",
        "save the array you want as .npy",
    ),
    (
        b"CDF\x02",
        "a NetCDF file",
        "save the array you want as .npy",
    ),
    (b"PAR1\x15", "a Parquet file", "save the table as .csv"),
    (b"ARROW1\0\0", "an Arrow file", "save the table as .csv"),
    (
        b"SQLite format 3\0",
        "an SQLite database",
        "save the table as .csv",
    ),
    (
        b"MATLAB 5.0 MAT-file",
        "a MATLAB file",
        "save the matrix as .csv or .npy",
    ),
    (
        b"SIMPLE  =",
        "a FITS file",
        "save the array you want as .npy",
    ),
    (
        b"NRRD000",
        "an NRRD file",
        "save the array you want as .npy",
    ),
];

const SAVE_AS_CSV: &str = "save the matrix as .csv";

/// A pointer of Git LFS in the place of a file, or a web page in the place of a download; whatever
/// the file's name.
///
/// # Errors
/// The kind of file, with a remedy.
pub fn refuse_stand_in(name: &str, start: &FileStart<'_>) -> Result<(), SourceError> {
    let refuse = |what, remedy| Err(SourceError::unsupported(name, what, remedy));
    let text = &start.text;
    if text.starts_with("version https://git-lfs.github.com/spec/") {
        let remedy = "fetch the file with git lfs pull";
        return refuse("a Git LFS pointer, not the file itself", remedy);
    }
    let lower = text.trim_start().to_ascii_lowercase();
    if ["<!doctype html", "<html", "<head", "<body"]
        .iter()
        .any(|tag| lower.starts_with(tag))
    {
        return refuse("a web page, not the file itself", "download the raw file");
    }
    Ok(())
}

/// A pickle of PyTorch, plain or in a ZIP archive, that was given the name of a safetensors file.
///
/// # Errors
/// What it is, with a remedy.
pub fn refuse_renamed(name: &str, ending: &str, start: &FileStart<'_>) -> Result<(), SourceError> {
    let is_pickle =
        |bytes: &[u8]| bytes.starts_with(b"PK\x03\x04") || matches!(bytes, [0x80, 2..=5, ..]);
    // The length of a header may begin with the bytes of a pickle.
    let is_other = !begins_as_tensors(start.bytes) && is_pickle(start.bytes);
    match ending == "safetensors" && is_other {
        true => Err(SourceError::unsupported(name, PICKLE.0, PICKLE.1)),
        false => Ok(()),
    }
}

/// A file whose name has the ending of a kind that is not read.
///
/// # Errors
/// The kind of file, with a remedy.
pub fn refuse_ending(name: &str, ending: &str) -> Result<(), SourceError> {
    match BY_ENDING.iter().find(|kind| kind.endings.contains(&ending)) {
        Some(kind) => Err(SourceError::unsupported(name, kind.what, kind.remedy)),
        None => Ok(()),
    }
}

/// A file that begins as one of a kind that is not read.
///
/// # Errors
/// The kind of file, with a remedy.
pub fn refuse_start(name: &str, start: &FileStart<'_>) -> Result<(), SourceError> {
    match recognize(start) {
        Some((what, remedy)) => Err(SourceError::unsupported(name, what, remedy)),
        None => Ok(()),
    }
}

/// Whether a file with this ending may hold arrays with names, though they are not read.
pub fn may_hold_arrays(ending: &str) -> bool {
    let mut kinds = BY_ENDING.iter();
    kinds.any(|kind| kind.arrays && kind.endings.contains(&ending))
}

/// A description of a file that only looks like a table of numbers, with a remedy.
pub fn recognize(start: &FileStart<'_>) -> Option<(&'static str, &'static str)> {
    let bytes = start.bytes;
    if let Some((_, what, remedy)) = BY_BYTES.iter().find(|(mark, ..)| bytes.starts_with(mark)) {
        return Some((what, remedy));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Some(archive(bytes));
    }
    let text = start.text.trim_start();
    let first = text.lines().next().unwrap_or_default().trim();
    if first.to_ascii_lowercase().starts_with("# vtk datafile") {
        return Some(("a VTK file", SAVE_AS_CSV));
    }
    if first.starts_with("<?xml") || first.starts_with("<svg") {
        return Some(("XML", SAVE_AS_CSV));
    }
    if is_json(text) {
        return Some((
            "JSON or a printed array",
            "save the matrix as .csv, without brackets",
        ));
    }
    let content = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('%'))
        .unwrap_or_default();
    if content.to_ascii_lowercase().starts_with("@relation") {
        let remedy = "remove its lines up to @data, so that a table of commas is left";
        return Some(("an ARFF file", remedy));
    }
    if is_svmlight(content) {
        let remedy = "in Python, save load_svmlight_file(FILE)[0].toarray() with numpy.savetxt";
        return Some(("sparse data in SVMlight's format", remedy));
    }
    if first.len() > 1 && first.starts_with('|') && first.ends_with('|') {
        let remedy = "remove the bars at the ends of its lines and the line of dashes";
        return Some(("a table drawn with bars", remedy));
    }
    None
}

/// A ZIP archive that is not called .npz.
fn archive(start: &[u8]) -> (&'static str, &'static str) {
    let has = |name: &[u8]| start.windows(name.len()).any(|window| window == name);
    if has(b"[Content_Types].xml") || has(b"xl/") || has(b"opendocument.spreadsheet") {
        ("a spreadsheet", "save the sheet as .csv")
    } else if has(b".npy") {
        ("an .npz archive", "give it a name that ends in .npz")
    } else {
        ("a ZIP archive", "unpack it first")
    }
}

/// `{"a": …`, `[[1, 2], …` or `[1, 2]`; names of columns such as `[m/s]` are none.
fn is_json(text: &str) -> bool {
    let after = |bracket: char| text.strip_prefix(bracket).map(str::trim_start);
    if let Some(rest) = after('{') {
        return rest.starts_with(['"', '}']);
    }
    let Some(rest) = after('[') else {
        return false;
    };
    let number = rest.trim_start_matches(|c: char| c.is_ascii_digit() || "+-.eE".contains(c));
    let begins_with_number = number.len() < rest.len();
    rest.starts_with(['[', '{'])
        || (begins_with_number && number.trim_start().starts_with(','))
        || (begins_with_number && number.starts_with(char::is_whitespace))
}

/// `1 1:0.5 7:2`: a label, then places and values.
fn is_svmlight(line: &str) -> bool {
    let mut words = line
        .split_ascii_whitespace()
        .take_while(|word| !word.starts_with('#'));
    let label = words.next().is_some_and(|word| word.parse::<f64>().is_ok());
    let entries: Vec<&str> = words.collect();
    let is_entry = |word: &&str| {
        word.split_once(':').is_some_and(|(place, value)| {
            let known = place == "qid" || place.parse::<u64>().is_ok();
            known && value.parse::<f64>().is_ok()
        })
    };
    // The beginning that was read may end within the last one.
    let whole = entries.len().saturating_sub(1).max(1);
    label && !entries.is_empty() && entries.iter().take(whole).all(is_entry)
}
