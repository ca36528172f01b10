//! Files of the program's own forms, read with care: never more than such a file can have.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use crate::system::reading;
use crate::text::encoding::as_utf8;

/// The text of a file of at most `most` bytes, in UTF-8: Windows' shells and editors write other encodings,
/// and a mark before it. `what` it should be is a noun for the remedy: *a
/// results file*.
///
/// # Errors
/// A sentence without the path: a folder, a device (which may have no end), a file that is missing,
/// unreadable or too large.
pub fn read(path: &Path, most: u64, what: &str) -> Result<Vec<u8>, String> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(format!("this is a folder; choose {what}")),
        Ok(found) if !found.is_file() => {
            return Err(format!("this is not a regular file; choose {what}"));
        }
        Ok(found) if found.len() > most => {
            return Err(format!(
                "{} bytes are too many for {what}; choose another file",
                found.len()
            ));
        }
        Ok(_) => {}
        Err(error) => return Err(reading(path, &error)),
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|error| reading(path, &error))?;
    Ok(match as_utf8(&bytes) {
        Cow::Borrowed(text) if text.len() == bytes.len() => bytes,
        text => text.into_owned(),
    })
}
