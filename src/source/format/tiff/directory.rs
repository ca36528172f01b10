//! The directory of a TIFF's first page, read and, for the decoder, changed.
//!
//! The `tiff` crate decodes pixels, but decides by their meaning which it gives: palettes, extra
//! channels and depths such as 12 bits it refuses. So it is told that they are so many grey
//! channels of so many bits, and what they mean is decided in [`super::page`].

use std::collections::HashSet;

use super::changed::{PatchedFile, Tail};
use super::lzw::PackedStrips;

/// More pages than this are counted as many.
const MAX_PAGES: usize = 10_000;
/// A colour map of 16 bits has three times 65,536 values.
const MAX_VALUES: u64 = 3 << 16;

/// The tags that are looked at, by their numbers in the TIFF 6.0 specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Tag {
    Width = 256,
    Height = 257,
    BitsPerSample = 258,
    Compression = 259,
    Photometric = 262,
    FillOrder = 266,
    StripOffsets = 273,
    Orientation = 274,
    SamplesPerPixel = 277,
    StripHeight = 278,
    StripByteCounts = 279,
    Planar = 284,
    Predictor = 317,
    ColorMap = 320,
    TileWidth = 322,
    TileHeight = 323,
    TileOffsets = 324,
    TileByteCounts = 325,
    InkSet = 332,
    ExtraSamples = 338,
    SampleFormat = 339,
    ChromaSubsampling = 530,
}

/// The tags of a page.
#[derive(Debug)]
pub struct Directory<'a> {
    file: ByteLayout<'a>,
    entries: Vec<DirectoryEntry>,
    /// The number of pages in the file, this one included.
    pub pages: usize,
}

#[derive(Debug)]
struct DirectoryEntry {
    tag: u16,
    kind: u16,
    count: u64,
    /// The place of the entry in the file.
    at: u64,
}

/// Byte order and width of offsets.
#[derive(Debug, Clone, Copy)]
struct ByteLayout<'a> {
    bytes: &'a [u8],
    big_endian: bool,
    big_tiff: bool,
}

/// Whether these are the first bytes of a TIFF or BigTIFF.
pub fn is_tiff(start: &[u8]) -> bool {
    [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"]
        .iter()
        .any(|magic| start.starts_with(*magic))
}

impl<'a> Directory<'a> {
    /// The first page of a file; `None` where there is none.
    pub fn first(bytes: &'a [u8]) -> Option<Self> {
        let file = ByteLayout {
            bytes,
            big_endian: bytes.starts_with(b"MM"),
            big_tiff: bytes.get(2..4)?.contains(&b'+'),
        };
        let start = match file.big_tiff {
            true => file.number(8, 8)?,
            false => file.number(4, 4)?,
        };
        let (entries, mut next) = file.directory(start)?;
        let mut seen = HashSet::from([start]);
        while next != 0 && seen.len() < MAX_PAGES && seen.insert(next) {
            match file.directory(next) {
                Some((_, following)) => next = following,
                None => {
                    seen.remove(&next);
                    break;
                }
            }
        }
        Some(Self {
            file,
            entries,
            pages: seen.len(),
        })
    }

    fn entry(&self, tag: Tag) -> Option<&DirectoryEntry> {
        self.entries.iter().find(|entry| entry.tag == tag as u16)
    }

    /// The whole numbers of a tag; empty where it is missing or holds something else.
    pub fn numbers(&self, tag: Tag) -> Vec<u64> {
        let read = || {
            let entry = self.entry(tag)?;
            let size = entry.size()?;
            if entry.count > MAX_VALUES {
                return None;
            }
            let start = self.file.values_at(entry, size)?;
            (0..entry.count)
                .map(|at| self.file.number(start.checked_add(at * size)?, size))
                .collect::<Option<Vec<u64>>>()
        };
        read().unwrap_or_default()
    }

    /// The first number of a tag, or what it is taken for where it is missing.
    pub fn number(&self, tag: Tag, otherwise: u64) -> u64 {
        self.numbers(tag).first().copied().unwrap_or(otherwise)
    }

    /// The file as it would be with one number as the value of each tag; those that are missing
    /// stay missing.
    pub fn with(&self, changes: &[(Tag, u16)]) -> PatchedFile<'a> {
        let mut changed = PatchedFile::new(self.file.bytes);
        for (tag, value) in changes {
            const SHORT: u64 = 3;
            self.change(
                &mut changed,
                *tag,
                SHORT,
                1,
                self.file.written((*value).into(), 2),
            );
        }
        changed
    }

    /// This directory with the strips or tiles unpacked behind the file's end, where `changes` say so.
    pub fn with_unpacked(
        &self,
        changes: &[(Tag, u16)],
        (offsets, sizes): (Tag, Tag),
        packed: PackedStrips<'a>,
    ) -> PatchedFile<'a> {
        let mut changed = self.with(changes);
        let width = self.file.count_size();
        let kind = if self.file.big_tiff { 16 } else { 4 };
        let count = packed.count() as u64;
        // Both lists stand first, then what is unpacked.
        let lists = self.file.bytes.len() as u64;
        let start = lists + 2 * width * count;
        let mut head = Vec::new();
        let mut list = |tag, numbers: &dyn Fn(u64) -> u64| {
            let at = lists + head.len() as u64;
            (0..count)
                .for_each(|chunk| head.extend(self.file.written(numbers(chunk), width as usize)));
            let value = if count == 1 { numbers(0) } else { at };
            self.change(
                &mut changed,
                tag,
                kind,
                count,
                self.file.written(value, width as usize),
            );
        };
        let size = packed.chunk_bytes() as u64;
        list(offsets, &|chunk| start + chunk * size);
        list(sizes, &|_| size);
        changed.tail = Some(Tail::new(head, packed));
        changed
    }

    fn change(
        &self,
        changed: &mut PatchedFile<'_>,
        tag: Tag,
        kind: u64,
        count: u64,
        value: Vec<u8>,
    ) {
        let width = self.file.count_size();
        if let Some(entry) = self.entry(tag) {
            let count = self.file.written(count, width as usize);
            changed.patch(entry.at + 2, self.file.written(kind, 2));
            changed.patch(entry.at + 4, count);
            changed.patch(entry.at + 4 + width, value);
        }
    }

    /// The bytes at a place in the file.
    pub fn bytes(&self, at: u64, count: u64) -> Option<&'a [u8]> {
        let start = usize::try_from(at).ok()?;
        let end = start.checked_add(usize::try_from(count).ok()?)?;
        self.file.bytes.get(start..end)
    }

    /// Whether offsets have eight bytes.
    pub fn is_big(&self) -> bool {
        self.file.big_tiff
    }

    /// Bytes of the file.
    pub fn file_bytes(&self) -> u64 {
        self.file.bytes.len() as u64
    }
}

impl DirectoryEntry {
    /// Bytes of one value, for the kinds that are whole numbers.
    fn size(&self) -> Option<u64> {
        match self.kind {
            1 => Some(1),
            3 => Some(2),
            4 => Some(4),
            16 => Some(8),
            _ => None,
        }
    }
}

impl ByteLayout<'_> {
    /// The unsigned number of `size` bytes at a place.
    fn number(&self, at: u64, size: u64) -> Option<u64> {
        let start = usize::try_from(at).ok()?;
        let bytes = self.bytes.get(start..start.checked_add(size as usize)?)?;
        let join = |number: u64, byte: &u8| (number << 8) | u64::from(*byte);
        Some(match self.big_endian {
            true => bytes.iter().fold(0, join),
            false => bytes.iter().rev().fold(0, join),
        })
    }

    /// The bytes of a number.
    fn written(&self, number: u64, size: usize) -> Vec<u8> {
        match self.big_endian {
            true => number.to_be_bytes()[8 - size..].to_vec(),
            false => number.to_le_bytes()[..size].to_vec(),
        }
    }

    /// Bytes of an offset, and of a count in an entry.
    fn count_size(&self) -> u64 {
        match self.big_tiff {
            true => 8,
            false => 4,
        }
    }

    /// The entries of a directory, and where the next one is.
    fn directory(&self, at: u64) -> Option<(Vec<DirectoryEntry>, u64)> {
        let head = match self.big_tiff {
            true => 8,
            false => 2,
        };
        let entry_size = 4 + 2 * self.count_size();
        let count = self.number(at, head)?;
        let end = at
            .checked_add(head)?
            .checked_add(count.checked_mul(entry_size)?)?;
        if end > self.bytes.len() as u64 {
            return None;
        }
        let mut entries = Vec::new();
        for index in 0..count {
            let at = at + head + index * entry_size;
            entries.push(DirectoryEntry {
                tag: self.number(at, 2)? as u16,
                kind: self.number(at + 2, 2)? as u16,
                count: self.number(at + 4, self.count_size())?,
                at,
            });
        }
        // A file that ends here has no more pages.
        let next = self.number(end, self.count_size()).unwrap_or(0);
        Some((entries, next))
    }

    /// The place of an entry's values: in it where they fit.
    fn values_at(&self, entry: &DirectoryEntry, size: u64) -> Option<u64> {
        let place = entry.at + 4 + self.count_size();
        match entry.count.checked_mul(size)? <= self.count_size() {
            true => Some(place),
            false => self.number(place, self.count_size()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::{Read, Seek, SeekFrom};

    use super::*;

    /// Width 7 in a LONG, three depths of 8 bits behind the directory, and a second page.
    fn little() -> Vec<u8> {
        let mut file = b"II*\0\x08\0\0\0".to_vec();
        file.extend(b"\x02\0\0\x01\x04\0\x01\0\0\0\x07\0\0\0\x02\x01\x03\0\x03\0\0\0\x26\0\0\0");
        file.extend(b"\x2c\0\0\0\x08\0\x08\0\x08\0");
        file.extend(b"\0\0\x08\0\0\0");
        file
    }

    #[test]
    fn numbers_are_found_in_an_entry_and_behind_the_directory() {
        let file = little();
        let directory = Directory::first(&file).unwrap();
        assert_eq!(directory.number(Tag::Width, 0), 7);
        assert_eq!(directory.numbers(Tag::BitsPerSample), [8, 8, 8]);
        assert_eq!(directory.number(Tag::Planar, 1), 1);
        assert_eq!(directory.pages, 2, "the second leads back to the first");
    }

    #[test]
    fn a_change_is_seen_however_the_file_is_read() {
        let file = little();
        let directory = Directory::first(&file).unwrap();
        let changes = [(Tag::BitsPerSample, 0x0102), (Tag::Planar, 2)];
        let mut whole = Vec::new();
        directory.with(&changes).read_to_end(&mut whole).unwrap();
        let changed = Directory::first(&whole).unwrap();
        assert_eq!(changed.numbers(Tag::BitsPerSample), [0x0102]);
        assert_eq!(changed.number(Tag::Width, 0), 7);
        assert_eq!(whole.len(), file.len());
        let mut reader = directory.with(&changes);
        for (at, expected) in whole.iter().enumerate() {
            let mut one = [0];
            reader.seek(SeekFrom::Start(at as u64)).unwrap();
            reader.read_exact(&mut one).unwrap();
            assert_eq!(one[0], *expected, "byte {at}");
        }
    }

    #[test]
    fn a_file_may_end_anywhere() {
        let file = little();
        for length in 0..file.len() {
            if let Some(directory) = Directory::first(&file[..length]) {
                assert!(directory.pages >= 1);
                directory.numbers(Tag::BitsPerSample);
            }
        }
    }
}
