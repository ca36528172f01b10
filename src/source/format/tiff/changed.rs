//! A TIFF as its decoder is to see it.

use std::io::{self, Cursor, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;

use super::lzw::PackedStrips;

/// A file with some bytes changed and more behind its end, without a copy of it.
#[derive(Debug)]
pub struct PatchedFile<'a> {
    cursor: Cursor<&'a [u8]>,
    patches: Vec<(u64, Vec<u8>)>,
    pub tail: Option<Tail<'a>>,
}

/// The data behind the file's end: some bytes, then strips or tiles, unpacked one at a time.
#[derive(Debug)]
pub struct Tail<'a> {
    head: Vec<u8>,
    packed: PackedStrips<'a>,
    at: Option<usize>,
    chunk: Vec<u8>,
}

impl<'a> PatchedFile<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            cursor: Cursor::new(bytes),
            patches: Vec::new(),
            tail: None,
        }
    }

    /// Shows other bytes at a place.
    pub fn patch(&mut self, at: u64, bytes: Vec<u8>) {
        self.patches.push((at, bytes));
    }
}

impl<'a> Tail<'a> {
    pub fn new(head: Vec<u8>, packed: PackedStrips<'a>) -> Self {
        Self {
            head,
            packed,
            at: None,
            chunk: Vec::new(),
        }
    }

    fn read(&mut self, at: usize, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = match at.checked_sub(self.head.len()) {
            None => &self.head[at..],
            Some(at) => {
                let (chunk, inside) = (
                    at / self.packed.chunk_bytes(),
                    at % self.packed.chunk_bytes(),
                );
                if chunk >= self.packed.count() {
                    return Ok(0);
                }
                if self.at != Some(chunk) {
                    self.at = None;
                    self.packed.unpack(chunk, &mut self.chunk)?;
                    self.at = Some(chunk);
                }
                // The last strip may end with the picture, but nobody reads beyond that.
                self.chunk
                    .get(inside..)
                    .filter(|rest| !rest.is_empty())
                    .ok_or(ErrorKind::UnexpectedEof)?
            }
        };
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

impl Read for PatchedFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = self.cursor.position();
        let beyond = start.checked_sub(self.cursor.get_ref().len() as u64);
        if let (Some(tail), Some(at)) = (&mut self.tail, beyond) {
            let at = usize::try_from(at).map_err(|_| ErrorKind::UnexpectedEof)?;
            let read = tail.read(at, buffer)?;
            self.cursor.set_position(start + read as u64);
            return Ok(read);
        }
        let read = self.cursor.read(buffer)?;
        let given = start..start + read as u64;
        for (at, patch) in &self.patches {
            let place = *at..*at + patch.len() as u64;
            let both: Range<u64> = given.start.max(place.start)..given.end.min(place.end);
            for at in both {
                buffer[(at - given.start) as usize] = patch[(at - place.start) as usize];
            }
        }
        Ok(read)
    }
}

impl Seek for PatchedFile<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.cursor.seek(to)
    }
}
