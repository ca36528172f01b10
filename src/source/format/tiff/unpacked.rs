//! A page as its decoder can read it: without the packing that the decoder does not read whole.

use super::changed::PatchedFile;
use super::directory::Tag;
use super::lzw::PackedStrips;
use super::page::TiffPage;
use crate::memory;

const LZW: u64 = 5;

/// The file with one number as the value of each tag of `changes`; strips and tiles packed with LZW
/// stand unpacked behind its end.
pub fn file<'a>(page: &TiffPage<'a>, changes: &[(Tag, u16)], most_bytes: u64) -> PatchedFile<'a> {
    match packed(page, most_bytes) {
        None => page.directory.with(changes),
        Some((tags, packed)) => {
            let unpacked = [changes, &[(Tag::Compression, 1)]].concat();
            page.directory.with_unpacked(&unpacked, tags, packed)
        }
    }
}

/// The strips or tiles, and where their offsets and sizes stand; none where they are packed
/// otherwise, or where the lists do not hold together, which the decoder says better.
fn packed<'a>(page: &TiffPage<'a>, most_bytes: u64) -> Option<((Tag, Tag), PackedStrips<'a>)> {
    let directory = &page.directory;
    if directory.number(Tag::Compression, 1) != LZW {
        return None;
    }
    let height = page.height as u64;
    let tile = directory.number(Tag::TileWidth, 0);
    let tiled = tile > 0;
    let (width, rows) = match tiled {
        true => (tile, directory.number(Tag::TileHeight, 0)),
        false => (
            page.width as u64,
            directory.number(Tag::StripHeight, height),
        ),
    };
    let samples = if page.planar { 1 } else { page.samples as u64 };
    let row = width
        .checked_mul(samples)?
        .checked_mul(page.bits)?
        .div_ceil(8);
    // What lies below the picture is not asked for.
    let bytes = row.checked_mul(rows.min(height))?;
    let tags = match tiled {
        true => (Tag::TileOffsets, Tag::TileByteCounts),
        false => (Tag::StripOffsets, Tag::StripByteCounts),
    };
    let (offsets, sizes) = (directory.numbers(tags.0), directory.numbers(tags.1));
    if bytes == 0 || bytes > most_bytes || offsets.is_empty() || offsets.len() != sizes.len() {
        return None;
    }
    let places = offsets.iter().zip(&sizes);
    let chunks = places.map(|(at, count)| directory.bytes(*at, *count));
    let found = PackedStrips::new(chunks.collect::<Option<_>>()?, usize::try_from(bytes).ok()?);
    // An offset must reach the last of them.
    let tail = bytes.checked_add(16)?.checked_mul(found.count() as u64)?;
    let reach = directory.file_bytes().checked_add(tail)?;
    let reached = directory.is_big() || u32::try_from(reach).is_ok();
    (reached && memory::ensure_free(bytes).is_ok()).then_some((tags, found))
}
