//! NumPy's `.npz` archives: zip files of arrays, stored or deflated.

use std::collections::HashSet;
use std::io::{ErrorKind, Read, Seek};

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::header::begins_as_array;
use crate::source::SourceError;
use crate::source::error::{guarded, printable};

const EXPECTED: &str = "an .npz archive";
const SUFFIX: &str = ".npy";
/// Names in an error message.
const LISTED: usize = 20;

/// Whether these are the first bytes of a zip archive, also of an empty one.
pub fn begins_as_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

/// One array of an archive, or a file beside the arrays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// NumPy's name for it, which stands behind `#`.
    pub name: String,
    file: String,
    index: usize,
    /// Bytes once it is unpacked, as the archive says.
    pub length: u64,
}

/// An open archive.
pub struct Archive<R> {
    name: String,
    archive: ZipArchive<R>,
    /// In the order of their names.
    pub members: Vec<Member>,
}

impl<R: Read + Seek> Archive<R> {
    pub fn open(name: &str, reader: R) -> Result<Self, SourceError> {
        guarded(name, EXPECTED, || {
            let archive = ZipArchive::new(reader).map_err(|error| broken(name, &error))?;
            let mut members = Vec::new();
            for index in 0..archive.len() {
                let entry = archive
                    .by_index_data(index)
                    .map_err(|error| broken(name, &error))?;
                if !entry.is_dir() {
                    let file = entry.name().map_err(|error| broken(name, &error))?;
                    members.push(Member {
                        name: String::new(),
                        file: file.into_owned(),
                        index,
                        length: entry.size(),
                    });
                }
            }
            name_members(&mut members);
            Ok(Self {
                name: name.to_owned(),
                archive,
                members,
            })
        })
    }

    /// The archive, as it stands in sentences.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The member that NumPy finds by this name: the file itself before the one with `.npy`.
    pub fn find(&self, wanted: &str) -> Option<&Member> {
        let by_file = |file: &str| self.members.iter().find(|member| member.file == file);
        by_file(wanted).or_else(|| by_file(&format!("{wanted}{SUFFIX}")))
    }

    /// Gives the unpacked bytes of a member to `read`.
    pub fn with_member<T>(
        &mut self,
        member: &Member,
        read: impl FnOnce(&mut dyn Read) -> Result<T, SourceError>,
    ) -> Result<T, SourceError> {
        let name = self.shown(member);
        guarded(&name, EXPECTED, || {
            let entry = self.archive.by_index_data(member.index);
            let entry = entry.map_err(|error| broken(&name, &error))?;
            let method = entry.compression();
            if entry.encrypted() {
                let remedy = "save it without a password, for example with numpy.savez";
                return Err(SourceError::unsupported(&name, "encrypted data", remedy));
            }
            if method != CompressionMethod::Stored && method != CompressionMethod::Deflated {
                let what = format!("data packed with {}", method_name(method));
                let remedy = "save the arrays again, with numpy.savez or numpy.savez_compressed";
                return Err(SourceError::unsupported(&name, what, remedy));
            }
            let mut entry = self
                .archive
                .by_index(member.index)
                .map_err(|error| broken(&name, &error))?;
            read(&mut entry)
        })
    }

    /// Whether a member is an array by its first bytes, as NumPy looks.
    pub fn is_array(&mut self, member: &Member) -> bool {
        let mut start = Vec::new();
        let read = self.with_member(member, |reader| {
            let _ = reader.take(8).read_to_end(&mut start);
            Ok(())
        });
        read.is_ok() && begins_as_array(&start)
    }

    /// The members that are arrays; a name with `.npy` is enough, so that damage is noticed.
    pub fn arrays(&mut self) -> Vec<Member> {
        let mut arrays = self.members.clone();
        arrays.retain(|member| member.file.ends_with(SUFFIX) || self.is_array(member));
        arrays
    }

    /// `FILE#NAME`
    pub fn shown(&self, member: &Member) -> String {
        format!("{}#{}", self.name, printable(&member.name))
    }

    /// Asks for one of the arrays by its name.
    pub fn ask(&self, arrays: &[Member], problem: impl Into<String>) -> SourceError {
        let mut names = arrays
            .iter()
            .take(LISTED)
            .map(|member| printable(&member.name))
            .collect::<Vec<_>>()
            .join(", ");
        if arrays.len() > LISTED {
            let file = shlex::try_quote(&self.name).unwrap_or(self.name.as_str().into());
            let count = arrays.len();
            names += &format!(", …; localized-lora arrays {file} lists all {count}");
        }
        SourceError::WhichArray {
            name: self.name.clone(),
            problem: problem.into(),
            names,
        }
    }
}

/// NumPy leaves `.npy` out of a name; not where a file of the shorter name hides the array.
fn name_members(members: &mut [Member]) {
    let files: HashSet<String> = members.iter().map(|member| member.file.clone()).collect();
    for member in members.iter_mut() {
        let short = member.file.strip_suffix(SUFFIX);
        member.name = short
            .filter(|short| !short.is_empty() && !files.contains(*short))
            .unwrap_or(&member.file)
            .to_owned();
    }
    members.sort_by(|one, other| one.name.cmp(&other.name));
}

/// The methods that other programs pack with; they are numbered in the zip format's description.
fn method_name(method: CompressionMethod) -> String {
    let names = [
        (CompressionMethod::DEFLATE64, "Deflate64"),
        (CompressionMethod::BZIP2, "bzip2"),
        (CompressionMethod::LZMA, "LZMA"),
        (CompressionMethod::ZSTD, "Zstandard"),
        (CompressionMethod::XZ, "XZ"),
        (CompressionMethod::PPMD, "PPMd"),
        (CompressionMethod::AES, "AES encryption"),
    ];
    let known = names.iter().find(|(known, _)| *known == method);
    known.map_or_else(
        || "a method that is not read".to_owned(),
        |(_, name)| (*name).to_owned(),
    )
}

fn broken(name: &str, error: &ZipError) -> SourceError {
    let reason = match error {
        ZipError::Io(error) => unpack_reason(error),
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            return SourceError::unsupported(
                name,
                "a zip file of a kind that is not read",
                "save the arrays again, with numpy.savez",
            );
        }
        _ => "its list of members is missing or wrong, as when only a part was copied",
    };
    SourceError::damaged(name, EXPECTED, reason)
}

/// Why bytes of an archive cannot be unpacked.
pub fn unpack_reason(error: &std::io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::UnexpectedEof => "it ends early",
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::Other => {
            "its packed data or their checksum are wrong"
        }
        _ => "it cannot be read to its end",
    }
}
