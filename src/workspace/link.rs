//! A whole session as one line that can be mailed and pasted.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::Workspace;
use super::error::WorkspaceError;

const SCHEME: &str = "llora:";

/// The form of the line; the object in it says its own.
const VERSION: u64 = 1;

/// Characters of a line: a clipboard and a mail take them.
const LONGEST: usize = 256 * 1024;

/// Bytes of the object in a line, so that a short line cannot fill the memory.
const LARGEST: u64 = 8 * 1024 * 1024;

const TOO_LONG: &str = "the pasted matrix is too large for a link text; save the session to a file";

/// Whether a text is meant as a link.
pub fn is_link_text(text: &str) -> bool {
    let text = unwrapped(text);
    text.get(..SCHEME.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(SCHEME))
}

/// Without what mails and messages put around a link.
fn unwrapped(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || "<>\"'`".contains(c))
}

impl Workspace {
    /// The session as one line of ASCII, which [`Workspace::from_link_text`] reads. Files are named by
    /// their whole paths.
    ///
    /// # Errors
    /// A pasted matrix that is too large, a path that is not UTF-8.
    pub fn to_link_text(&self) -> Result<String, WorkspaceError> {
        let object = self.clone().absolute().to_text(false)?;
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        let packed = encoder.write_all(object.as_bytes());
        // A vector takes everything.
        let packed = packed.and_then(|()| encoder.finish()).unwrap_or_default();
        let text = format!("{SCHEME}{VERSION}:{}", URL_SAFE_NO_PAD.encode(packed));
        match text.len() <= LONGEST && object.len() as u64 <= LARGEST {
            true => Ok(text),
            false => Err(WorkspaceError::Unsaid(TOO_LONG)),
        }
    }

    /// Reads a link text, also one that was broken into several lines or put in quotes.
    ///
    /// # Errors
    /// A text that is no link, is of a newer version or damaged, and as [`Workspace::from_json`].
    pub fn from_link_text(text: &str) -> Result<Self, WorkspaceError> {
        if !is_link_text(text) {
            return Err(WorkspaceError::OfOtherKind {
                what: "this is no link text; copy the whole line that begins with llora:"
                    .to_owned(),
            });
        }
        if text.len() > 2 * LONGEST {
            return Err(WorkspaceError::damaged("it is too long"));
        }
        let line: String = unwrapped(text).split_whitespace().collect();
        let (version, packed) = line[SCHEME.len()..].split_once(':').unwrap_or_default();
        match version.parse::<u64>() {
            Ok(VERSION) => {}
            Ok(version) if version > VERSION => {
                return Err(WorkspaceError::Newer {
                    version,
                    known: VERSION,
                });
            }
            _ => return Err(WorkspaceError::damaged("it says no version")),
        }
        let cut = |_| WorkspaceError::damaged("a part of the line is missing");
        let packed = URL_SAFE_NO_PAD.decode(packed).map_err(|_| cut(()))?;
        let mut object = Vec::new();
        let mut unpacked = ZlibDecoder::new(packed.as_slice()).take(LARGEST + 1);
        unpacked.read_to_end(&mut object).map_err(|_| cut(()))?;
        if object.len() as u64 > LARGEST {
            return Err(WorkspaceError::damaged("it is too large"));
        }
        Self::from_json(&object)
    }
}
